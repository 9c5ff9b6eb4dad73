/*
 * confirm.c - one question, whose answer counts only for the call it was asked for (state.h).
 */
#include "mcp/confirm.h"

#include "mcp/ask.h"

#define STATE "confirm"

static bool
wants_confirmation(struct mcp_request *request, const struct catalogue_tool *tool, const struct scan_node *arguments)
{
	const struct scan_node *given = scan_member(arguments, "confirm");
	const struct scan_node *properties;

	if (tool == NULL || !tool->asks || (given != NULL && given->kind == SCAN_TRUE))
		return false;
	properties = scan_member(mcp_inside(request, tool->input_schema, 2), "properties");
	return scan_member(properties, "confirm") != NULL;
}

static void
ask_for_it(struct mcp_request *request, const struct catalogue_tool *tool, struct slice arguments)
{
	struct arena *arena = request->exchange->arena;
	struct question question = {.key = "confirm", .method = "elicitation/create"};
	const char *message = arena_format(arena, "%s destroys data. Run it with %s?", arena_copy(arena, tool->name.at, tool->name.length),
									   arena_copy(arena, arguments.at, arguments.length));
	struct output params;
	char *text;

	output_start(&params, arena);
	output_word(&params, "{\"mode\":\"form\",\"message\":");
	output_quoted(&params, slice_of(message));
	output_word(&params, ",\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"confirm\":{\"type\":\"boolean\","
						 "\"title\":\"Yes, do it\"}},\"required\":[\"confirm\"]}}");
	text = arena_alloc(arena, params.length + 16);
	question.params = (struct slice){text, output_read(&params, text, params.length + 16)};
	ask(request, &question, 1, SLICE_OF(STATE));
}

/* The same arguments, with confirm: true. */
static struct slice
confirmed(struct arena *arena, const struct scan_node *arguments)
{
	struct output out;
	char *text;

	output_start(&out, arena);
	output_word(&out, "{\"confirm\":true");
	for (const struct scan_node *member = arguments->first; member != NULL; member = member->next)
	{
		if (slice_is(member->name, "confirm"))
			continue;
		output_word(&out, ",");
		output_quoted(&out, member->name);
		output_word(&out, ":");
		output_refer(&out, member->raw);
	}
	output_word(&out, "}");
	text = arena_alloc(arena, out.length + 16);
	return (struct slice){text, output_read(&out, text, out.length + 16)};
}

bool
confirm_call(struct mcp_request *request, const struct catalogue_tool *tool, struct slice *arguments)
{
	const struct scan_node *inside = mcp_inside(request, *arguments, 1);
	const struct scan_node *answer = slice_is(request->state, STATE) ? ask_answer(request, "confirm") : NULL;
	const struct scan_node *yes = scan_member(scan_member(answer, "content"), "confirm");
	struct slice action;

	/* arguments that cannot be read are the database's to refuse */
	if (inside == NULL || !wants_confirmation(request, tool, inside))
		return true;
	if (!scan_string(request->exchange->arena, scan_member(answer, "action"), &action) ||
		(slice_is(action, "accept") && (yes == NULL || (yes->kind != SCAN_TRUE && yes->kind != SCAN_FALSE))))
	{
		ask_for_it(request, tool, *arguments);
		return false;
	}
	/* who says no gets the database's refusal */
	if (slice_is(action, "accept") && yes->kind == SCAN_TRUE)
		*arguments = confirmed(request->exchange->arena, inside);
	return true;
}
