/*
 * price_cuts.c
 *	  Aggregates over prices: where they are cut into low, medium and high, and
 *	  how many fall in each.
 *
 * Both collect in the same way. Their ends sort the collected prices where they
 * lie, which changes no later answer, so that the state may be shared, and used
 * again when a window grows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/price_list.h"

PG_FUNCTION_INFO_V1(voygen_price_cuts_add);
PG_FUNCTION_INFO_V1(voygen_price_cuts_final);
PG_FUNCTION_INFO_V1(voygen_price_tier_counts_final);
PG_FUNCTION_INFO_V1(voygen_price_tier_of);

/* ---- collecting ---- */

/* Are method and percents the same for all rows and groups? */
static bool
options_constant(FunctionCallInfo fcinfo)
{
	Aggref *aggregate = AggGetAggref(fcinfo);

	if (aggregate == NULL)
		return false;
	for (int i = 1; i < list_length(aggregate->args); i++)
		if (!IsA(((TargetEntry *) list_nth(aggregate->args, i))->expr, Const))
			return false;
	return true;
}

/* The options of a group: from its first row, but read once for the query where they are constants. */
static tiers_options
group_options(FunctionCallInfo fcinfo)
{
	const tiers_options *known = fcinfo->flinfo->fn_extra;
	tiers_options options;

	if (known != NULL)
		return *known;
	if (PG_NARGS() <= 2 || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		return TIERS_OPTIONS_DEFAULT;
	options = price_options(PG_GETARG_DATUM(2), PG_GETARG_DATUM(3), PG_GETARG_DATUM(4));
	if (options_constant(fcinfo))
	{
		fcinfo->flinfo->fn_extra = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(options));
		*(tiers_options *) fcinfo->flinfo->fn_extra = options;
	}
	return options;
}

static pg_noinline PriceList *
group_begin(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	PriceList *list;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "price_cuts_add was called outside an aggregate");
	list = price_list_new(context);
	list->options = group_options(fcinfo);
	return list;
}

/* price_cuts_add(internal, numeric [, method, low, high]) */
Datum
voygen_price_cuts_add(PG_FUNCTION_ARGS)
{
	PriceList *list = PG_ARGISNULL(0) ? group_begin(fcinfo) : (PriceList *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		price_list_add(list, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(list);
}

/* ---- answers ---- */

/* An exact cut as a numeric with no more decimals than it needs. */
static Datum
cut_datum(tiers_cut value, int scale)
{
	__int128 wide = (__int128) value.whole * 10000 + value.ten_thousandths;
	int digits = scale + 4;

	while (digits > scale && wide % 10 == 0)
	{
		wide /= 10;
		digits--;
	}
	if (wide > PG_INT64_MAX || wide < PG_INT64_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a cut is too large to be told exactly")));
	return amount_datum((int64) wide, digits);
}

/* Cuts of the group; method, low_below and high_from go into the first columns of a row. */
static PriceList *
group_end(FunctionCallInfo fcinfo, tiers_cuts *cuts, Datum *values, bool *nulls)
{
	PriceList *list = PG_ARGISNULL(0) ? price_list_new(CurrentMemoryContext) : (PriceList *) PG_GETARG_POINTER(0);

	price_list_cut(list, cuts);
	values[0] = CStringGetTextDatum(tiers_method_text(cuts->method));
	nulls[0] = false;
	nulls[1] = !cuts->has_cuts;
	nulls[2] = !cuts->has_cuts || cuts->high_open;
	if (!nulls[1])
		values[1] = cut_datum(cuts->low, list->scale);
	if (!nulls[2])
		values[2] = cut_datum(cuts->high, list->scale);
	return list;
}

/* The row an end function answers; its type is looked up once for the query. */
static Datum
answer_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "the end of an aggregate over prices must return a row");
		fcinfo->flinfo->fn_extra = BlessTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return HeapTupleGetDatum(heap_form_tuple(fcinfo->flinfo->fn_extra, values, nulls));
}

/* price_cuts_final(internal) returns (method, low_below, high_from) */
Datum
voygen_price_cuts_final(PG_FUNCTION_ARGS)
{
	tiers_cuts cuts;
	Datum values[3] = {0};
	bool nulls[3];

	group_end(fcinfo, &cuts, values, nulls);
	PG_RETURN_DATUM(answer_row(fcinfo, values, nulls));
}

/* price_tier_counts_final(internal) returns (method, low_below, high_from, low, medium, high) */
Datum
voygen_price_tier_counts_final(PG_FUNCTION_ARGS)
{
	tiers_cuts cuts;
	size_t counts[3];
	Datum values[6] = {0};
	bool nulls[6] = {0};
	const PriceList *list = group_end(fcinfo, &cuts, values, nulls);

	tiers_classify_all(&cuts, list->values, list->n, NULL, counts);
	for (int tier = TIERS_LOW; tier <= TIERS_HIGH; tier++)
		values[3 + tier] = Int64GetDatum((int64) counts[tier]);
	PG_RETURN_DATUM(answer_row(fcinfo, values, nulls));
}

/* ---- one price ---- */

/* price_tier_of(price, low_below, high_from): the tier by cuts that are known. */
Datum
voygen_price_tier_of(PG_FUNCTION_ARGS)
{
	const char *tier = "medium";

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1) &&
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1))) < 0)
		tier = "low";
	else if (!PG_ARGISNULL(2) &&
			 DatumGetInt32(DirectFunctionCall2(numeric_cmp, PG_GETARG_DATUM(0), PG_GETARG_DATUM(2))) >= 0)
		tier = "high";
	PG_RETURN_TEXT_P(cstring_to_text(tier));
}
