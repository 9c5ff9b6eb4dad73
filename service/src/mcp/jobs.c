/*
 * jobs.c - one job and the request that is about it. The news of the database say when to look; without any, it is
 * looked at every second. What there is to see is asked for with get_job, as the caller, so that nobody sees more here
 * than the database shows him.
 */
#include "mcp/jobs.h"

#include <stdio.h>
#include <stdlib.h>

#include "mcp/ask.h"
#include "mcp/calling.h"
#include "mcp/job_view.h"
#include "mcp/news.h"
#include "mcp/notice.h"
#include "mcp/scope.h"

#define LOOK_MS 1000
#define STATE_PREFIX "job:"

enum purpose
{
	SHOW,     /* tasks/get */
	BEGIN,    /* the answer to the call that has begun it */
	FOLLOW,   /* the same for a client without tasks: wait for the end */
	ANSWER,   /* tasks/update: what does it ask? */
	ANSWERED, /* tasks/update: it was told */
	CANCEL,   /* tasks/cancel */
	TELL      /* a follower's answers have been handed in */
};

struct following
{
	struct mcp_request *request;
	struct calling calling;
	struct slice id;
	enum purpose purpose;
	const struct scan_node *responses;
	struct loop_timer timer;
	bool asking_database;
	bool news; /* came while it was being looked at */
};

static void on_answered(void *owner, struct query_outcome *outcome);

/* Cancelling a job and answering it belong into the audit, whatever came of it; looking at one is part of waiting for it. */
static void
record(const struct following *following, const char *outcome)
{
	struct calling calling = following->calling;

	if (following->purpose == ANSWER)
		calling.tool = SLICE_OF("answer_job");
	if (!slice_is(calling.tool, "get_job"))
		calling_record(&calling, following->request, outcome);
}

static void
stop_query(struct following *following)
{
	loop_timer_stop(&following->timer);
	if (following->asking_database)
	{
		pool_stop(following->request->mcp->pool, &following->calling.query);
		record(following, "cancelled");
	}
	following->asking_database = false;
}

static void
stop(struct mcp_request *request)
{
	stop_query(request->work);
}

static void
run(struct following *following, const char *tool, struct slice answers)
{
	struct slice arguments = job_view_arguments(following->request->exchange->arena, following->id, answers);

	following->asking_database = true;
	following->calling.started_us = calling_clock_us();
	if (calling_start(&following->calling, following->request, slice_of(tool), arguments, on_answered, following))
		return;
	following->asking_database = false;
	mcp_end_overloaded(following->request);
}

static struct following *
start(struct mcp_request *request, struct slice id, enum purpose purpose)
{
	struct following *following = arena_alloc(request->exchange->arena, sizeof(*following));

	*following = (struct following){.request = request, .id = id, .purpose = purpose};
	request->work = following;
	request->stop = stop;
	return following;
}

/* --- the end of a call whose client does not wait ------------------------------------ */

/* A cancellation outlives its request. */
struct farewell
{
	struct query query;
	struct identity identity;
	char arguments[64];
};

static void
on_said(void *owner, struct query_outcome *outcome)
{
	if (outcome->fate == QUERY_DONE)
		PQclear(outcome->result);
	free(owner);
}

static void
stop_following(struct mcp_request *request)
{
	struct following *following = request->work;
	struct farewell *farewell = calloc(1, sizeof(*farewell));
	struct slice text = job_view_arguments(request->exchange->arena, following->id, (struct slice){0});

	stop_query(following);
	if (farewell == NULL || text.length > sizeof(farewell->arguments))
	{
		free(farewell);
		return;
	}
	farewell->identity = request->exchange->identity;
	memcpy(farewell->arguments, text.at, text.length);
	query_start(&farewell->query, &prepared_call, on_said, farewell);
	query_integer(&farewell->query, farewell->identity.agency_id);
	query_slice(&farewell->query, (struct slice){(const char *) farewell->identity.digest, DIGEST_BYTES});
	query_slice(&farewell->query, SLICE_OF("cancel_job"));
	query_slice(&farewell->query, (struct slice){farewell->arguments, text.length});
	pool_run_spare(request->mcp->pool, &farewell->query);
}

/* --- waiting for the end --------------------------------------------------------------- */

