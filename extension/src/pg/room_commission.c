/*
 * room_commission.c
 *	  The current agency's commission for a row of rooms_cache, by itself: the
 *	  function finds the hotel.
 *
 * The row may be one of the table, of a subquery or view, or built by hand: it
 * is known by the names of its columns. What they mean is what they mean in
 * facts (facts_offers.c), but of the trip nothing is known, as in
 * commission_amount.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "pg/amounts.h"
#include "pg/room_commission.h"
#include "pg/room_hotels.h"
#include "pg/statement_book.h"

PG_FUNCTION_INFO_V1(voygen_room_commission);
PG_FUNCTION_INFO_V1(voygen_room_commission_of);

const RoomColumn room_commission_columns[ROOM_COMMISSION_COLUMNS] = {
	{ROOM_AGENCY, INT8OID},
	{ROOM_TRIP, INT8OID},
	{ROOM_HOTEL, INT8OID},
	{ROOM_NIGHTLY, NUMERICOID},
	{ROOM_TOTAL, NUMERICOID},
	{ROOM_TAX_BASIS, TEXTOID},
	{ROOM_TAX, NUMERICOID},
	{ROOM_CURRENCY, BPCHAROID},
	{ROOM_RATE_TYPE, TEXTOID},
	{ROOM_REFUNDABLE, BOOLOID},
	{ROOM_ELIGIBLE, BOOLOID},
	{ROOM_COMMISSION_PERCENT, NUMERICOID},
	{ROOM_COMMISSION, NUMERICOID},
};

/* What a call site keeps from row to row. */
typedef struct RoomSite
{
	StatementBook kept;
	Facts facts; /* book and offer; of its streams only the current room */
	RoomHotels hotels;
	RowKey key;       /* the hotel of the last room, */
	bool has_key;     /* if there was one */
	bool found;       /* it is there, and its currency is known */
	FactsHotel hotel; /* currency and refundable */
	uint32 rate_type;

	uint64 shape; /* which type of row the rest is of; 0: none yet */
	TupleDesc desc;
	AttrNumber att[TABLE_MAX_COLUMNS];
} RoomSite;

/* ---- the call site ---- */

static RoomSite *
new_site(FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	RoomSite *site = palloc0(sizeof(RoomSite));

	statement_book_begin(&site->kept, fcinfo->flinfo->fn_mcxt);
	room_hotels_begin(&site->hotels, &site->facts);
	site->facts.rooms.id = TABLE_ROOMS;
	site->facts.rooms.att = site->att;
	site->facts.hotels.id = TABLE_HOTELS;
	fcinfo->flinfo->fn_extra = site;
	MemoryContextSwitchTo(old);
	return site;
}

static RoomSite *
room_site(FunctionCallInfo fcinfo)
{
	RoomSite *site = (RoomSite *) fcinfo->flinfo->fn_extra;

	if (site == NULL)
		site = new_site(fcinfo);
	if (statement_book_renew(&site->kept))
	{
		site->facts.agency = site->kept.mark.agency;
		site->facts.book = site->kept.book;
		site->facts.today = site->kept.today;
		facts_offer_begin(&site->facts);
		room_hotels_forget(&site->hotels);
		site->has_key = false;
	}
	return site;
}

/* ---- the row ---- */

static bool
is_string(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

/* Any string will do for any other. */
static bool
type_fits(Oid needed, Oid given)
{
	given = getBaseType(given);
	return given == needed || (is_string(needed) && is_string(given));
}

/* Number of the attribute with this name, which must be there and of this type. */
static AttrNumber
find_column(TupleDesc desc, const char *name, Oid type)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		if (type_fits(type, attribute->atttypid))
			return i + 1;
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the room is %s, expected %s", name, format_type_be(attribute->atttypid),
						format_type_be(type))));
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("the room has no column \"%s\"", name),
			 errhint("Hand room_commission a row of voygen.rooms_cache, or one with its columns.")));
}

