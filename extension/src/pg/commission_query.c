/*
 * commission_query.c
 *	  The current agency's commission for every row of a query.
 *
 * The query runs with the caller's rights, read only, through a cursor. Its
 * columns are found by name; those it does not have are unknown.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "pg/agency.h"
#include "pg/amounts.h"
#include "pg/hotel_columns.h"
#include "pg/module.h"
#include "pg/rates.h"
#include "pg/rates_volumes.h"

PG_FUNCTION_INFO_V1(voygen_commission_rows);

#define FETCH_ROWS 1000

/* The columns a query may have; COLUMN_ID is anything that tells its rows apart. */
typedef enum QueryColumn
{
	COLUMN_ID,
	COLUMN_SITE,
	COLUMN_SUPPLIER,
	COLUMN_CHAIN,
	COLUMN_PROPERTY,
	COLUMN_PRODUCT_TYPE,
	COLUMN_RATE_TYPE,
	COLUMN_CURRENCY,
	COLUMN_ADVISOR,
	COLUMN_TAX,
	COLUMN_AMOUNT,
	COLUMN_TAX_AMOUNT,
	COLUMN_STATED_AMOUNT,
	COLUMN_STATED_PERCENT,
	COLUMN_NIGHTS,
	COLUMN_ROOMS,
	COLUMN_REFUNDABLE,
	COLUMN_PREPAID,
	COLUMN_CHECK_IN,
	COLUMN_BOOKED_ON,
	COLUMN_COUNT
} QueryColumn;

/* Name and type of each: text stands for every string type, int4 for every integer. */
static const struct
{
	const char *name;
	Oid type;
} query_columns[COLUMN_COUNT] = {
	{"id", InvalidOid},
	{"site", TEXTOID},
	{"supplier", TEXTOID},
	{"chain", TEXTOID},
	{"property", TEXTOID},
	{"product_type", TEXTOID},
	{"rate_type", TEXTOID},
	{"currency", TEXTOID},
	{"advisor", TEXTOID},
	{"tax", TEXTOID},
	{"amount", NUMERICOID},
	{"tax_amount", NUMERICOID},
	{"stated_amount", NUMERICOID},
	{"stated_percent", NUMERICOID},
	{"nights", INT4OID},
	{"rooms", INT4OID},
	{"refundable", BOOLOID},
	{"prepaid", BOOLOID},
	{"check_in", DATEOID},
	{"booked_on", DATEOID},
};

/* The answer's columns. */
enum
{
	OUT_ID,
	OUT_BASE,
	OUT_BASE_ESTIMATED,
	OUT_COMMISSION,
	OUT_CURRENCY,
	OUT_SOURCE,
	OUT_RATE_ID,
	OUT_COMPUTED,
	OUT_STATED,
	OUT_VARIANCE,
	OUT_ELIGIBLE,
	OUT_COUNT
};

typedef struct QueryRow
{
	int column[COLUMN_COUNT]; /* place in the row, 0: not there */
	Oid type[COLUMN_COUNT];
	Oid id_output; /* how the id is printed */
	HeapTuple tuple;
	TupleDesc desc;
} QueryRow;

static bool
type_fits(Oid wanted, Oid given)
{
	if (wanted == InvalidOid || wanted == given)
		return true;
	if (wanted == TEXTOID)
		return given == VARCHAROID || given == BPCHAROID;
	return wanted == INT4OID && (given == INT2OID || given == INT8OID);
}

static void
find_columns(QueryRow *row)
{
	bool varlena;

	for (int i = 0; i < COLUMN_COUNT; i++)
	{
		int at = SPI_fnumber(row->desc, query_columns[i].name);

		row->column[i] = at > 0 ? at : 0;
		if (row->column[i] == 0)
			continue;
		row->type[i] = SPI_gettypeid(row->desc, at);
		if (!type_fits(query_columns[i].type, row->type[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of the query is %s", query_columns[i].name,
							format_type_be(row->type[i])),
					 errhint("Cast it to %s.", format_type_be(query_columns[i].type))));
	}
	if (row->column[COLUMN_ID])
		getTypeOutputInfo(row->type[COLUMN_ID], &row->id_output, &varlena);
	if (row->column[COLUMN_AMOUNT] == 0 || row->column[COLUMN_CURRENCY] == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query has no column \"%s\"",
						row->column[COLUMN_AMOUNT] == 0 ? "amount" : "currency"),
				 errhint("Columns: id, site, amount, currency, tax, tax_amount, nights, rooms, check_in, supplier, "
						 "chain, property, product_type, rate_type, refundable, prepaid, advisor, "
						 "stated_amount, stated_percent, booked_on.")));
}