static void
look(void *context)
{
	struct following *following = context;

	loop_timer_stop(&following->timer);
	following->purpose = FOLLOW;
	following->news = false;
	run(following, "get_job", (struct slice){0});
}

static void
say_refusal(struct mcp_request *request, const struct failure *failure)
{
	struct output *out = mcp_member(request, "content");

	output_word(out, "[{\"type\":\"text\",\"text\":");
	output_quoted(out, mcp_failure_json(request->exchange->arena, failure));
	output_word(out, "}]");
	output_word(mcp_member(request, "isError"), "true");
	mcp_finish(request);
}

/* The job asks something: so does the request, when its client can be asked. */
static void
pass_questions(struct following *following, const struct job_view *view)
{
	struct mcp_request *request = following->request;
	struct arena *arena = request->exchange->arena;
	const struct scan_node *all = mcp_inside(request, view->task.questions, 2);
	struct question *questions;
	struct failure failure;
	int count = 0;

	if (!ask_can(request, "elicitation/create"))
	{
		failure_set(&failure, "precondition_failed",
					arena_format(arena, "job %s waits for an answer", arena_copy(arena, following->id.at, following->id.length)),
					"get_job shows what it asks; answer with answer_job");
		failure.expected = arena_copy(arena, view->task.questions.at, view->task.questions.length);
		say_refusal(request, &failure);
		return;
	}
	for (const struct scan_node *item = all->first; item != NULL; item = item->next)
		count++;
	questions = arena_alloc(arena, (size_t) count * sizeof(*questions));
	count = 0;
	for (const struct scan_node *item = all->first; item != NULL; item = item->next)
		questions[count++] = (struct question){arena_copy(arena, item->name.at, item->name.length), "elicitation/create",
											   scan_member(item, "params")->raw};
	ask(request, questions, count,
		slice_of(arena_format(arena, STATE_PREFIX "%s", arena_copy(arena, following->id.at, following->id.length))));
}

static void
wait_on(struct following *following, const struct job_view *view)
{
	struct mcp_request *request = following->request;

	if (view->total >= 0)
		notice_progress(request, view->done, view->total, view->task.message);
	if (view->asks)
		pass_questions(following, view);
	else if (following->news)
		look(following);
	else if (!loop_timer_start(&following->timer, request->mcp->loop, LOOK_MS, look, following))
		mcp_end_overloaded(request);
}

/* The members of the result are those of a call. */
static void
end_following(struct mcp_request *request, const struct job_view *view)
{
	struct failure failure;

	if (view->task.result.at == NULL)
	{
		failure_set(&failure, "cancelled", "the job was cancelled", NULL);
		say_refusal(request, &failure);
		return;
	}
	output_add(mcp_members(request), (struct slice){view->task.result.at + 1, view->task.result.length - 2});
	mcp_finish(request);
}

/* --- what the database answers ------------------------------------------------------------ */

/* What the client has answered, of what the job asks; at NULL: nothing of it. */
static struct slice
answers_of(struct following *following, const struct scan_node *questions)
{
	struct arena *arena = following->request->exchange->arena;
	struct output out;
	char *text;

	output_start(&out, arena);
	for (const struct scan_node *question = questions->first; question != NULL; question = question->next)
	{
		const char *name = arena_copy(arena, question->name.at, question->name.length);
		const struct scan_node *response = scan_member(following->responses, name);
		const struct scan_node *content = scan_member(response, "content");
		struct slice action;

		if (!scan_string(arena, scan_member(response, "action"), &action))
			continue;
		output_word(&out, out.length == 0 ? "{" : ",");
		output_quoted(&out, question->name);
		output_word(&out, ":");
		output_add(&out, slice_is(action, "accept") && content != NULL ? content->raw : SLICE_OF("null"));
	}
	if (out.length == 0)
		return (struct slice){NULL, 0};
	output_word(&out, "}");
	text = arena_alloc(arena, out.length + 16);
	return (struct slice){text, output_read(&out, text, out.length + 16)};
}

/* Hands the client's answers to the job, when there are some. */
static void
hand_in(struct following *following, const struct job_view *view)
{
	struct slice answers = view->asks ? answers_of(following, view->questions) : (struct slice){NULL, 0};

	if (answers.at != NULL)
	{
		following->purpose = following->purpose == ANSWER ? ANSWERED : FOLLOW;
		run(following, "answer_job", answers);
	}
	else if (following->purpose == ANSWER)
		task_acknowledge(following->request);
	else
		wait_on(following, view);
}

