/*
 * price_tiers.c
 *	  Low, medium and high for any query: an aggregate that answers the cuts, a
 *	  window function that answers the tier of each row.
 *
 * Prices become integers of the finest decimals that occur, so the kernel
 * works exactly; what comes back has those decimals at least.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "windowapi.h"

#include "kernel/tiers.h"
#include "pg/amounts.h"
#include "pg/kernels.h"

PG_FUNCTION_INFO_V1(voygen_price_cuts_add);
PG_FUNCTION_INFO_V1(voygen_price_cuts_final);
PG_FUNCTION_INFO_V1(voygen_price_tier_of);
PG_FUNCTION_INFO_V1(voygen_price_tier);

/* More decimals than any currency has are rounded away. */
#define MOST_DECIMALS 4
#define FIRST_ROOM 16

/* Prices of one group, as integers with `scale` decimals. */
typedef struct Prices
{
	tiers_options options;
	int scale;
	int64 n;
	int64 room;
	int64 *values;
} Prices;

/* ---- collecting ---- */

static void
prices_init(Prices *prices)
{
	memset(prices, 0, sizeof(*prices));
	prices->options = TIERS_OPTIONS_DEFAULT;
	prices->room = FIRST_ROOM;
	prices->values = palloc(sizeof(int64) * FIRST_ROOM);
}

static void
prices_rescale(Prices *prices, int scale)
{
	for (; prices->scale < scale; prices->scale++)
		for (int64 i = 0; i < prices->n; i++)
			if (__builtin_mul_overflow(prices->values[i], 10, &prices->values[i]))
				ereport(ERROR,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("a price is too large to be put in a tier")));
}

static int64
price_decode(Datum price, int scale)
{
	int64 value;

	if (!amount_decode(price, scale, &value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a price is not a number, or too large to be put in a tier")));
	return value;
}

static void
prices_add(Prices *prices, Datum price)
{
	int scale = Min(amount_scale(price), MOST_DECIMALS);

	if (scale > prices->scale)
		prices_rescale(prices, scale);
	if (prices->n == prices->room)
	{
		prices->room *= 2;
		prices->values = repalloc_huge(prices->values, sizeof(int64) * prices->room);
	}
	prices->values[prices->n++] = price_decode(price, prices->scale);
}

/* Method and percents from the arguments behind the price, where given. */
static void
read_options(FunctionCallInfo fcinfo, Datum method, Datum low, Datum high, tiers_options *options)
{
	text *word = DatumGetTextPP(method);
	int64 position;

	if (!tiers_method_from_text(VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word), &options->method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a method of cutting prices", text_to_cstring(word)),
				 errhint("Use auto, percentile, kmeans, kmeans_log or rank.")));
	if (amount_decode(low, 2, &position))
		options->low_position = (int32) position;
	if (amount_decode(high, 2, &position))
		options->high_position = (int32) position;
	if (options->low_position <= 0 || options->low_position >= options->high_position ||
		options->high_position >= 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the percents of the cuts must ascend between 0 and 100")));
}

static void
cut(const Prices *prices, tiers_cuts *cuts)
{
	kernel_alloc alloc = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};

	kernels_check(tiers_segment(prices->values, prices->n, &prices->options, &alloc, cuts, &error),
				  &error);
}

/* ---- the aggregate ---- */

/* price_cuts_add(internal, numeric [, method, low, high]) */
Datum
voygen_price_cuts_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext old;
	Prices *prices;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "price_cuts_add was called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		old = MemoryContextSwitchTo(context);
		prices = palloc(sizeof(Prices));
		prices_init(prices);
		if (PG_NARGS() > 2 && !PG_ARGISNULL(2) && !PG_ARGISNULL(3) && !PG_ARGISNULL(4))
			read_options(fcinfo, PG_GETARG_DATUM(2), PG_GETARG_DATUM(3), PG_GETARG_DATUM(4),
						 &prices->options);
		MemoryContextSwitchTo(old);
	}
	else
		prices = (Prices *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1))
		prices_add(prices, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(prices);
}

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

/* price_cuts_final(internal) returns (method, low_below, high_from) */
Datum
voygen_price_cuts_final(PG_FUNCTION_ARGS)
{
	Prices none;
	Prices *prices = &none;
	tiers_cuts cuts;
	TupleDesc desc;
	Datum values[3] = {0};
	bool nulls[3] = {false, true, true};

	if (PG_ARGISNULL(0))
		prices_init(&none);
	else
		prices = (Prices *) PG_GETARG_POINTER(0);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "price_cuts_final must return a row");
	cut(prices, &cuts);
	values[0] = CStringGetTextDatum(tiers_method_text(cuts.method));
	if (cuts.has_cuts)
	{
		values[1] = cut_datum(cuts.low, prices->scale);
		nulls[1] = false;
		nulls[2] = cuts.high_open;
		if (!nulls[2])
			values[2] = cut_datum(cuts.high, prices->scale);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

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

/* ---- the window function ---- */

/* What is kept for a partition: worked out at its first row. */
typedef struct PartitionTiers
{
	bool known;
	int scale;
	tiers_cuts cuts;
} PartitionTiers;

static void
cut_partition(FunctionCallInfo fcinfo, WindowObject window, PartitionTiers *tiers)
{
	int64 rows = WinGetPartitionRowCount(window);
	Prices prices;

	prices_init(&prices);
	if (PG_NARGS() > 1)
	{
		bool isnull[3];
		Datum method = WinGetFuncArgCurrent(window, 1, &isnull[0]);
		Datum low = WinGetFuncArgCurrent(window, 2, &isnull[1]);
		Datum high = WinGetFuncArgCurrent(window, 3, &isnull[2]);

		if (!isnull[0] && !isnull[1] && !isnull[2])
			read_options(fcinfo, method, low, high, &prices.options);
	}
	for (int64 i = 0; i < rows; i++)
	{
		bool isnull;
		bool isout;
		Datum price = WinGetFuncArgInPartition(window, 0, i, WINDOW_SEEK_HEAD, false,
											   &isnull, &isout);

		if (!isnull && !isout)
			prices_add(&prices, price);
	}
	cut(&prices, &tiers->cuts);
	tiers->scale = prices.scale;
	tiers->known = true;
	pfree(prices.values);
}

/* price_tier(price [, method, low, high]) over (...) */
Datum
voygen_price_tier(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	PartitionTiers *tiers;
	bool isnull;
	Datum price;

	tiers = WinGetPartitionLocalMemory(window, sizeof(PartitionTiers));
	if (!tiers->known)
		cut_partition(fcinfo, window, tiers);
	price = WinGetFuncArgCurrent(window, 0, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(tiers_tier_text(tiers_classify(&tiers->cuts,
																	price_decode(price, tiers->scale)))));
}
