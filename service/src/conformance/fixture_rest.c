/*
 * fixture_rest.c - resources, prompts and completion of the fixtures.
 */
#include "conformance/fixtures.h"
#include "mcp/ask.h"

#define RESOURCE(uri, name, type) "{\"uri\":\"" uri "\",\"name\":\"" name "\",\"mimeType\":\"" type "\"}"

#define TEXT_RESOURCE RESOURCE("test://static-text", "Text", "text/plain")
#define IMAGE_RESOURCE RESOURCE("test://static-binary", "Image", "image/png")
#define WATCHED_RESOURCE RESOURCE("test://watched-resource", "Watched", "text/plain")

static void
list_resources(struct mcp_request *request)
{
	output_word(mcp_member(request, "resources"), "[" TEXT_RESOURCE "," IMAGE_RESOURCE "," WATCHED_RESOURCE "]");
	mcp_member_freshness(request, 0);
	mcp_finish(request);
}

static void
list_templates(struct mcp_request *request)
{
	output_word(mcp_member(request, "resourceTemplates"),
				"[{\"uriTemplate\":\"test://template/{id}/data\",\"name\":\"Template\",\"mimeType\":\"application/json\"}]");
	mcp_member_freshness(request, 0);
	mcp_finish(request);
}

static const struct
{
	const char *uri;
	const char *content;
} resources[] = {
	{"test://static-text", "\"mimeType\":\"text/plain\",\"text\":\"This is the content of the static text resource.\""},
	{"test://static-binary", "\"mimeType\":\"image/png\",\"blob\":\"" FIXTURE_PNG "\""},
	{"test://watched-resource", "\"mimeType\":\"text/plain\",\"text\":\"Watched\""},
};

static void
answer_resource(struct mcp_request *request, struct slice uri, const char *content)
{
	struct output *out = mcp_member(request, "contents");

	output_word(out, "[{\"uri\":");
	output_quoted(out, uri);
	output_word(out, ",");
	output_word(out, content);
	output_word(out, "}]");
	mcp_member_freshness(request, 0);
	mcp_finish(request);
}

/* What the template is for: the id between its ends. */
static bool
template_id(struct slice uri, struct slice *id)
{
	const struct slice before = SLICE_OF("test://template/");
	const struct slice after = SLICE_OF("/data");

	if (!slice_starts(uri, "test://template/") || uri.length <= before.length + after.length ||
		memcmp(uri.at + uri.length - after.length, after.at, after.length) != 0)
		return false;
	*id = (struct slice){uri.at + before.length, uri.length - before.length - after.length};
	return true;
}

static void
answer_template(struct mcp_request *request, struct slice uri, struct slice id)
{
	struct arena *arena = request->exchange->arena;
	const char *name = arena_copy(arena, id.at, id.length);
	struct output content;
	char *text;

	output_start(&content, arena);
	output_word(&content, "\"mimeType\":\"application/json\",\"text\":");
	text = arena_format(arena, "{\"id\":\"%s\",\"templateTest\":true,\"data\":\"Data for ID: %s\"}", name, name);
	output_quoted(&content, slice_of(text));
	text = arena_alloc(arena, content.length + 16);
	text[output_read(&content, text, content.length + 15)] = '\0';
	answer_resource(request, uri, text);
}

static void
refuse_uri(struct mcp_request *request, struct slice uri)
{
	struct output data;
	char *text;

	output_start(&data, request->exchange->arena);
	output_word(&data, "{\"uri\":");
	output_quoted(&data, uri);
	output_word(&data, "}");
	text = arena_alloc(request->exchange->arena, data.length + 16);
	mcp_error(request, request->era == MCP_MODERN ? MCP_INVALID_PARAMS : MCP_RESOURCE_NOT_FOUND, "there is no such resource",
			  (struct slice){text, output_read(&data, text, data.length + 16)});
}

static void
read_resource(struct mcp_request *request)
{
	struct slice uri;
	struct slice id;

	if (!mcp_param_text(request, "uri", &uri) || !ask_read(request))
		return;
	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
	{
		if (slice_is(uri, resources[i].uri))
		{
			answer_resource(request, uri, resources[i].content);
			return;
		}
	}
	if (template_id(uri, &id))
		answer_template(request, uri, id);
	else
		refuse_uri(request, uri);
}

/* --- prompts --------------------------------------------------------------------------- */

#define ARGUMENT(name) "{\"name\":\"" name "\",\"description\":\"An argument\",\"required\":true}"

#define TWO_ARGUMENTS ARGUMENT("arg1") "," ARGUMENT("arg2")
#define PROMPT(name, arguments) "{\"name\":\"" name "\",\"description\":\"A prompt\",\"arguments\":[" arguments "]}"
#define SIMPLE_PROMPTS               \
	PROMPT("test_simple_prompt", "") \
	"," PROMPT("test_prompt_with_image", "") "," PROMPT("test_input_required_result_prompt", "")
#define TWO_PROMPT PROMPT("test_prompt_with_arguments", TWO_ARGUMENTS)
#define ONE_PROMPT PROMPT("test_prompt_with_embedded_resource", ARGUMENT("resourceUri"))

