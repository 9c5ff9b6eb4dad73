/*
 * tools_markdown.c - one section per tool: what it does, its arguments, its result, an example.
 */
#include "cli/tools_markdown.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Text in a cell of a table: on one line, without what would end the cell. */
static void
print_cell(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
	{
		if (*at == '|')
			fputs("\\|", stdout);
		else
			putchar(*at == '\n' ? ' ' : *at);
	}
}

static bool
is_true(struct arena *arena, struct json_object *object, const char *name)
{
	return strcmp(json_text(arena, object, name, "false"), "true") == 0;
}

static bool
list_has(struct arena *arena, struct json_object *list, const char *word)
{
	for (size_t i = 0; i < json_count(list); i++)
	{
		if (strcmp(json_text_item(arena, list, i, ""), word) == 0)
			return true;
	}
	return false;
}

static const char *type_of(struct arena *arena, struct json_object *schema);

/* What may be one thing or another, null among them. */
static const char *
alternatives_of(struct arena *arena, struct json_object *list)
{
	const char *words = "";

	for (size_t i = 0; i < json_count(list); i++)
		words = arena_format(arena, "%s%s%s", words, i > 0 ? " or " : "", type_of(arena, json_item(list, i)));
	return words;
}

/* The type of a schema in a few words. */
static const char *
type_of(struct arena *arena, struct json_object *schema)
{
	const char *type = json_text(arena, schema, "type", "any");
	const char *format = json_text(arena, schema, "format", NULL);
	struct json_object *words = json_member(schema, "enum");
	const char *choices = "";

	if (json_member(schema, "anyOf") != NULL)
		return alternatives_of(arena, json_member(schema, "anyOf"));
	if (strcmp(type, "array") == 0)
		return arena_format(arena, "list of %s", type_of(arena, json_member(schema, "items")));
	for (size_t i = 0; i < json_count(words); i++)
		choices = arena_format(arena, "%s%s%s", choices, i > 0 ? ", " : "", json_text_item(arena, words, i, "null"));
	if (choices[0] != '\0')
		return arena_format(arena, "one of %s", choices);
	return format != NULL ? arena_format(arena, "%s (%s)", type, format) : type;
}

/* The members of an object schema as a table. */
static void
print_members(struct arena *arena, struct json_object *schema, const char *heading)
{
	struct json_object *required = json_member(schema, "required");
	struct json_object *members = json_member(schema, "properties");

	if (members == NULL || json_object_object_length(members) == 0)
		return;
	printf("\n| %s | type | |\n|---|---|---|\n", heading);
	json_object_object_foreach(members, name, member)
	{
		printf("| `%s`%s | ", name, list_has(arena, required, name) ? " *" : "");
		print_cell(type_of(arena, member));
		fputs(" | ", stdout);
		print_cell(json_text(arena, member, "description", ""));
		fputs(" |\n", stdout);
	}
}

static void
print_tool(struct arena *arena, struct json_object *tool)
{
	struct json_object *hints = json_member(tool, "annotations");
	struct json_object *examples = json_member(tool, "examples");
	const char *kind = is_true(arena, hints, "readOnlyHint")      ? "Reads only"
					   : is_true(arena, hints, "destructiveHint") ? "Writes, and may take away"
																  : "Writes";

	printf("\n## %s\n\n**%s.** %s.%s\n\n%s\n", json_text(arena, tool, "name", ""), json_text(arena, tool, "title", ""), kind,
		   is_true(arena, tool, "isJob") ? " Begins a job." : "", json_text(arena, tool, "description", ""));
	print_members(arena, json_member(tool, "inputSchema"), "argument");
	print_members(arena, json_member(tool, "outputSchema"), "result");
	if (json_count(examples) > 0)
		printf("\n```json\n%s\n```\n", json_object_to_json_string_ext(json_item(examples, 0), JSON_C_TO_STRING_SPACED));
}

void
tools_print_markdown(struct arena *arena, struct json_object *tools)
{
	printf("# Tools\n\nWritten by `voygen tools --markdown` from the catalogue of the database, as an administrator sees it; arguments "
		   "with * have to be given.\nThe schemas say it in full: `voygen tools --json`.\n\n| tool | |\n|---|---|\n");
	for (size_t i = 0; i < json_count(tools); i++)
	{
		struct json_object *tool = json_item(tools, i);
		const char *name = json_text(arena, tool, "name", "");

		printf("| [%s](#%s) | %s |\n", name, name, json_text(arena, tool, "title", ""));
	}
	for (size_t i = 0; i < json_count(tools); i++)
		print_tool(arena, json_item(tools, i));
}
