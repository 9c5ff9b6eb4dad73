/*
 * worker.c - the jobs this process holds, and what becomes of each.
 *
 * A slot is one job at a time:
 *
 *	  FREE -> TAKING -> WORKING -> FREE       the job has ended, or waits to be told something
 *	                     | ^  \--> WORKING    there is another step
 *	                     | \--> OUTSIDE       the step wants something done outside of the database (errand.h)
 *	                     \-------> LEAVING    the step or the errand failed, was cancelled, or the worker is to end
 *
 * One slot takes at a time, so that an empty queue is asked once. News of a job that waits makes it look at once, the
 * clock makes it look every second for what no news was heard of: jobs whose time to be tried again has come, and those
 * of workers that died. A job of many steps goes back to the end of the queue now and then, so that a short one never
 * waits for a long one to end. Nothing here is needed for a job to be done once: whatever this process believes, a step counts
 * only when the database finds the job held under its run (voygen.end_step).
 */
#include "job/worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "job/errand.h"
#include "log/log.h"
#include "output/output.h"
#include "text/slice.h"

/* Jobs nobody has told of are found within this time. */
#define LOOK_MS 1000

/* How long a job keeps its slot while another was told of, and at all: of some that wait there is no news. */
#define TURN_MS 1000
#define LONGEST_TURN_MS 5000

/* Well below the shortest sensible voygen.job_lease. */
#define KEEP_MS 2000

#define NAME_BYTES 96

enum slot_state
{
	SLOT_FREE,
	SLOT_TAKING,
	SLOT_WORKING,
	SLOT_OUTSIDE,
	SLOT_LEAVING
};

struct slot
{
	struct worker *worker;
	enum slot_state state;
	int64_t agency;
	int64_t job;
	int64_t run;
	int64_t since_ms; /* it was taken */
	struct query query;
	struct errand errand;
	struct arena words; /* of the error it is left with */
};

struct worker
{
	struct loop *loop;
	struct pool *pool;
	struct maker *maker;
	char name[NAME_BYTES];
	struct query keep;
	bool keeping;
	bool again;      /* there was news while a slot was taking */
	bool empty;      /* the last look found nothing */
	bool wanted;     /* a job was told of that no slot was free for */
	int64_t resting; /* the job that gave up its slot last, until the next is taken; 0: none */
	bool refused;    /* the database let nothing be taken, which has been said */
	bool draining;
	struct worker_state ended; /* counts of jobs */
	int count;
	struct slot slots[];
};

static void look(struct worker *worker);

/* --- results in PostgreSQL's binary form ------------------------------------- */

static int64_t
integer_of(const PGresult *result, int row, int column)
{
	const unsigned char *bytes = (const unsigned char *) PQgetvalue(result, row, column);
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return (int64_t) value;
}

/* --- letting go ----------------------------------------------------------------- */

/* As work_job and leave_job answer; of a job that goes on, or is not held any more, there is nothing to count. */
static void
count_end(struct worker *worker, const char *status)
{
	worker->ended.done += strcmp(status, "done") == 0;
	worker->ended.failed += strcmp(status, "failed") == 0;
	worker->ended.cancelled += strcmp(status, "cancelled") == 0;
}

static void
become_free(struct slot *slot)
{
	slot->state = SLOT_FREE;
	arena_reset(&slot->words);
	look(slot->worker);
}

static void
on_left(void *owner, struct query_outcome *outcome)
{
	struct slot *slot = owner;

	/* Its lease then ends by itself. */
	if (outcome->fate != QUERY_DONE)
		log_say_with(LOG_LEVEL_WARNING,
					 (const struct log_field[]){
						 {.name = "agency_id", .number = slot->agency}, {.name = "job_id", .number = slot->job}, {0}},
					 "job %" PRId64 " of agency %" PRId64 " could not be given back: %s", slot->job, slot->agency,
					 outcome->failure.message);
	else
		count_end(slot->worker, PQgetvalue(outcome->result, 0, 0));
	PQclear(outcome->result);
	become_free(slot);
}

