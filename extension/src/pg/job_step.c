/*
 * job_step.c
 *	  One step of a job, done as whoever asked for it:
 *
 *	      select voygen.work_job(agency_id, job_id, run)
 *
 * The work of a tool tagged @job is a function voygen_lib.job_<tool>, which is
 * given the job's row, does a piece of the work and answers the row with its
 * state, its progress or its questions changed, and the result once there is
 * one. A step is one transaction: what it did and what the row says of it are
 * committed together, so a crash repeats a step that left nothing behind.
 *
 * It goes through the same door as a call: walls, clock and agency of
 * call_guard.c, the exchange of tools of call_hold.c. Instead of a token the
 * row says who asks. His rights are looked at anew in each step: a token that
 * was revoked, a role that lost the tool, a scope that was taken away end the
 * job. The arguments are checked again, for the tool may have changed since.
 * The work runs as his role, as voygen_reader when its function is STABLE.
 *
 * Nobody waits for a step: the row is not locked while it runs, so that it can
 * be cancelled and its lease lengthened. At the end voygen.end_step takes the
 * row for just this run, or fails and with it all that was done: of two that
 * believe they hold a job one commits.
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/call.h"
#include "pg/call_allowed.h"
#include "pg/call_arguments.h"
#include "pg/call_caller.h"
#include "pg/call_error.h"
#include "pg/call_guard.h"
#include "pg/call_hold.h"
#include "pg/call_result.h"
#include "pg/call_store.h"
#include "pg/call_tools.h"
#include "pg/job_step.h"

#define READER "voygen_reader"
#define WORK_SCHEMA "voygen_lib"

PG_FUNCTION_INFO_V1(voygen_work_job);

static int job_lease = 15000;

typedef struct job_step
{
	call_guard guard;
	call_identity identity;
	int64 job;
	int64 run;
	char *tool_name;
	char *arguments;
	Datum row; /* of voygen.job */
	Oid row_type;
	call_tool *tool;
	Oid work; /* the function that does it */
	bool read_only;
} job_step;

void
job_step_init(void)
{
	DefineCustomIntVariable("voygen.job_lease",
							"How long a job is held without a sign of life of its worker.",
							NULL, &job_lease, 15000, 100, INT_MAX, PGC_SUSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
}

/* --- what is to be done --------------------------------------------------- */

static char *
text_column(int number, MemoryContext context)
{
	return MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number));
}

/* Reads the row, which must be held under this run. */
static void
read_job(job_step *step)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext within;
	Oid types[] = {INT8OID, INT8OID, INT8OID};
	Datum values[] = {Int64GetDatum(step->identity.agency), Int64GetDatum(step->job), Int64GetDatum(step->run)};
	bool isnull;

	SPI_connect();
	if (SPI_execute_with_args("select j, j.tool, j.arguments::pg_catalog.text from voygen.job j"
							  " where j.agency_id operator(pg_catalog.=) $1 and j.job_id operator(pg_catalog.=) $2"
							  " and j.run operator(pg_catalog.=) $3 and j.status operator(pg_catalog.=) 'running'",
							  3, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "cannot read the job");
	if (SPI_processed != 1)
		call_raise(CALL_CONFLICT, psprintf("job " INT64_FORMAT " is not held any more", step->job), NULL);
	step->tool_name = text_column(2, context);
	step->arguments = text_column(3, context);
	step->row_type = SPI_gettypeid(SPI_tuptable->tupdesc, 1);
	within = MemoryContextSwitchTo(context);
	step->row = datumCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), false, -1);
	MemoryContextSwitchTo(within);
	SPI_finish();
}

/* The tool as it is now, if whoever asked may still call it so. */
static void
check_tool(job_step *step, arena *memory)
{
	Oid function = call_tools_function(step->tool_name);

	if (!OidIsValid(function) || call_allowed_tool_off(&step->identity, step->tool_name))
		call_raise(CALL_UNKNOWN_NAME, psprintf("there is no tool %s any more", step->tool_name), NULL);
	call_allowed_check(&step->identity, step->tool_name, function);
	step->tool = call_tools_get(step->tool_name, function);
	if (step->tool->signature->job_result == NULL)
		elog(ERROR, "the tool %s has no @job tag", step->tool_name);
	(void) call_arguments_check(step->tool, step->arguments, strlen(step->arguments), memory);
}

