/*
 * job_view.c - words of the database in those of the protocol.
 */
#include "mcp/job_view.h"

#include <stdlib.h>
#include <time.h>

/* {"job_id":"…","status":"…"} is shorter: larger answers need not be looked at. */
#define LONGEST_BEGINNING 100

static const struct scan_node *
inside(struct arena *arena, struct slice text, unsigned levels)
{
	const struct scan_limits limits = {.levels = levels, .nodes = 1000, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;

	return scan_text(arena, text, &limits, &fault);
}

static struct slice
read_all(struct arena *arena, struct output *out)
{
	char *text = arena_alloc(arena, out->length + 16);

	return (struct slice){text, output_read(out, text, out->length + 16)};
}

static int64_t
number_of(struct arena *arena, const struct scan_node *node, int64_t missing)
{
	if (node == NULL || node->kind != SCAN_NUMBER)
		return missing;
	return strtoll(arena_copy(arena, node->raw.at, node->raw.length), NULL, 10);
}

/* Milliseconds of a time as the database writes it, in UTC; 0 for none. */
static int64_t
time_ms(struct arena *arena, const struct scan_node *node)
{
	struct slice text;
	struct tm parts = {0};

	if (!scan_string(arena, node, &text) || strptime(arena_copy(arena, text.at, text.length), "%Y-%m-%dT%H:%M:%S", &parts) == NULL)
		return 0;
	return (int64_t) timegm(&parts) * 1000;
}

/* A result of tools/call. */
static struct slice
result_of(struct arena *arena, const struct scan_node *value, bool failed)
{
	struct slice raw = value != NULL ? value->raw : SLICE_OF("null");
	struct output out;

	output_start(&out, arena);
	output_word(&out, "{\"content\":[{\"type\":\"text\",\"text\":");
	output_quoted(&out, raw);
	output_word(&out, "}]");
	if (failed)
		output_word(&out, ",\"isError\":true");
	else
	{
		output_word(&out, ",\"structuredContent\":");
		output_add(&out, raw);
	}
	output_word(&out, "}");
	return read_all(arena, &out);
}

/* inputRequests: each question as a form. */
static struct slice
questions_of(struct arena *arena, const struct scan_node *questions)
{
	struct output out;

	output_start(&out, arena);
	output_word(&out, "{");
	for (const struct scan_node *question = questions->first; question != NULL; question = question->next)
	{
		const struct scan_node *message = scan_member(question, "message");
		const struct scan_node *schema = scan_member(question, "schema");

		if (message == NULL || schema == NULL)
			continue;
		output_word(&out, out.length > 1 ? "," : "");
		output_quoted(&out, question->name);
		output_word(&out, ":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\",\"message\":");
		output_add(&out, message->raw);
		output_word(&out, ",\"requestedSchema\":");
		output_add(&out, schema->raw);
		output_word(&out, "}}");
	}
	output_word(&out, "}");
	return read_all(arena, &out);
}

static void
read_end(struct arena *arena, const struct scan_node *job, struct slice status, struct job_view *view)
{
	struct task_view *task = &view->task;
	int64_t kept_until = time_ms(arena, scan_member(job, "kept_until"));

	if (kept_until > 0)
		task->ttl_ms = kept_until - time_ms(arena, scan_member(job, "created_at"));
	view->over = true;
	if (slice_is(status, "cancelled"))
	{
		task->status = "cancelled";
		return;
	}
	/* a tool that has failed is an answer all the same */
	task->status = "completed";
	if (slice_is(status, "failed"))
		task->result = result_of(arena, scan_member(job, "error"), true);
	else
		task->result = result_of(arena, scan_member(job, "result"), false);
}

bool
job_view_read(struct arena *arena, struct slice text, struct job_view *view)
{
	const struct scan_node *job = inside(arena, text, 3);
	const struct scan_node *progress = scan_member(job, "progress");
	struct task_view *task = &view->task;
	struct slice status;

	*view = (struct job_view){.task = {.status = "working", .ttl_ms = -1}};
	if (!scan_string(arena, scan_member(job, "job_id"), &task->id) || !scan_string(arena, scan_member(job, "status"), &status))
		return false;
	scan_string(arena, scan_member(job, "created_at"), &task->created_at);
	scan_string(arena, scan_member(job, "updated_at"), &task->updated_at);
	scan_string(arena, scan_member(progress, "message"), &task->message);
	view->done = number_of(arena, scan_member(progress, "done"), 0);
	view->total = number_of(arena, scan_member(progress, "total"), -1);
	if (slice_is(status, "done") || slice_is(status, "failed") || slice_is(status, "cancelled"))
		read_end(arena, job, status, view);
	view->questions = scan_member(job, "input_requests");
	view->asks = slice_is(status, "input_required") && view->questions != NULL && view->questions->kind == SCAN_OBJECT;
	if (view->asks)
	{
		task->status = "input_required";
		task->questions = questions_of(arena, view->questions);
	}
	return true;
}

bool
job_view_begun(struct arena *arena, struct slice answer, struct slice *id)
{
	const struct scan_node *object;

	if (answer.length >= LONGEST_BEGINNING)
		return false;
	object = inside(arena, answer, 1);
	return object != NULL && object->kind == SCAN_OBJECT && scan_member(object, "status") != NULL && object->first->next != NULL &&
		   object->first->next->next == NULL && scan_string(arena, scan_member(object, "job_id"), id);
}

struct slice
job_view_arguments(struct arena *arena, struct slice id, struct slice answers)
{
	struct output out;

	output_start(&out, arena);
	output_word(&out, "{\"job_id\":");
	output_quoted(&out, id);
	if (answers.length > 0)
	{
		output_word(&out, ",\"answers\":");
		output_add(&out, answers);
	}
	output_word(&out, "}");
	return read_all(arena, &out);
}
