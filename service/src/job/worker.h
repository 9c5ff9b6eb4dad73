/*
 * worker.h - does long work: takes jobs from the database, has their steps done one after the other, and says that it
 * is alive. The work is done inside the database, as whoever asked for it; any number of workers share the queue.
 */
#ifndef VOYGEN_WORKER_H
#define VOYGEN_WORKER_H

#include <stdbool.h>

#include "db/listener.h"
#include "db/pool.h"
#include "loop/loop.h"

struct worker;

/* For metrics: of this process alone. */
struct worker_state
{
	int slots;
	int running; /* jobs it holds */
	/* jobs that have ended in its hands */
	long long done;
	long long failed;
	long long cancelled;
};

/* Does up to `slots` jobs at once, each on a connection of the pool; the pool has one more, for taking and letting go.
 * It lies in the arena of the loop. */
struct worker *worker_open(struct loop *loop, struct pool *pool, struct listener *listener, int slots);
void worker_close(struct worker *worker);

/* Takes nothing new; a job is given back when its step has ended. */
void worker_drain(struct worker *worker);

/* True when it holds no job. */
bool worker_quiet(const struct worker *worker);

/* True when it holds no job and found none the last time it looked. */
bool worker_idle(const struct worker *worker);

struct worker_state worker_look(const struct worker *worker);

#endif
