/*
 * queue.h - how many jobs wait in the database, and how long the first has waited: for the metrics, which do not wait for it.
 */
#ifndef VOYGEN_JOB_QUEUE_H
#define VOYGEN_JOB_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "db/pool.h"
#include "loop/loop.h"

struct queue;

struct queue_state
{
	bool known; /* false while the database has not said it, and when it could not the last time */
	int64_t queued;
	int64_t oldest_s; /* seconds since the one that has waited longest could have been done */
};

/* It lies in the arena of the loop, and runs its statement on a connection of the pool that has nothing else to do. */
struct queue *queue_open(struct loop *loop, struct pool *pool);

/* What was last heard. Whoever looks keeps it fresh: the database is asked every few seconds until nobody has looked for a
 * while. */
struct queue_state queue_look(struct queue *queue);

#endif