static void
use_view(struct following *following, const struct job_view *view)
{
	struct mcp_request *request = following->request;

	if (following->purpose == SHOW)
		task_show(request, &view->task);
	else if (following->purpose == BEGIN)
		task_begin(request, &view->task);
	else if (following->purpose == ANSWER || following->purpose == TELL)
		hand_in(following, view);
	else if (view->over)
		end_following(request, view);
	else
		wait_on(following, view);
}

/* A job that is not his, or none at all, is unknown in one and the same way, also to a role that may do nothing with jobs. */
static void
fail(struct following *following, struct query_outcome *outcome)
{
	static const char *const unknown[] = {"not_found", "invalid_argument", "unknown_name", "not_allowed"};
	bool told = outcome->fate != QUERY_REFUSED || mcp_is_token_refusal(outcome);

	for (size_t i = 0; !told && i < sizeof(unknown) / sizeof(unknown[0]); i++)
	{
		if (strcmp(outcome->failure.code, unknown[i]) != 0)
			continue;
		task_unknown(following->request);
		return;
	}
	mcp_end_failed(following->request, outcome);
}

static void
free_result(void *result)
{
	PQclear(result);
}

static void
on_answered(void *owner, struct query_outcome *outcome)
{
	struct following *following = owner;
	struct mcp_request *request = following->request;
	struct job_view view;
	struct slice text;

	following->asking_database = false;
	if (outcome->fate != QUERY_DONE)
	{
		if (outcome->fate != QUERY_UNSENT)
			record(following, calling_code(&outcome->failure));
		fail(following, outcome);
		return;
	}
	/* of the looking that comes before an answer nothing is worth a row but its failure */
	if (following->purpose != ANSWER)
		record(following, "ok");
	if (following->purpose == ANSWERED || following->purpose == CANCEL)
	{
		PQclear(outcome->result);
		task_acknowledge(request);
		return;
	}
	exchange_keep(request->exchange, free_result, outcome->result);
	text = (struct slice){PQgetvalue(outcome->result, 0, 0), (size_t) PQgetlength(outcome->result, 0, 0)};
	if (!job_view_read(request->exchange->arena, text, &view))
		mcp_error(request, MCP_INTERNAL_ERROR, "the job cannot be read", (struct slice){0});
	else
		use_view(following, &view);
}

/* --- the ways in ---------------------------------------------------------------------------- */

void
jobs_follow(struct mcp_request *request, struct slice id)
{
	struct following *following = start(request, id, task_wanted(request) ? BEGIN : FOLLOW);

	if (following->purpose == FOLLOW)
		request->stop = stop_following;
	request->job_since_ms = request->mcp->loop->now_ms;
	run(following, "get_job", (struct slice){0});
}

bool
jobs_resume(struct mcp_request *request)
{
	const size_t prefix = sizeof(STATE_PREFIX) - 1;
	struct following *following;

	if (request->state.at == NULL || !slice_starts(request->state, STATE_PREFIX))
		return false;
	following = start(request, (struct slice){request->state.at + prefix, request->state.length - prefix}, TELL);
	following->responses = request->responses;
	request->stop = stop_following;
	run(following, "get_job", (struct slice){0});
	return true;
}

static void
get_job(struct mcp_request *request, struct slice id)
{
	if (scope_check(request, SLICE_OF("get_job"), true))
		run(start(request, id, SHOW), "get_job", (struct slice){0});
}

static void
cancel_job(struct mcp_request *request, struct slice id)
{
	if (scope_check(request, SLICE_OF("cancel_job"), false))
		run(start(request, id, CANCEL), "cancel_job", (struct slice){0});
}

static void
update_job(struct mcp_request *request, struct slice id, const struct scan_node *responses)
{
	struct following *following;

	if (!scope_check(request, SLICE_OF("answer_job"), false))
		return;
	following = start(request, id, ANSWER);
	following->responses = responses;
	run(following, "get_job", (struct slice){0});
}

const struct task_source job_source = {get_job, update_job, cancel_job};

/* --- news -------------------------------------------------------------------------------------- */

/* A stream that has asked for a task is told how it stands, when the database shows it to its caller. */
struct telling
{
	struct query query;
	struct mcp *mcp;
	struct identity identity;
	char id[24];
	char arguments[64];
};

