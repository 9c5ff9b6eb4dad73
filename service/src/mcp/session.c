/*
 * session.c - a list of sessions, the one used last in front; the last ones are forgotten when there are too many.
 */
#include "mcp/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define SESSIONS_MOST 4096
#define IDLE_MS ((int64_t) 24 * 3600 * 1000)
#define WATCHES_MOST 1000
#define URI_BYTES ((size_t) 2048)
#define ID_BYTES ((size_t) 256)
#define DEFAULT_LEVEL 1 /* info */

struct sessions
{
	struct loop *loop;
	struct session *first;
	struct session *last;
	int count;
	bool strict;
	int can; /* of the client on standard input */
};

struct sessions *
sessions_open(struct loop *loop, bool strict)
{
	struct sessions *sessions = arena_alloc(loop->arena, sizeof(*sessions));

	sessions->loop = loop;
	sessions->strict = strict;
	return sessions;
}

static void
unlist(struct sessions *sessions, struct session *session)
{
	if (session->previous != NULL)
		session->previous->next = session->next;
	else
		sessions->first = session->next;
	if (session->next != NULL)
		session->next->previous = session->previous;
	else
		sessions->last = session->previous;
	session->next = session->previous = NULL;
	sessions->count--;
}

static void
put_first(struct sessions *sessions, struct session *session)
{
	session->next = sessions->first;
	if (session->next != NULL)
		session->next->previous = session;
	else
		sessions->last = session;
	sessions->first = session;
	sessions->count++;
	session->used_ms = sessions->loop->now_ms;
}

static void
forget(struct sessions *sessions, struct session *session)
{
	unlist(sessions, session);
	while (session->watches != NULL)
	{
		struct session_watch *next = session->watches->next;

		free(session->watches);
		session->watches = next;
	}
	free(session->id);
	free(session);
}

void
sessions_close(struct sessions *sessions)
{
	while (sessions->first != NULL)
		forget(sessions, sessions->first);
}

/* Those with a stream are in use. */
static void
make_room(struct sessions *sessions)
{
	struct session *previous;

	for (struct session *session = sessions->last; session != NULL; session = previous)
	{
		bool old = sessions->loop->now_ms - session->used_ms > IDLE_MS;

		previous = session->previous;
		if (!old && sessions->count <= SESSIONS_MOST)
			return;
		if (session->hearer == NULL && session != sessions->first)
			forget(sessions, session);
	}
}

static struct slice
id_of(const struct exchange *exchange)
{
	return exchange->has_headers ? exchange_header(exchange, "Mcp-Session-Id") : (struct slice){NULL, 0};
}

static bool
belongs(const struct session *session, const struct exchange *exchange, struct slice id)
{
	return session->identity.agency_id == exchange->identity.agency_id &&
		   memcmp(session->identity.digest, exchange->identity.digest, DIGEST_BYTES) == 0 &&
		   slice_equal(slice_of(session->id), id);
}

static struct session *
find(struct sessions *sessions, const struct exchange *exchange, struct slice id)
{
	for (struct session *session = sessions->first; session != NULL; session = session->next)
	{
		if (belongs(session, exchange, id))
			return session;
	}
	return NULL;
}

static struct session *
make(struct sessions *sessions, const struct exchange *exchange, struct slice id)
{
	struct session *session = calloc(1, sizeof(*session));
	char *copy = id.at != NULL ? strndup(id.at, id.length) : NULL;

	if (session == NULL || (id.at != NULL && copy == NULL))
	{
		free(session);
		free(copy);
		return NULL;
	}
	session->identity = exchange->identity;
	session->id = copy;
	session->level = DEFAULT_LEVEL;
	put_first(sessions, session);
	make_room(sessions);
	return session;
}

struct session *
session_of(struct sessions *sessions, const struct exchange *exchange, bool may_make)
{
	struct slice id = id_of(exchange);
	struct session *session;

	if (exchange->has_headers && (id.length == 0 || id.length > ID_BYTES))
		return NULL;
	session = find(sessions, exchange, id);
	if (session != NULL)
	{
		unlist(sessions, session);
		put_first(sessions, session);
	}
	else if (may_make)
		session = make(sessions, exchange, id);
	return session;
}

struct slice
session_begin(struct sessions *sessions, struct exchange *exchange, int can)
{
	unsigned char secret[16];
	char *id = arena_alloc(exchange->arena, sizeof(secret) * 2 + 8);
	struct slice text;

	if (!exchange->has_headers)
	{
		sessions->can = can;
		make(sessions, exchange, (struct slice){NULL, 0});
		return (struct slice){NULL, 0};
	}
	if (getrandom(secret, sizeof(secret), 0) != (ssize_t) sizeof(secret))
		return (struct slice){NULL, 0};
	for (size_t i = 0; i < sizeof(secret); i++)
		snprintf(id + 2 * i, 3, "%02x", secret[i]);
	snprintf(id + 2 * sizeof(secret), 8, "-%s%s%s", can & SESSION_ELICITATION ? "e" : "", can & SESSION_SAMPLING ? "s" : "",
			 can & SESSION_ROOTS ? "r" : "");
	text = slice_of(id);
	/* elsewhere it is kept when there is something to keep */
	if (sessions->strict)
		make(sessions, exchange, text);
	return text;
}

bool
session_accepted(struct sessions *sessions, const struct exchange *exchange)
{
	struct slice id = id_of(exchange);

	return !sessions->strict || id.at == NULL || find(sessions, exchange, id) != NULL;
}

bool
session_end(struct sessions *sessions, const struct exchange *exchange)
{
	struct session *session = session_of(sessions, exchange, false);

	if (session == NULL)
		return false;
	if (session->hearer != NULL)
		session->hearer = NULL;
	forget(sessions, session);
	return true;
}

int
session_can(const struct exchange *exchange, struct sessions *sessions)
{
	struct slice id = id_of(exchange);
	const char *dash = id.length > 0 ? memrchr(id.at, '-', id.length) : NULL;
	int can = 0;

	if (!exchange->has_headers)
		return sessions->can;
	if (dash == NULL)
		return 0;
	for (const char *at = dash + 1; at < id.at + id.length; at++)
		can |= *at == 'e' ? SESSION_ELICITATION : *at == 's' ? SESSION_SAMPLING
											  : *at == 'r'   ? SESSION_ROOTS
															 : 0;
	return can;
}

int
session_level(struct sessions *sessions, const struct exchange *exchange)
{
	const struct session *session = session_of(sessions, exchange, false);

	return session != NULL ? session->level : DEFAULT_LEVEL;
}

bool
session_watches(const struct session *session, struct slice uri)
{
	for (const struct session_watch *watch = session->watches; watch != NULL; watch = watch->next)
	{
		if (slice_is(uri, watch->uri))
			return true;
	}
	return false;
}

bool
session_watch(struct session *session, struct slice uri)
{
	struct session_watch *watch;

	if (session_watches(session, uri))
		return true;
	if (session->watch_count >= WATCHES_MOST || uri.length > URI_BYTES)
		return false;
	watch = calloc(1, sizeof(*watch) + uri.length + 1);
	if (watch == NULL)
		return false;
	memcpy(watch->uri, uri.at, uri.length);
	watch->next = session->watches;
	session->watches = watch;
	session->watch_count++;
	return true;
}

void
session_unwatch(struct session *session, struct slice uri)
{
	for (struct session_watch **at = &session->watches; *at != NULL; at = &(*at)->next)
	{
		struct session_watch *watch = *at;

		if (!slice_is(uri, watch->uri))
			continue;
		*at = watch->next;
		free(watch);
		session->watch_count--;
		return;
	}
}