/* Finds the function that works: (inout job voygen.job, out result TYPE). */
static void
find_work(job_step *step)
{
	char *name = psprintf("job_%s", step->tool_name);
	List *qualified = list_make2(makeString(WORK_SCHEMA), makeString(name));
	HeapTuple tuple;
	TupleDesc columns;

	step->work = LookupFuncName(qualified, 1, &step->row_type, true);
	if (!OidIsValid(step->work))
		elog(ERROR, "there is no function %s.%s(voygen.job)", WORK_SCHEMA, name);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(step->work));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", step->work);
	columns = build_function_result_tupdesc_t(tuple);
	if (columns == NULL || columns->natts != 2 ||
		TupleDescAttr(columns, 0)->atttypid != step->row_type ||
		TupleDescAttr(columns, 1)->atttypid != step->tool->signature->job_result->type)
		elog(ERROR, "%s.%s does not answer the job and the type its @job tag names", WORK_SCHEMA, name);
	step->read_only = ((Form_pg_proc) GETSTRUCT(tuple))->provolatile != PROVOLATILE_VOLATILE;
	ReleaseSysCache(tuple);
}

/* --- doing it --------------------------------------------------------------- */

static Datum
run_work(job_step *step)
{
	LOCAL_FCINFO(fcinfo, 1);
	FmgrInfo function;
	Datum answer;

	fmgr_info(step->work, &function);
	InitFunctionCallInfoData(*fcinfo, &function, 1, DEFAULT_COLLATION_OID, NULL, NULL);
	fcinfo->args[0].value = step->row;
	fcinfo->args[0].isnull = false;
	answer = FunctionCallInvoke(fcinfo);
	if (fcinfo->isnull)
		elog(ERROR, "the work of %s answered nothing", step->tool_name);
	return answer;
}

/* As the role that may; a step that reads is held to that, though the row of
 * the job is written after it. */
static Datum
run_as_requester(job_step *step)
{
	Datum answer;
	int settings;

	if (!step->read_only)
	{
		call_guard_become(&step->guard, step->identity.role);
		return run_work(step);
	}
	settings = NewGUCNestLevel();
	call_guard_become(&step->guard, get_role_oid(READER, false));
	call_guard_read_only(&step->guard);
	answer = run_work(step);
	call_guard_check_unwritten(&step->guard);
	AtEOXact_GUC(false, settings);
	return answer;
}

/* Writes down what the step answered; the status the job has then. */
static char *
end_step(job_step *step, Datum answer)
{
	MemoryContext context = CurrentMemoryContext;
	HeapTupleHeader header = DatumGetHeapTupleHeader(answer);
	TupleDesc desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_tableOid = InvalidOid, .t_data = header};
	Oid types[] = {INT8OID, INT8OID, INT8OID, step->row_type, TEXTOID};
	Datum columns[2];
	bool isnull[2];
	char nulls[5] = {' ', ' ', ' ', ' ', 'n'};
	Datum values[5] = {Int64GetDatum(step->identity.agency), Int64GetDatum(step->job), Int64GetDatum(step->run)};
	char *status;

	heap_deform_tuple(&tuple, desc, columns, isnull);
	ReleaseTupleDesc(desc);
	if (isnull[0])
		elog(ERROR, "the work of %s answered no job", step->tool_name);
	values[3] = columns[0];
	if (!isnull[1])
	{
		StringInfoData out;

		initStringInfo(&out);
		call_result_write(&out, step->tool->signature->job_result, columns[1], false);
		values[4] = PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
		nulls[4] = ' ';
	}
	SPI_connect();
	if (SPI_execute_with_args("select voygen.end_step($1, $2, $3, $4, $5)", 5, types, values, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "cannot write down the step");
	status = text_column(1, context);
	SPI_finish();
	return status;
}

/* Everything between the opening and the closing of the door. */
static char *
run_step(job_step *step, arena *memory)
{
	Oid owner = get_role_oid(CALL_OWNER, false);
	Datum answer;

	call_hold_enter();
	call_guard_become(&step->guard, owner);
	read_job(step);
	call_store_identify_requester(step->identity.agency, step->job, &step->identity);
	call_caller_set(&step->identity, step->tool_name);
	check_tool(step, memory);
	find_work(step);
	answer = run_as_requester(step);
	call_guard_become(&step->guard, owner);
	return end_step(step, answer);
}

/* work_job(agency_id, job_id, run): does one step of a job that was taken, and
 * answers its status: running when there is more to do. */
Datum
voygen_work_job(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	job_step *step = palloc0(sizeof(*step));
	arena memory;
	char *volatile status = NULL;

	step->identity.agency = PG_GETARG_INT64(0);
	step->job = PG_GETARG_INT64(1);
	step->run = PG_GETARG_INT64(2);
	step->tool_name = "work_job";
	arena_start(&memory, call_tools_memory(CurrentMemoryContext));
	call_guard_enter(&step->guard, step->identity.agency);
	PG_TRY();
	{
		status = run_step(step, &memory);
		call_hold_leave();
		call_guard_stop_clock();
	}
	PG_CATCH();
	{
		call_fail(&step->guard, context, step->tool_name, NULL);
	}
	PG_END_TRY();
	call_guard_leave(&step->guard);
	call_tools_release(step->tool);
	arena_end(&memory);
	PG_RETURN_TEXT_P(cstring_to_text(status));
}
