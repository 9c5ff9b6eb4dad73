/*
 * http_resume.c - streams of events that outlive their connection.
 *
 * Such a stream has a trail: a name nobody can guess, and its last events as they went over the wire. When its connection
 * ends the exchange is kept, with the request that still runs or the answer that may have been lost on the way; the client
 * comes back with a GET that names the last event he has read, and the exchange takes the place of that GET on the new
 * connection. What is kept, and how long, has limits: beyond them the oldest answers are forgotten, and a request that
 * still runs ends with its connection, as that of a client who cannot resume.
 */
#include "transport/http_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Of one stream. Older events are progress that newer ones have overtaken; the answer is kept apart. */
#define TRAIL_EVENTS 64
#define TRAIL_BYTES ((size_t) 131072)
/* Of all streams whose client is away. */
#define PARTED_MOST 256
#define PARTED_BYTES ((size_t) 64 * 1024 * 1024)
/* The same of one caller. */
#define CALLER_MOST 32
#define CALLER_BYTES ((size_t) 16 * 1024 * 1024)

#define KEY_LENGTH 32

struct http_trail
{
	struct http_trail *next; /* newer ones in front */
	struct http_trail *previous;
	struct http_exchange *owner;
	char key[KEY_LENGTH + 1];
	int last; /* the number of the newest event ahead of the answer; 0: there is none but that without data */
	int kept; /* so many up to it are in `bytes` */
	struct bytes bytes;
	size_t lengths[TRAIL_EVENTS]; /* of the events that are kept, by number */
	bool parted;                  /* its client is away */
	int64_t parted_ms;            /* since when, or since when there is an answer for him */
};

/* --- events --------------------------------------------------------------------- */

void
http_trail_begin(struct http_exchange *x)
{
	struct http *http = x->http;
	uint64_t secret[2];
	struct http_trail *trail;

	if (http->settings.resume_ms == 0 || getrandom(secret, sizeof(secret), 0) != (ssize_t) sizeof(secret))
		return;
	trail = calloc(1, sizeof(*trail));
	if (trail == NULL)
		return;
	snprintf(trail->key, sizeof(trail->key), "%016" PRIx64 "%016" PRIx64, secret[0], secret[1]);
	trail->owner = x;
	trail->next = http->trails;
	if (trail->next != NULL)
		trail->next->previous = trail;
	http->trails = trail;
	x->trail = trail;
}

const char *
http_trail_key(const struct http_trail *trail)
{
	return trail->key;
}

int
http_trail_next(struct http_trail *trail)
{
	return ++trail->last;
}

int
http_trail_answer(const struct http_trail *trail)
{
	return trail->last + 1;
}

/* The length of the event that is `back` before the newest. */
static size_t *
length_of(struct http_trail *trail, int back)
{
	return &trail->lengths[(trail->last - back) % TRAIL_EVENTS];
}

void
http_trail_keep(struct http_trail *trail, struct slice event)
{
	while (trail->kept > 0 && (trail->kept == TRAIL_EVENTS || trail->bytes.length + event.length > TRAIL_BYTES))
		bytes_drop(&trail->bytes, *length_of(trail, trail->kept--));
	if (event.length > TRAIL_BYTES || !bytes_add(&trail->bytes, event.at, event.length))
	{
		trail->bytes.length = 0;
		trail->kept = 0;
		return;
	}
	*length_of(trail, 0) = event.length;
	trail->kept++;
}

static void
set_parted(struct http_trail *trail, bool parted)
{
	struct http *http = trail->owner->http;

	http->state.parted += (int) parted - (int) trail->parted;
	trail->parted = parted;
	trail->parted_ms = http->loop->now_ms;
}

void
http_trail_end(struct http_exchange *x)
{
	struct http_trail *trail = x->trail;

	if (trail == NULL)
		return;
	set_parted(trail, false);
	if (trail->previous != NULL)
		trail->previous->next = trail->next;
	else
		x->http->trails = trail->next;
	if (trail->next != NULL)
		trail->next->previous = trail->previous;
	bytes_free(&trail->bytes);
	free(trail);
	x->trail = NULL;
}

/* The events behind the one of this number. */
static struct slice
behind(struct http_trail *trail, int number)
{
	size_t length = 0;

	for (int back = 0; back < trail->kept && trail->last - back > number; back++)
		length += *length_of(trail, back);
	return (struct slice){trail->bytes.at + trail->bytes.length - length, length};
}

/* --- clients who are away ------------------------------------------------------------ */

static bool
is_done(const struct http_exchange *x)
{
	return x->phase == HTTP_ANSWERED;
}

static size_t
weight(const struct http_exchange *x)
{
	return x->trail->bytes.length + x->body.length + x->output.length;
}

static bool
is_same_caller(const struct http_exchange *x, const struct http_exchange *other)
{
	return x->exchange.identity.agency_id == other->exchange.identity.agency_id &&
		   memcmp(x->exchange.identity.digest, other->exchange.identity.digest, DIGEST_BYTES) == 0;
}

/* What is kept for clients who are away, beside one exchange. */
struct census
{
	int count;
	size_t bytes;
	struct http_exchange *oldest; /* that has been answered; NULL: none */
};

static void
count_in(struct census *census, struct http_exchange *x)
{
	census->count++;
	census->bytes += weight(x);
	if (is_done(x) && (census->oldest == NULL || x->trail->parted_ms <= census->oldest->trail->parted_ms))
		census->oldest = x;
}

