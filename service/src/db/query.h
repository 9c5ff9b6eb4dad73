/*
 * query.h - one run of a prepared statement, and how it ended.
 *
 * The one who asks owns the query and its parameters and keeps them where they are until `done` is called or he stops
 * it (pool_stop).
 */
#ifndef VOYGEN_QUERY_H
#define VOYGEN_QUERY_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "db/prepared.h"
#include "failure/failure.h"
#include "text/slice.h"

struct link;

enum query_fate
{
	QUERY_DONE,    /* a result */
	QUERY_REFUSED, /* the server says why; nothing of it has happened */
	QUERY_LOST,    /* the connection broke while it ran; whether it took effect is not known */
	QUERY_UNSENT   /* no connection was to be had; it never reached the server */
};

struct query_outcome
{
	enum query_fate fate;
	PGresult *result;       /* of QUERY_DONE; the callee's, to be freed with PQclear */
	char sqlstate[6];       /* of QUERY_REFUSED */
	struct failure failure; /* of all but QUERY_DONE; valid during the call */
};

typedef void query_done(void *owner, struct query_outcome *outcome);

struct query
{
	const struct prepared *statement;
	int count;
	const char *values[PREPARED_PARAMETERS];
	int lengths[PREPARED_PARAMETERS];
	char numbers[PREPARED_PARAMETERS][8];
	uint64_t caller; /* on whose behalf, so that each gets his share of the connections; 0: the gateway's own */
	query_done *done;
	void *owner;
	/* the pool's */
	struct query *next;
	struct query *previous;
	struct query_list *list; /* it waits in; NULL when it does not wait */
	struct link *link;       /* it runs on; NULL when it does not run */
	int64_t waits_since_ms;
	int64_t not_before_ms; /* of one that runs again */
};

struct query_list
{
	struct query *first;
	struct query *last;
	int count;
};

void query_start(struct query *query, const struct prepared *statement, query_done *done, void *owner);

/* The next parameter. */
void query_integer(struct query *query, int64_t value);
void query_slice(struct query *query, struct slice value); /* text or bytes */

/* A bigint of a result. */
int64_t query_number(const PGresult *result, int row, int column);

void query_list_add(struct query_list *list, struct query *query);
void query_list_remove(struct query *query);

#endif
