/*
 * fixture_asking.c - tools that ask the client something.
 */
#include "conformance/fixtures.h"
#include "mcp/ask.h"

#define FORM(message, properties, required)                                                                               \
	"{\"mode\":\"form\",\"message\":\"" message "\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{" properties \
	"},\"required\":[" required "]}}"
#define FORM_OF(message, field, type) FORM(message, "\"" field "\":{\"type\":\"" type "\"}", "\"" field "\"")
#define SAMPLE(text) \
	"{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"" text "\"}}],\"maxTokens\":100}"

#define NAME_FORM FORM_OF("What is your name?", "name", "string")

#define DEFAULTS                                                                                             \
	"\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},\"age\":{\"type\":\"integer\",\"default\":30}," \
	"\"score\":{\"type\":\"number\",\"default\":95.5},\"status\":{\"type\":\"string\","                      \
	"\"enum\":[\"active\",\"inactive\",\"pending\"],\"default\":\"active\"},"                                \
	"\"verified\":{\"type\":\"boolean\",\"default\":true}"

#define TITLED(number) "{\"const\":\"value" number "\",\"title\":\"Value " number "\"}"
#define ALL_TITLED TITLED("1") "," TITLED("2") "," TITLED("3")
#define ENUMS                                                                                  \
	"\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\",\"option3\"]}," \
	"\"titledSingle\":{\"type\":\"string\",\"oneOf\":[" ALL_TITLED "]},"                       \
	"\"legacyEnum\":{\"type\":\"string\",\"enum\":[\"opt1\",\"opt2\",\"opt3\"],"               \
	"\"enumNames\":[\"Option One\",\"Option Two\",\"Option Three\"]},"                         \
	"\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\","                    \
	"\"enum\":[\"option1\",\"option2\",\"option3\"]}},"                                        \
	"\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":[" ALL_TITLED "]}}"

static void
ask_one(struct mcp_request *request, const char *key, const char *method, const char *params, const char *state)
{
	const struct question question = {key, method, slice_of(params)};

	ask(request, &question, 1, slice_of(state));
}

/* The text of a sample. */
static bool
sample_text(struct mcp_request *request, const char *key, struct slice *text)
{
	const struct scan_node *content = scan_member(ask_answer(request, key), "content");

	/* an answer may hold a list of contents: the first one is looked at */
	if (content != NULL && content->kind == SCAN_ARRAY)
		content = content->first;
	return scan_string(request->exchange->arena, scan_member(content, "text"), text);
}

static void
say_with(struct mcp_request *request, const char *before, struct slice text, const char *after)
{
	struct arena *arena = request->exchange->arena;

	fixture_say(request, arena_format(arena, "%s%s%s", before, arena_copy(arena, text.at, text.length), after));
}

/* --- older revisions ------------------------------------------------------------------ */