/* Gives the job back, with the error as JSON; "" for none. */
static void
leave(struct slot *slot, const char *error)
{
	slot->state = SLOT_LEAVING;
	query_start(&slot->query, &prepared_leave_job, on_left, slot);
	query_integer(&slot->query, slot->agency);
	query_integer(&slot->query, slot->job);
	query_integer(&slot->query, slot->run);
	query_slice(&slot->query, slice_of(error));
	pool_run_spare(slot->worker->pool, &slot->query);
}

/* The error object of the database, or one made of what is known here. */
static const char *
error_of(struct slot *slot, const struct failure *failure)
{
	struct output out;
	char *text;

	if (failure->json != NULL)
		return arena_string(&slot->words, failure->json);
	output_start(&out, &slot->words);
	output_word(&out, "{\"code\":");
	output_quoted(&out, slice_of(failure->code));
	output_word(&out, ",\"message\":");
	output_quoted(&out, slice_of(failure->message));
	output_word(&out, "}");
	text = arena_alloc(&slot->words, out.length + 17);
	output_read(&out, text, out.length + 16);
	return text;
}

/* --- working --------------------------------------------------------------------- */

static void work(struct slot *slot);

static bool
has_had_turn(const struct slot *slot)
{
	return slot->worker->loop->now_ms - slot->since_ms >= (slot->worker->wanted ? TURN_MS : LONGEST_TURN_MS);
}

static void
on_errand_done(void *owner, const struct failure *failure)
{
	struct slot *slot = owner;

	if (failure != NULL)
		leave(slot, error_of(slot, failure));
	else if (slot->worker->draining)
		leave(slot, "");
	else
		work(slot);
}

/* What the step wants is done outside of the database; the next step finds it. */
static void
go_outside(struct slot *slot)
{
	slot->state = SLOT_OUTSIDE;
	errand_start(&slot->errand, slot->agency, slot->job, slot->run, on_errand_done, slot);
}

static void
on_worked(void *owner, struct query_outcome *outcome)
{
	struct slot *slot = owner;
	bool more;
	bool outside;

	if (outcome->fate != QUERY_DONE)
	{
		leave(slot, error_of(slot, &outcome->failure));
		return;
	}
	outside = strcmp(PQgetvalue(outcome->result, 0, 0), "outside") == 0;
	more = outside || strcmp(PQgetvalue(outcome->result, 0, 0), "running") == 0;
	count_end(slot->worker, PQgetvalue(outcome->result, 0, 0));
	PQclear(outcome->result);
	if (!more)
		become_free(slot);
	else if (slot->worker->draining)
		leave(slot, "");
	else if (outside)
		go_outside(slot);
	else if (has_had_turn(slot))
	{
		slot->worker->wanted = false;
		slot->worker->resting = slot->job;
		leave(slot, "");
	}
	else
		work(slot);
}

/* The next step. */
static void
work(struct slot *slot)
{
	slot->state = SLOT_WORKING;
	query_start(&slot->query, &prepared_work_job, on_worked, slot);
	query_integer(&slot->query, slot->agency);
	query_integer(&slot->query, slot->job);
	query_integer(&slot->query, slot->run);
	pool_run_spare(slot->worker->pool, &slot->query);
}

/* The step is stopped in the database; should it have ended just then, letting go of the job finds it ended. */
static void
cancel(struct worker *worker, int64_t agency, int64_t job)
{
	for (int i = 0; i < worker->count; i++)
	{
		struct slot *slot = &worker->slots[i];

		if ((slot->state != SLOT_WORKING && slot->state != SLOT_OUTSIDE) || slot->agency != agency || slot->job != job)
			continue;
		if (slot->state == SLOT_OUTSIDE)
			errand_stop(&slot->errand);
		else
			pool_stop(worker->pool, &slot->query);
		leave(slot, "{\"code\": \"timeout\", \"message\": \"cancelled\"}");
	}
}

