/*
 * call_caller.c
 *	  Who calls, for the records that tools keep.
 *
 * A tool runs under a role that many people share. The defaults of the tables
 * of records ask here, so that no tool can forget to say whose work a row is,
 * or say it wrongly.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/call_allowed.h"
#include "pg/call_caller.h"
#include "pg/call_guard.h"
#include "pg/tool_signature.h"

PG_FUNCTION_INFO_V1(voygen_caller);
PG_FUNCTION_INFO_V1(voygen_caller_token);
PG_FUNCTION_INFO_V1(voygen_caller_may);

typedef struct caller
{
	const call_identity *identity;
	char tool[NAMEDATALEN];
} caller;

/* Of the call that runs; without meaning while none does. */
static caller current;

void
call_caller_set(const call_identity *identity, const char *tool)
{
	current.identity = identity;
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
		nulls[0] = !current.identity->has_user;
		values[0] = Int64GetDatum(current.identity->user);
		values[1] = CStringGetTextDatum(current.identity->role_name);
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
	if (!call_guard_active() || !current.identity->has_token)
		PG_RETURN_NULL();
	PG_RETURN_INT64(current.identity->token);
}

/* caller_may(tool): whether the call that runs could have been one of that
 * tool: role, scopes and switches. A tool that is not there is judged as one
 * that reads, by its name. A session that calls no tool has its role alone. */
Datum
voygen_caller_may(PG_FUNCTION_ARGS)
{
	char *tool = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid function = tool_function(tool);
	Oid role = call_guard_active() ? current.identity->role : GetOuterUserId();
	bool reads = !OidIsValid(function) || func_volatile(function) != PROVOLATILE_VOLATILE;

	if (OidIsValid(function) && pg_proc_aclcheck(function, role, ACL_EXECUTE) != ACLCHECK_OK)
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(!call_guard_active() ||
				   (call_allowed_scope(current.identity, tool, reads) && !call_allowed_tool_off(current.identity, tool)));
}
