/*
 * pool.c - which query runs on which connection, and when.
 *
 * Of those that wait, one whose caller has the fewest connections at the moment comes first, and among them the one that
 * has waited longest. So a caller with a thousand calls costs another one at most the end of one statement.
 */
#include "db/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/link.h"
#include "log/log.h"

#define TEND_MS 50
#define COMPLAINT_BYTES 256
#define KEPT_BYTES (1024 * 1024)

struct pool
{
	struct loop *loop;
	struct pool_settings settings;
	struct arena scratch;    /* words of failures, for the length of one callback */
	struct query_list again; /* has its turn first, and is never refused */
	struct query_list urgent;
	struct query_list spare;
	char complaint[COMPLAINT_BYTES];
	bool closing;
	struct link links[];
};

/* How many connections a caller has. */
static int
running_of(const struct pool *pool, uint64_t caller)
{
	int count = 0;

	for (int i = 0; i < pool->settings.connections; i++)
		count += pool->links[i].state == LINK_BUSY && pool->links[i].caller == caller;
	return count;
}

static int
waiting_of(const struct pool *pool, uint64_t caller)
{
	int count = 0;

	for (const struct query *query = pool->urgent.first; query != NULL; query = query->next)
		count += query->caller == caller;
	return count;
}

/* Whether a caller with so many connections may have one more. */
static bool
may_run(const struct pool *pool, uint64_t caller, int running)
{
	return caller == 0 || running < pool->settings.per_caller;
}

/* The next of those that are in a hurry; NULL when none waits, or all have their share. */
static struct query *
fair_query(const struct pool *pool)
{
	struct query *found = NULL;
	int fewest = 0;
	uint64_t looked_at = 0;

	for (struct query *query = pool->urgent.first; query != NULL; query = query->next)
	{
		int running;

		/* a crowd is mostly one caller's */
		if (query != pool->urgent.first && query->caller == looked_at)
			continue;
		looked_at = query->caller;
		running = running_of(pool, query->caller);
		if (!may_run(pool, query->caller, running) || (found != NULL && running >= fewest))
			continue;
		found = query;
		fewest = running;
		if (fewest == 0)
			break;
	}
	return found;
}

/* The next query, spare ones only when no other waits or when there are too many of them. */
static struct query *
next_query(const struct pool *pool)
{
	struct query *query = pool->spare.count >= pool->settings.waiting ? NULL : fair_query(pool);

	if (pool->again.first != NULL && pool->again.first->not_before_ms <= pool->loop->now_ms)
		return pool->again.first;
	if (query != NULL)
		return query;
	return pool->spare.first != NULL ? pool->spare.first : fair_query(pool);
}

static void
on_ready(void *owner, struct link *link)
{
	struct pool *pool = owner;
	struct query *query = next_query(pool);

	if (pool->complaint[0] != '\0')
		log_say(LOG_LEVEL_INFO, "connected to the database");
	pool->complaint[0] = '\0';
	if (query == NULL)
		return;
	query_list_remove(query);
	link_run(link, query);
}

static void
on_ended(void *owner, struct query *query, struct query_outcome *outcome)
{
	struct pool *pool = owner;

	query->done(query->owner, outcome);
	arena_reset(&pool->scratch);
}

static void
on_down(void *owner, const char *why)
{
	struct pool *pool = owner;

	if (!pool->closing && pool->complaint[0] == '\0')
		log_say(LOG_LEVEL_WARNING, "no connection to the database: %s", why);
	snprintf(pool->complaint, sizeof(pool->complaint), "%s", why);
	pool->complaint[strcspn(pool->complaint, "\n")] = '\0';
	if (pool->complaint[0] == '\0')
		strcpy(pool->complaint, "closed");
}

static const struct link_events link_events = {on_ready, on_ended, on_down};

/* A query that has waited too long, while connections are busy or none is to be had. */
static void
give_up(struct pool *pool, struct query *query)
{
	struct query_outcome outcome = {.fate = QUERY_UNSENT};

	query_list_remove(query);
	failure_set(&outcome.failure, "unavailable",
				pool->complaint[0] != '\0' ? "the database cannot be reached" : "the database is too busy",
				"nothing has been done: repeat it after a while");
	query->done(query->owner, &outcome);
}

static void
give_up_late(struct pool *pool, const struct query_list *list)
{
	while (list->first != NULL && pool->loop->now_ms - list->first->waits_since_ms > pool->settings.wait_ms)
		give_up(pool, list->first);
}

