/*
 * call_error.c
 *	  From any error to one the caller can use.
 *
 * What the caller can mend keeps its words. What he cannot is logged whole
 * under a random id, and the caller gets the id alone: messages of the
 * server may speak of rows he must not see.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "pg/call_error.h"

PG_FUNCTION_INFO_V1(voygen_raise);

static const struct
{
	const char *name;
	int sqlstate;
} codes[] = {
	{"invalid_argument", MAKE_SQLSTATE('V', 'G', '0', '0', '1')},
	{"unknown_name", MAKE_SQLSTATE('V', 'G', '0', '0', '2')},
	{"not_found", MAKE_SQLSTATE('V', 'G', '0', '0', '3')},
	{"conflict", MAKE_SQLSTATE('V', 'G', '0', '0', '4')},
	{"not_allowed", MAKE_SQLSTATE('V', 'G', '0', '0', '5')},
	{"precondition_failed", MAKE_SQLSTATE('V', 'G', '0', '0', '6')},
	{"rate_limited", MAKE_SQLSTATE('V', 'G', '0', '0', '7')},
	{"timeout", MAKE_SQLSTATE('V', 'G', '0', '0', '8')},
	{"unavailable", MAKE_SQLSTATE('V', 'G', '0', '0', '9')},
	{"internal", MAKE_SQLSTATE('V', 'G', '0', '1', '0')},
};

static void
add_part(StringInfo out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(out, "%s\"%s\":", out->len > 1 ? "," : "", key);
	escape_json(out, value);
}

void
call_raise(call_code code, const char *message, const call_fault *fault)
{
	static const call_fault nothing;
	StringInfoData detail;

	if (fault == NULL)
		fault = &nothing;
	initStringInfo(&detail);
	appendStringInfoChar(&detail, '{');
	add_part(&detail, "code", codes[code].name);
	add_part(&detail, "message", message);
	add_part(&detail, "path", fault->path);
	add_part(&detail, "expected", fault->expected);
	add_part(&detail, "got", fault->got);
	add_part(&detail, "hint", fault->hint);
	add_part(&detail, "scope", fault->scope);
	appendStringInfoChar(&detail, '}');
	ereport(ERROR,
			(errcode(codes[code].sqlstate),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", detail.data),
			 fault->hint != NULL ? errhint("%s", fault->hint) : 0));
	pg_unreachable();
}

static const char *
text_or_null(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* raise(code, message, path, expected, got, hint): the same from SQL. */
Datum
voygen_raise(PG_FUNCTION_ARGS)
{
	const char *name = text_or_null(fcinfo, 0);
	const char *message = text_or_null(fcinfo, 1);
	call_fault fault = {text_or_null(fcinfo, 2), text_or_null(fcinfo, 3),
						text_or_null(fcinfo, 4), text_or_null(fcinfo, 5)};

	for (size_t i = 0; name != NULL && i < lengthof(codes); i++)
		if (strcmp(name, codes[i].name) == 0)
			call_raise(i, message != NULL ? message : name, &fault);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no error code", name ? name : "null"),
			 errhint("Codes are invalid_argument, unknown_name, not_found, conflict, not_allowed, "
					 "precondition_failed, rate_limited, timeout, unavailable, internal.")));
}

/* The code for errors a caller can understand; CALL_INTERNAL for the rest. */
static call_code
code_of(int sqlstate)
{
	switch (sqlstate)
	{
		case ERRCODE_UNIQUE_VIOLATION:
		case ERRCODE_EXCLUSION_VIOLATION:
		case ERRCODE_FOREIGN_KEY_VIOLATION:
		case ERRCODE_RESTRICT_VIOLATION:
			return CALL_CONFLICT;
		case ERRCODE_CHECK_VIOLATION:
		case ERRCODE_NOT_NULL_VIOLATION:
			return CALL_INVALID_ARGUMENT;
		case ERRCODE_NO_DATA_FOUND:
			return CALL_NOT_FOUND;
		case ERRCODE_INSUFFICIENT_PRIVILEGE:
		case ERRCODE_READ_ONLY_SQL_TRANSACTION:
			return CALL_NOT_ALLOWED;
		case ERRCODE_QUERY_CANCELED:
			return CALL_TIMEOUT;
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
		case ERRCODE_LOCK_NOT_AVAILABLE:
			return CALL_UNAVAILABLE;
	}
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_DATA_EXCEPTION:
			return CALL_INVALID_ARGUMENT;
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
			return CALL_UNAVAILABLE;
		default:
			return CALL_INTERNAL;
	}
}

/* Logs an error whole under a random id and raises the id. */
static void
pg_attribute_noreturn()
	raise_internal(ErrorData *error, const char *tool)
{
	uint64 number = 0;
	char *id;
	call_fault fault = {NULL, NULL, NULL, "The server's log has the details under this id."};

	if (!pg_strong_random(&number, sizeof(number)))
		number = (uint64) MyProcPid;
	id = psprintf("%016llx", (unsigned long long) number);
	ereport(LOG,
			(errmsg("internal error %s in tool \"%s\": %s: %s", id, tool,
					unpack_sql_state(error->sqlerrcode), error->message ? error->message : "no message"),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->context ? errcontext("%s", error->context) : 0));
	call_raise(CALL_INTERNAL, psprintf("internal error %s", id), &fault);
}

static bool
is_ours(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == MAKE_SQLSTATE('V', 'G', '0', '0', '0');
}

/* A VG error raised without our JSON still gets it. */
static void
pg_attribute_noreturn()
	raise_ours(ErrorData *error)
{
	call_fault fault = {NULL, NULL, NULL, error->hint};

	if (error->detail != NULL && error->detail[0] == '{')
		ReThrowError(error);
	for (size_t i = 0; i < lengthof(codes); i++)
		if (codes[i].sqlstate == error->sqlerrcode)
			call_raise(i, error->message ? error->message : codes[i].name, &fault);
	ReThrowError(error);
}

void
call_raise_again(ErrorData *error, const char *tool, const char *path, bool timed_out)
{
	call_code code = code_of(error->sqlerrcode);
	call_fault fault = {path, NULL, NULL, error->hint};

	if (is_ours(error->sqlerrcode))
		raise_ours(error);
	if (error->sqlerrcode == ERRCODE_QUERY_CANCELED && !timed_out &&
		strstr(error->message, "timeout") == NULL)
		ReThrowError(error); /* somebody asked for it: the client went away */
	if (timed_out && code == CALL_TIMEOUT)
	{
		fault.hint = "Ask for less at once, or try again later.";
		call_raise(CALL_TIMEOUT, psprintf("the tool %s took too long", tool), &fault);
	}
	if (code == CALL_UNAVAILABLE && fault.hint == NULL)
		fault.hint = "Try again.";
	/* a value that one of our own statements cannot digest is no news for the
	 * caller unless it came from him: then it carries a path or a constraint */
	if (code == CALL_INTERNAL)
		raise_internal(error, tool);
	call_raise(code, error->message, &fault);
}
