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

/* Both statements about a new agency take the same parameters: $1 slug, $2 name, $3 currency. */
static const char object_sql[] =
	"select 'invalid_argument', format('\"%s\" is not a short name for an agency', left($1, 120)),"
	"   'use a-z, 0-9 and single - between them, at most 100 characters, such as sunny-travel'"
	" where $1 !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or length($1) > 100"
	" union all"
	" select 'conflict', format('there is already an agency %s', $1), '`voygen agency list` shows them'"
	" where exists (select from voygen.agencies where slug = $1)"
	" union all"
	" select 'invalid_argument', 'the name of an agency is empty', 'leave --name out to call it by its short name'"
	" where btrim($2) = ''"
	" union all"
	" select 'invalid_argument', format('\"%s\" is not a currency', left($3, 120)), 'give an ISO 4217 code, such as EUR'"
	" where voygen.currency_exponent($3) is null";

static void
ask_about_agency(struct statement *statement, const char *sql, const struct agency_request *wanted)
{
	statement_begin(statement, sql);
	statement_text(statement, wanted->slug);
	statement_text(statement, wanted->name != NULL ? wanted->name : wanted->slug);
	statement_text(statement, wanted->currency != NULL ? wanted->currency : "USD");
}

static void
object_create(struct statement *statement, int64_t agency_id, const void *request)
{
	(void) agency_id;
	ask_about_agency(statement, object_sql, request);
}

static void
ask_create(struct statement *statement, int64_t agency_id, const void *request)
{
	(void) agency_id;
	ask_about_agency(statement, "select voygen.create_agency($1, $2, $3)", request);
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
	struct admin_work create = {.request = &request, .object = object_create, .ask = ask_create, .show = admin_show_number};
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