static void
on_told(void *owner, struct query_outcome *outcome)
{
	struct telling *telling = owner;
	struct arena arena;
	struct job_view view;
	struct hearer *next;

	arena_open(&arena, telling->mcp->loop->arena->fail);
	if (outcome->fate == QUERY_DONE && job_view_read(&arena, slice_of(PQgetvalue(outcome->result, 0, 0)), &view))
	{
		for (struct hearer *hearer = telling->mcp->hearers; hearer != NULL; hearer = next)
		{
			const struct identity *identity = &hearer->exchange->identity;

			next = hearer->next;
			if (identity->agency_id == telling->identity.agency_id &&
				memcmp(identity->digest, telling->identity.digest, DIGEST_BYTES) == 0 && hearer_wants_task(hearer, slice_of(telling->id)))
				news_of_task(hearer, &view.task);
		}
	}
	if (outcome->fate == QUERY_DONE)
		PQclear(outcome->result);
	arena_close(&arena);
	free(telling);
}

/* Once for each caller, however many streams he has. */
static bool
was_told(const struct mcp *mcp, const struct hearer *last, struct slice id)
{
	for (struct hearer *hearer = mcp->hearers; hearer != last; hearer = hearer->next)
	{
		if (memcmp(hearer->exchange->identity.digest, last->exchange->identity.digest, DIGEST_BYTES) == 0 && hearer_wants_task(hearer, id))
			return true;
	}
	return false;
}

static void
tell(struct mcp *mcp, const struct hearer *hearer, const char *id)
{
	struct telling *telling = calloc(1, sizeof(*telling));

	if (telling == NULL)
		return;
	telling->mcp = mcp;
	telling->identity = hearer->exchange->identity;
	snprintf(telling->id, sizeof(telling->id), "%s", id);
	snprintf(telling->arguments, sizeof(telling->arguments), "{\"job_id\":\"%s\"}", id);
	query_start(&telling->query, &prepared_call, on_told, telling);
	query_integer(&telling->query, telling->identity.agency_id);
	query_slice(&telling->query, (struct slice){(const char *) telling->identity.digest, DIGEST_BYTES});
	query_slice(&telling->query, SLICE_OF("get_job"));
	query_slice(&telling->query, slice_of(telling->arguments));
	if (!pool_run(mcp->pool, &telling->query))
		free(telling);
}

/* After a gap nobody knows what a stream has missed: it is told of all its tasks. Ids of jobs are digits. */
static void
tell_all(struct mcp *mcp, const struct hearer *hearer)
{
	for (const struct scan_node *item = hearer->tasks != NULL ? hearer->tasks->first : NULL; item != NULL; item = item->next)
	{
		char id[24] = "";

		if (item->raw.length < sizeof(id))
			memcpy(id, item->raw.at + 1, item->raw.length - 2);
		if (id[0] != '\0' && id[strspn(id, "0123456789")] == '\0' && !was_told(mcp, hearer, slice_of(id)))
			tell(mcp, hearer, id);
	}
}

static void
look_again(struct mcp_request *request, const char *id)
{
	struct following *following = request->work;

	if (id != NULL && !slice_is(following->id, id))
		return;
	following->news = true;
	if (following->timer.event != NULL)
		look(following);
}

void
jobs_news(struct mcp *mcp, const char *payload)
{
	struct mcp_request *next;
	long long agency = 0;
	char id[24];
	bool known = payload != NULL && sscanf(payload, "%lld %20[0-9]", &agency, id) == 2;

	for (struct mcp_request *request = mcp->running; request != NULL; request = next)
	{
		next = request->next;
		if (request->stop == stop_following && (!known || request->exchange->identity.agency_id == agency))
			look_again(request, known ? id : NULL);
	}
	for (const struct hearer *hearer = known ? NULL : mcp->hearers; hearer != NULL; hearer = hearer->next)
		tell_all(mcp, hearer);
	for (struct hearer *hearer = known ? mcp->hearers : NULL; hearer != NULL; hearer = hearer->next)
	{
		if (hearer->exchange->identity.agency_id != agency || was_told(mcp, hearer, slice_of(id)))
			continue;
		if (hearer_wants_task(hearer, slice_of(id)))
			tell(mcp, hearer, id);
	}
}
