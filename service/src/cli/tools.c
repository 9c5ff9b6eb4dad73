/*
 * tools.c - `voygen tools`: what the token may call.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/caller.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/tools_markdown.h"
#include "db/statement.h"
#include "json/reading.h"

enum listing
{
	LIST_TITLES,
	LIST_JSON,
	LIST_MARKDOWN
};

/* One line per tool: its name and its title. */
static void
print_titles(struct arena *arena, struct json_object *tools)
{
	int width = 0;

	for (size_t i = 0; i < json_count(tools); i++)
	{
		int length = (int) strlen(json_text(arena, json_item(tools, i), "name", ""));

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < json_count(tools); i++)
	{
		struct json_object *tool = json_item(tools, i);

		printf("%-*s  %s\n", width, json_text(arena, tool, "name", ""), json_text(arena, tool, "title", ""));
	}
}

static bool
print_tools(struct session *session, struct caller *caller, enum listing listing, struct failure *failure)
{
	struct statement statement;
	PGresult *result;
	struct json_object *list;

	statement_begin(&statement, "select voygen.tools($1,$2)");
	statement_integer(&statement, caller->agency_id);
	statement_bytes(&statement, caller->digest, sizeof(caller->digest));
	result = statement_run(session->arena, caller->connection, &statement, failure);
	if (result == NULL)
		return false;
	if (listing == LIST_JSON)
	{
		printf("%s\n", PQgetvalue(result, 0, 0));
		PQclear(result);
		return true;
	}
	list = json_read(PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0));
	PQclear(result);
	if (list == NULL)
		return failure_set(failure, "unavailable", "no memory for the list of tools", NULL);
	if (listing == LIST_MARKDOWN)
		tools_print_markdown(session->arena, list);
	else
		print_titles(session->arena, list);
	json_object_put(list);
	return true;
}

static enum command_status
run_tools(const struct command *self, struct session *session, int argc, char **argv)
{
	bool as_json = false;
	bool as_markdown = false;
	enum listing listing;
	const struct option_value options[] = {{"--json", NULL, &as_json}, {"--markdown", NULL, &as_markdown}, {NULL, NULL, NULL}};
	struct caller caller;
	struct failure failure;
	bool done;

	if (!options_read(self, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	if (as_json && as_markdown)
		return command_misused(self, "either --json or --markdown");
	listing = as_json ? LIST_JSON : as_markdown ? LIST_MARKDOWN
												: LIST_TITLES;
	done = caller_open(session, &caller, &failure) && print_tools(session, &caller, listing, &failure);
	caller_close(&caller);
	return done ? command_finished(self) : command_failed(self, &failure);
}

const struct command tools_command = {
	.name = "tools",
	.summary = "list the tools the token may call",
	.help = "usage: voygen tools [--json | --markdown]\n"
			"\n"
			"Prints the name and title of each tool that VOYGEN_TOKEN may call. With --json a list of\n"
			"{name, title, description, inputSchema, outputSchema, annotations, …}, which is what\n"
			"an assistant needs to call them. With --markdown a page about them, for people.\n",
	.run = run_tools,
};
