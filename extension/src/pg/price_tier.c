/*
 * price_tier.c
 *	  Low, medium or high of each row, among the rows of its partition.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "windowapi.h"

#include "pg/price_list.h"

PG_FUNCTION_INFO_V1(voygen_price_tier);

/* What is kept for a partition: worked out at its first row. */
typedef struct PartitionTiers
{
	bool known;
	int scale;
	tiers_cuts cuts;
} PartitionTiers;

/* Method and percents of the current row, where they are arguments. */
static tiers_options
row_options(FunctionCallInfo fcinfo, WindowObject window)
{
	bool isnull[3];
	Datum method;
	Datum low;
	Datum high;

	if (PG_NARGS() == 1)
		return TIERS_OPTIONS_DEFAULT;
	method = WinGetFuncArgCurrent(window, 1, &isnull[0]);
	low = WinGetFuncArgCurrent(window, 2, &isnull[1]);
	high = WinGetFuncArgCurrent(window, 3, &isnull[2]);
	if (isnull[0] || isnull[1] || isnull[2])
		return TIERS_OPTIONS_DEFAULT;
	return price_options(method, low, high);
}

static void
cut_partition(FunctionCallInfo fcinfo, WindowObject window, PartitionTiers *tiers)
{
	int64 rows = WinGetPartitionRowCount(window);
	PriceList *list = price_list_new(CurrentMemoryContext);

	list->options = row_options(fcinfo, window);
	for (int64 i = 0; i < rows; i++)
	{
		bool isnull;
		bool isout;
		Datum price = WinGetFuncArgInPartition(window, 0, i, WINDOW_SEEK_HEAD, false,
											   &isnull, &isout);

		if (!isnull && !isout)
			price_list_add(list, price);
	}
	price_list_cut(list, &tiers->cuts);
	tiers->scale = list->scale;
	tiers->known = true;
	price_list_free(list);
}

/* price_tier(price [, method, low, high]) over (...) */
Datum
voygen_price_tier(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	PartitionTiers *tiers = WinGetPartitionLocalMemory(window, sizeof(PartitionTiers));
	bool isnull;
	Datum price;
	int64 value;

	if (!tiers->known)
		cut_partition(fcinfo, window, tiers);
	price = WinGetFuncArgCurrent(window, 0, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	value = price_decode(price, tiers->scale);
	PG_RETURN_TEXT_P(cstring_to_text(tiers_tier_text(tiers_classify(&tiers->cuts, value))));
}
