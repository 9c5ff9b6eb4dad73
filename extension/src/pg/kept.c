/*
 * kept.c
 *	  Statements put together from text, planned once in a session.
 *
 *	      voygen.kept(answer, statement, $1, $2, ...)
 *
 * PL/pgSQL's EXECUTE plans its statement anew each time, which for a question
 * that is answered from an index takes longer than the answer. Here the plan is
 * kept under the statement's text and the types of its arguments, and made for
 * whatever values: it is for statements whose text says already which way to
 * go. PostgreSQL plans a kept statement again when a table, an index or a type
 * it uses changes, and asks for rights at every execution.
 *
 * A session keeps KEPT_MOST plans; the one that was not used for longest goes.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(voygen_kept);

#define KEPT_MOST 128
#define KEPT_ARGUMENTS 8 /* of a statement, at most */

typedef struct KeptPlan
{
	uint32 hash;
	char *statement; /* NULL: the place is free */
	int nargs;
	Oid types[KEPT_ARGUMENTS];
	uint64 used; /* when, by the count of uses */
	SPIPlanPtr plan;
} KeptPlan;

static KeptPlan plans[KEPT_MOST];
static uint64 uses = 0;
static int running = 0; /* no plan goes while one is executed */

/* What the arguments of the statement are. */
static int
argument_types(FunctionCallInfo fcinfo, Oid *types)
{
	int nargs = PG_NARGS() - 2;

	if (nargs > KEPT_ARGUMENTS)
		elog(ERROR, "a kept statement has at most %d arguments", KEPT_ARGUMENTS);
	for (int i = 0; i < nargs; i++)
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i + 2);
	return nargs;
}

static bool
is_plan_of(const KeptPlan *kept, uint32 hash, const char *statement, int nargs, const Oid *types)
{
	return kept->statement != NULL && kept->hash == hash && kept->nargs == nargs &&
		   memcmp(kept->types, types, sizeof(Oid) * nargs) == 0 && strcmp(kept->statement, statement) == 0;
}

static void
forget(KeptPlan *kept)
{
	SPI_freeplan(kept->plan);
	pfree(kept->statement);
	kept->statement = NULL;
	kept->used = 0;
}

/* A place for one more plan: a free one, else the one used longest ago. */
static KeptPlan *
free_place(void)
{
	KeptPlan *oldest = &plans[0];

	for (int i = 1; i < KEPT_MOST; i++)
		if (plans[i].used < oldest->used)
			oldest = &plans[i];
	if (oldest->statement == NULL)
		return oldest;
	if (running > 0)
		return NULL;
	forget(oldest);
	return oldest;
}

/* The plan of a statement; it is kept, if there is a place for it. SPI is connected. */
static SPIPlanPtr
plan_of(const char *statement, int nargs, Oid *types)
{
	uint32 hash = hash_bytes((const unsigned char *) statement, strlen(statement));
	KeptPlan *place;
	SPIPlanPtr plan;

	for (int i = 0; i < KEPT_MOST; i++)
		if (is_plan_of(&plans[i], hash, statement, nargs, types))
		{
			plans[i].used = ++uses;
			return plans[i].plan;
		}
	plan = SPI_prepare_cursor(statement, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "a kept statement cannot be prepared: %s", SPI_result_code_string(SPI_result));
	place = free_place();
	if (place == NULL)
		return plan;
	place->statement = MemoryContextStrdup(TopMemoryContext, statement);
	place->hash = hash;
	place->nargs = nargs;
	memcpy(place->types, types, sizeof(Oid) * nargs);
	place->plan = plan;
	place->used = ++uses;
	SPI_keepplan(plan);
	return plan;
}

static void
execute(SPIPlanPtr plan, Datum *values, const char *nulls)
{
	int done;

	running++;
	PG_TRY();
	{
		done = SPI_execute_plan(plan, values, nulls, true, 0);
	}
	PG_FINALLY();
	{
		running--;
	}
	PG_END_TRY();
	if (done != SPI_OK_SELECT)
		elog(ERROR, "a kept statement does not answer rows: %s", SPI_result_code_string(done));
}

/* The one value of what was executed, in the caller's memory. */
static Datum
answered(Oid type, bool *isnull)
{
	Datum value;

	if (SPI_processed != 1 || SPI_tuptable->tupdesc->natts != 1 || SPI_gettypeid(SPI_tuptable->tupdesc, 1) != type)
		elog(ERROR, "a kept statement does not answer one value of type %s", format_type_be(type));
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
	if (*isnull)
		return (Datum) 0;
	return SPI_datumTransfer(value, get_typbyval(type), get_typlen(type));
}

Datum
voygen_kept(PG_FUNCTION_ARGS)
{
	Oid types[KEPT_ARGUMENTS];
	Datum values[KEPT_ARGUMENTS];
	char nulls[KEPT_ARGUMENTS + 1];
	int nargs = argument_types(fcinfo, types);
	char *statement;
	Datum answer;
	bool isnull;

	if (PG_ARGISNULL(1))
		elog(ERROR, "a kept statement is null");
	statement = text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (int i = 0; i < nargs; i++)
	{
		nulls[i] = PG_ARGISNULL(i + 2) ? 'n' : ' ';
		values[i] = PG_ARGISNULL(i + 2) ? (Datum) 0 : PG_GETARG_DATUM(i + 2);
	}
	SPI_connect();
	execute(plan_of(statement, nargs, types), values, nulls);
	answer = answered(get_fn_expr_rettype(fcinfo->flinfo), &isnull);
	SPI_finish();
	if (isnull)
		PG_RETURN_NULL();
	return answer;
}
