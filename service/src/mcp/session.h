/*
 * session.h - what clients of the revisions before 2026-07-28 expect to be kept between their requests: what they can,
 * which log lines they want, which resources they watch, the stream on which they hear of it.
 *
 * All of it is a convenience that may be lost. What a client can is written in the session's id itself, and an id nobody
 * knows is taken up as if it had been given, so that a client goes on after a restart of the gateway. Only where sessions
 * are strict is such an id refused. A session belongs to who has begun it: the same id of somebody else is another one.
 */
#ifndef VOYGEN_MCP_SESSION_H
#define VOYGEN_MCP_SESSION_H

#include "loop/loop.h"
#include "mcp/exchange.h"

struct hearer;
struct sessions;

/* What the client can be asked. */
enum session_can
{
	SESSION_ELICITATION = 1,
	SESSION_SAMPLING = 2,
	SESSION_ROOTS = 4
};

struct session_watch
{
	struct session_watch *next;
	char uri[]; /* ended by NUL */
};

struct session
{
	struct session *next; /* used longer ago */
	struct session *previous;
	struct identity identity;
	char *id; /* owned; NULL for the one of standard input */
	int level;
	int watch_count;
	struct session_watch *watches;
	struct hearer *hearer; /* its stream, NULL when it has none */
	int64_t used_ms;
};

struct sessions *sessions_open(struct loop *loop, bool strict);
void sessions_close(struct sessions *sessions);

/* A new session; its id lies in the arena of the exchange, and is empty on standard input. */
struct slice session_begin(struct sessions *sessions, struct exchange *exchange, int can);

/* False when the request shows an id that is refused. */
bool session_accepted(struct sessions *sessions, const struct exchange *exchange);

/* The session of a request, NULL when there is none. With `make` one that is not known is taken up. */
struct session *session_of(struct sessions *sessions, const struct exchange *exchange, bool make);

/* Ends it; false when nobody knows it. */
bool session_end(struct sessions *sessions, const struct exchange *exchange);

/* What the client has said he can be asked (enum session_can), in his session's id. */
int session_can(const struct exchange *exchange, struct sessions *sessions);

/* The least level of log lines that its client wants. */
int session_level(struct sessions *sessions, const struct exchange *exchange);

/* Watches a resource, or no more; false when it watches too many already. */
bool session_watch(struct session *session, struct slice uri);
void session_unwatch(struct session *session, struct slice uri);
bool session_watches(const struct session *session, struct slice uri);

#endif
