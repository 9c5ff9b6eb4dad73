/*
 * price_list.h
 *	  The prices of one group, collected for the kernel that cuts them.
 */
#ifndef VOYGEN_PRICE_LIST_H
#define VOYGEN_PRICE_LIST_H

#include "postgres.h"

#include "kernel/tiers.h"
#include "pg/amounts.h"

/* More decimals than any currency has are rounded away. */
#define PRICE_MOST_DECIMALS 4

/* Prices that need no second piece of memory; with them a list fills 256 bytes. */
#define PRICE_LIST_FEW 27

/* Prices as integers with `scale` decimals, the finest that occurred so far. */
typedef struct PriceList
{
	int64 n;
	int64 room;
	int64 *values;
	tiers_options options;
	int scale;
	int64 few[PRICE_LIST_FEW];
} PriceList;

extern PriceList *price_list_new(MemoryContext context);
extern void price_list_free(PriceList *list);

/* The integer of a price with that many decimals; an error when there is none. */
extern int64 price_decode(Datum price, int scale);

/* The rare parts of adding a price. */
extern void price_list_refuse(void) pg_attribute_noreturn();
extern void price_list_refine(PriceList *list, int scale);
extern void price_list_grow(PriceList *list);

static inline void
price_list_add(PriceList *list, Datum price)
{
	int scale = list->scale;
	int64 value;

	if (!amount_decode_finer(price, PRICE_MOST_DECIMALS, &scale, &value))
		price_list_refuse();
	if (scale > list->scale)
		price_list_refine(list, scale);
	if (list->n == list->room)
		price_list_grow(list);
	list->values[list->n++] = value;
}

/* Method and percents, as SQL gives them. */
extern tiers_options price_options(Datum method, Datum low, Datum high);

/* Cuts of the prices; the list's order is not kept. */
extern void price_list_cut(PriceList *list, tiers_cuts *cuts);

#endif
