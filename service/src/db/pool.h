/*
 * pool.h - a few connections that serve many callers. Who finds none idle waits in a queue that has an end: more load
 * than the database takes is refused, not piled up.
 */
#ifndef VOYGEN_POOL_H
#define VOYGEN_POOL_H

#include <stdbool.h>

#include "db/canceller.h"
#include "db/query.h"
#include "loop/loop.h"

struct pool;

struct pool_settings
{
	const char *url;
	int connections;
	int waiting;    /* queries in the queue, at most, of one caller; of all together twice as many */
	int per_caller; /* connections one caller may have at once */
	int wait_ms;    /* a query that has waited so long fails as unsent */
	int kept_bytes; /* what a connection may keep of the largest query and of the largest result; 0: 1 MB */
};

/* What the pool is doing, for metrics and readiness. */
struct pool_state
{
	int connections; /* as configured */
	int connected;   /* idle or busy */
	int busy;
	int waiting;
	int spare;             /* queries of no hurry that wait */
	const char *complaint; /* why the last connection failed; NULL since one has worked */
};

/* Begins to connect; it goes on trying for as long as it lives. It lies in the arena of the loop. */
struct pool *pool_open(struct loop *loop, const struct pool_settings *settings, struct canceller *canceller);
void pool_close(struct pool *pool);

/* Another queue and other shares from now on; the connections stay as they are. */
void pool_change(struct pool *pool, const struct pool_settings *settings);

/* Runs the query, now or when a connection is free; false when the queue is full. Never calls back from inside. */
bool pool_run(struct pool *pool, struct query *query);

/* Runs a query once more whose connection has broken: after a pause, since its neighbours may be broken as well without
 * anybody having noticed. Never refused, and before all others; also for what has to have its turn under any load. */
void pool_run_again(struct pool *pool, struct query *query, int pause_ms);

/* Runs a query nobody waits for: when no other waits, or when `waiting` of its kind have piled up. It is
 * never refused and waits as long as it takes. */
void pool_run_spare(struct pool *pool, struct query *query);

/* Stops a query that was given to pool_run and has not ended: it calls back no more, and the server is asked to stop. */
void pool_stop(struct pool *pool, struct query *query);

/* Since when the server has it, by the clock of the loop; -1: it still waits, or has ended. */
int64_t pool_runs_since(const struct query *query);

struct pool_state pool_look(const struct pool *pool);

/* True when nothing runs and nothing waits. */
bool pool_quiet(const struct pool *pool);

#endif
