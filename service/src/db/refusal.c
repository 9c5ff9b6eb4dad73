/*
 * refusal.c - reads why the server refused a statement.
 *
 * Errors a caller can mend come from the extension with an SQLSTATE of class VG and the whole error object as
 * JSON in their DETAIL: that is handed on as it is. What PostgreSQL itself says is put into the same words.
 */
#include "db/refusal.h"

#include <string.h>

#include "json/scan.h"

/* Codes of what PostgreSQL itself refuses; the first prefix that fits counts. */
static const struct
{
	const char *sqlstate;
	const char *code;
} codes[] = {
	{"VG001", "invalid_argument"},
	{"VG002", "unknown_name"},
	{"VG003", "not_found"},
	{"VG004", "conflict"},
	{"VG005", "not_allowed"},
	{"VG006", "precondition_failed"},
	{"VG007", "rate_limited"},
	{"VG008", "timeout"},
	{"VG009", "unavailable"},
	{"VG", "internal"},
	{"22", "invalid_argument"},       /* data exceptions: a text that is no date, a NUL, broken UTF-8 */
	{"23", "conflict"},               /* constraints */
	{"28", "not_allowed"},            /* login */
	{"40", "conflict"},               /* serialization failure, deadlock */
	{"42501", "not_allowed"},         /* insufficient privilege */
	{"42883", "precondition_failed"}, /* a function is missing: the schema is not deployed */
	{"42P01", "precondition_failed"}, /* a table is missing */
	{"3F000", "precondition_failed"}, /* the schema is missing */
	{"53", "unavailable"},            /* out of memory, disk or connections */
	{"55P03", "timeout"},             /* lock timeout */
	{"57014", "timeout"},             /* cancelled */
	{"57", "unavailable"},            /* the server stops or starts */
	{"08", "unavailable"},            /* connection */
};

static const char *
code_of(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
	{
		if (strncmp(sqlstate, codes[i].sqlstate, strlen(codes[i].sqlstate)) == 0)
			return codes[i].code;
	}
	return "internal";
}

/* A string member of the object; NULL when it is not there. */
static const char *
member(struct arena *arena, const struct scan_node *object, const char *name)
{
	struct slice text;

	return scan_string(arena, scan_member(object, name), &text) ? arena_copy(arena, text.at, text.length) : NULL;
}

/* Takes the error object of the extension from the DETAIL; false when it holds none. It is read without json-c, which does not
 * outlive it when memory runs out. */
static bool
read_detail(struct arena *arena, const char *detail, struct failure *failure)
{
	const struct scan_limits limits = {.levels = 1, .nodes = 100, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;
	const char *text = arena_string(arena, detail);
	const struct scan_node *object = scan_text(arena, slice_of(text), &limits, &fault);
	const char *code = member(arena, object, "code");

	if (code == NULL)
		return false;
	failure_set(failure, code, member(arena, object, "message"), member(arena, object, "hint"));
	failure->path = member(arena, object, "path");
	failure->expected = member(arena, object, "expected");
	failure->got = member(arena, object, "got");
	failure->json = text;
	if (failure->message == NULL)
		failure->message = code;
	return true;
}

/* The server went away in the middle: nobody knows whether the statement took effect. */
static void
read_lost_connection(struct arena *arena, const PGconn *connection, struct failure *failure)
{
	const char *said = PQerrorMessage(connection);
	size_t line = strcspn(said, "\n");

	failure_set(failure, "unavailable",
				arena_format(arena, "the database closed the connection during the call: %.*s", (int) line, said),
				"whether it took effect is not known: read it back, or repeat it with the same idempotency_key");
}

static const char *
copied_field(struct arena *arena, const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	return text != NULL ? arena_string(arena, text) : NULL;
}

void
refusal_read(struct arena *arena, const PGconn *connection, const PGresult *result, bool stopped,
			 struct failure *failure)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *message;
	const char *hint;

	if (stopped)
	{
		failure_set(failure, "timeout", "stopped by a signal; the database was asked to stop as well", NULL);
		return;
	}
	if (sqlstate == NULL)
	{
		if (PQstatus(connection) == CONNECTION_BAD)
			read_lost_connection(arena, connection, failure);
		else
			failure_set(failure, "internal", arena_string(arena, PQerrorMessage(connection)), NULL);
		return;
	}
	if (strncmp(sqlstate, "VG", 2) == 0 && detail != NULL && read_detail(arena, detail, failure))
		return;
	message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (strcmp(sqlstate, "23505") == 0 && detail != NULL)
	{
		/* "Key (slug)=(demo) already exists." says it all; the name of the index does not help. */
		failure_set(failure, "conflict", arena_string(arena, detail), NULL);
		return;
	}
	if (strncmp(sqlstate, "23", 2) == 0)
		detail = NULL; /* the whole row; may hold what nobody should see on a terminal */
	hint = copied_field(arena, result, PG_DIAG_MESSAGE_HINT);
	if (sqlstate[0] != 'V' && strcmp(code_of(sqlstate), "precondition_failed") == 0)
		hint = "`voygen doctor` names what is missing in this database; `make up` deploys it";
	failure_set(failure, code_of(sqlstate),
				arena_format(arena, "%s%s%s (SQLSTATE %s)", message != NULL ? message : "the database refused",
							 detail != NULL ? ": " : "", detail != NULL ? detail : "", sqlstate),
				hint);
}
