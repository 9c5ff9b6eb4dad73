/*
 * caller.c - who calls a tool, and how the call reaches the database.
 */
#include "cli/caller.h"

#include <stddef.h>

#include "db/connection.h"
#include "db/statement.h"

static bool
need(const char *value, const char *name, struct session *session, struct failure *failure)
{
	if (value != NULL)
		return true;
	return failure_set(failure, "precondition_failed", arena_format(session->arena, "%s is not set", name),
					   "`make up` writes it to .voygen/env; run there or set it in the environment");
}

bool
caller_open(struct session *session, struct caller *caller, struct failure *failure)
{
	const struct settings *settings = &session->settings;
	const char *url = settings->gateway_url != NULL ? settings->gateway_url : settings->database_url;

	caller->connection = NULL;
	if (!need(url, "VOYGEN_GATEWAY_URL", session, failure) || !need(settings->token, "VOYGEN_TOKEN", session, failure))
		return false;
	if (!token_agency(settings->token, &caller->agency_id, failure))
		return false;
	token_digest(settings->token, caller->digest);
	caller->connection = connection_open(session->arena, url, failure);
	return caller->connection != NULL;
}

void
caller_close(struct caller *caller)
{
	if (caller->connection != NULL)
		PQfinish(caller->connection);
	caller->connection = NULL;
}

PGresult *
caller_call(struct session *session, struct caller *caller, const char *tool, const char *arguments, size_t length,
			struct failure *failure)
{
	struct statement statement;

	statement_begin(&statement, "select voygen.call($1,$2,$3,$4)");
	statement_integer(&statement, caller->agency_id);
	statement_bytes(&statement, caller->digest, sizeof(caller->digest));
	statement_text(&statement, tool);
	statement_bytes(&statement, (const unsigned char *) arguments, length);
	return statement_run(session->arena, caller->connection, &statement, failure);
}
