/*
 * refresher.c - polls the marks of changed trips.
 *
 * A mark sends no news (it is made in the transactions of users), so it is looked for: every 150 ms, which costs the
 * database one look into an index. Each look takes the next agency with marks, and the next look follows at once while
 * there is something to do. One process of a database works at a time, by a lock that lasts as long as its statement
 * (voygen.refresh_marked): the others find it taken, rest a while, and need not be told when that process is gone.
 */
#include "job/refresher.h"

#include "log/log.h"

#define LOOK_MS 150
#define REST_BUSY_MS 500
#define REST_FAILED_MS 1000

/* About a quarter of a second of work: others may want the trips. */
#define PORTION 500

struct refresher
{
	struct loop *loop;
	struct pool *pool;
	struct query query;
	int64_t agency; /* whose turn was last */
	int64_t rest_until_ms;
	bool running;
	bool idle;
	bool failed; /* which has been said */
	bool draining;
};

static void look(void *context);

/* agency, worked, busy, error: as voygen.refresh_marked answers; the agency is null when nothing is marked. */
static void
take_answer(struct refresher *refresher, const PGresult *result)
{
	bool marked = !PQgetisnull(result, 0, 0);
	bool worked = PQgetvalue(result, 0, 1)[0] != 0;

	if (marked)
	{
		const unsigned char *bytes = (const unsigned char *) PQgetvalue(result, 0, 0);
		uint64_t agency = 0;

		for (int i = 0; i < 8; i++)
			agency = agency << 8 | bytes[i];
		refresher->agency = (int64_t) agency;
	}
	if (PQgetvalue(result, 0, 2)[0] != 0)
		refresher->rest_until_ms = refresher->loop->now_ms + REST_BUSY_MS;
	if (!PQgetisnull(result, 0, 3))
		log_say_with(LOG_LEVEL_WARNING, (const struct log_field[]){{.name = "agency_id", .number = refresher->agency}, {0}},
					 "the facts of agency %lld were not refreshed: %s", (long long) refresher->agency,
					 PQgetvalue(result, 0, 3));
	refresher->idle = !worked;
	if (worked)
		look(refresher);
}

static void
on_answer(void *owner, struct query_outcome *outcome)
{
	struct refresher *refresher = owner;

	refresher->running = false;
	refresher->idle = false;
	if (outcome->fate != QUERY_DONE)
	{
		if (!refresher->failed)
			log_say(LOG_LEVEL_WARNING, "no refresh: %s", outcome->failure.message);
		refresher->failed = true;
		refresher->rest_until_ms = refresher->loop->now_ms + REST_FAILED_MS;
		return;
	}
	refresher->failed = false;
	take_answer(refresher, outcome->result);
	PQclear(outcome->result);
}

static void
look(void *context)
{
	struct refresher *refresher = context;

	if (refresher->running || refresher->draining || refresher->loop->now_ms < refresher->rest_until_ms)
		return;
	refresher->running = true;
	query_start(&refresher->query, &prepared_refresh_marked, on_answer, refresher);
	query_integer(&refresher->query, refresher->agency);
	query_integer(&refresher->query, PORTION);
	pool_run_spare(refresher->pool, &refresher->query);
}

struct refresher *
refresher_open(struct loop *loop, struct pool *pool)
{
	struct refresher *refresher = arena_alloc(loop->arena, sizeof(*refresher));

	refresher->loop = loop;
	refresher->pool = pool;
	loop_every(loop, LOOK_MS, look, refresher);
	return refresher;
}

void
refresher_drain(struct refresher *refresher)
{
	refresher->draining = true;
	if (refresher->running && refresher->query.list != NULL)
	{
		pool_stop(refresher->pool, &refresher->query);
		refresher->running = false;
	}
}

bool
refresher_quiet(const struct refresher *refresher)
{
	return !refresher->running;
}

bool
refresher_idle(const struct refresher *refresher)
{
	return refresher->idle;
}
