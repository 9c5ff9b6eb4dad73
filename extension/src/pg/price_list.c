/*
 * price_list.c
 *	  The prices of one group, collected for the kernel that cuts them.
 *
 * Prices become integers of the finest decimals that occur, so the kernel
 * works exactly. A list is one piece of memory while its prices are few, as
 * those of a trip are: a query over many groups allocates once for each.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/kernels.h"
#include "pg/price_list.h"

StaticAssertDecl(sizeof(PriceList) == 256, "a list of few prices fills its piece of memory");

PriceList *
price_list_new(MemoryContext context)
{
	PriceList *list = MemoryContextAlloc(context, sizeof(PriceList));

	list->n = 0;
	list->room = PRICE_LIST_FEW;
	list->values = list->few;
	list->options = TIERS_OPTIONS_DEFAULT;
	list->scale = 0;
	return list;
}

void
price_list_free(PriceList *list)
{
	if (list->values != list->few)
		pfree(list->values);
	pfree(list);
}

void
price_list_refuse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("a price is not a number, or too large to be put in a tier")));
}

int64
price_decode(Datum price, int scale)
{
	int64 value;

	if (!amount_decode(price, scale, &value))
		price_list_refuse();
	return value;
}

/* Twice the room; the first time out of the list itself. */
void
price_list_grow(PriceList *list)
{
	int64 room = list->room * 2;

	if (list->values == list->few)
	{
		list->values = MemoryContextAlloc(GetMemoryChunkContext(list), sizeof(int64) * room);
		memcpy(list->values, list->few, sizeof(list->few));
	}
	else
		list->values = repalloc_huge(list->values, sizeof(int64) * room);
	list->room = room;
}

/* The prices so far with more decimals. */
void
price_list_refine(PriceList *list, int scale)
{
	for (; list->scale < scale; list->scale++)
		for (int64 i = 0; i < list->n; i++)
			if (__builtin_mul_overflow(list->values[i], 10, &list->values[i]))
				price_list_refuse();
}

tiers_options
price_options(Datum method, Datum low, Datum high)
{
	tiers_options options = TIERS_OPTIONS_DEFAULT;
	text *word = DatumGetTextPP(method);
	int64 position;

	if (!tiers_method_from_text(VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word), &options.method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a method of cutting prices", text_to_cstring(word)),
				 errhint("Use auto, percentile, kmeans, kmeans_log or rank.")));
	if (amount_decode(low, 2, &position))
		options.low_position = (int32) position;
	if (amount_decode(high, 2, &position))
		options.high_position = (int32) position;
	if (options.low_position <= 0 || options.low_position >= options.high_position ||
		options.high_position >= 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the percents of the cuts must ascend between 0 and 100")));
	return options;
}

void
price_list_cut(PriceList *list, tiers_cuts *cuts)
{
	kernel_alloc alloc = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};

	kernels_check(tiers_segment_here(list->values, list->n, &list->options, &alloc, cuts, &error), &error);
}
