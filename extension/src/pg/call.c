/*
 * call.c
 *	  The door through which every tool is called:
 *
 *	      select voygen.call(agency_id, token_digest, tool, arguments)
 *
 * One statement does the whole call, so that a gateway can send it alone,
 * prepared, without a transaction around it, and so that a cluster can send
 * it to the machine that holds the agency. In order:
 *
 *	1. The agency is set for the length of the call, the clock starts, and the
 *	   tools are kept from being exchanged (call_hold.c).
 *	2. The token is looked up by agency and digest, as the owner. It gives the
 *	   role (admin, agent or reader, no other), the person and the scopes.
 *	   Unknown, expired and revoked tokens get one and the same error.
 *	3. The tool is found by name; one that the agency has switched off is not
 *	   there. The role must hold EXECUTE on it and the scopes must include it.
 *	4. The arguments, still text (or bytes, which may be anything), are parsed
 *	   and checked against the schema that the function's signature and
 *	   comment give.
 *	5. A tool that writes and is given an idempotency_key claims the key: the
 *	   second of two calls waits for the first and gets its result. The claim
 *	   is part of the transaction, so a call that fails leaves the key free.
 *	6. The function runs: as voygen_reader when it is STABLE (whoever calls),
 *	   as the token's role when it is VOLATILE. It is called directly, not by a
 *	   statement, so there is nothing to plan.
 *	7. The result is written as JSON; calls of writing tools are put in the
 *	   audit, in the same transaction.
 *	8. User, settings, clock and hooks are put back.
 *
 * Whatever is raised on the way leaves as an error of class VG with its parts
 * as JSON in DETAIL. What a tool cannot do in between, and why, is said in
 * call_guard.c. Invariants: at most one call at a time in a backend; no
 * statement of a call touches two agencies; the session after a call is the
 * session before it.
 */
#include "postgres.h"

#include <malloc.h>

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/call.h"
#include "pg/call_allowed.h"
#include "pg/call_arguments.h"
#include "pg/call_error.h"
#include "pg/call_caller.h"
#include "pg/call_guard.h"
#include "pg/call_hold.h"
#include "pg/call_known.h"
#include "pg/call_near.h"
#include "pg/call_record.h"
#include "pg/call_result.h"
#include "pg/call_store.h"
#include "pg/call_tools.h"

#define READER "voygen_reader"
#define KEY_ARGUMENT "idempotency_key"

PG_FUNCTION_INFO_V1(voygen_call);

typedef struct call_state
{
	call_guard guard;
	call_identity identity;
	const char *tool_name;
	call_tool *tool;
	call_place place;
	arena memory;
	const char *text; /* the arguments */
	const jdoc_value *object;
	instr_time started;
} call_state;

void
call_init(void)
{
	call_guard_init();
	call_arguments_init();
	call_tools_init();
	call_known_init();
}

static void
pg_attribute_noreturn()
	refuse_tool(const char *name, const call_identity *identity)
{
	call_fault fault = {NULL, "the name of a tool", NULL, "voygen.tool lists the tools of a role."};
	char *shown = pnstrdup(name, pg_mbcliplen(name, strlen(name), 64));
	char *near = call_near_names(shown, identity);

	if (near != NULL)
		fault.hint = psprintf("Did you mean one of these: %s?", near);
	fault.got = psprintf("the name \"%s\"", shown);
	call_raise(CALL_UNKNOWN_NAME, psprintf("there is no tool %s", shown), &fault);
}

/* --- running --------------------------------------------------------------- */

/* The digest of the arguments in their canonical form. */
static Datum
arguments_digest(call_state *call)
{
	jdoc_text canonical;
	bytea *bytes;

	jdoc_text_start(&canonical, &call->memory);
	jdoc_text_add_canonical(&canonical, call->object);
	if (canonical.failed)
		call_raise(CALL_UNAVAILABLE, "memory ran out while reading the arguments", NULL);
	bytes = palloc(VARHDRSZ + canonical.length);
	SET_VARSIZE(bytes, VARHDRSZ + canonical.length);
	memcpy(VARDATA(bytes), canonical.bytes, canonical.length);
	return DirectFunctionCall1(sha256_bytea, PointerGetDatum(bytes));
}

/* Calls the function as role and writes what it answers. */
static char *
run_function(call_state *call, Oid role)
{
	tool_signature *signature = call->tool->signature;
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	StringInfoData out;
	Datum result;
	bool missing = false;

	call_guard_become(&call->guard, role);
	InitFunctionCallInfoData(*fcinfo, &call->tool->function, signature->count, DEFAULT_COLLATION_OID, NULL, NULL);
	call_arguments_read(call->tool, call->object, call->text, fcinfo->args, &call->place);
	for (int i = 0; i < signature->count; i++)
		missing = missing || fcinfo->args[i].isnull;
	if (missing && signature->strict)
		elog(ERROR, "the tool is STRICT and an argument is null");
	result = FunctionCallInvoke(fcinfo);
	if (fcinfo->isnull)
		elog(ERROR, "the tool answered nothing");
	initStringInfo(&out);
	call_result_write(&out, signature->result, result, false);
	return out.data;
}

static char *
run_reading(call_state *call)
{
	char *result;

	call_guard_read_only(&call->guard);
	result = run_function(call, get_role_oid(READER, false));
	call_guard_check_unwritten(&call->guard);
	return result;
}

