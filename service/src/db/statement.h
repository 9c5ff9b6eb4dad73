/*
 * statement.h - runs one statement with parameters and turns what the server refuses into a failure.
 */
#ifndef VOYGEN_STATEMENT_H
#define VOYGEN_STATEMENT_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure/failure.h"
#include "memory/arena.h"

#define STATEMENT_PARAMETERS 8

/* A statement and its parameters; each parameter is NULL until one of the functions below gives it a value. */
struct statement
{
	const char *sql;
	int count;
	Oid types[STATEMENT_PARAMETERS];
	const char *values[STATEMENT_PARAMETERS]; /* not owned; must live until the statement has run */
	int lengths[STATEMENT_PARAMETERS];
	int formats[STATEMENT_PARAMETERS];
	char numbers[STATEMENT_PARAMETERS][24]; /* where the texts of integers live */
};

void statement_begin(struct statement *statement, const char *sql);
void statement_integer(struct statement *statement, int64_t value);
void statement_text(struct statement *statement, const char *text); /* NULL is SQL's null */
/* Any bytes: a NUL among them, or broken UTF-8, reaches whoever can say where it is. */
void statement_bytes(struct statement *statement, const unsigned char *bytes, size_t length);

/*
 * Runs the statement; NULL with the failure filled when it fails. The caller frees the result with PQclear.
 * While it runs, SIGINT and SIGTERM ask the server to stop it, and the failure says so. A signal that came too late is
 * pending again afterwards for a caller who blocks it.
 */
PGresult *statement_run(struct arena *arena, PGconn *connection, const struct statement *statement,
						struct failure *failure);

/* A value of a result, NULL for SQL's null. */
const char *statement_value(const PGresult *result, int row, int column);

#endif