/* NULL when all are busy or away. */
static struct link *
idle_link(struct pool *pool)
{
	for (int i = 0; i < pool->settings.connections; i++)
	{
		if (pool->links[i].state == LINK_IDLE)
			return &pool->links[i];
	}
	return NULL;
}

/* What was put back into the queue while connections were idle. */
static void
run_waiting(struct pool *pool)
{
	struct query *query;
	struct link *link;

	while ((query = next_query(pool)) != NULL && (link = idle_link(pool)) != NULL)
	{
		query_list_remove(query);
		link_run(link, query);
	}
}

static void
tend(void *context)
{
	struct pool *pool = context;

	for (int i = 0; i < pool->settings.connections; i++)
		link_tend(&pool->links[i]);
	run_waiting(pool);
	give_up_late(pool, &pool->again);
	give_up_late(pool, &pool->urgent);
}

struct pool *
pool_open(struct loop *loop, const struct pool_settings *settings, struct canceller *canceller)
{
	struct pool *pool =
		arena_alloc(loop->arena, sizeof(*pool) + (size_t) settings->connections * sizeof(pool->links[0]));

	pool->loop = loop;
	pool->settings = *settings;
	arena_open(&pool->scratch, loop->arena->fail);
	for (int i = 0; i < settings->connections; i++)
	{
		pool->links[i] = (struct link){.loop = loop,
									   .url = settings->url,
									   .canceller = canceller,
									   .scratch = &pool->scratch,
									   .events = &link_events,
									   .kept_bytes = settings->kept_bytes > 0 ? settings->kept_bytes : KEPT_BYTES,
									   .owner = pool};
		link_open(&pool->links[i]);
	}
	loop_every(loop, TEND_MS, tend, pool);
	return pool;
}

void
pool_change(struct pool *pool, const struct pool_settings *settings)
{
	pool->settings.waiting = settings->waiting;
	pool->settings.per_caller = settings->per_caller;
	pool->settings.wait_ms = settings->wait_ms;
}

void
pool_close(struct pool *pool)
{
	pool->closing = true;
	for (int i = 0; i < pool->settings.connections; i++)
		link_close(&pool->links[i]);
	arena_close(&pool->scratch);
}

static void
run_or_wait(struct pool *pool, struct query *query, struct query_list *list)
{
	struct link *link = may_run(pool, query->caller, running_of(pool, query->caller)) ? idle_link(pool) : NULL;

	if (link != NULL)
	{
		link_run(link, query);
		return;
	}
	query->waits_since_ms = pool->loop->now_ms;
	query_list_add(list, query);
}

bool
pool_run(struct pool *pool, struct query *query)
{
	if (pool->urgent.count >= pool->settings.waiting &&
		(pool->urgent.count >= 2 * pool->settings.waiting || waiting_of(pool, query->caller) >= pool->settings.waiting))
		return false;
	run_or_wait(pool, query, &pool->urgent);
	return true;
}

void
pool_run_again(struct pool *pool, struct query *query, int pause_ms)
{
	query->waits_since_ms = pool->loop->now_ms;
	query->not_before_ms = pool->loop->now_ms + pause_ms;
	query_list_add(&pool->again, query);
}

void
pool_run_spare(struct pool *pool, struct query *query)
{
	run_or_wait(pool, query, &pool->spare);
}

void
pool_stop(struct pool *pool, struct query *query)
{
	(void) pool;
	if (query->list != NULL)
		query_list_remove(query);
	else if (query->link != NULL)
		link_stop(query->link);
}

int64_t
pool_runs_since(const struct query *query)
{
	return query->link != NULL ? query->link->since_ms : -1;
}

struct pool_state
pool_look(const struct pool *pool)
{
	struct pool_state state = {
		.connections = pool->settings.connections,
		.waiting = pool->urgent.count + pool->again.count,
		.spare = pool->spare.count,
		.complaint = pool->complaint[0] != '\0' ? pool->complaint : NULL,
	};

	for (int i = 0; i < pool->settings.connections; i++)
	{
		state.connected += pool->links[i].state >= LINK_IDLE;
		state.busy += pool->links[i].state == LINK_BUSY;
	}
	return state;
}

bool
pool_quiet(const struct pool *pool)
{
	struct pool_state state = pool_look(pool);

	return state.busy == 0 && state.waiting == 0 && state.spare == 0;
}
