/*
 * passing.c - resources, prompts and completion: methods that the database answers as they stand, each by one call.
 */
#include "mcp/calling.h"
#include "mcp/methods.h"
#include "mcp/scope.h"

#define TTL_MS 60000
#define MEMBERS_MOST 3

/* A method, the name the database knows it by, and what of the parameters is handed on. */
struct passed
{
	const char *method;
	const char *name;
	const char *members[MEMBERS_MOST];
	bool fresh;    /* the result says how long it may be kept */
	bool recorded; /* somebody has seen what the agency keeps, which its audit says; lists and completion only name it */
};

static const struct passed all_passed[] = {
	{"resources/list", "mcp.list_resources", {"cursor"}, true, false},
	{"resources/templates/list", "mcp.list_resource_templates", {"cursor"}, true, false},
	{"resources/read", "mcp.read_resource", {"uri"}, true, true},
	{"prompts/list", "mcp.list_prompts", {"cursor"}, true, false},
	{"prompts/get", "mcp.get_prompt", {"name", "arguments"}, false, true},
	{"completion/complete", "mcp.complete", {"ref", "argument", "context"}, false, false},
};

struct passing
{
	struct mcp_request *request;
	const struct passed *passed;
	struct calling calling;
};

static void
record(const struct passing *passing, const char *outcome)
{
	if (passing->passed->recorded)
		calling_record(&passing->calling, passing->request, outcome);
}

static void
stop(struct mcp_request *request)
{
	struct passing *passing = request->work;

	pool_stop(request->mcp->pool, &passing->calling.query);
	record(passing, "cancelled");
}

static void
free_result(void *result)
{
	PQclear(result);
}

/* The members of the database's object, as it wrote them. */
static void
answer(struct passing *passing, PGresult *result)
{
	struct mcp_request *request = passing->request;
	struct slice text = slice_trimmed((struct slice){PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0)});

	exchange_keep(request->exchange, free_result, result);
	if (text.length > 2)
		output_refer(mcp_members(request), (struct slice){text.at + 1, text.length - 2});
	if (passing->passed->fresh)
		mcp_member_freshness(request, TTL_MS);
	mcp_finish(request);
}

static void
refuse_uri(struct mcp_request *request, const char *message)
{
	const struct scan_node *uri = scan_member(request->params, "uri");
	struct arena *arena = request->exchange->arena;
	const char *data = arena_format(arena, "{\"uri\":%s}", arena_copy(arena, uri->raw.at, uri->raw.length));

	mcp_error(request, request->era == MCP_MODERN ? MCP_INVALID_PARAMS : MCP_RESOURCE_NOT_FOUND, message, slice_of(data));
}

static void
on_answered(void *owner, struct query_outcome *outcome)
{
	struct passing *passing = owner;
	struct mcp_request *request = passing->request;
	struct failure *failure = &outcome->failure;

	if (outcome->fate != QUERY_UNSENT)
		record(passing, outcome->fate == QUERY_DONE ? "ok" : calling_code(failure));
	if (outcome->fate == QUERY_DONE)
		answer(passing, outcome->result);
	else if (outcome->fate != QUERY_REFUSED || outcome->sqlstate[0] != 'V' || mcp_is_token_refusal(outcome))
		mcp_end_failed(request, outcome);
	else if (strcmp(failure->code, "not_found") == 0 && strcmp(passing->passed->members[0], "uri") == 0)
		refuse_uri(request, failure->message);
	else
		mcp_error(request, MCP_INVALID_PARAMS, failure->message, mcp_failure_json(request->exchange->arena, failure));
}

static struct slice
arguments_of(struct mcp_request *request, const struct passed *passed)
{
	struct output out;
	char *text;

	output_start(&out, request->exchange->arena);
	output_word(&out, "{");
	for (int i = 0; i < MEMBERS_MOST && passed->members[i] != NULL; i++)
	{
		const struct scan_node *member = scan_member(request->params, passed->members[i]);

		if (member == NULL || member->kind == SCAN_NULL)
			continue;
		output_word(&out, out.length > 1 ? "," : "");
		output_quoted(&out, slice_of(passed->members[i]));
		output_word(&out, ":");
		output_add(&out, member->raw);
	}
	output_word(&out, "}");
	text = arena_alloc(request->exchange->arena, out.length + 16);
	return (struct slice){text, output_read(&out, text, out.length + 16)};
}

static void
handle(struct mcp_request *request)
{
	struct passing *passing = arena_alloc(request->exchange->arena, sizeof(*passing));
	const struct passed *passed = all_passed;
	struct slice uri;

	while (!slice_is(request->method_name, passed->method))
		passed++;
	if (strcmp(passed->members[0], "uri") == 0 && !mcp_param_text(request, "uri", &uri))
		return;
	if (!scope_check(request, slice_of(passed->name), true))
		return;
	*passing = (struct passing){.request = request, .passed = passed, .calling.started_us = calling_clock_us()};
	request->work = passing;
	request->stop = stop;
	if (!calling_start(&passing->calling, request, slice_of(passed->name), arguments_of(request, passed), on_answered, passing))
		mcp_end_overloaded(request);
}

const struct mcp_method passing_methods[] = {
	{.name = "resources/list", .eras = MCP_BOTH, .handle = handle},
	{.name = "resources/templates/list", .eras = MCP_BOTH, .handle = handle},
	{.name = "resources/read", .eras = MCP_BOTH, .handle = handle, .named_by = "uri"},
	{.name = "prompts/list", .eras = MCP_BOTH, .handle = handle},
	{.name = "prompts/get", .eras = MCP_BOTH, .handle = handle, .named_by = "name"},
	{.name = "completion/complete", .eras = MCP_BOTH, .handle = handle},
	{.name = NULL},
};
