/*
 * commission_rows.c
 *	  The current agency's commission for the rows of any query: a function per
 *	  row.
 *
 * Neighbouring rows mostly repeat their words and currency; the last of each is
 * kept with what the book says of it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"

#include "pg/amounts.h"
#include "pg/hotel_columns.h"
#include "pg/rates_volumes.h"
#include "pg/statement_book.h"

PG_FUNCTION_INFO_V1(voygen_commission_amount);

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

/* A word longer than this is looked up each time. */
#define KEPT_WORD 30

/* The last word of an argument, and its number in the book. */
typedef struct KeptWord
{
	char bytes[KEPT_WORD];
	uint8 length;
	bool valid;
	uint32 number;
} KeptWord;

/* What a call site keeps from row to row. */
typedef struct CallSite
{
	StatementBook kept;
	KeptWord words[COMMISSION_WORDS];
	char currency[3];
	int digits;
	commission_component component;
	commission_offer offer;
} CallSite;

static CallSite *
new_site(FunctionCallInfo fcinfo)
{
	CallSite *site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));

	statement_book_begin(&site->kept, fcinfo->flinfo->fn_mcxt);
	commission_offer_init(&site->offer);
	site->offer.components = &site->component;
	fcinfo->flinfo->fn_extra = site;
	return site;
}

static CallSite *
call_site(FunctionCallInfo fcinfo)
{
	CallSite *site = (CallSite *) fcinfo->flinfo->fn_extra;

	if (site == NULL)
		site = new_site(fcinfo);
	if (statement_book_renew(&site->kept))
		memset(site->words, 0, sizeof(site->words));
	return site;
}

/* ---- arguments ---- */

static inline kernel_text
text_argument(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *value;

	if (PG_ARGISNULL(argument))
		return (kernel_text){NULL, 0};
	value = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(argument));
	/* Columns come plain or with a short header, as the tuple holds them. */
	if (VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value))
		value = pg_detoast_datum_packed(value);
	return (kernel_text){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

static void
keep_word(KeptWord *kept, kernel_text text, uint32 number)
{
	kept->valid = text.length <= KEPT_WORD;
	if (!kept->valid)
		return;
	memcpy(kept->bytes, text.bytes, text.length);
	kept->length = (uint8) text.length;
	kept->number = number;
}

static inline uint32
word_argument(FunctionCallInfo fcinfo, CallSite *site, commission_word which, int argument)
{
	kernel_text text = text_argument(fcinfo, argument);
	KeptWord *kept = &site->words[which];
	uint32 number;

	if (text.bytes == NULL)
		return 0;
	if (kept->valid && kept->length == text.length && memcmp(kept->bytes, text.bytes, text.length) == 0)
		return kept->number;
	number = commission_book_word(site->kept.book->book, which, text.bytes, text.length);
	keep_word(kept, text, number);
	return number;
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

/* Argument of each word. */
static const int word_arguments[COMMISSION_WORDS] = {
	[COMMISSION_SITE] = ARG_SITE,
	[COMMISSION_SUPPLIER] = ARG_SUPPLIER,
	[COMMISSION_CHAIN] = ARG_CHAIN,
	[COMMISSION_PROPERTY] = ARG_PROPERTY,
	[COMMISSION_PRODUCT_TYPE] = ARG_PRODUCT_TYPE,
	[COMMISSION_RATE_TYPE] = ARG_RATE_TYPE,
	[COMMISSION_CURRENCY] = ARG_CURRENCY,
	[COMMISSION_ADVISOR] = ARG_ADVISOR,
};

static void
set_words(FunctionCallInfo fcinfo, CallSite *site)
{
	for (int word = 0; word < COMMISSION_WORDS; word++)
		if (commission_book_names(site->kept.book->book, (commission_word) word))
			site->offer.word[word] = word_argument(fcinfo, site, (commission_word) word, word_arguments[word]);
		else
			site->offer.word[word] = 0;
}

/* Decimals of the currency; the last one is kept. */
static int
digits_of(CallSite *site, kernel_text currency)
{
	if (currency.length != 3)
		return currency_digits(currency.bytes, (int) currency.length);
	if (memcmp(site->currency, currency.bytes, 3) != 0)
	{
		site->digits = currency_digits(currency.bytes, 3);
		memcpy(site->currency, currency.bytes, 3);
	}
	return site->digits;
}

static int32
day_argument(FunctionCallInfo fcinfo, int argument, int32 unknown)
{
	return PG_ARGISNULL(argument) || DATE_NOT_FINITE(PG_GETARG_DATEADT(argument)) ? unknown : PG_GETARG_DATEADT(argument);
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
	kernel_error error; /* filled when there is one */
	commission_expected quote;
	kernel_status status;
	int digits;

	if (currency.bytes == NULL)
		PG_RETURN_NULL();
	digits = digits_of(site, currency);
	set_words(fcinfo, site);
	set_amounts(fcinfo, site, digits);
	offer->exponent = digits;
	offer->refundable = tri_argument(fcinfo, ARG_REFUNDABLE);
	offer->prepaid = tri_argument(fcinfo, ARG_PREPAID);
	offer->nights = PG_ARGISNULL(ARG_NIGHTS) ? 0 : PG_GETARG_INT32(ARG_NIGHTS);
	offer->rooms = PG_ARGISNULL(ARG_ROOMS) ? 1 : PG_GETARG_INT32(ARG_ROOMS);
	offer->check_in = day_argument(fcinfo, ARG_CHECK_IN, KERNEL_DAY_UNKNOWN);
	offer->booked_on = day_argument(fcinfo, ARG_BOOKED_ON, site->kept.today);
	offer->volume = rates_volume(site->kept.book, text_argument(fcinfo, ARG_SITE), offer->booked_on);
	status = commission_expect(site->kept.book->memo, NULL, offer, &quote, &error);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
	if (quote.source == COMMISSION_SOURCE_NONE || !quote.eligible)
		PG_RETURN_NULL();
	return amount_datum(quote.amount, digits);
}