static void
add_to_audit(call_state *call)
{
	instr_time now;
	const char *arguments;
	size_t length = call->object->end - call->object->start;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, call->started);
	if (length > RECORDED_BYTES)
		arguments = psprintf("{\"(bytes)\":%zu,\"(sha256)\":\"%s\"}", length,
							 DatumGetCString(DirectFunctionCall1(byteaout, arguments_digest(call))) + 2);
	else
		arguments = call_arguments_redacted(call->tool, call->object, call->text);
	call_store_audit(&call->identity, call->tool_name, arguments, (int64) INSTR_TIME_GET_MICROSEC(now));
}

/* Says at once what the first write would say in the server's words. */
static void
check_writable(const call_state *call)
{
	call_fault fault = {NULL, NULL, NULL, "Call it on the primary server."};

	if (RecoveryInProgress())
		call_raise(CALL_UNAVAILABLE,
				   psprintf("the tool %s writes, and this server is a replica, which only reads", call->tool_name), &fault);
}

static char *
run_writing(call_state *call)
{
	Oid owner = get_role_oid(CALL_OWNER, false);
	const jdoc_value *key = jdoc_find_word(call->object, KEY_ARGUMENT);
	bool once = key != NULL && key->kind == JDOC_STRING;
	Datum key_text = (Datum) 0;
	char *result;

	check_writable(call);
	if (once)
	{
		key_text = PointerGetDatum(cstring_to_text_with_len(key->is.text, key->count));
		result = call_store_claim(call->identity.agency, key_text, call->tool_name, arguments_digest(call));
		if (result != NULL)
			return result;
	}
	result = run_function(call, call->identity.role);
	call_guard_become(&call->guard, owner);
	if (once)
		call_store_result(call->identity.agency, key_text, result);
	add_to_audit(call);
	return result;
}

/* Everything between the opening and the closing of the door. */
static char *
run_call(call_state *call, Datum digest, size_t length)
{
	Oid function;

	call_hold_enter();
	call_guard_become(&call->guard, get_role_oid(CALL_OWNER, false));
	call_store_identify(call->identity.agency, digest, &call->identity);
	call_caller_set(&call->identity, call->tool_name);
	function = call_tools_function(call->tool_name);
	if (!OidIsValid(function) || call_allowed_tool_off(&call->identity, call->tool_name))
		refuse_tool(call->tool_name, &call->identity);
	call_allowed_check(&call->identity, call->tool_name, function);
	call->tool = call_tools_get(call->tool_name, function);
	call->object = call_arguments_check(call->tool, call->text, length, &call->memory);
	return call->tool->signature->read_only ? run_reading(call) : run_writing(call);
}

void
call_fail(call_guard *guard, MemoryContext context, const char *tool, const call_place *place)
{
	ErrorData *error;
	bool struck;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	struck = call_guard_fail(guard);
	call_tools_forget_uses();
	call_raise_again(error, tool, place == NULL ? NULL : call_place_text(place), struck);
}

/* Opens the door, works, closes it, and turns any error into one of ours. */
static char *
call_tool_guarded(call_state *call, Datum digest, size_t length)
{
	MemoryContext context = CurrentMemoryContext;
	char *volatile result = NULL;

	INSTR_TIME_SET_CURRENT(call->started);
	call_guard_enter(&call->guard, call->identity.agency);
	PG_TRY();
	{
		result = run_call(call, digest, length);
		call_hold_leave();
		call_guard_stop_clock();
	}
	PG_CATCH();
	{
		call_fail(&call->guard, context, call->tool_name, &call->place);
	}
	PG_END_TRY();
	call_guard_leave(&call->guard);
	call_tools_release(call->tool);
	return result;
}

void
call_check_door(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_GETARG_INT64(0) <= 0)
		call_raise(CALL_NOT_ALLOWED, "an agency and a token are needed", NULL);
}

/* Memory this session keeps between calls, instead of giving it back to the
 * system and being given it page by page again: an answer is some hundred
 * kilobytes, copied from step to step, and the faults cost a third of a call. */
#define KEPT_MEMORY (4 * 1024 * 1024)

static void
keep_memory(void)
{
	static bool done = false;

	if (done)
		return;
	done = true;
#ifdef M_TRIM_THRESHOLD /* glibc */
	mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
	mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
#endif
}

/* call(agency_id, token_digest, tool, arguments) returns the result as JSON.
 * The arguments may be text or bytea: the parser believes neither. */
Datum
voygen_call(PG_FUNCTION_ARGS)
{
	call_state *call;
	char *result;
	text *arguments = NULL;
	size_t length = 2;

	call_check_door(fcinfo);
	keep_memory();
	call = palloc0(sizeof(*call));
	call->identity.agency = PG_GETARG_INT64(0);
	call->tool_name = PG_ARGISNULL(2) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(2));
	call->text = "{}";
	if (!PG_ARGISNULL(3))
	{
		arguments = PG_GETARG_TEXT_PP(3);
		call->text = VARDATA_ANY(arguments);
		length = VARSIZE_ANY_EXHDR(arguments);
	}
	arena_start(&call->memory, call_tools_memory(CurrentMemoryContext));
	result = call_tool_guarded(call, PG_GETARG_DATUM(1), length);
	arena_end(&call->memory);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
