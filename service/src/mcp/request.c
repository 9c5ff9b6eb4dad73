/*
 * request.c - results and errors of requests.
 */
#include "mcp/request.h"

#include <inttypes.h>
#include <sys/random.h>

#include "limits/limits.h"
#include "log/log.h"
#include "mcp/server_info.h"

static void
begin_answer(struct mcp_request *request)
{
	output_word(&request->answer, "{\"jsonrpc\":\"2.0\",\"id\":");
	output_refer(&request->answer, request->id.at != NULL ? request->id : SLICE_OF("null"));
}

struct output *
mcp_members(struct mcp_request *request)
{
	struct output *out = &request->answer;

	if (request->members == 0)
	{
		begin_answer(request);
		output_word(out, ",\"result\":{");
	}
	if (request->members++ > 0)
		output_word(out, ",");
	return out;
}

struct output *
mcp_member(struct mcp_request *request, const char *name)
{
	struct output *out = mcp_members(request);

	output_word(out, "\"");
	output_word(out, name);
	output_word(out, "\":");
	return out;
}

void
mcp_member_freshness(struct mcp_request *request, int ttl_ms)
{
	if (request->era != MCP_MODERN)
		return;
	output_number(mcp_member(request, "ttlMs"), ttl_ms);
	output_word(mcp_member(request, "cacheScope"), "\"private\"");
}

void
mcp_finish(struct mcp_request *request)
{
	mcp_finish_as(request, "complete");
}

void
mcp_finish_as(struct mcp_request *request, const char *result_type)
{
	if (request->era == MCP_MODERN)
	{
		output_quoted(mcp_member(request, "resultType"), slice_of(result_type));
		output_word(mcp_member(request, "_meta"), "{\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO "}");
	}
	mcp_finish_bare(request);
}

void
mcp_finish_bare(struct mcp_request *request)
{
	if (request->members == 0)
	{
		begin_answer(request);
		output_word(&request->answer, ",\"result\":{");
	}
	output_word(&request->answer, "}}");
	mcp_end_request(request, 200);
}

void
mcp_refuse(struct mcp_request *request, int status, enum mcp_code code, const char *message, struct slice data)
{
	struct output *out = &request->answer;

	begin_answer(request);
	output_word(out, ",\"error\":{\"code\":");
	output_number(out, code);
	output_word(out, ",\"message\":");
	output_quoted(out, slice_of(message));
	if (data.length > 0)
	{
		output_word(out, ",\"data\":");
		output_add(out, data);
	}
	output_word(out, "}}");
	mcp_end_request(request, status);
}

void
mcp_error(struct mcp_request *request, enum mcp_code code, const char *message, struct slice data)
{
	mcp_refuse(request, 200, code, message, data);
}

static void
add_part(struct output *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	output_word(out, out->length > 1 ? ",\"" : "\"");
	output_word(out, name);
	output_word(out, "\":");
	output_quoted(out, slice_of(value));
}

struct slice
mcp_failure_json(struct arena *arena, const struct failure *failure)
{
	struct output out;
	char *text;

	if (failure->json != NULL)
		return slice_of(arena_string(arena, failure->json));
	output_start(&out, arena);
	output_word(&out, "{");
	add_part(&out, "code", failure->code);
	add_part(&out, "message", failure->message);
	add_part(&out, "path", failure->path);
	add_part(&out, "expected", failure->expected);
	add_part(&out, "got", failure->got);
	add_part(&out, "hint", failure->hint);
	output_word(&out, "}");
	text = arena_alloc(arena, out.length + 16);
	return (struct slice){text, output_read(&out, text, out.length + 16)};
}

bool
mcp_is_token_refusal(const struct query_outcome *outcome)
{
	/* in the words of voygen.call: a tool that is not allowed has the same code */
	return outcome->fate == QUERY_REFUSED && strcmp(outcome->failure.code, "not_allowed") == 0 &&
		   strcmp(outcome->failure.message, "the token is not valid for this agency") == 0;
}

void
mcp_hide_internals(struct mcp_request *request, struct query_outcome *outcome)
{
	struct failure *failure = &outcome->failure;
	uint64_t number = 0;
	const char *id;

	/* errors of tools are meant to be read, and that the server stops or is full is no secret */
	if (outcome->fate != QUERY_REFUSED || outcome->sqlstate[0] == 'V' || strcmp(failure->code, "unavailable") == 0 ||
		strcmp(failure->code, "timeout") == 0)
		return;
	if (getrandom(&number, sizeof(number), 0) < 0)
		number = (uint64_t) request->mcp->loop->now_ms;
	id = arena_format(request->exchange->arena, "%016" PRIx64, number);
	log_say_with(LOG_LEVEL_ERROR,
				 (const struct log_field[]){{"error_id", id, 0}, {"sqlstate", outcome->sqlstate, 0}, {0}},
				 "internal error %s: %s", id, failure->message);
	failure_set(failure, "internal", arena_format(request->exchange->arena, "internal error %s", id),
				"the log of the gateway has the details under this number");
}

