/*
 * work.c - jobs and facts on a pool of connections of their own: calls shall not wait for them.
 */
#include "job/work.h"

#include "job/refresher.h"
#include "job/worker.h"

/* A document with its pictures: a session that was given one knows the functions for the next. */
#define KEPT_BYTES (16 * 1024 * 1024)

struct work
{
	struct pool *pool;           /* NULL when there is nothing to do */
	struct worker *worker;       /* or NULL */
	struct refresher *refresher; /* or NULL */
};

struct work *
work_open(struct loop *loop, struct listener *listener, struct canceller *canceller, const struct work_settings *settings)
{
	struct work *work = arena_alloc(loop->arena, sizeof(*work));
	const struct pool_settings pool = {
		.url = settings->url,
		/* each job has its own, and one is left for taking, for letting go and for signs of life */
		.connections = settings->jobs + (settings->jobs > 0) + settings->refresh,
		.kept_bytes = KEPT_BYTES,
	};

	if (pool.connections == 0)
		return work;
	work->pool = pool_open(loop, &pool, canceller);
	if (settings->jobs > 0)
		work->worker = worker_open(loop, work->pool, listener, settings->jobs);
	if (settings->refresh)
		work->refresher = refresher_open(loop, work->pool);
	return work;
}

void
work_close(struct work *work)
{
	if (work->pool != NULL)
		pool_close(work->pool);
	if (work->worker != NULL)
		worker_close(work->worker);
}

void
work_drain(struct work *work)
{
	if (work->worker != NULL)
		worker_drain(work->worker);
	if (work->refresher != NULL)
		refresher_drain(work->refresher);
}

bool
work_quiet(const struct work *work)
{
	return (work->worker == NULL || worker_quiet(work->worker)) && (work->refresher == NULL || refresher_quiet(work->refresher));
}

bool
work_idle(const struct work *work)
{
	return (work->worker == NULL || worker_idle(work->worker)) && (work->refresher == NULL || refresher_idle(work->refresher));
}

struct worker_state
work_look(const struct work *work)
{
	return work->worker != NULL ? worker_look(work->worker) : (struct worker_state){0};
}
