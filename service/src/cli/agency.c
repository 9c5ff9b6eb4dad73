/*
 * agency.c - `voygen agency`: founds agencies and lists them.
 */
#include <string.h>

#include "cli/administration.h"
#include "cli/options.h"

struct agency_request
{
	const char *slug;
	const char *name;
	const char *currency;
};

static void
ask_create(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct agency_request *wanted = request;

	(void) agency_id;
	statement_begin(statement, "select voygen.create_agency($1, $2, $3)");
	statement_text(statement, wanted->slug);
	statement_text(statement, wanted->name != NULL ? wanted->name : wanted->slug);
	statement_text(statement, wanted->currency != NULL ? wanted->currency : "USD");
}

static void
ask_list(struct statement *statement, int64_t agency_id, const void *request)
{
	(void) agency_id;
	(void) request;
	statement_begin(statement, "select agency_id, slug, name, currency,"
							   " pg_catalog.to_char(created_at, 'YYYY-MM-DD') as created,"
							   " pg_catalog.to_char(archived_at, 'YYYY-MM-DD') as archived"
							   " from voygen.agencies order by agency_id");
}

static enum command_status
run_agency(const struct command *self, struct session *session, int argc, char **argv)
{
	struct agency_request request = {0};
	const char *words[2] = {NULL, NULL};
	const struct option_value options[] = {
		{"--name", &request.name, NULL}, {"--currency", &request.currency, NULL}, {NULL, NULL, NULL}};
	struct admin_work create = {.request = &request, .ask = ask_create, .show = admin_show_number};
	struct admin_work list = {.request = &request, .ask = ask_list, .show = admin_show_rows};

	if (!options_read(self, argc, argv, options, words, 2))
		return COMMAND_USAGE;
	request.slug = words[1];
	if (words[0] != NULL && strcmp(words[0], "list") == 0 && words[1] == NULL)
		return admin_do(self, session, &list);
	if (words[0] == NULL || strcmp(words[0], "create") != 0)
		return command_misused(self, "say what to do: create or list");
	if (request.slug == NULL)
		return command_misused(self, "create needs the agency's short name, such as sunny-travel");
	return admin_do(self, session, &create);
}

const struct command agency_command = {
	.name = "agency",
	.summary = "found an agency, list the agencies",
	.help = "usage: voygen agency create SLUG [--name NAME] [--currency CODE] | voygen agency list\n"
			"\n"
			"create founds an agency with the starter sites, rates, rules, templates and chains, and prints its\n"
			"number. SLUG is its short name (a-z, 0-9 and -). Amounts without a currency are in CODE (USD).\n",
	.run = run_agency,
};
