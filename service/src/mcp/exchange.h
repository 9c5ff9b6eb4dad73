/*
 * exchange.h - one message (or batch) from a client and the way back to him, whatever carries it.
 *
 * A transport makes it, hands it in whole, and is called back through `ops`. It stays valid until it is answered or
 * abandoned; then it is the transport's again, and nobody may touch it.
 */
#ifndef VOYGEN_MCP_EXCHANGE_H
#define VOYGEN_MCP_EXCHANGE_H

#include <stdbool.h>

#include "identity/source.h"
#include "memory/arena.h"
#include "output/output.h"
#include "text/slice.h"

struct exchange;

struct exchange_ops
{
	/* The end of it: the body lies in the exchange's arena and is read as the client takes it. An empty body is none.
	 * `status` is HTTP's; other transports do without. */
	void (*answer)(struct exchange *exchange, int status, struct output *body);
	/* A message ahead of the answer, on the same stream. It is copied at once. False when the client cannot take
	 * messages ahead of the answer, or does not read them. */
	bool (*notify)(struct exchange *exchange, struct output *message);
	/* Begins the stream before there is a message for it; false when the client cannot take one. */
	bool (*begin)(struct exchange *exchange);
	/* NULL where streams cannot be resumed. Carries on with the stream that the client had when he read the event of this
	 * id; the exchange is over then. False when he has no such stream (any more). */
	bool (*resume)(struct exchange *exchange, struct slice event_id);
	/* NULL the same. Sends the client away without ending the request: he comes back for the rest. */
	bool (*part)(struct exchange *exchange);
	/* Memory ran out in the middle of work for it: it ends without an answer, and with it all that its client has asked for. */
	void (*starve)(struct exchange *exchange);
};

/* A header line: of the request with its name as it was written, or one more for the answer. */
struct exchange_header
{
	struct slice name;
	struct slice value;
};

#define EXCHANGE_EXTRA 14

/* What becomes of a stream of events whose client has lost the connection. */
enum exchange_resumption
{
	EXCHANGE_FLEETING,  /* it is over, and so is the request */
	EXCHANGE_RESUMABLE, /* its events have ids, by which the client may ask for the rest */
	EXCHANGE_PRIMED     /* the same; he also understands an event that has an id and no data */
};

typedef void exchange_release(void *kept);

struct exchange_kept;

struct exchange
{
	const struct exchange_ops *ops;
	struct arena *arena;
	struct slice body;
	bool has_headers;    /* false where there are none, as on standard input */
	struct slice method; /* of the request, and what it asks for: path and query as they came; at is NULL where there are none */
	struct slice target;
	const struct exchange_header *headers;
	int header_count;
	struct identity identity;
	bool takes_notices;    /* messages may go ahead of the answer */
	uint64_t address;      /* where it comes from, as a number; 0: from here */
	const char *challenge; /* what an answer of 401 or 403 adds in WWW-Authenticate; NULL for nothing */
	/* What the messages of one client have in common, so that one may speak of another; 0 when nothing is known. */
	uint64_t conversation;
	/* For the answer. */
	const char *content_type; /* NULL: JSON */
	struct exchange_header extra[EXCHANGE_EXTRA];
	int extra_count;
	struct exchange_kept *kept;
	/* Set by whoever works on it: called when the client has gone, before the exchange is. */
	void (*abandoned)(struct exchange *exchange);
	void *work;
	/* Set the same way, where `resumption` is not fleeting: since when it has been under way, by the clock of the loop; -1 as
	 * long as it may still be refused with a status of HTTP. */
	int64_t (*under_way)(const struct exchange *exchange);
	enum exchange_resumption resumption; /* the same */
};

/* The value of a header, trimmed; at is NULL when it is not there. The first of several counts. */
struct slice exchange_header(const struct exchange *exchange, const char *name);

/* One more header line for the answer; the texts must live as long as the exchange. */
void exchange_say(struct exchange *exchange, const char *name, struct slice value);

/* Says in WWW-Authenticate how to ask (RFC 6750); error and scope may be NULL. */
void exchange_challenge(struct exchange *exchange, const char *error, const char *scope);

/* Releases something when the exchange is over and its answer has been sent. */
void exchange_keep(struct exchange *exchange, exchange_release *release, void *kept);

void exchange_answer(struct exchange *exchange, int status, struct output *body);

/* An answer without a body. */
void exchange_answer_empty(struct exchange *exchange, int status);

bool exchange_notify(struct exchange *exchange, struct output *message);

bool exchange_begin(struct exchange *exchange);

bool exchange_resume(struct exchange *exchange, struct slice event_id);

bool exchange_part(struct exchange *exchange);

/* For whoever has come back from work for it by rescue_run. */
void exchange_starve(struct exchange *exchange);

/* --- for transports ------------------------------------------------------ */

/* Tells the one who works on it that the client has gone. */
void exchange_abandon(struct exchange *exchange);

/* Gives back what was kept. */
void exchange_end(struct exchange *exchange);

#endif
