/*
 * tools_call.c - tools/call: one statement in the database, its text handed on.
 *
 * What the caller can mend is a result with isError, so that an assistant reads it; what a program has to see is an
 * error of the protocol: no such tool, no valid token, too much load.
 *
 * A call that the end of a connection has cut off runs again when nothing can have happened: the server has said
 * that it rolled it back, or the tool only reads.
 */
#include "limits/limits.h"
#include "mcp/ask.h"
#include "mcp/calling.h"
#include "mcp/catalogue.h"
#include "mcp/confirm.h"
#include "mcp/job_view.h"
#include "mcp/jobs.h"
#include "mcp/methods.h"
#include "mcp/scope.h"
#include "metrics/metrics.h"

#define MOST_ATTEMPTS 4
/* A server that ends takes a moment to end all its sessions. */
#define PAUSE_MS 200

struct tool_call
{
	struct mcp_request *request;
	struct calling calling;
	struct catalogue_wait wait;
	struct slice name;
	struct slice arguments;
	int attempts;
};

static void
free_result(void *result)
{
	PQclear(result);
}

/* Whether the call has begun a job; the tool that hands in answers to one says the same of it. */
static bool
has_begun_job(const struct tool_call *call, struct slice answer, struct slice *job)
{
	return !slice_is(call->name, "answer_job") && job_view_begun(call->request->exchange->arena, answer, job);
}

/* The text of the database twice: as text for a model, as value for a program. Both refer to where it lies. */
static void
answer_result(struct mcp_request *request, PGresult *result)
{
	struct slice text = {PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0)};
	struct output *out;
	struct slice job;

	exchange_keep(request->exchange, free_result, result);
	if (has_begun_job(request->work, text, &job))
	{
		jobs_follow(request, job);
		return;
	}
	out = mcp_member(request, "content");
	output_word(out, "[{\"type\":\"text\",\"text\":");
	output_refer_quoted(out, text);
	output_word(out, "}]");
	output_refer(mcp_member(request, "structuredContent"), text);
	mcp_finish(request);
}

/* The database's own words for a tool that is not there; other names that are unknown are the caller's to mend. */
static bool
no_such_tool(const struct failure *failure)
{
	return strcmp(failure->code, "unknown_name") == 0 && failure->path == NULL && failure->expected != NULL &&
		   strcmp(failure->expected, "the name of a tool") == 0;
}

/* Only names the database knows are told apart, so that no client can make up series. */
static void
count(const struct tool_call *call, bool known, const char *code)
{
	metrics_call(call->request->mcp->metrics, known ? call->name : (struct slice){0}, code, calling_clock_us() - call->calling.started_us);
}

static bool
only_reads(const struct tool_call *call)
{
	const struct mcp_request *request = call->request;
	const struct catalogue_tool *tool = catalogue_look(request->mcp->catalogue, &request->exchange->identity, call->name);

	return tool != NULL && tool->read_only;
}

/* Runs it again when that is safe; false when it is not, or has been tried often enough. */
static bool
run_again(struct tool_call *call, const struct query_outcome *outcome)
{
	bool nothing_happened = (outcome->fate == QUERY_REFUSED && strncmp(outcome->sqlstate, "57P", 3) == 0) ||
							(outcome->fate == QUERY_LOST && only_reads(call));

	if (!nothing_happened || ++call->attempts == MOST_ATTEMPTS)
		return false;
	pool_run_again(call->request->mcp->pool, &call->calling.query, call->attempts * PAUSE_MS);
	return true;
}

static void
on_called(void *owner, struct query_outcome *outcome)
{
	struct tool_call *call = owner;
	struct mcp_request *request = call->request;
	struct failure *failure = &outcome->failure;

	if (outcome->fate == QUERY_DONE)
	{
		calling_record(&call->calling, request, "ok");
		count(call, true, "ok");
		limits_proven(request->mcp->limits, &request->exchange->identity);
		answer_result(request, outcome->result);
		return;
	}
	if (run_again(call, outcome))
		return;
	mcp_hide_internals(request, outcome);
	if (outcome->fate != QUERY_UNSENT)
		calling_record(&call->calling, request, calling_code(failure));
	if (outcome->fate == QUERY_UNSENT || mcp_is_token_refusal(outcome))
	{
		count(call, false, calling_code(failure));
		mcp_end_failed(request, outcome);
		return;
	}
	count(call, !no_such_tool(failure), calling_code(failure));
	if (mcp_end_out_of_scope(request, outcome))
		return;
	if (no_such_tool(failure))
		mcp_error(request, MCP_INVALID_PARAMS, failure->message, mcp_failure_json(request->exchange->arena, failure));
	else
		mcp_finish_failed(request, failure);
}

