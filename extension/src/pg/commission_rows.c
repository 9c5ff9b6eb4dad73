/*
 * commission_rows.c
 *	  The current agency's commission for the rows of any query: a function per
 *	  row, and a pass over all offers of an agency.
 *
 * The book is looked up once per statement and kept with the call site, so a
 * row costs the look-up of its words and the quote.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "pg/agency.h"
#include "pg/amounts.h"
#include "pg/facts.h"
#include "pg/hotel_columns.h"
#include "pg/module.h"
#include "pg/rates.h"

PG_FUNCTION_INFO_V1(voygen_commission_amount);
PG_FUNCTION_INFO_V1(voygen_commission_total);

/* ---- one row ---- */

/* Arguments of commission_amount, in order. */
enum
{
	ARG_SITE,
	ARG_AMOUNT,
	ARG_CURRENCY,
	ARG_TAX,
	ARG_TAX_AMOUNT,
	ARG_NIGHTS,
	ARG_ROOMS,
	ARG_CHECK_IN,
	ARG_SUPPLIER,
	ARG_CHAIN,
	ARG_PROPERTY,
	ARG_PRODUCT_TYPE,
	ARG_RATE_TYPE,
	ARG_REFUNDABLE,
	ARG_PREPAID,
	ARG_ADVISOR,
	ARG_STATED_AMOUNT,
	ARG_STATED_PERCENT,
	ARG_BOOKED_ON
};

/* What a call site keeps from row to row of one statement. */
typedef struct CallSite
{
	RateBook *book;
	kernel_day today;
	commission_component component;
	commission_offer offer;
	commission_volume volume;
} CallSite;

static void
release_book(void *book)
{
	rates_release((RateBook *) book);
}

/* fn_mcxt lasts as long as the statement's expression; its end releases the book. */
static CallSite *
call_site(FunctionCallInfo fcinfo)
{
	CallSite *site = (CallSite *) fcinfo->flinfo->fn_extra;
	MemoryContextCallback *callback;
	MemoryContext old;
	int64 agency;

	if (site)
		return site;
	if (!agency_current(&agency))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no agency is set, so there are no rates to go by"),
				 errhint("Set voygen.agency_id, or log in as a user of an agency.")));
	module_check_catalogue();
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(CallSite));
	callback = palloc(sizeof(MemoryContextCallback));
	site->book = rates_book(agency, GetActiveSnapshot());
	callback->func = release_book;
	callback->arg = site->book;
	MemoryContextRegisterResetCallback(fcinfo->flinfo->fn_mcxt, callback);
	site->today = rates_day(GetCurrentTransactionStartTimestamp());
	commission_offer_init(&site->offer);
	site->offer.components = &site->component;
	fcinfo->flinfo->fn_extra = site;
	MemoryContextSwitchTo(old);
	return site;
}