static void
learn_shape(FunctionCallInfo fcinfo, RoomSite *site, Oid type, int32 typmod)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	Stream *row = &site->facts.rooms;
	TupleDesc desc = lookup_rowtype_tupdesc_copy(type, typmod);

	site->shape = 0;
	if (site->desc)
	{
		pfree(row->values);
		pfree(row->isnull);
		FreeTupleDesc(site->desc);
		site->desc = NULL;
	}
	row->values = palloc(sizeof(Datum) * desc->natts);
	row->isnull = palloc(sizeof(bool) * desc->natts);
	site->desc = desc;
	for (int i = 0; i < ROOM_COMMISSION_COLUMNS; i++)
	{
		const RoomColumn *wanted = &room_commission_columns[i];

		site->att[wanted->column] = find_column(desc, table_specs[TABLE_ROOMS].columns[wanted->column], wanted->type);
	}
	site->shape = assign_record_type_identifier(type, typmod);
	MemoryContextSwitchTo(old);
}

static void
take_row(FunctionCallInfo fcinfo, RoomSite *site, HeapTupleHeader row)
{
	Oid type = HeapTupleHeaderGetTypeId(row);
	int32 typmod = HeapTupleHeaderGetTypMod(row);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	if (site->shape == 0 || site->shape != assign_record_type_identifier(type, typmod))
		learn_shape(fcinfo, site, type, typmod);
	heap_deform_tuple(&tuple, site->desc, site->facts.rooms.values, site->facts.rooms.isnull);
}

/* The columns themselves. */
static void
take_columns(FunctionCallInfo fcinfo, RoomSite *site)
{
	Stream *row = &site->facts.rooms;

	if (row->values == NULL)
	{
		row->values = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(Datum) * ROOM_COMMISSION_COLUMNS);
		row->isnull = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(bool) * ROOM_COMMISSION_COLUMNS);
		for (int i = 0; i < ROOM_COMMISSION_COLUMNS; i++)
			site->att[room_commission_columns[i].column] = i + 1;
	}
	for (int i = 0; i < ROOM_COMMISSION_COLUMNS; i++)
	{
		row->values[i] = fcinfo->args[i].value;
		row->isnull[i] = fcinfo->args[i].isnull;
	}
}

/* ---- the quote ---- */

/* Turns to the hotel of the row; false when its offers are not known. */
static bool
turn_to_hotel(RoomSite *site)
{
	const Stream *row = &site->facts.rooms;
	const HeldHotel *held;
	RowKey key;

	if (stream_null(row, ROOM_AGENCY) || stream_null(row, ROOM_TRIP) || stream_null(row, ROOM_HOTEL) ||
		DatumGetInt64(stream_value(row, ROOM_AGENCY)) != site->facts.agency)
		return false;
	key = (RowKey){DatumGetInt64(stream_value(row, ROOM_TRIP)), DatumGetInt64(stream_value(row, ROOM_HOTEL))};
	if (site->has_key && key.second == site->key.second && key.first == site->key.first)
		return site->found;
	site->has_key = false;
	held = room_hotels_find(&site->hotels, key);
	site->found = held != NULL && held->currency.code[0] != '\0';
	site->key = key;
	site->has_key = true;
	if (!site->found)
		return false;
	commission_hotel_recall(&site->facts, held, &site->hotel);
	site->rate_type = held->word[COMMISSION_RATE_TYPE];
	return true;
}

static Datum
commission_of(FunctionCallInfo fcinfo, RoomSite *site)
{
	commission_expected quote;
	FactsOffer own;

	if (!turn_to_hotel(site) ||
		!facts_offer_room(&site->facts, &site->facts.rooms, &site->hotel, site->rate_type, &own))
		PG_RETURN_NULL();
	quote = facts_quote_offer(&site->facts, &site->hotel, &own);
	if (quote.source == COMMISSION_SOURCE_NONE || !quote.eligible)
		PG_RETURN_NULL();
	return amount_datum(quote.amount, site->hotel.currency.digits);
}

/*
 * room_commission(room): the expected commission of a room by the current
 * agency's rates, in its currency. NULL when it is not known, a rule makes the
 * room ineligible, or the hotel is not there for the caller.
 */
Datum
voygen_room_commission(PG_FUNCTION_ARGS)
{
	RoomSite *site = room_site(fcinfo);

	take_row(fcinfo, site, PG_GETARG_HEAPTUPLEHEADER(0));
	return commission_of(fcinfo, site);
}

/* room_commission(agency_id, trip_id, ...): the same for the columns of a room. */
Datum
voygen_room_commission_of(PG_FUNCTION_ARGS)
{
	RoomSite *site = room_site(fcinfo);

	take_columns(fcinfo, site);
	return commission_of(fcinfo, site);
}