static Datum
value_of(QueryRow *row, QueryColumn column, bool *isnull)
{
	*isnull = true;
	return row->column[column] == 0 ? (Datum) 0
									: SPI_getbinval(row->tuple, row->desc, row->column[column], isnull);
}

static kernel_text
text_of(QueryRow *row, QueryColumn column)
{
	bool isnull;
	Datum value = value_of(row, column, &isnull);
	struct varlena *text;

	if (isnull)
		return (kernel_text){NULL, 0};
	text = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(value));
	return (kernel_text){VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)};
}

static bool
amount_of(QueryRow *row, QueryColumn column, int scale, int64 *amount)
{
	bool isnull;
	Datum value = value_of(row, column, &isnull);

	*amount = 0;
	if (isnull)
		return false;
	if (!amount_decode(value, scale, amount))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("column \"%s\" of the query holds an amount that is not a number, or too large",
						query_columns[column].name)));
	return true;
}

static int32
int_of(QueryRow *row, QueryColumn column, int32 unknown)
{
	bool isnull;
	Datum value = value_of(row, column, &isnull);
	int64 number;

	if (isnull)
		return unknown;
	number = row->type[column] == INT2OID   ? DatumGetInt16(value)
			 : row->type[column] == INT8OID ? DatumGetInt64(value)
											: DatumGetInt32(value);
	if (number < 0 || number > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("column \"%s\" of the query holds " INT64_FORMAT, query_columns[column].name, number)));
	return (int32) number;
}

static uint8
tri_of(QueryRow *row, QueryColumn column)
{
	bool isnull;
	Datum value = value_of(row, column, &isnull);

	return isnull ? KERNEL_UNKNOWN : DatumGetBool(value) ? KERNEL_YES
														 : KERNEL_NO;
}

static kernel_day
day_of(QueryRow *row, QueryColumn column, kernel_day unknown)
{
	bool isnull;
	Datum value = value_of(row, column, &isnull);

	return isnull || DATE_NOT_FINITE(DatumGetDateADT(value)) ? unknown : DatumGetDateADT(value);
}

/* Quotes the row; digits are those of its currency. */
static void
quote_row(const RateBook *book, kernel_day today, QueryRow *row, int digits, commission_quote *quote)
{
	static const QueryColumn words[COMMISSION_WORDS] = {
		[COMMISSION_SITE] = COLUMN_SITE,
		[COMMISSION_SUPPLIER] = COLUMN_SUPPLIER,
		[COMMISSION_CHAIN] = COLUMN_CHAIN,
		[COMMISSION_PROPERTY] = COLUMN_PROPERTY,
		[COMMISSION_PRODUCT_TYPE] = COLUMN_PRODUCT_TYPE,
		[COMMISSION_RATE_TYPE] = COLUMN_RATE_TYPE,
		[COMMISSION_CURRENCY] = COLUMN_CURRENCY,
		[COMMISSION_ADVISOR] = COLUMN_ADVISOR,
	};
	commission_component component = {.kind = COMMISSION_ROOM};
	commission_offer offer;
	kernel_text tax = text_of(row, COLUMN_TAX);
	kernel_error error = {0};
	kernel_status status;

	commission_offer_init(&offer);
	for (int i = 0; i < COMMISSION_WORDS; i++)
	{
		kernel_text word = text_of(row, words[i]);

		offer.word[i] = word.bytes == NULL ? 0
										   : commission_book_word(book->book, (commission_word) i, word.bytes, word.length);
	}
	offer.exponent = digits;
	offer.refundable = tri_of(row, COLUMN_REFUNDABLE);
	offer.prepaid = tri_of(row, COLUMN_PREPAID);
	offer.nights = int_of(row, COLUMN_NIGHTS, 0);
	offer.rooms = int_of(row, COLUMN_ROOMS, 1);
	offer.check_in = day_of(row, COLUMN_CHECK_IN, KERNEL_DAY_UNKNOWN);
	offer.booked_on = day_of(row, COLUMN_BOOKED_ON, today);
	offer.components = &component;
	offer.n_components = amount_of(row, COLUMN_AMOUNT, digits, &component.amount);
	if (tax.bytes)
		component.tax = commission_tax_from_text(tax.bytes, tax.length);
	component.has_tax_amount = amount_of(row, COLUMN_TAX_AMOUNT, digits, &component.tax_amount);
	offer.has_stated_amount = amount_of(row, COLUMN_STATED_AMOUNT, digits, &offer.stated_amount);
	offer.has_stated_percent = amount_of(row, COLUMN_STATED_PERCENT, 4, &offer.stated_ppm);
	offer.volume = rates_volume(book, text_of(row, COLUMN_SITE), offer.booked_on);
	status = commission_quote_offer(book->book, NULL, &offer, NULL, quote, &error);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
}

