/*
 * segment.c
 *	  Low, medium and high of any prices.
 *
 * The kernel counts in whole units, so the prices are taken times the power of
 * ten that makes all of them whole; the cuts are scaled back, exactly.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "kernel/tiers.h"
#include "pg/amounts.h"
#include "pg/argument.h"
#include "pg/kernels.h"

PG_FUNCTION_INFO_V1(voygen_segment_prices);

#define MOST_DECIMALS 6

static void
refuse_price(int at, const char *expected, Datum price, bool is_null)
{
	argument_raise(psprintf("prices/%d: expected %s", at, expected), psprintf("/prices/%d", at), expected,
				   is_null ? "null" : DatumGetCString(DirectFunctionCall1(numeric_out, price)));
}

/* Decimals that make every price whole. */
static int
prices_decimals(const Datum *prices, const bool *nulls, int n)
{
	int decimals = 0;

	for (int i = 0; i < n; i++)
	{
		int here;

		if (nulls[i] || numeric_is_nan(DatumGetNumeric(prices[i])) || numeric_is_inf(DatumGetNumeric(prices[i])))
			refuse_price(i, "a number", prices[i], nulls[i]);
		here = DatumGetInt32(DirectFunctionCall1(numeric_min_scale, prices[i]));
		if (here > MOST_DECIMALS)
			refuse_price(i, psprintf("at most %d decimals", MOST_DECIMALS), prices[i], false);
		decimals = Max(decimals, here);
	}
	return decimals;
}

static int64 *
prices_whole(const Datum *prices, int n, int decimals)
{
	int64 *whole = palloc_extended(sizeof(int64) * Max(n, 1), MCXT_ALLOC_HUGE);

	for (int i = 0; i < n; i++)
		if (!amount_decode(prices[i], decimals, &whole[i]))
			refuse_price(i, "a smaller number", prices[i], false);
	return whole;
}

static int32
position_read(Datum percent, const char *which)
{
	int64 position;

	if (!amount_decode(percent, 2, &position) || position <= 0 || position >= 10000)
		argument_raise(psprintf("the %s cut is out of range", which), "/cuts", "two percentages above 0 and below 100, the lower first",
					   DatumGetCString(DirectFunctionCall1(numeric_out, percent)));
	return position;
}

static Datum
cut_numeric(const tiers_cut *cut, int decimals)
{
	Datum whole = DirectFunctionCall1(int8_numeric, Int64GetDatum(cut->whole));
	Datum exact = DirectFunctionCall2(
		numeric_add, DirectFunctionCall2(numeric_mul, whole, DirectFunctionCall1(int8_numeric, Int64GetDatum(10000))),
		DirectFunctionCall1(int8_numeric, Int64GetDatum(cut->ten_thousandths)));

	/* A power of ten with as many decimals: the product has them all, exactly. */
	return DirectFunctionCall1(numeric_trim_scale, DirectFunctionCall2(numeric_mul, exact, amount_datum(1, decimals + 4)));
}

static Datum
tier_names(const tiers_cuts *cuts, const int64 *prices, int n)
{
	Datum *names = palloc_extended(sizeof(Datum) * Max(n, 1), MCXT_ALLOC_HUGE);
	Datum texts[3];

	for (int tier = 0; tier < 3; tier++)
		texts[tier] = CStringGetTextDatum(tiers_tier_text((tiers_tier) tier));
	for (int i = 0; i < n; i++)
		names[i] = texts[tiers_classify(cuts, prices[i])];
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * segment_prices(prices numeric[], method text, low_cut numeric, high_cut numeric)
 * returns (tiers text[], low_below numeric, high_from numeric, method_used text)
 */
Datum
voygen_segment_prices(PG_FUNCTION_ARGS)
{
	ArrayType *list = PG_GETARG_ARRAYTYPE_P(0);
	text *method = PG_GETARG_TEXT_PP(1);
	tiers_options options;
	tiers_cuts cuts;
	kernel_alloc memory = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};
	TupleDesc desc;
	Datum *prices;
	bool *nulls;
	int64 *whole;
	int n;
	int decimals;
	Datum values[4];
	bool value_nulls[4] = {false, false, false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "segment_prices must return a row");
	if (!tiers_method_from_text(VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method), &options.method))
		argument_raise("unknown method", "/method", "auto, percentile, kmeans, kmeans_log or rank", text_to_cstring(method));
	options.low_position = position_read(PG_GETARG_DATUM(2), "low");
	options.high_position = position_read(PG_GETARG_DATUM(3), "high");
	deconstruct_array(list, NUMERICOID, -1, false, TYPALIGN_INT, &prices, &nulls, &n);
	decimals = prices_decimals(prices, nulls, n);
	whole = prices_whole(prices, n, decimals);
	kernels_check(tiers_segment(whole, n, &options, &memory, &cuts, &error), &error);

	values[0] = tier_names(&cuts, whole, n);
	value_nulls[1] = value_nulls[2] = !cuts.has_cuts;
	if (cuts.has_cuts)
	{
		values[1] = cut_numeric(&cuts.low, decimals);
		values[2] = cut_numeric(&cuts.high, decimals);
	}
	values[3] = CStringGetTextDatum(tiers_method_text(cuts.method));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, value_nulls)));
}
