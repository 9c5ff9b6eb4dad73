/*
 * doctor.c - `voygen doctor`: one line per check, and under a check that fails what it found.
 *
 * A check is a statement of doctor_checks.c that answers rows (fine, line); it fails when a row is not fine or the
 * statement itself is refused. All checks run even when an earlier one has failed: a person wants the whole list.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "carried/carried.h"
#include "cli/administration.h"
#include "cli/doctor_checks.h"
#include "cli/options.h"
#include "db/connection.h"

struct visit
{
	struct session *session;
	PGconn *connection;
	int failed;
};

static void
print_line(const char *verdict, const char *check, const char *line)
{
	printf("%-4s %-10s %s\n", verdict, check, line);
}

static void
print_refusal(struct visit *visit, const char *check, const struct failure *failure)
{
	print_line("FAIL", check, failure->message);
	if (failure->hint != NULL)
		printf("       hint: %s\n", failure->hint);
	visit->failed++;
}

/* One line when all is fine; else a line for the check and one for each row that is not. */
static void
print_rows(struct visit *visit, const char *check, const PGresult *result)
{
	int bad = 0;
	int rows = PQntuples(result);

	for (int row = 0; row < rows; row++)
		bad += PQgetvalue(result, row, 0)[0] != 't';
	visit->failed += bad > 0;
	if (rows == 0 || bad == 0)
	{
		print_line("ok", check, rows > 0 ? PQgetvalue(result, 0, 1) : "");
		return;
	}
	if (bad == 1)
	{
		for (int row = 0; row < rows; row++)
		{
			if (PQgetvalue(result, row, 0)[0] != 't')
				print_line("FAIL", check, PQgetvalue(result, row, 1));
		}
		return;
	}
	print_line("FAIL", check, arena_format(visit->session->arena, "%d findings", bad));
	for (int row = 0; row < rows; row++)
	{
		if (PQgetvalue(result, row, 0)[0] != 't')
			printf("       %s\n", PQgetvalue(result, row, 1));
	}
}

static void
run_check(struct visit *visit, const struct doctor_check *check)
{
	struct statement statement;
	struct failure failure;
	PGresult *result;

	statement_begin(&statement, check->sql);
	if (check->carried != NULL)
		statement_text(&statement, carried_text(check->carried));
	if (check->version)
		statement_text(&statement, VOYGEN_VERSION);
	result = statement_run(visit->session->arena, visit->connection, &statement, &failure);
	if (result == NULL)
	{
		print_refusal(visit, check->name, &failure);
		return;
	}
	print_rows(visit, check->name, result);
	PQclear(result);
}

/* The gateway's own way in: another login, over another socket than the administrator's. */
static void
check_gateway(struct visit *visit)
{
	const char *url = visit->session->settings.gateway_url;
	struct failure failure;
	PGconn *connection;

	if (url == NULL)
	{
		print_line("ok", "gateway", "VOYGEN_GATEWAY_URL is not set; tools are called as the administrator");
		return;
	}
	connection = connection_open(visit->session->arena, url, &failure);
	if (connection == NULL)
	{
		print_refusal(visit, "gateway", &failure);
		return;
	}
	print_line("ok", "gateway", arena_format(visit->session->arena, "%s can log in", PQuser(connection)));
	PQfinish(connection);
}

static enum command_status
run_doctor(const struct command *self, struct session *session, int argc, char **argv)
{
	const struct option_value options[] = {{NULL, NULL, NULL}};
	struct visit visit = {.session = session};
	struct failure failure;

	if (!options_read(self, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	visit.connection = admin_open(session, &failure);
	if (visit.connection == NULL)
	{
		print_refusal(&visit, "server", &failure);
		fflush(stdout);
		return COMMAND_FAILED;
	}
	for (const struct doctor_check *check = doctor_checks; check->name != NULL; check++)
		run_check(&visit, check);
	PQfinish(visit.connection);
	check_gateway(&visit);
	if (command_finished(self) != COMMAND_DONE)
		return COMMAND_FAILED;
	return visit.failed == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command doctor_command = {
	.name = "doctor",
	.summary = "check server, schema, jobs and facts, and name what is wrong",
	.help =
		"usage: voygen doctor\n"
		"\n"
		"Prints one line per check, \"ok\" or \"FAIL\", with what was found under a check that fails: server,\n"
		"versions of extension, library and program, preloaded libraries, migrations not deployed, every missing\n"
		"or altered object, roles, scheduled jobs and their last outcome, long work nobody takes, the queue of trips\n"
		"to refresh, trips set aside, the catalogue of tools, and the gateway's login. Exit status 1 when a check fails.\n",
	.run = run_doctor,
};
