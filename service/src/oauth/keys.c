/*
 * keys.c - when the issuer is asked, and who waits for the answer.
 */
#include "oauth/keys.h"

#include "log/log.h"
#include "loop/fetch.h"
#include "text/read.h"

#define FRESH_MS 600000
/* For a key that is not known; without any key the issuer has not answered yet, and is asked sooner. */
#define ASK_AGAIN_MS 60000
#define ASK_AGAIN_WITHOUT_MS 2000
#define FETCH_MS 5000
#define REDIRECTS 3

struct keys
{
	struct loop *loop;
	const char *where;
	struct fetcher *fetcher; /* NULL for a file */
	struct jwk_set *set;     /* NULL while there is none */
	struct keys_wait *waiting;
	int64_t fetched_ms; /* when the issuer was last asked, for any reason */
	int64_t wanted_ms;  /* when it was last asked for a missing key */
	struct keys_state state;
	uint32_t generation;
};

/* Takes a new set over; false with *why when the text is none that could be used. */
static bool
take(struct keys *keys, struct slice text, const char **why)
{
	struct jwk_set *set = jwk_set_read(text, keys->loop->arena->fail, why);

	if (set != NULL && set->count == 0)
	{
		*why = "it has no key for RS256 or ES256";
		jwk_set_free(set);
		set = NULL;
	}
	if (set == NULL)
		return false;
	jwk_set_free(keys->set);
	keys->set = set;
	keys->generation++;
	keys->state.count = set->count;
	log_say(LOG_LEVEL_INFO, "%d keys of the issuer, %d more of other kinds", set->count, set->skipped);
	return true;
}

static void
wake_all(struct keys *keys)
{
	struct keys_wait *wait;

	while ((wait = keys->waiting) != NULL)
	{
		keys_stop(keys, wait);
		wait->done(wait);
	}
}

static void
on_fetched(void *owner, bool fetched, struct slice document, const char *why)
{
	struct keys *keys = owner;

	if (fetched && take(keys, document, &why))
		keys->state.fetched++;
	else
	{
		keys->state.failed++;
		log_say(LOG_LEVEL_WARNING, "the keys of the issuer cannot be had from %s: %s", keys->where, why);
	}
	wake_all(keys);
}

static void
ask(struct keys *keys)
{
	keys->fetched_ms = keys->loop->now_ms;
	if (!fetcher_start(keys->fetcher) && !fetcher_busy(keys->fetcher))
		log_say(LOG_LEVEL_ERROR, "the keys of the issuer cannot be asked for");
}

static bool
read_file(struct keys *keys, struct arena *arena, struct failure *failure)
{
	struct text text;
	const char *why;

	if (!read_text(arena, keys->where, &text, failure))
		return false;
	if (take(keys, (struct slice){text.bytes, text.length}, &why))
		return true;
	return failure_set(failure, "invalid_argument", arena_format(arena, "%s is no set of keys: %s", keys->where, why),
					   "expected a JWK set: {\"keys\": [...]}");
}

static bool
is_address(const char *where)
{
	return strncasecmp(where, "http://", 7) == 0 || strncasecmp(where, "https://", 8) == 0;
}

struct keys *
keys_open(struct loop *loop, const char *where, struct failure *failure)
{
	const struct fetch_limits limits = {.bytes = JWK_SET_BYTES, .total_ms = FETCH_MS, .redirects = REDIRECTS};
	struct keys *keys = arena_alloc(loop->arena, sizeof(*keys));

	*keys = (struct keys){.loop = loop, .where = where, .wanted_ms = -ASK_AGAIN_MS};
	if (!is_address(where))
		return read_file(keys, loop->arena, failure) ? keys : NULL;
	keys->fetcher = fetcher_open(loop, where, &limits, on_fetched, keys);
	if (keys->fetcher == NULL)
	{
		failure_set(failure, "unavailable", "keys cannot be fetched: libcurl.so.4 cannot be loaded",
					"install libcurl4, or keep the keys in a file");
		return NULL;
	}
	ask(keys);
	return keys;
}

void
keys_close(struct keys *keys)
{
	if (keys == NULL)
		return;
	fetcher_close(keys->fetcher);
	jwk_set_free(keys->set);
}

const struct jwk_set *
keys_set(struct keys *keys)
{
	if (keys->fetcher != NULL && keys->set != NULL && keys->loop->now_ms - keys->fetched_ms > FRESH_MS)
		ask(keys);
	return keys->set;
}

uint32_t
keys_generation(const struct keys *keys)
{
	return keys->generation;
}

void
keys_reload(struct keys *keys)
{
	struct arena scratch;
	struct failure failure;

	if (keys->fetcher != NULL)
	{
		ask(keys);
		return;
	}
	arena_open(&scratch, keys->loop->arena->fail);
	if (!read_file(keys, &scratch, &failure))
		log_say(LOG_LEVEL_WARNING, "the keys of before stay: %s", failure.message);
	arena_close(&scratch);
}

bool
keys_want(struct keys *keys, struct keys_wait *wait)
{
	int64_t now = keys->loop->now_ms;

	if (keys->fetcher == NULL)
		return false;
	if (!fetcher_busy(keys->fetcher))
	{
		if (keys->set == NULL ? now - keys->fetched_ms < ASK_AGAIN_WITHOUT_MS : now - keys->wanted_ms < ASK_AGAIN_MS)
			return false;
		keys->wanted_ms = now;
		ask(keys);
	}
	wait->previous = NULL;
	wait->next = keys->waiting;
	if (wait->next != NULL)
		wait->next->previous = wait;
	keys->waiting = wait;
	return fetcher_busy(keys->fetcher) || (keys_stop(keys, wait), false);
}

void
keys_stop(struct keys *keys, struct keys_wait *wait)
{
	if (wait->previous != NULL)
		wait->previous->next = wait->next;
	else
		keys->waiting = wait->next;
	if (wait->next != NULL)
		wait->next->previous = wait->previous;
	wait->next = wait->previous = NULL;
}

struct keys_state
keys_look(const struct keys *keys)
{
	return keys->state;
}