/* --- taking ------------------------------------------------------------------------ */

/* A database that lets nothing be taken (a replica, say) is told of once. */
static void
tell_refusal(struct worker *worker, const struct query_outcome *outcome)
{
	bool refused = outcome->fate == QUERY_REFUSED;

	if (refused && !worker->refused)
		log_say(LOG_LEVEL_WARNING, "no job can be taken: %s", outcome->failure.message);
	worker->refused = refused;
}

static void
on_taken(void *owner, struct query_outcome *outcome)
{
	struct slot *slot = owner;
	struct worker *worker = slot->worker;
	bool found = outcome->fate == QUERY_DONE && PQntuples(outcome->result) == 1;

	worker->empty = outcome->fate == QUERY_DONE && !found;
	worker->wanted = worker->wanted && !worker->empty;
	tell_refusal(worker, outcome);
	slot->state = SLOT_FREE;
	if (found)
	{
		slot->since_ms = worker->loop->now_ms;
		slot->agency = integer_of(outcome->result, 0, 0);
		slot->job = integer_of(outcome->result, 0, 1);
		slot->run = integer_of(outcome->result, 0, 2);
		/* Another was first, so the one that gave up its slot waits. */
		worker->wanted = worker->wanted || (worker->resting != 0 && worker->resting != slot->job);
		if (worker->draining)
			leave(slot, "");
		else
			work(slot);
	}
	worker->resting = 0;
	PQclear(outcome->result);
	if (found || worker->again)
		look(worker);
}

/* Takes a job with a free slot, unless one is at it. */
static void
look(struct worker *worker)
{
	struct slot *slot = NULL;

	worker->again = false;
	for (int i = 0; i < worker->count; i++)
	{
		if (worker->slots[i].state == SLOT_TAKING)
		{
			worker->again = true;
			return;
		}
		if (worker->slots[i].state == SLOT_FREE)
			slot = &worker->slots[i];
	}
	if (slot == NULL || worker->draining)
		return;
	slot->state = SLOT_TAKING;
	query_start(&slot->query, &prepared_take_job, on_taken, slot);
	query_slice(&slot->query, slice_of(worker->name));
	pool_run_spare(worker->pool, &slot->query);
}

/* --- signs of life -------------------------------------------------------------------- */

static void
on_kept(void *owner, struct query_outcome *outcome)
{
	struct worker *worker = owner;

	worker->keeping = false;
	for (int i = 0; outcome->fate == QUERY_DONE && i < PQntuples(outcome->result); i++)
	{
		if (PQgetvalue(outcome->result, i, 2)[0] != 0)
			cancel(worker, integer_of(outcome->result, i, 0), integer_of(outcome->result, i, 1));
	}
	PQclear(outcome->result);
}

static void
keep(void *context)
{
	struct worker *worker = context;
	bool holds = false;

	for (int i = 0; i < worker->count; i++)
		holds = holds || worker->slots[i].state == SLOT_WORKING || worker->slots[i].state == SLOT_OUTSIDE;
	if (!holds || worker->keeping)
		return;
	worker->keeping = true;
	query_start(&worker->keep, &prepared_keep_jobs, on_kept, worker);
	query_slice(&worker->keep, slice_of(worker->name));
	pool_run_spare(worker->pool, &worker->keep);
}

/* --- news ------------------------------------------------------------------------------ */

/* A job waits: it is taken, or finds a slot when one has had its turn. What this worker itself gave back is no news. */
static void
hear_of_queued(struct worker *worker, int64_t agency, int64_t job)
{
	bool full = true;

	for (int i = 0; i < worker->count; i++)
	{
		const struct slot *slot = &worker->slots[i];

		if (slot->state >= SLOT_WORKING && slot->agency == agency && slot->job == job)
			return;
		full = full && slot->state >= SLOT_WORKING;
	}
	worker->wanted = worker->wanted || full;
	look(worker);
}