static void
put_amount(Datum *values, bool *nulls, int column, bool known, int64 amount, int digits)
{
	nulls[column] = !known;
	values[column] = known ? amount_datum(amount, digits) : (Datum) 0;
}

static void
emit_quote(ReturnSetInfo *out, QueryRow *row, kernel_text currency, int digits, const commission_quote *quote)
{
	Datum values[OUT_COUNT] = {0};
	bool nulls[OUT_COUNT] = {false};
	bool known = quote->source != COMMISSION_SOURCE_NONE && quote->eligible;
	Datum id = value_of(row, COLUMN_ID, &nulls[OUT_ID]);

	if (!nulls[OUT_ID])
		values[OUT_ID] = CStringGetTextDatum(OidOutputFunctionCall(row->id_output, id));
	put_amount(values, nulls, OUT_BASE, quote->has_base, quote->base, digits);
	values[OUT_BASE_ESTIMATED] = BoolGetDatum(quote->base_estimated);
	put_amount(values, nulls, OUT_COMMISSION, known, quote->expected, digits);
	values[OUT_CURRENCY] = PointerGetDatum(cstring_to_text_with_len(currency.bytes, currency.length));
	nulls[OUT_SOURCE] = !known;
	values[OUT_SOURCE] = CStringGetTextDatum(quote->source == COMMISSION_SOURCE_STATED ? "stated" : "computed");
	nulls[OUT_RATE_ID] = !quote->has_rate;
	values[OUT_RATE_ID] = Int64GetDatum(quote->rate_id);
	put_amount(values, nulls, OUT_COMPUTED, quote->has_computed, quote->computed, digits);
	put_amount(values, nulls, OUT_STATED, quote->has_stated, quote->stated, digits);
	put_amount(values, nulls, OUT_VARIANCE, quote->has_variance, quote->variance, digits);
	values[OUT_ELIGIBLE] = BoolGetDatum(quote->eligible);
	tuplestore_putvalues(out->setResult, out->setDesc, values, nulls);
}

static void
answer_row(ReturnSetInfo *out, const RateBook *book, kernel_day today, QueryRow *row)
{
	kernel_text currency = text_of(row, COLUMN_CURRENCY);
	commission_quote quote = {.eligible = true};
	int digits = 2;

	/* Without a currency there is nothing to say but that the row was there. */
	if (currency.bytes == NULL)
		currency = (kernel_text){"", 0};
	else
	{
		digits = currency_digits(currency.bytes, currency.length);
		quote_row(book, today, row, digits, &quote);
	}
	emit_quote(out, row, currency, digits, &quote);
}

/* commission_rows(query): one row for each of the query's, in its order. */
Datum
voygen_commission_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *out = (ReturnSetInfo *) fcinfo->resultinfo;
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	kernel_day today = rates_day(GetCurrentTransactionStartTimestamp());
	QueryRow row = {{0}};
	MemoryContext per_row;
	RateBook *book;
	Portal portal;
	int64 agency;

	if (!agency_current(&agency))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no agency is set, so there are no rates to go by"),
				 errhint("Set voygen.agency_id, or log in as a user of an agency.")));
	InitMaterializedSRF(fcinfo, 0);
	module_check_catalogue();
	SPI_connect();
	book = rates_book(agency, GetActiveSnapshot());
	per_row = AllocSetContextCreate(CurrentMemoryContext, "voygen commission row", ALLOCSET_DEFAULT_SIZES);
	portal = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, true, 0);
	for (SPI_cursor_fetch(portal, true, FETCH_ROWS);; SPI_cursor_fetch(portal, true, FETCH_ROWS))
	{
		SPITupleTable *rows = SPI_tuptable;
		uint64 n = SPI_processed;

		if (row.desc == NULL)
		{
			row.desc = CreateTupleDescCopy(rows->tupdesc);
			find_columns(&row);
		}
		for (uint64 i = 0; i < n; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(per_row);

			CHECK_FOR_INTERRUPTS();
			row.tuple = rows->vals[i];
			answer_row(out, book, today, &row);
			MemoryContextSwitchTo(old);
			MemoryContextReset(per_row);
		}
		SPI_freetuptable(rows);
		if (n == 0)
			break;
	}
	SPI_cursor_close(portal);
	rates_release(book);
	SPI_finish();
	return (Datum) 0;
}