static void
list_prompts(struct mcp_request *request)
{
	output_word(mcp_member(request, "prompts"), "[" SIMPLE_PROMPTS "," TWO_PROMPT "," ONE_PROMPT "]");
	mcp_member_freshness(request, 0);
	mcp_finish(request);
}

static void
add_message(struct output *out, bool first, struct slice content)
{
	output_word(out, first ? "[{\"role\":\"user\",\"content\":" : ",{\"role\":\"user\",\"content\":");
	output_add(out, content);
	output_word(out, "}");
}

static void
add_text(struct output *out, bool first, const char *text)
{
	output_word(out, first ? "[" : ",");
	output_word(out, "{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
	output_quoted(out, slice_of(text));
	output_word(out, "}}");
}

static void
end_messages(struct mcp_request *request, struct output *out)
{
	output_word(out, "]");
	mcp_finish(request);
}

static void
get_simple(struct mcp_request *request, const struct scan_node *arguments)
{
	struct output *out = mcp_member(request, "messages");

	(void) arguments;
	add_text(out, true, "This is a simple prompt for testing.");
	end_messages(request, out);
}

static void
get_with_arguments(struct mcp_request *request, const struct scan_node *arguments)
{
	struct output *out = mcp_member(request, "messages");

	add_text(out, true,
			 arena_format(request->exchange->arena, "Prompt with arguments: arg1='%s', arg2='%s'",
						  fixture_text(request, arguments, "arg1", ""), fixture_text(request, arguments, "arg2", "")));
	end_messages(request, out);
}

static void
get_with_resource(struct mcp_request *request, const struct scan_node *arguments)
{
	struct output *out = mcp_member(request, "messages");

	output_word(out, "[{\"role\":\"user\",\"content\":{\"type\":\"resource\",\"resource\":{\"uri\":");
	output_quoted(out, slice_of(fixture_text(request, arguments, "resourceUri", "test://example-resource")));
	output_word(out, ",\"mimeType\":\"text/plain\",\"text\":\"Embedded resource content for testing.\"}}}");
	add_text(out, false, "Please process the embedded resource above.");
	end_messages(request, out);
}

static void
get_with_image(struct mcp_request *request, const struct scan_node *arguments)
{
	struct output *out = mcp_member(request, "messages");

	(void) arguments;
	add_message(out, true, SLICE_OF(FIXTURE_IMAGE));
	add_text(out, false, "Please analyze the image above.");
	end_messages(request, out);
}

static void
get_asking(struct mcp_request *request, const struct scan_node *arguments)
{
	const struct question question = {
		"user_context",
		"elicitation/create",
		SLICE_OF("{\"mode\":\"form\",\"message\":\"What is it about?\",\"requestedSchema\":{\"type\":\"object\","
				 "\"properties\":{\"context\":{\"type\":\"string\"}},\"required\":[\"context\"]}}"),
	};
	struct arena *arena = request->exchange->arena;
	struct slice context;
	struct output *out;

	(void) arguments;
	if (!ask_field(request, "user_context", "context", &context))
	{
		ask(request, &question, 1, SLICE_OF(""));
		return;
	}
	out = mcp_member(request, "messages");
	add_text(out, true, arena_format(arena, "Context: %s", arena_copy(arena, context.at, context.length)));
	end_messages(request, out);
}

static const struct
{
	const char *name;
	void (*get)(struct mcp_request *request, const struct scan_node *arguments);
} prompts[] = {
	{"test_simple_prompt", get_simple},
	{"test_prompt_with_arguments", get_with_arguments},
	{"test_prompt_with_embedded_resource", get_with_resource},
	{"test_prompt_with_image", get_with_image},
	{"test_input_required_result_prompt", get_asking},
};

static void
get_prompt(struct mcp_request *request)
{
	const struct scan_node *given = scan_member(request->params, "arguments");
	struct slice name;

	if (!mcp_param_text(request, "name", &name) || !ask_read(request))
		return;
	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++)
	{
		if (slice_is(name, prompts[i].name))
		{
			prompts[i].get(request, given != NULL ? mcp_inside(request, given->raw, 1) : NULL);
			return;
		}
	}
	mcp_error(request, MCP_INVALID_PARAMS, "there is no such prompt", (struct slice){0});
}

static void
complete(struct mcp_request *request)
{
	output_word(mcp_member(request, "completion"), "{\"values\":[],\"total\":0,\"hasMore\":false}");
	mcp_finish(request);
}

const struct mcp_method fixture_rest_methods[] = {
	{.name = "resources/list", .eras = MCP_BOTH, .handle = list_resources},
	{.name = "resources/templates/list", .eras = MCP_BOTH, .handle = list_templates},
	{.name = "resources/read", .eras = MCP_BOTH, .handle = read_resource, .named_by = "uri"},
	{.name = "prompts/list", .eras = MCP_BOTH, .handle = list_prompts},
	{.name = "prompts/get", .eras = MCP_BOTH, .handle = get_prompt, .named_by = "name"},
	{.name = "completion/complete", .eras = MCP_BOTH, .handle = complete},
	{.name = NULL},
};