/* The arguments as they stand in the message; none is an empty object. */
static bool
read_arguments(struct mcp_request *request, struct slice *arguments)
{
	const struct scan_node *node = scan_member(request->params, "arguments");

	*arguments = node != NULL ? node->raw : SLICE_OF("{}");
	if (node == NULL || node->kind == SCAN_OBJECT)
		return true;
	mcp_error(request, MCP_INVALID_PARAMS, "params.arguments has to be an object", (struct slice){0});
	return false;
}

static void
overloaded(struct tool_call *call)
{
	count(call, false, "unavailable");
	mcp_end_overloaded(call->request);
}

/* Who asked does not want it any more, or is gone. Whether a tool that writes had come to its end by then, its own row of the
 * audit says. */
static void
stop_call(struct mcp_request *request)
{
	struct tool_call *call = request->work;

	pool_stop(request->mcp->pool, &call->calling.query);
	calling_record(&call->calling, request, "cancelled");
	count(call, catalogue_look(request->mcp->catalogue, &request->exchange->identity, call->name) != NULL, "cancelled");
}

static void
run(struct tool_call *call)
{
	struct mcp_request *request = call->request;

	request->stop = stop_call;
	if (!calling_start(&call->calling, request, call->name, call->arguments, on_called, call))
		overloaded(call);
}

static void
stop_waiting(struct mcp_request *request)
{
	struct tool_call *call = request->work;

	catalogue_forget(request->mcp->catalogue, &call->wait);
}

/* Whether the token leaves it to the caller; the database asks its row alone. False when the request has been ended. */
static bool
is_in_scope(struct tool_call *call, const struct catalogue_tool *tool, struct query_outcome *outcome)
{
	struct mcp_request *request = call->request;
	const struct identity *identity = &request->exchange->identity;

	/* of what the row does not have the database says why, where the token leaves it whatever it is */
	if (identity->scope == NULL || (scope_allows(identity, call->name, true) && scope_allows(identity, call->name, false)))
		return true;
	if (tool != NULL && scope_allows(identity, tool->name, tool->read_only))
		return true;
	if (tool != NULL)
	{
		call->calling.tool = call->name;
		call->calling.arguments = call->arguments;
		calling_record(&call->calling, request, "not_allowed");
		count(call, true, "not_allowed");
		return scope_check(request, tool->name, tool->read_only);
	}
	if (outcome != NULL && outcome->fate != QUERY_DONE)
		mcp_end_failed(request, outcome);
	else
		mcp_error(request, MCP_INVALID_PARAMS, "there is no such tool", (struct slice){0});
	return false;
}

/* What the tool is, is known now; if it cannot be, the database says why. */
static void
on_known(void *owner, struct catalogue_entry *entry, struct query_outcome *outcome)
{
	struct tool_call *call = owner;
	const struct catalogue_tool *tool = entry != NULL ? catalogue_find(entry, call->name) : NULL;

	if (!is_in_scope(call, tool, outcome))
		return;
	if (!ask_can(call->request, "elicitation/create") || confirm_call(call->request, tool, &call->arguments))
		run(call);
}

static void
handle_call(struct mcp_request *request)
{
	struct tool_call *call = arena_alloc(request->exchange->arena, sizeof(*call));

	if (!mcp_param_text(request, "name", &call->name) || !read_arguments(request, &call->arguments))
		return;
	/* the database answers more by this door than tools (passing.c) */
	if (slice_starts(call->name, "mcp."))
	{
		mcp_error(request, MCP_INVALID_PARAMS, "there is no such tool", (struct slice){0});
		return;
	}
	if (!ask_read(request) || jobs_resume(request))
		return;
	call->request = request;
	call->calling.started_us = calling_clock_us();
	request->work = call;
	if (!ask_can(request, "elicitation/create") && request->exchange->identity.scope == NULL)
	{
		run(call);
		return;
	}
	request->stop = stop_waiting;
	if (!catalogue_ask(request->mcp->catalogue, request->exchange, &call->wait, on_known, call))
		overloaded(call);
}

const struct mcp_method tools_call_methods[] = {
	{.name = "tools/call", .eras = MCP_BOTH, .handle = handle_call, .named_by = "name"},
	{.name = NULL},
};
