/*
 * administration.c - an administrator's connection, and agencies found by what a person calls them.
 */
#include "cli/administration.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/connection.h"
#include "text/table.h"

PGconn *
admin_open(struct session *session, struct failure *failure)
{
	const char *url = session->settings.database_url;

	if (url == NULL)
	{
		failure_set(failure, "precondition_failed",
					"VOYGEN_DATABASE_URL is not set: no way to log in as an administrator",
					"`make up` writes it to .voygen/env; run there or set it in the environment");
		return NULL;
	}
	return connection_open(session->arena, url, failure);
}

/* Fills the failure of an agency nobody knows with the names there are. */
static bool
refuse_agency(struct session *session, PGconn *connection, const char *named, struct failure *failure)
{
	struct statement statement;
	struct failure ignored;
	PGresult *result;
	const char *known = NULL;

	statement_begin(&statement,
					"select pg_catalog.string_agg(slug, ', ' order by agency_id)"
					" from (select slug, agency_id from voygen.agencies order by agency_id limit 20) first_ones");
	result = statement_run(session->arena, connection, &statement, &ignored);
	if (result != NULL && statement_value(result, 0, 0) != NULL)
		known = arena_format(session->arena, "agencies are: %s", statement_value(result, 0, 0));
	PQclear(result);
	failure_set(failure, "not_found", arena_format(session->arena, "there is no agency \"%s\"", named),
				known != NULL ? known : "make one with `voygen agency create`");
	failure->path = "--agency";
	return false;
}

bool
admin_choose_agency(struct session *session, PGconn *connection, const char *named, int64_t *agency_id,
					struct failure *failure)
{
	struct statement statement;
	PGresult *result;
	bool found;

	statement_begin(&statement, "select agency_id, pg_catalog.set_config('voygen.agency_id', agency_id::text, false)"
								" from voygen.agencies where slug = $1 or agency_id::text = $1");
	statement_text(&statement, named);
	result = statement_run(session->arena, connection, &statement, failure);
	if (result == NULL)
		return false;
	found = PQntuples(result) == 1;
	if (found)
		*agency_id = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return found ? true : refuse_agency(session, connection, named, failure);
}

/* True when nothing speaks against the work; else the failure says what. */
static bool
unobjected(struct session *session, PGconn *connection, const struct admin_work *work, int64_t agency_id,
		   struct failure *failure)
{
	struct arena *arena = session->arena;
	struct statement statement;
	PGresult *result;
	bool clear;

	if (work->object == NULL)
		return true;
	work->object(&statement, agency_id, work->request);
	result = statement_run(arena, connection, &statement, failure);
	if (result == NULL)
		return false;
	clear = PQntuples(result) == 0;
	if (!clear)
		failure_set(failure, arena_string(arena, PQgetvalue(result, 0, 0)), arena_string(arena, PQgetvalue(result, 0, 1)),
					arena_string(arena, PQgetvalue(result, 0, 2)));
	PQclear(result);
	return clear;
}

static bool
do_connected(struct session *session, PGconn *connection, const struct admin_work *work, struct failure *failure)
{
	struct statement statement;
	PGresult *result;
	int64_t agency_id = 0;
	bool done;

	if (work->agency != NULL && !admin_choose_agency(session, connection, work->agency, &agency_id, failure))
		return false;
	if (!unobjected(session, connection, work, agency_id, failure))
		return false;
	work->ask(&statement, agency_id, work->request);
	result = statement_run(session->arena, connection, &statement, failure);
	if (result == NULL)
		return false;
	done = work->show(session, result, work->request, failure);
	PQclear(result);
	return done;
}

enum command_status
admin_do(const struct command *command, struct session *session, const struct admin_work *work)
{
	struct failure failure;
	PGconn *connection = admin_open(session, &failure);
	bool done;

	if (connection == NULL)
		return command_failed(command, &failure);
	done = do_connected(session, connection, work, &failure);
	PQfinish(connection);
	return done ? command_finished(command) : command_failed(command, &failure);
}

bool
admin_show_rows(struct session *session, const PGresult *result, const void *request, struct failure *failure)
{
	(void) request;
	(void) failure;
	table_print(session->arena, stdout, result);
	return true;
}

bool
admin_show_number(struct session *session, const PGresult *result, const void *request, struct failure *failure)
{
	(void) session;
	(void) request;
	(void) failure;
	printf("%s\n", PQgetvalue(result, 0, 0));
	return true;
}
