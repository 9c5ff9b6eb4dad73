/*
 * fixtures.c - the fixtures' tools/list and tools/call.
 */
#include "conformance/fixtures.h"

#include "mcp/ask.h"
#include "mcp/param_headers.h"

static const struct fixture_tool *const tools[] = {fixture_plain, fixture_slow, fixture_asking, fixture_task_tools};

#define NO_ARGUMENTS "{\"type\":\"object\",\"properties\":{}}"

static const char *
schema_of(const struct fixture_tool *tool)
{
	return tool->schema != NULL ? tool->schema : NO_ARGUMENTS;
}

void
fixture_say(struct mcp_request *request, const char *text)
{
	struct output *out = mcp_member(request, "content");

	output_word(out, "[{\"type\":\"text\",\"text\":");
	output_quoted(out, slice_of(text));
	output_word(out, "}]");
	mcp_finish(request);
}

const char *
fixture_text(struct mcp_request *request, const struct scan_node *arguments, const char *name, const char *missing)
{
	struct slice text;

	if (!scan_string(request->exchange->arena, scan_member(arguments, name), &text))
		return missing;
	return arena_copy(request->exchange->arena, text.at, text.length);
}

static void
handle_list(struct mcp_request *request)
{
	struct output *out = mcp_member(request, "tools");
	bool first = true;

	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
	{
		for (const struct fixture_tool *tool = tools[i]; tool->name != NULL; tool++)
		{
			output_word(out, first ? "[{\"name\":" : ",{\"name\":");
			output_quoted(out, slice_of(tool->name));
			output_word(out, ",\"description\":");
			output_quoted(out, slice_of(tool->description));
			output_word(out, ",\"inputSchema\":");
			output_word(out, schema_of(tool));
			output_word(out, "}");
			first = false;
		}
	}
	output_word(out, "]");
	mcp_member_freshness(request, 0);
	mcp_finish(request);
}

static const struct fixture_tool *
find_tool(struct slice name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
	{
		for (const struct fixture_tool *tool = tools[i]; tool->name != NULL; tool++)
		{
			if (slice_is(name, tool->name))
				return tool;
		}
	}
	return NULL;
}

static bool
may_be_called(struct mcp_request *request, const struct fixture_tool *tool, const struct scan_node *arguments)
{
	if (tool == NULL)
	{
		mcp_error(request, MCP_INVALID_PARAMS, "there is no such tool", (struct slice){0});
		return false;
	}
	return param_headers_agree(request, slice_of(schema_of(tool)), arguments) && ask_read(request);
}

static void
handle_call(struct mcp_request *request)
{
	const struct scan_node *given = scan_member(request->params, "arguments");
	const struct scan_node *arguments = given != NULL ? mcp_inside(request, given->raw, 1) : NULL;
	const struct fixture_tool *tool;
	struct slice name;

	if (!mcp_param_text(request, "name", &name))
		return;
	tool = find_tool(name);
	if (!may_be_called(request, tool, arguments))
		return;
	if (tool->call != NULL)
	{
		tool->call(request, arguments);
		return;
	}
	output_word(mcp_member(request, "content"), tool->content);
	mcp_finish(request);
}

static const struct mcp_method tool_methods[] = {
	{.name = "tools/call", .eras = MCP_BOTH, .handle = handle_call, .named_by = "name"},
	{.name = "tools/list", .eras = MCP_BOTH, .handle = handle_list},
	{.name = NULL},
};

const struct mcp_method *const fixture_methods[] = {tool_methods, fixture_rest_methods, NULL};
