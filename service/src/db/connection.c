/*
 * connection.c - opens connections to the database.
 */
#include "db/connection.h"

#include <string.h>

#include "db/greeting.h"

/* libpq's messages end with a line end and may be several lines; one line reads better behind "cannot connect". */
static const char *
one_line(struct arena *arena, const char *message)
{
	size_t length = strlen(message);
	char *line;

	while (length > 0 && message[length - 1] == '\n')
		length--;
	line = arena_copy(arena, message, length);
	for (char *at = line; *at != '\0'; at++)
	{
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	}
	return line;
}

/* Notices (a refresh that waits, a truncated name) are for people who watch; a program that reads stdout does not see them. */
static void
drop_notice(void *context, const PGresult *notice)
{
	(void) context;
	(void) notice;
}

PGconn *
connection_open(struct arena *arena, const char *url, struct failure *failure)
{
	const char *const keywords[] = {"options", "dbname", "client_encoding", "fallback_application_name", "connect_timeout", NULL};
	const char *const values[] = {greeting_option(), url, "UTF8", "voygen", "10", NULL};
	PGconn *connection;

	connection = PQconnectdbParams(keywords, values, 1);
	if (connection == NULL)
	{
		arena->fail(sizeof(connection));
		return NULL;
	}
	if (PQstatus(connection) != CONNECTION_OK)
	{
		failure_set(
			failure, "unavailable",
			arena_format(arena, "cannot connect to the database: %s", one_line(arena, PQerrorMessage(connection))),
			"start it with `make up`, or correct the address in the environment or .voygen/env");
		PQfinish(connection);
		return NULL;
	}
	PQsetNoticeReceiver(connection, drop_notice, NULL);
	return connection;
}