static void
refuse_busy(struct mcp_request *request, const struct failure *failure)
{
	exchange_say(request->exchange, "Retry-After", SLICE_OF("1"));
	mcp_refuse(request, 503, MCP_INTERNAL_ERROR, failure->message, mcp_failure_json(request->exchange->arena, failure));
}

static void
refuse_token(struct mcp_request *request, const struct failure *failure)
{
	limits_failed(request->mcp->limits, request->exchange->address);
	exchange_challenge(request->exchange, "invalid_token", NULL);
	mcp_refuse(request, 401, MCP_INVALID_REQUEST, failure->message, mcp_failure_json(request->exchange->arena, failure));
}

bool
mcp_end_out_of_scope(struct mcp_request *request, const struct query_outcome *outcome)
{
	struct arena *arena = request->exchange->arena;
	const struct failure *failure = &outcome->failure;
	const struct scan_node *error = outcome->fate == QUERY_REFUSED && failure->json != NULL ? mcp_inside(request,
																										 slice_of(failure->json), 1)
																							: NULL;
	struct slice scope;

	if (!mcp_is_alone(request) || !scan_string(arena, scan_member(error, "scope"), &scope))
		return false;
	exchange_challenge(request->exchange, "insufficient_scope", arena_copy(arena, scope.at, scope.length));
	mcp_refuse(request, 403, MCP_INVALID_REQUEST, failure->message, mcp_failure_json(arena, failure));
	return true;
}

void
mcp_finish_failed(struct mcp_request *request, const struct failure *failure)
{
	struct output *out = mcp_member(request, "content");

	output_word(out, "[{\"type\":\"text\",\"text\":");
	output_quoted(out, mcp_failure_json(request->exchange->arena, failure));
	output_word(out, "}]");
	output_word(mcp_member(request, "isError"), "true");
	mcp_finish(request);
}

void
mcp_end_overloaded(struct mcp_request *request)
{
	struct failure failure;

	failure_set(&failure, "unavailable", "there are too many calls at once", "nothing has been done: repeat it after a while");
	refuse_busy(request, &failure);
}

void
mcp_end_failed(struct mcp_request *request, struct query_outcome *outcome)
{
	struct arena *arena = request->exchange->arena;

	mcp_hide_internals(request, outcome);
	if (outcome->fate == QUERY_UNSENT)
		refuse_busy(request, &outcome->failure);
	else if (mcp_is_token_refusal(outcome))
		refuse_token(request, &outcome->failure);
	else if (!mcp_end_out_of_scope(request, outcome))
		mcp_error(request, MCP_INTERNAL_ERROR, outcome->failure.message, mcp_failure_json(arena, &outcome->failure));
}

void
mcp_drop(struct mcp_request *request)
{
	output_start(&request->answer, request->exchange->arena);
	mcp_end_request(request, 202);
}

bool
mcp_param_text(struct mcp_request *request, const char *name, struct slice *text)
{
	struct arena *arena = request->exchange->arena;

	if (scan_string(arena, scan_member(request->params, name), text))
		return true;
	mcp_error(request, MCP_INVALID_PARAMS, arena_format(arena, "params.%s is missing or no text", name), (struct slice){0});
	return false;
}

const struct scan_node *
mcp_inside(struct mcp_request *request, struct slice raw, unsigned levels)
{
	const struct scan_limits limits = {.levels = levels, .nodes = 1000, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;

	return scan_text(request->exchange->arena, raw, &limits, &fault);
}

bool
mcp_client_can(struct mcp_request *request, const char *capability, const char *inner)
{
	const struct scan_node *all = scan_member(request->meta, "io.modelcontextprotocol/clientCapabilities");
	const struct scan_node *found = all != NULL ? scan_member(mcp_inside(request, all->raw, 2), capability) : NULL;

	if (found != NULL && inner != NULL)
		found = scan_member(found, inner);
	return found != NULL && found->kind == SCAN_OBJECT;
}

void
mcp_refuse_capability(struct mcp_request *request, const char *required)
{
	mcp_refuse(request, 400, MCP_MISSING_CAPABILITY, "the client has not declared a capability that this request needs",
			   slice_of(arena_format(request->exchange->arena, "{\"requiredCapabilities\":%s}", required)));
}
