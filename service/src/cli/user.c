/*
 * user.c - `voygen user`: the people of an agency.
 */
#include <stddef.h>
#include <string.h>

#include "cli/administration.h"
#include "cli/options.h"

struct user_request
{
	const char *agency;
	const char *email;
	const char *name;
	const char *role;
	bool no_advisor;
};

/* An address that is none, or somebody's already, is a slip of the pen. */
static void
object_create(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct user_request *wanted = request;

	statement_begin(statement,
					"select 'invalid_argument', format('\"%s\" is not an e-mail address', left($2, 120)), 'it reads name@place'"
					" where $2 not like '%_@_%'"
					" union all"
					" select 'conflict', format('%s is already one of this agency''s people', left($2, 120)),"
					"   '`voygen user list` shows them'"
					" where exists (select from voygen.users where agency_id = $1 and lower(email) = lower($2))"
					" union all"
					" select 'invalid_argument', 'the name of a person is empty', null where btrim($3) = ''");
	statement_integer(statement, agency_id);
	statement_text(statement, wanted->email);
	statement_text(statement, wanted->name);
}

static void
ask_create(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct user_request *wanted = request;

	statement_begin(statement, "select voygen.create_user($1, $2, $3, $4, $5::boolean)");
	statement_integer(statement, agency_id);
	statement_text(statement, wanted->email);
	statement_text(statement, wanted->name);
	statement_text(statement, wanted->role != NULL ? wanted->role : "agent");
	statement_text(statement, wanted->no_advisor ? "false" : "true");
}

static void
ask_list(struct statement *statement, int64_t agency_id, const void *request)
{
	(void) request;
	statement_begin(statement, "select user_id, email, name, role, advisor,"
							   " pg_catalog.to_char(created_at, 'YYYY-MM-DD') as created,"
							   " pg_catalog.to_char(archived_at, 'YYYY-MM-DD') as archived"
							   " from voygen.users where agency_id = $1 order by email");
	statement_integer(statement, agency_id);
}

static enum command_status
run_user(const struct command *self, struct session *session, int argc, char **argv)
{
	struct user_request request = {0};
	const char *words[1] = {NULL};
	const struct option_value options[] = {{"--agency", &request.agency, NULL},
										   {"--email", &request.email, NULL},
										   {"--name", &request.name, NULL},
										   {"--role", &request.role, NULL},
										   {"--no-advisor", NULL, &request.no_advisor},
										   {NULL, NULL, NULL}};
	struct admin_work create = {.request = &request, .object = object_create, .ask = ask_create, .show = admin_show_number};
	struct admin_work list = {.request = &request, .ask = ask_list, .show = admin_show_rows};

	if (!options_read(self, argc, argv, options, words, 1))
		return COMMAND_USAGE;
	if (words[0] == NULL || (strcmp(words[0], "create") != 0 && strcmp(words[0], "list") != 0))
		return command_misused(self, "say what to do: create or list");
	if (request.agency == NULL)
		return command_misused(self, "--agency is missing");
	create.agency = list.agency = request.agency;
	if (strcmp(words[0], "list") == 0)
		return admin_do(self, session, &list);
	if (request.email == NULL || request.name == NULL)
		return command_misused(self, "create needs --email and --name");
	if (request.role != NULL && strcmp(request.role, "admin") != 0 && strcmp(request.role, "agent") != 0 &&
		strcmp(request.role, "reader") != 0)
		return command_misused(self, "--role must be admin, agent or reader");
	return admin_do(self, session, &create);
}

const struct command user_command = {
	.name = "user",
	.summary = "add a person to an agency, list its people",
	.help = "usage: voygen user create --agency A --email E --name N [--role R] [--no-advisor] | user list --agency A\n"
			"\n"
			"create adds a person and prints the number. A is the agency's slug or number; R is admin, agent (the\n"
			"default) or reader: the most that person's tokens may do. An advisor can be named in trips and rates.\n",
	.run = run_user,
};
