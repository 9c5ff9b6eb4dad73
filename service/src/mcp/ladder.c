/*
 * ladder.c - the steps, in order:
 *
 *	1  the method of HTTP                          (the transport)
 *	2  the shape of JSON-RPC                       400 -32600
 *	3  the era: what the body claims, then what the header says; the two may not differ   400 -32602, -32020
 *	4  the envelope of the newest revisions        400 -32602
 *	5  a revision that is spoken here              400 -32022
 *	6  headers that repeat the body                400 -32020
 *	7  capabilities of the client                  400 -32021 (the handlers: mcp_client_can)
 *	8  headers that repeat arguments               400 -32020 (tools_call.c)
 *	9  a method that is known                      404 -32601, for older revisions 200
 */
#include "mcp/ladder.h"

#include "mcp/ask.h"
#include "mcp/base64_header.h"
#include "mcp/methods.h"
#include "mcp/server_info.h"
#include "mcp/session.h"

#define CLAIM "io.modelcontextprotocol/protocolVersion"
#define CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define CLIENT "io.modelcontextprotocol/clientInfo"

static bool
refuse(struct mcp_request *request, enum mcp_code code, const char *message)
{
	mcp_refuse(request, 400, code, message, (struct slice){0});
	return false;
}

/* --- 2: the shape -------------------------------------------------------------- */

static bool
read_id(struct mcp_request *request, const struct scan_node *message)
{
	const struct scan_node *id = scan_member(message, "id");

	if (id == NULL)
		return true;
	if (id->kind != SCAN_STRING && id->kind != SCAN_NUMBER)
		return refuse(request, MCP_INVALID_REQUEST, "id has to be a text or a number");
	request->id = id->raw;
	return true;
}

static bool
read_shape(struct mcp_request *request, const struct scan_node *message)
{
	struct arena *arena = request->exchange->arena;
	struct slice version;

	if (message == NULL || message->kind != SCAN_OBJECT)
		return refuse(request, MCP_INVALID_REQUEST, "a message has to be a JSON object");
	if (!read_id(request, message))
		return false;
	if (!scan_string(arena, scan_member(message, "jsonrpc"), &version) || !slice_is(version, "2.0"))
		return refuse(request, MCP_INVALID_REQUEST, "jsonrpc has to be \"2.0\"");
	request->params = scan_member(message, "params");
	if (request->params != NULL && request->params->kind != SCAN_OBJECT)
		return refuse(request, MCP_INVALID_REQUEST, "params has to be a JSON object");
	if (scan_string(arena, scan_member(message, "method"), &request->method_name))
		return true;
	/* an answer to a question of ours */
	if (scan_member(message, "method") == NULL && (scan_member(message, "result") != NULL || scan_member(message, "error") != NULL))
	{
		ask_take(request->mcp, request->exchange, message);
		mcp_drop(request);
		return false;
	}
	return refuse(request, MCP_INVALID_REQUEST, "method has to be a text");
}

static void
read_meta(struct mcp_request *request)
{
	const struct scan_node *meta = scan_member(request->params, "_meta");
	const struct scan_node *token;

	if (meta == NULL || meta->kind != SCAN_OBJECT)
		return;
	request->meta = mcp_inside(request, meta->raw, 1);
	token = scan_member(request->meta, "progressToken");
	if (token != NULL && (token->kind == SCAN_STRING || token->kind == SCAN_NUMBER))
		request->progress_token = token->raw;
}

/* --- 3: the era ----------------------------------------------------------------- */

/* Revisions are named by their day, so the order of their names is theirs. */
static bool
names_modern(struct slice version)
{
	const size_t length = sizeof(MCP_VERSION_MODERN) - 1;

	return version.length == length && version.at[0] == '2' && memcmp(version.at, MCP_VERSION_MODERN, length) >= 0;
}

static bool
names_legacy(struct slice version)
{
	static const char *const legacy[] = {MCP_VERSIONS_LEGACY};

	for (size_t i = 0; i < sizeof(legacy) / sizeof(legacy[0]); i++)
	{
		if (slice_is(version, legacy[i]))
			return true;
	}
	return false;
}

