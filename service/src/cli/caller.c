/*
 * caller.c - who calls a tool, and how the call reaches the database.
 */
#include "cli/caller.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "db/connection.h"
#include "db/statement.h"
#include "json/reading.h"

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

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static PGresult *
run_tool(struct session *session, const struct caller *caller, const char *tool, const char *arguments, size_t length,
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

/* The audit row of a call that failed, without its arguments: they may hold what nobody should read there. The caller
 * is told why his call failed, whether or not this works. */
static void
record_failure(struct session *session, const struct caller *caller, const char *tool, const char *arguments,
			   size_t length, const char *code, int64_t duration)
{
	unsigned char digest[DIGEST_BYTES];
	struct statement statement;
	struct failure ignored;

	if (PQstatus(caller->connection) != CONNECTION_OK)
		return;
	digest_of(arguments, length, digest);
	statement_begin(&statement, "select voygen.record_failure($1,$2,$3,$4,$5,$6)");
	statement_integer(&statement, caller->agency_id);
	statement_bytes(&statement, caller->digest, sizeof(caller->digest));
	statement_text(&statement, tool);
	statement_text(&statement, code);
	statement_bytes(&statement, digest, sizeof(digest));
	statement_integer(&statement, duration);
	PQclear(statement_run(session->arena, caller->connection, &statement, &ignored));
}

PGresult *
caller_call(struct session *session, struct caller *caller, const char *tool, const char *arguments, size_t length,
			struct failure *failure)
{
	int64_t started = microseconds();
	PGresult *result = run_tool(session, caller, tool, arguments, length, failure);

	if (result == NULL)
		record_failure(session, caller, tool, arguments, length, failure->code, microseconds() - started);
	return result;
}

struct json_object *
caller_ask(struct session *session, struct caller *caller, const char *tool, struct json_object *arguments, struct failure *failure)
{
	const char *text = json_object_to_json_string_ext(arguments, JSON_C_TO_STRING_PLAIN);
	PGresult *result = caller_call(session, caller, tool, text, strlen(text), failure);
	struct json_object *object;

	json_object_put(arguments);
	if (result == NULL)
	{
		failure->message = arena_format(session->arena, "%s: %s", tool, failure->message);
		return NULL;
	}
	object = json_read(PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0));
	PQclear(result);
	if (object == NULL)
		failure_set(failure, "internal", arena_format(session->arena, "%s: the answer is no JSON", tool), NULL);
	return object;
}
