/*
 * commission_total.c
 *	  Expected commission of every offer of an agency, added up by currency.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "pg/amounts.h"
#include "pg/commission_pass.h"
#include "pg/module.h"

PG_FUNCTION_INFO_V1(voygen_commission_total);

typedef struct Total
{
	FactsCurrency currency;
	int64 offers;
	int64 unknown;
	int64 commission;
} Total;

typedef struct Totals
{
	Total *rows;
	int n;
	int room;
} Totals;

static void
add_quote(void *context, const FactsCurrency *currency, const commission_expected *quote)
{
	Totals *totals = (Totals *) context;
	Total *total = totals->rows;
	int i = 0;

	while (i < totals->n && memcmp(total[i].currency.code, currency->code, 4) != 0)
		i++;
	if (i == totals->n)
	{
		if (totals->n == totals->room)
			totals->rows = repalloc(totals->rows, sizeof(Total) * (totals->room *= 2));
		totals->rows[totals->n++] = (Total){*currency, 0, 0, 0};
	}
	total = &totals->rows[i];
	total->offers++;
	if (quote->source == COMMISSION_SOURCE_NONE || !quote->eligible)
		total->unknown++;
	else if (__builtin_add_overflow(total->commission, quote->amount, &total->commission))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the commissions add up to more than can be told")));
}

/* By the currency's letters: the order in which offers come is nobody's business. */
static int
compare_totals(const void *a, const void *b)
{
	return memcmp(((const Total *) a)->currency.code, ((const Total *) b)->currency.code, 4);
}

/*
 * commission_total(agency_id): expected commission of every offer of every
 * trip, added up by currency. Offers are what they are in facts.
 */
Datum
voygen_commission_total(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *out = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext mine = CurrentMemoryContext;
	Totals totals = {palloc(sizeof(Total) * 8), 0, 8};

	InitMaterializedSRF(fcinfo, 0);
	module_check_catalogue();
	SPI_connect(); /* for tables that are not plain */
	MemoryContextSwitchTo(mine);
	commission_pass(PG_GETARG_INT64(0), GetActiveSnapshot(), GetCurrentTimestamp(), add_quote, &totals);
	SPI_finish();
	qsort(totals.rows, totals.n, sizeof(Total), compare_totals);
	for (int i = 0; i < totals.n; i++)
	{
		Total *total = &totals.rows[i];
		Datum values[4] = {CStringGetTextDatum(total->currency.code), Int64GetDatum(total->offers),
						   Int64GetDatum(total->unknown), amount_datum(total->commission, total->currency.digits)};
		bool nulls[4] = {false, false, false, false};

		tuplestore_putvalues(out->setResult, out->setDesc, values, nulls);
	}
	return (Datum) 0;
}
