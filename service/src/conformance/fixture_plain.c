/*
 * fixture_plain.c - tools that answer at once.
 */
#include "conformance/fixtures.h"
#include "mcp/news.h"

#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"

#define MIXED_RESOURCE                                                                \
	"{\"type\":\"resource\",\"resource\":{\"uri\":\"test://mixed-content-resource\"," \
	"\"mimeType\":\"application/json\",\"text\":\"{\\\"test\\\":\\\"data\\\",\\\"value\\\":123}\"}}"

#define SCHEMA_2020                                                                                                      \
	"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"$defs\":{\"address\":{"         \
	"\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":{\"street\":{\"type\":\"string\"},"                   \
	"\"city\":{\"type\":\"string\"}}}},\"properties\":{\"name\":{\"type\":\"string\"},"                                  \
	"\"address\":{\"$ref\":\"#/$defs/address\"},\"contactMethod\":{\"type\":\"string\",\"enum\":[\"phone\",\"email\"]}," \
	"\"phone\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}},"                                                  \
	"\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}],"                                   \
	"\"if\":{\"properties\":{\"contactMethod\":{\"const\":\"phone\"}},\"required\":[\"contactMethod\"]},"                \
	"\"then\":{\"required\":[\"phone\"]},\"else\":{\"required\":[\"email\"]},\"additionalProperties\":false}"

#define SCHEMA_HEADERS                                                                                   \
	"{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}," \
	"\"level\":{\"type\":\"integer\",\"x-mcp-header\":\"Level\"}}}"

static void
fail_on_purpose(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	output_word(mcp_member(request, "content"), "[" TEXT("This tool intentionally returns an error for testing") "]");
	output_word(mcp_member(request, "isError"), "true");
	mcp_finish(request);
}

static void
say_region(struct mcp_request *request, const struct scan_node *arguments)
{
	const char *region = fixture_text(request, arguments, "region", "<none>");

	fixture_say(request, arena_format(request->exchange->arena, "region=%s", region));
}

static void
greet(struct mcp_request *request, const struct scan_node *arguments)
{
	const char *name = fixture_text(request, arguments, "name", "nobody");

	fixture_say(request, arena_format(request->exchange->arena, "Hello, %s!", name));
}

static void
change_tools(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	news_of_lists(request->mcp, 0, NEWS_TOOLS);
	fixture_say(request, "the tools have changed");
}

static void
change_prompts(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	news_of_lists(request->mcp, 0, NEWS_PROMPTS);
	fixture_say(request, "the prompts have changed");
}

static void
change_resource(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	news_of_resource(request->mcp, 0, SLICE_OF("test://watched-resource"));
	fixture_say(request, "the watched resource has changed");
}

static void
need_sampling(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	if (request->era == MCP_MODERN && !mcp_client_can(request, "sampling", NULL))
		mcp_refuse_capability(request, "{\"sampling\":{}}");
	else
		fixture_say(request, "the client can sample");
}

const struct fixture_tool fixture_plain[] = {
	{.name = "test_simple_text",
	 .description = "Answers a text",
	 .content = "[" TEXT("This is a simple text response for testing.") "]"},
	{.name = "test_image_content", .description = "Answers an image", .content = "[" FIXTURE_IMAGE "]"},
	{.name = "test_audio_content",
	 .description = "Answers a sound",
	 .content = "[{\"type\":\"audio\",\"data\":\"" FIXTURE_WAV "\",\"mimeType\":\"audio/wav\"}]"},
	{.name = "test_embedded_resource",
	 .description = "Answers a resource",
	 .content = "[{\"type\":\"resource\",\"resource\":{\"uri\":\"test://embedded-resource\",\"mimeType\":\"text/plain\","
				"\"text\":\"This is an embedded resource content.\"}}]"},
	{.name = "test_multiple_content_types",
	 .description = "Answers a text, an image and a resource",
	 .content = "[" TEXT("Multiple content types test:") "," FIXTURE_IMAGE "," MIXED_RESOURCE "]"},
	{.name = "test_error_handling", .description = "Fails", .call = fail_on_purpose},
	{.name = "json_schema_2020_12_tool",
	 .description = "Has a schema with many words",
	 .schema = SCHEMA_2020,
	 .content = "[" TEXT("taken") "]"},
	{.name = "test_x_mcp_header", .description = "Has arguments that headers repeat", .schema = SCHEMA_HEADERS, .call = say_region},
	{.name = "test_missing_capability", .description = "Needs a client that can sample", .call = need_sampling},
	{.name = "test_streaming_elicitation", .description = "Succeeds", .content = "[" TEXT("no question was needed") "]"},
	{.name = "test_trigger_tool_change", .description = "Tells that the tools have changed", .call = change_tools},
	{.name = "test_trigger_prompt_change", .description = "Tells that the prompts have changed", .call = change_prompts},
	{.name = "test_trigger_resource_change", .description = "Tells that the watched resource has changed", .call = change_resource},
	{.name = "greet",
	 .description = "Greets",
	 .schema = "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}",
	 .call = greet},
	{.name = NULL},
};
