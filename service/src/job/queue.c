/*
 * queue.c - one question, asked again as long as somebody looks at the answer.
 */
#include "job/queue.h"

#define ASK_MS 5000
/* Monitors look every few seconds, or every minute. */
#define LOOKED_AT_MS 120000

struct queue
{
	struct loop *loop;
	struct pool *pool;
	struct query query;
	bool asking;
	int64_t looked_ms;
	struct queue_state state;
};

static void
on_answered(void *owner, struct query_outcome *outcome)
{
	struct queue *queue = owner;

	queue->asking = false;
	queue->state = (struct queue_state){0};
	if (outcome->fate != QUERY_DONE)
		return;
	queue->state = (struct queue_state){true, query_number(outcome->result, 0, 0), query_number(outcome->result, 0, 1)};
	PQclear(outcome->result);
}

static void
ask(struct queue *queue)
{
	if (queue->asking)
		return;
	queue->asking = true;
	query_start(&queue->query, &prepared_queued_jobs, on_answered, queue);
	pool_run_spare(queue->pool, &queue->query);
}

static void
tick(void *context)
{
	struct queue *queue = context;

	if (queue->loop->now_ms - queue->looked_ms < LOOKED_AT_MS)
		ask(queue);
}

struct queue *
queue_open(struct loop *loop, struct pool *pool)
{
	struct queue *queue = arena_alloc(loop->arena, sizeof(*queue));

	queue->loop = loop;
	queue->pool = pool;
	queue->looked_ms = loop->now_ms - LOOKED_AT_MS;
	loop_every(loop, ASK_MS, tick, queue);
	return queue;
}

struct queue_state
queue_look(struct queue *queue)
{
	bool first = queue->loop->now_ms - queue->looked_ms >= LOOKED_AT_MS;

	/* what was heard for somebody who looked long ago counts no more */
	if (first)
	{
		queue->state = (struct queue_state){0};
		ask(queue);
	}
	queue->looked_ms = queue->loop->now_ms;
	return queue->state;
}