/* "AGENCY JOB STATUS"; after a gap whatever was missed is found by looking. */
static void
on_news(void *owner, const char *channel, const char *payload)
{
	struct worker *worker = owner;
	int64_t agency;
	int64_t job;
	char status[24];

	(void) channel;
	if (payload == NULL)
	{
		look(worker);
		keep(worker);
	}
	else if (sscanf(payload, "%" SCNd64 " %" SCNd64 " %23s", &agency, &job, status) != 3)
		return;
	else if (strcmp(status, "queued") == 0)
		hear_of_queued(worker, agency, job);
	else if (strcmp(status, "cancelling") == 0)
		cancel(worker, agency, job);
}

static void
on_clock(void *context)
{
	look(context);
}

/* --- the whole --------------------------------------------------------------------------- */

/* Unlike that of any other process, of this machine or another. */
static void
find_name(struct worker *worker)
{
	char host[64] = "";
	uint32_t number = 0;

	(void) gethostname(host, sizeof(host) - 1);
	if (getrandom(&number, sizeof(number), 0) != (ssize_t) sizeof(number))
		number = (uint32_t) worker->loop->now_ms;
	snprintf(worker->name, sizeof(worker->name), "%s:%d:%08" PRIx32, host, (int) getpid(), number);
}

struct worker *
worker_open(struct loop *loop, struct pool *pool, struct listener *listener, int slots)
{
	struct worker *worker = arena_alloc(loop->arena, sizeof(*worker) + (size_t) slots * sizeof(worker->slots[0]));

	worker->loop = loop;
	worker->pool = pool;
	worker->count = slots;
	worker->maker = maker_open(loop);
	find_name(worker);
	for (int i = 0; i < slots; i++)
	{
		worker->slots[i].worker = worker;
		worker->slots[i].errand.pool = pool;
		worker->slots[i].errand.maker = worker->maker;
		arena_open(&worker->slots[i].words, loop->arena->fail);
	}
	listener_subscribe(listener, "voygen_job", on_news, worker);
	loop_every(loop, LOOK_MS, on_clock, worker);
	loop_every(loop, KEEP_MS, keep, worker);
	look(worker);
	return worker;
}

void
worker_close(struct worker *worker)
{
	for (int i = 0; i < worker->count; i++)
	{
		/* The pool is closed before. */
		bytes_free(&worker->slots[i].errand.request);
		bytes_free(&worker->slots[i].errand.said);
		bytes_free(&worker->slots[i].errand.parts);
		arena_close(&worker->slots[i].words);
	}
	maker_close(worker->maker);
}

void
worker_drain(struct worker *worker)
{
	worker->draining = true;
	for (int i = 0; i < worker->count; i++)
	{
		struct slot *slot = &worker->slots[i];

		/* Nothing has been sent yet. */
		if (slot->state == SLOT_TAKING && slot->query.list != NULL)
		{
			pool_stop(worker->pool, &slot->query);
			slot->state = SLOT_FREE;
		}
		/* What is made outside may take long, and is made as well by another; a message that is being sent is waited for. */
		if (slot->state == SLOT_OUTSIDE && errand_wind_up(&slot->errand))
			leave(slot, "");
	}
}

bool
worker_quiet(const struct worker *worker)
{
	for (int i = 0; i < worker->count; i++)
	{
		if (worker->slots[i].state != SLOT_FREE)
			return false;
	}
	return true;
}

bool
worker_idle(const struct worker *worker)
{
	return worker->empty && worker_quiet(worker);
}

struct worker_state
worker_look(const struct worker *worker)
{
	struct worker_state state = worker->ended;

	state.slots = worker->count;
	for (int i = 0; i < worker->count; i++)
		state.running += worker->slots[i].state >= SLOT_WORKING;
	return state;
}
