/*
 * call_caller.c
 *	  Who calls, for the records that tools keep.
 *
 * A tool runs under a role that many people share. The defaults of the tables
 * of records ask here, so that no tool can forget to say whose work a row is,
 * or say it wrongly.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "pg/call_caller.h"
#include "pg/call_guard.h"

PG_FUNCTION_INFO_V1(voygen_caller);
PG_FUNCTION_INFO_V1(voygen_caller_token);

typedef struct caller
{
	bool has_user;
	int64 user;
	bool has_token;
	int64 token;
	char role[NAMEDATALEN];
	char tool[NAMEDATALEN];
} caller;

/* Of the call that runs; without meaning while none does. */
static caller current;

void
call_caller_set(const call_identity *identity, const char *tool)
{
	current.has_user = identity->has_user;
	current.user = identity->user;
	current.has_token = identity->has_token;
	current.token = identity->token;
	strlcpy(current.role, identity->role_name, sizeof(current.role));
	strlcpy(current.tool, tool, sizeof(current.tool));
}

/* caller(): the person, role and tool of the call that runs. A session that
 * calls no tool is known by the role it has taken, whoever owns the function
 * that asks. */
Datum
voygen_caller(PG_FUNCTION_ARGS)
{
	TupleDesc descriptor;
	Datum values[3] = {0};
	bool nulls[3] = {true, false, true};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "caller() is not declared with a row as its result");
	if (call_guard_active())
	{
		nulls[0] = !current.has_user;
		values[0] = Int64GetDatum(current.user);
		values[1] = CStringGetTextDatum(current.role);
		nulls[2] = false;
		values[2] = CStringGetTextDatum(current.tool);
	}
	else
		values[1] = CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false));
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

/* caller_token(): the number of the token the running call was made with; null
 * outside of calls. */
Datum
voygen_caller_token(PG_FUNCTION_ARGS)
{
	if (!call_guard_active() || !current.has_token)
		PG_RETURN_NULL();
	PG_RETURN_INT64(current.token);
}