static void
call_sampling(struct mcp_request *request, const struct scan_node *arguments)
{
	struct arena *arena = request->exchange->arena;
	struct output prompt;
	struct slice text;
	char *params;

	if (sample_text(request, "sample", &text))
	{
		say_with(request, "LLM response: ", text, "");
		return;
	}
	output_start(&prompt, arena);
	output_word(&prompt, "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
	output_quoted(&prompt, slice_of(fixture_text(request, arguments, "prompt", "Hello")));
	output_word(&prompt, "}}],\"maxTokens\":100}");
	params = arena_alloc(arena, prompt.length + 16);
	params[output_read(&prompt, params, prompt.length + 15)] = '\0';
	ask_one(request, "sample", "sampling/createMessage", params, "");
}

/* Asks with a form, and says what came back. */
static void
ask_and_tell(struct mcp_request *request, const char *params)
{
	const struct scan_node *answer = ask_answer(request, "form");
	const struct scan_node *content = scan_member(answer, "content");
	struct arena *arena = request->exchange->arena;
	struct slice action;

	if (!scan_string(arena, scan_member(answer, "action"), &action))
	{
		ask_one(request, "form", "elicitation/create", params, "");
		return;
	}
	fixture_say(request, arena_format(arena, "User response: action=%s, content=%s", arena_copy(arena, action.at, action.length),
									  content != NULL ? arena_copy(arena, content->raw.at, content->raw.length) : "{}"));
}

static void
call_elicitation(struct mcp_request *request, const struct scan_node *arguments)
{
	struct arena *arena = request->exchange->arena;
	struct output params;
	char *text;

	output_start(&params, arena);
	output_word(&params, "{\"message\":");
	output_quoted(&params, slice_of(fixture_text(request, arguments, "message", "Who are you?")));
	output_word(&params, ",\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"username\":{\"type\":\"string\"},"
						 "\"email\":{\"type\":\"string\"}},\"required\":[\"username\",\"email\"]}}");
	text = arena_alloc(arena, params.length + 16);
	text[output_read(&params, text, params.length + 15)] = '\0';
	ask_and_tell(request, text);
}

static void
call_defaults(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	ask_and_tell(request, FORM("Please look at the defaults", DEFAULTS, ""));
}

static void
call_enums(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	ask_and_tell(request, FORM("Please choose", ENUMS, ""));
}

/* --- the newest ------------------------------------------------------------------------- */

static void
call_name(struct mcp_request *request, const struct scan_node *arguments)
{
	struct slice name;

	(void) arguments;
	if (ask_field(request, "user_name", "name", &name))
		say_with(request, "Hello, ", name, "!");
	else
		ask_one(request, "user_name", "elicitation/create", NAME_FORM, "");
}

static void
call_capital(struct mcp_request *request, const struct scan_node *arguments)
{
	struct slice text;

	(void) arguments;
	if (sample_text(request, "capital_question", &text))
		say_with(request, "The model says: ", text, "");
	else
		ask_one(request, "capital_question", "sampling/createMessage", SAMPLE("What is the capital of France?"), "");
}

static const struct scan_node *
roots_of(struct mcp_request *request)
{
	const struct scan_node *roots = scan_member(ask_answer(request, "client_roots"), "roots");

	return roots != NULL && roots->kind == SCAN_ARRAY ? roots : NULL;
}

static void
call_roots(struct mcp_request *request, const struct scan_node *arguments)
{
	const struct scan_node *roots = roots_of(request);

	(void) arguments;
	if (roots != NULL)
		say_with(request, "Roots: ", roots->raw, "");
	else
		ask_one(request, "client_roots", "roots/list", "{}", "");
}

/* Whether a form of one yes or no came back. */
static bool
has_flag(struct mcp_request *request, const char *key, const char *field)
{
	const struct scan_node *flag = scan_member(scan_member(ask_answer(request, key), "content"), field);

	return flag != NULL && (flag->kind == SCAN_TRUE || flag->kind == SCAN_FALSE);
}

static void
call_state(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	if (slice_is(request->state, "confirm") && has_flag(request, "confirm", "ok"))
		fixture_say(request, "state-ok");
	else
		ask_one(request, "confirm", "elicitation/create", FORM_OF("Please confirm", "ok", "boolean"), "confirm");
}

static void
call_many(struct mcp_request *request, const struct scan_node *arguments)
{
	const struct question questions[] = {
		{"user_name", "elicitation/create", SLICE_OF(NAME_FORM)},
		{"greeting", "sampling/createMessage", SLICE_OF(SAMPLE("Write a greeting"))},
		{"client_roots", "roots/list", SLICE_OF("{}")},
	};
	struct slice name;
	struct slice greeting;

	(void) arguments;
	if (ask_field(request, "user_name", "name", &name) && sample_text(request, "greeting", &greeting) && roots_of(request) != NULL)
		say_with(request, "All answered: ", name, "");
	else
		ask(request, questions, 3, SLICE_OF("many"));
}

static void
call_rounds(struct mcp_request *request, const struct scan_node *arguments)
{
	struct slice text;

	(void) arguments;
	if (slice_is(request->state, "color") && ask_field(request, "step2", "color", &text))
		say_with(request, "Both steps are done, the color is ", text, "");
	else if (slice_is(request->state, "color") || (slice_is(request->state, "name") && ask_field(request, "step1", "name", &text)))
		ask_one(request, "step2", "elicitation/create", FORM_OF("What is your favourite color?", "color", "string"), "color");
	else
		ask_one(request, "step1", "elicitation/create", NAME_FORM, "name");
}

/* Asks what the client can be asked. */
static void
call_able(struct mcp_request *request, const struct scan_node *arguments)
{
	struct question questions[2];
	int count = 0;

	(void) arguments;
	if (request->responses != NULL)
	{
		fixture_say(request, "answered");
		return;
	}
	if (ask_can(request, "sampling/createMessage"))
		questions[count++] = (struct question){"sample", "sampling/createMessage", slice_of(SAMPLE("Say something"))};
	if (ask_can(request, "elicitation/create"))
		questions[count++] = (struct question){"user_name", "elicitation/create", SLICE_OF(NAME_FORM)};
	if (count > 0)
		ask(request, questions, count, SLICE_OF("able"));
	else
		fixture_say(request, "the client can be asked nothing");
}

#define TEXT_SCHEMA(name) "{\"type\":\"object\",\"properties\":{\"" name "\":{\"type\":\"string\"}},\"required\":[\"" name "\"]}"

const struct fixture_tool fixture_asking[] = {
	{.name = "test_sampling", .description = "Has the client sample", .schema = TEXT_SCHEMA("prompt"), .call = call_sampling},
	{.name = "test_elicitation", .description = "Asks for a form", .schema = TEXT_SCHEMA("message"), .call = call_elicitation},
	{.name = "test_elicitation_sep1034_defaults", .description = "Asks for a form with defaults", .call = call_defaults},
	{.name = "test_elicitation_sep1330_enums", .description = "Asks for a form with choices", .call = call_enums},
	{.name = "test_input_required_result_elicitation", .description = "Asks for a name", .call = call_name},
	{.name = "test_input_required_result_sampling", .description = "Asks for a sample", .call = call_capital},
	{.name = "test_input_required_result_list_roots", .description = "Asks for the roots", .call = call_roots},
	{.name = "test_input_required_result_request_state", .description = "Asks and remembers", .call = call_state},
	{.name = "test_input_required_result_multiple_inputs", .description = "Asks three things at once", .call = call_many},
	{.name = "test_input_required_result_multi_round", .description = "Asks twice", .call = call_rounds},
	{.name = "test_input_required_result_tampered_state", .description = "Asks and remembers, too", .call = call_state},
	{.name = "test_input_required_result_capabilities", .description = "Asks what can be asked", .call = call_able},
	{.name = NULL},
};
