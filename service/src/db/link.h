/*
 * link.h - one connection of the pool: it connects, prepares the statements, runs one query after the other, and
 * connects again when it broke.
 *
 *	LINK_DOWN -> LINK_CONNECTING -> LINK_PREPARING -> LINK_IDLE <-> LINK_BUSY
 *
 * and from each back to LINK_DOWN when the connection fails. A query that is stopped leaves the link busy until the
 * server has answered and the canceller has, so that a cancellation never hits the query behind.
 */
#ifndef VOYGEN_LINK_H
#define VOYGEN_LINK_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "db/canceller.h"
#include "db/dial.h"
#include "db/query.h"
#include "loop/loop.h"

enum link_state
{
	LINK_DOWN,
	LINK_CONNECTING,
	LINK_PREPARING,
	LINK_IDLE,
	LINK_BUSY
};

struct link_events
{
	/* It can run a query. */
	void (*ready)(void *owner, struct link *link);
	/* A query has ended; the outcome is the callee's. Called after `ready`, so that the server has work already. */
	void (*ended)(void *owner, struct query *query, struct query_outcome *outcome);
	/* It does not connect, or broke; `why` in the words of libpq. */
	void (*down)(void *owner, const char *why);
};

struct link
{
	/* set by the one who opens it */
	struct loop *loop;
	const char *url;
	struct canceller *canceller;
	struct arena *scratch; /* for the words of failures; reset by the pool */
	const struct link_events *events;
	void *owner;
	/* libpq keeps for ever the room of the largest query it has sent and of the largest result it has received; beyond this
	 * the connection is made anew */
	int kept_bytes;
	/* its own */
	enum link_state state;
	PGconn *connection;
	struct dial dial;
	struct event *reading;
	struct event *writing;
	int preparing;       /* which of prepared_all */
	uint64_t caller;     /* of the statement that runs, or has run last */
	struct query *query; /* NULL also while a stopped one runs on */
	PGresult *result;    /* of the statement that runs */
	bool large;          /* what it sends or receives now; libpq keeps that room for ever */
	bool had_rows;       /* rows of it have come */
	bool answered;       /* all of its results are there, and its transaction has ended */
	bool cancelling;     /* the canceller works on it */
	int64_t asked_ms;    /* when the canceller was done */
	int backoff_ms;
	int64_t since_ms; /* when it came to its state */
};

/* Begins to connect. */
void link_open(struct link *link);
void link_close(struct link *link);

/* Runs a query on an idle link. */
void link_run(struct link *link, struct query *query);

/* Stops the query it runs; its `ended` is not called any more. */
void link_stop(struct link *link);

/* To be called now and then: connects again when it is time, gives up connecting that takes too long. */
void link_tend(struct link *link);

#endif