static void
take_census(struct http_exchange *x, struct census *all, struct census *caller)
{
	*all = *caller = (struct census){0};
	for (struct http_trail *trail = x->http->trails; trail != NULL; trail = trail->next)
	{
		if (!trail->parted || trail->owner == x)
			continue;
		count_in(all, trail->owner);
		if (is_same_caller(x, trail->owner))
			count_in(caller, trail->owner);
	}
}

/* Forgets answers until there is room for one exchange more; false when that is not enough. */
static bool
make_room(struct http_exchange *x)
{
	if (weight(x) > CALLER_BYTES)
		return false;
	for (;;)
	{
		struct census all;
		struct census caller;
		struct http_exchange *victim;

		take_census(x, &all, &caller);
		if (caller.count >= CALLER_MOST || caller.bytes + weight(x) > CALLER_BYTES)
			victim = caller.oldest;
		else if (all.count >= PARTED_MOST || all.bytes + weight(x) > PARTED_BYTES)
			victim = all.oldest;
		else
			return true;
		if (victim == NULL)
			return false;
		http_exchange_give(x->http, victim);
	}
}

/* A stream with a trail has begun with an event, so its client knows an id by which he can come back. */
bool
http_resume_keep(struct http_exchange *x)
{
	if (x->trail == NULL || x->http->draining || x->http->settings.resume_ms == 0 || !make_room(x))
		return false;
	x->connection = NULL;
	x->parting = false;
	bytes_free(&x->ready);
	output_rewind(&x->output);
	set_parted(x->trail, true);
	return true;
}

void
http_resume_answered(struct http_exchange *x)
{
	set_parted(x->trail, true);
	if (x->http->draining || !make_room(x))
		http_exchange_give(x->http, x);
}

/* --- coming back ------------------------------------------------------------------ */

/* KEY-NUMBER; false for what is no event id of this server. */
static bool
read_id(struct slice id, int *number)
{
	*number = 0;
	if (id.length < KEY_LENGTH + 2 || id.length > KEY_LENGTH + 10 || id.at[KEY_LENGTH] != '-')
		return false;
	for (size_t i = KEY_LENGTH + 1; i < id.length; i++)
	{
		if (id.at[i] < '0' || id.at[i] > '9')
			return false;
		*number = *number * 10 + (id.at[i] - '0');
	}
	return true;
}

/* The stream of an event; only its caller's own. */
static struct http_exchange *
find(const struct http_exchange *asker, struct slice id, int *number)
{
	if (!read_id(id, number))
		return NULL;
	for (struct http_trail *trail = asker->http->trails; trail != NULL; trail = trail->next)
	{
		const struct http_exchange *x = trail->owner;

		if (memcmp(trail->key, id.at, KEY_LENGTH) == 0 && is_same_caller(x, asker) && *number <= trail->last + (is_done(x) && x->framed))
			return trail->owner;
	}
	return NULL;
}

/* The exchange goes on in the place of the one that asked for it, with the head written for that. */
static void
take_place(struct http_exchange *x, struct http_exchange *asker)
{
	struct http_connection *c = asker->connection;
	struct bytes before = x->ready;

	http_reply_begin_events(asker);
	x->ready = asker->ready;
	x->starved = asker->starved;
	asker->ready = before;
	x->last = asker->last;
	http_connection_replace(c, asker, x);
	http_exchange_give(asker->http, asker);
}

/* What the client has missed. */
static void
catch_up(struct http_exchange *x, int number)
{
	struct slice missed = behind(x->trail, number);

	x->starved = x->starved || !bytes_add(&x->ready, missed.at, missed.length);
	http_reply_keep_alive(x);
	if (is_done(x))
		http_reply_frame_answer(x);
}

bool
http_resume(struct exchange *exchange, struct slice event_id)
{
	struct http_exchange *asker = (struct http_exchange *) exchange;
	int number;
	struct http_exchange *x = find(asker, event_id, &number);

	/* behind itself on one connection it would wait for ever */
	if (x == NULL || x->connection == asker->connection)
		return false;
	if (number > x->trail->last)
	{
		/* he has read the answer: nothing is missing */
		http_reply_begin_events(asker);
		exchange_answer_empty(exchange, 200);
		return true;
	}
	if (x->connection != NULL)
		http_connection_rob(x->connection, x);
	x->parting = false;
	x->ready.length = 0;
	output_rewind(&x->output);
	set_parted(x->trail, false);
	take_place(x, asker);
	catch_up(x, number);
	if (x->starved)
		exchange_starve(&x->exchange);
	else
		http_connection_flush(x->connection);
	return true;
}

/* --- the end of waiting -------------------------------------------------------------- */

static bool
is_over(const struct http_trail *trail)
{
	const struct http *http = trail->owner->http;

	return trail->parted && http->loop->now_ms - trail->parted_ms > http->settings.resume_ms;
}

/* Stopping a request may end others, so that the list is looked through anew after each. */
static bool
drop_one(struct http *http, bool (*chosen)(const struct http_trail *trail))
{
	for (struct http_trail *trail = http->trails; trail != NULL; trail = trail->next)
	{
		struct http_exchange *x = trail->owner;

		if (!chosen(trail))
			continue;
		exchange_abandon(&x->exchange);
		http_exchange_give(http, x);
		return true;
	}
	return false;
}

void
http_resume_tick(struct http *http)
{
	while (drop_one(http, is_over))
		;
}

static bool
is_parted(const struct http_trail *trail)
{
	return trail->parted;
}

static bool
is_only_kept(const struct http_trail *trail)
{
	return trail->parted && is_done(trail->owner);
}

void
http_resume_drain(struct http *http, bool all)
{
	while (drop_one(http, all ? is_parted : is_only_kept))
		;
}