static kernel_text
text_argument(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *value;

	if (PG_ARGISNULL(argument))
		return (kernel_text){NULL, 0};
	value = PG_GETARG_VARLENA_PP(argument);
	return (kernel_text){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

static void
word_argument(FunctionCallInfo fcinfo, CallSite *site, commission_word which, int argument)
{
	kernel_text text = text_argument(fcinfo, argument);

	site->offer.word[which] = text.bytes == NULL ? 0
												 : commission_book_word(site->book->book, which, text.bytes, text.length);
}

static uint8
tri_argument(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		return KERNEL_UNKNOWN;
	return PG_GETARG_BOOL(argument) ? KERNEL_YES : KERNEL_NO;
}

static bool
amount_argument(FunctionCallInfo fcinfo, int argument, int scale, int64 *value)
{
	if (PG_ARGISNULL(argument))
		return false;
	if (!amount_decode(PG_GETARG_DATUM(argument), scale, value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("an amount is not a number, or too large for a commission")));
	return true;
}

static void
set_words(FunctionCallInfo fcinfo, CallSite *site)
{
	word_argument(fcinfo, site, COMMISSION_SITE, ARG_SITE);
	word_argument(fcinfo, site, COMMISSION_SUPPLIER, ARG_SUPPLIER);
	word_argument(fcinfo, site, COMMISSION_CHAIN, ARG_CHAIN);
	word_argument(fcinfo, site, COMMISSION_PROPERTY, ARG_PROPERTY);
	word_argument(fcinfo, site, COMMISSION_PRODUCT_TYPE, ARG_PRODUCT_TYPE);
	word_argument(fcinfo, site, COMMISSION_RATE_TYPE, ARG_RATE_TYPE);
	word_argument(fcinfo, site, COMMISSION_CURRENCY, ARG_CURRENCY);
	word_argument(fcinfo, site, COMMISSION_ADVISOR, ARG_ADVISOR);
}

static void
set_amounts(FunctionCallInfo fcinfo, CallSite *site, int digits)
{
	commission_offer *offer = &site->offer;
	commission_component *component = &site->component;
	kernel_text tax = text_argument(fcinfo, ARG_TAX);

	component->kind = COMMISSION_ROOM;
	offer->n_components = amount_argument(fcinfo, ARG_AMOUNT, digits, &component->amount);
	component->tax = tax.bytes == NULL ? COMMISSION_TAX_UNKNOWN
									   : commission_tax_from_text(tax.bytes, tax.length);
	component->has_tax_amount = amount_argument(fcinfo, ARG_TAX_AMOUNT, digits, &component->tax_amount);
	offer->has_stated_amount = amount_argument(fcinfo, ARG_STATED_AMOUNT, digits, &offer->stated_amount);
	offer->has_stated_percent = amount_argument(fcinfo, ARG_STATED_PERCENT, 4, &offer->stated_ppm);
}

/*
 * commission_amount(site, amount, currency, ...): the expected commission of an
 * offer by the current agency's rates, NULL when it is not known or a rule
 * makes the offer ineligible.
 */
Datum
voygen_commission_amount(PG_FUNCTION_ARGS)
{
	CallSite *site = call_site(fcinfo);
	commission_offer *offer = &site->offer;
	kernel_text currency = text_argument(fcinfo, ARG_CURRENCY);
	kernel_error error = {0};
	commission_quote quote;
	kernel_status status;
	int digits;

	if (currency.bytes == NULL)
		PG_RETURN_NULL();
	digits = currency_digits(currency.bytes, currency.length);
	set_words(fcinfo, site);
	set_amounts(fcinfo, site, digits);
	offer->exponent = digits;
	offer->refundable = tri_argument(fcinfo, ARG_REFUNDABLE);
	offer->prepaid = tri_argument(fcinfo, ARG_PREPAID);
	offer->nights = PG_ARGISNULL(ARG_NIGHTS) ? 0 : PG_GETARG_INT32(ARG_NIGHTS);
	offer->rooms = PG_ARGISNULL(ARG_ROOMS) ? 1 : PG_GETARG_INT32(ARG_ROOMS);
	offer->check_in = PG_ARGISNULL(ARG_CHECK_IN) ? KERNEL_DAY_UNKNOWN : PG_GETARG_DATEADT(ARG_CHECK_IN);
	offer->booked_on = PG_ARGISNULL(ARG_BOOKED_ON) ? site->today : PG_GETARG_DATEADT(ARG_BOOKED_ON);
	offer->volume = rates_volume(site->book, text_argument(fcinfo, ARG_SITE), offer->booked_on,
								 &site->volume)
						? &site->volume
						: NULL;
	status = commission_quote_offer(site->book->book, NULL, offer, NULL, &quote, &error);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
	if (quote.source == COMMISSION_SOURCE_NONE || !quote.eligible)
		PG_RETURN_NULL();
	return amount_datum(quote.expected, digits);
}

/* ---- all offers of an agency ---- */

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
add_quote(void *context, const FactsCurrency *currency, const commission_quote *quote)
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
	else if (__builtin_add_overflow(total->commission, quote->expected, &total->commission))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the commissions add up to more than can be told")));
}

/*
 * commission_total(agency_id): expected commission of every offer of every
 * trip, added up by currency. Offers are what they are in facts.
 */
Datum
voygen_commission_total(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *out = (ReturnSetInfo *) fcinfo->resultinfo;
	Totals totals = {palloc(sizeof(Total) * 8), 0, 8};
	Facts *facts;

	InitMaterializedSRF(fcinfo, 0);
	module_check_catalogue();
	SPI_connect(); /* for tables that are not plain */
	facts = facts_begin(PG_GETARG_INT64(0), PG_INT64_MAX, GetActiveSnapshot(), GetCurrentTimestamp());
	facts->on_quote = add_quote;
	facts->on_quote_context = &totals;
	facts_quote_all(facts);
	facts_end(facts);
	SPI_finish();
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