bool
ladder_claims_modern(struct arena *arena, const struct scan_node *message)
{
	const struct scan_limits limits = {.levels = 3, .nodes = 1000, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;
	const struct scan_node *inside = scan_text(arena, message->raw, &limits, &fault);

	return scan_member(scan_member(scan_member(inside, "params"), "_meta"), CLAIM) != NULL;
}

static bool
find_legacy_version(struct mcp_request *request, struct slice header)
{
	request->era = MCP_LEGACY;
	if (!request->exchange->has_headers || slice_is(request->method_name, "initialize"))
		return true;
	request->version = header.at != NULL ? header : SLICE_OF(MCP_VERSION_LEGACY_OLDEST);
	if (!session_accepted(request->mcp->sessions, request->exchange))
	{
		mcp_refuse(request, 404, MCP_INVALID_REQUEST, "there is no such session", (struct slice){0});
		return false;
	}
	if (names_legacy(request->version))
		return true;
	return refuse(request, MCP_INVALID_REQUEST, "the header MCP-Protocol-Version names a revision that is not spoken here");
}

static bool
find_era(struct mcp_request *request)
{
	struct slice header = exchange_header(request->exchange, "MCP-Protocol-Version");
	const struct scan_node *claim = scan_member(request->meta, CLAIM);
	bool initialize = slice_is(request->method_name, "initialize");
	bool valid = scan_string(request->exchange->arena, claim, &request->version);

	if (claim == NULL || (initialize && !valid))
	{
		if (!names_modern(header))
			return find_legacy_version(request, header);
		request->era = MCP_MODERN;
		if (initialize)
			return refuse(request, MCP_HEADER_MISMATCH, "initialize belongs to older revisions than the header names");
		return refuse(request, MCP_INVALID_PARAMS,
					  "params._meta lacks " CLAIM " and " CAPABILITIES ", which the revision of the header asks for");
	}
	request->era = MCP_MODERN;
	if (valid && header.at != NULL && !slice_equal(header, request->version))
		return refuse(request, MCP_HEADER_MISMATCH, "the header MCP-Protocol-Version and params._meta name different revisions");
	return true;
}

/* --- 4 and 5: the envelope --------------------------------------------------------- */

static bool
check_envelope(struct mcp_request *request)
{
	const struct scan_node *capabilities = scan_member(request->meta, CAPABILITIES);
	const struct scan_node *client = scan_member(request->meta, CLIENT);

	if (request->version.at == NULL)
		return refuse(request, MCP_INVALID_PARAMS, "params._meta: " CLAIM " has to be a text");
	if (capabilities == NULL || capabilities->kind != SCAN_OBJECT)
		return refuse(request, MCP_INVALID_PARAMS, "params._meta: " CAPABILITIES " has to be an object");
	if (client != NULL && client->kind != SCAN_OBJECT)
		return refuse(request, MCP_INVALID_PARAMS, "params._meta: " CLIENT " has to be an object");
	return true;
}

static bool
check_version(struct mcp_request *request)
{
	struct output data;
	char *text;

	if (slice_is(request->version, MCP_VERSION_MODERN))
		return true;
	output_start(&data, request->exchange->arena);
	output_word(&data, "{\"supported\":[\"" MCP_VERSION_MODERN "\"],\"requested\":");
	output_quoted(&data, request->version);
	output_word(&data, "}");
	text = arena_alloc(request->exchange->arena, data.length + 16);
	mcp_refuse(request, 400, MCP_UNSUPPORTED_VERSION, "this revision of the protocol is not spoken here",
			   (struct slice){text, output_read(&data, text, data.length + 16)});
	return false;
}

/* --- 6: headers -------------------------------------------------------------------- */

static bool
check_name_header(struct mcp_request *request)
{
	struct slice header = exchange_header(request->exchange, "Mcp-Name");
	const char *key = request->method != NULL ? request->method->named_by : NULL;
	struct slice name = {NULL, 0};

	if (key == NULL)
		return true;
	if (!scan_string(request->exchange->arena, scan_member(request->params, key), &name))
	{
		/* the handler says what is wrong with the body; a header without it can only disagree */
		return header.at == NULL || refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Name repeats a parameter that is not there");
	}
	if (header.at == NULL)
		return refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Name is missing");
	if (!base64_header_decode(request->exchange->arena, header, &header))
		return refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Name is no valid base64");
	if (!slice_equal(header, name))
		return refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Name and the body disagree");
	return true;
}

static bool
check_headers(struct mcp_request *request)
{
	struct slice method = exchange_header(request->exchange, "Mcp-Method");

	if (!request->exchange->has_headers || request->id.at == NULL)
		return true;
	if (exchange_header(request->exchange, "MCP-Protocol-Version").at == NULL)
		return refuse(request, MCP_HEADER_MISMATCH, "the header MCP-Protocol-Version is missing");
	if (method.at == NULL)
		return refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Method is missing");
	if (!slice_equal(method, request->method_name))
		return refuse(request, MCP_HEADER_MISMATCH, "the header Mcp-Method and the body disagree");
	return check_name_header(request);
}

/* --- 9: the method ------------------------------------------------------------------ */

static bool
check_method(struct mcp_request *request)
{
	if (request->method != NULL)
		return true;
	if (request->id.at == NULL)
		mcp_drop(request);
	else
		mcp_refuse(request, request->era == MCP_MODERN ? 404 : 200, MCP_METHOD_NOT_FOUND, "Method not found", (struct slice){0});
	return false;
}

bool
ladder_climb(struct mcp_request *request, const struct scan_node *message)
{
	if (!read_shape(request, message))
		return false;
	read_meta(request);
	if (!find_era(request))
		return false;
	request->method = methods_find(request->mcp->settings.methods, request->method_name, request->era, request->id.at != NULL);
	if (request->era == MCP_MODERN && (!check_envelope(request) || !check_version(request) || !check_headers(request)))
		return false;
	return check_method(request);
}
