/*
 * room_hotels.c
 *	  The hotels of rooms that come one by one, as their caller may read them.
 *
 * Rooms in the order of their hotels ask for each hotel once: what was read
 * ahead is found behind the last one, and forgotten in time. Rooms in any order
 * ask for hotels again and again: all that were read are kept, as far as
 * work_mem goes, and little is read ahead.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/memutils.h"

#include "pg/room_hotels.h"

/* Hotels read by one query, at most. The text of the query has it, too: the planner must know that few are wanted. */
#define MOST_AHEAD 256
/* Rooms in order: so many are kept at least, before they make room for the next. */
#define KEPT_IN_ORDER 1024

/* The columns asked for, in their order. */
static const int asked[] = {HOTEL_TRIP, HOTEL_ID, HOTEL_SITE, HOTEL_KEY, HOTEL_CHAIN, HOTEL_SUPPLIER, HOTEL_CURRENCY,
							HOTEL_CHECK_IN, HOTEL_NIGHTS, HOTEL_REFUNDABLE, HOTEL_PRODUCT_TYPE, HOTEL_RATE_TYPE};

static AttrNumber place[TABLE_MAX_COLUMNS]; /* of each column in the answer */

/* The range that was read last is empty. */
static void
nothing_read(RoomHotels *hotels)
{
	hotels->from = (RowKey){1, 0};
	hotels->to = (RowKey){0, 0};
}

void
room_hotels_begin(RoomHotels *hotels, Facts *facts)
{
	memset(hotels, 0, sizeof(*hotels));
	hotels->facts = facts;
	keyed_rows_init(&hotels->kept, sizeof(HeldHotel));
	room_hotels_forget(hotels);
}

void
room_hotels_forget(RoomHotels *hotels)
{
	keyed_rows_clear(&hotels->kept);
	hotels->next = 0;
	hotels->ahead = 1;
	hotels->fetched = hotels->used = 0;
	nothing_read(hotels);
}

/* ---- the query ---- */

static SPIPlanPtr
query(void)
{
	static SPIPlanPtr plan = NULL;
	Oid types[] = {INT8OID, INT8OID, INT8OID};
	StringInfoData sql;

	if (plan != NULL)
		return plan;
	initStringInfo(&sql);
	for (int i = 0; i < lengthof(asked); i++)
	{
		appendStringInfo(&sql, "%s%s", i ? ", " : "select ", table_specs[TABLE_HOTELS].columns[asked[i]]);
		place[asked[i]] = i + 1;
	}
	appendStringInfo(&sql,
					 " from voygen.hotel_cache where agency_id operator(pg_catalog.=) $1 and"
					 " (trip_id, hotel_id) operator(pg_catalog.>=) ($2, $3) order by trip_id, hotel_id limit %d",
					 MOST_AHEAD);
	plan = SPI_prepare_cursor(sql.data, lengthof(types), types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "preparing the query of hotels failed: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	return plan;
}

/* Takes rows as the executor has them: a copy of each would cost as much as reading it. */
typedef struct Taker
{
	DestReceiver dest;
	RoomHotels *hotels;
	RowKey last;
	int n;
} Taker;

static const HeldHotel *
last_row(const KeyedRows *rows)
{
	return rows->n > 0 ? keyed_rows_at(rows, rows->n - 1) : NULL;
}

static bool
take_hotel(TupleTableSlot *slot, DestReceiver *self)
{
	Taker *taker = (Taker *) self;
	RoomHotels *hotels = taker->hotels;
	Stream *row = &hotels->facts->hotels;
	FactsHotel hotel = {0};

	slot_getallattrs(slot);
	row->values = slot->tts_values;
	row->isnull = slot->tts_isnull;
	taker->last = (RowKey){DatumGetInt64(stream_value(row, HOTEL_TRIP)), DatumGetInt64(stream_value(row, HOTEL_ID))};
	taker->n++;
	if (keyed_rows_find_behind(&hotels->kept, taker->last, last_row(&hotels->kept)) != NULL)
		return true;
	hotel.currency = facts_currency(row, HOTEL_CURRENCY);
	hotel.refundable = facts_tri(row, HOTEL_REFUNDABLE);
	hotel.site = facts_peek(row, HOTEL_SITE);
	hotel.key = facts_peek(row, HOTEL_KEY);
	commission_hotel_hold(hotels->facts, &hotel, keyed_rows_add(&hotels->kept, taker->last));
	return true;
}

static void
begin_taking(DestReceiver *self, int operation, TupleDesc typeinfo)
{
}

static void
nothing_to_end(DestReceiver *self)
{
}

static ParamListInfo
parameters(int64 agency, RowKey from)
{
	Datum values[] = {Int64GetDatum(agency), Int64GetDatum(from.first), Int64GetDatum(from.second)};
	ParamListInfo list = makeParamList(lengthof(values));

	for (int i = 0; i < lengthof(values); i++)
		list->params[i] = (ParamExternData){values[i], false, PARAM_FLAG_CONST, INT8OID};
	return list;
}

/* ---- reading ahead ---- */

/* Rooms in order, and most of what was read was of use: read more at once. Else less. */
static void
set_ahead(RoomHotels *hotels, RowKey key)
{
	if (hotels->fetched == 0)
		return;
	if (row_key_compare(key, hotels->to) > 0 && hotels->used * 4 >= hotels->fetched)
		hotels->ahead = Min(hotels->ahead * 2, MOST_AHEAD);
	else
		hotels->ahead = Max(hotels->ahead / 2, 1);
}

static void
make_room(RoomHotels *hotels)
{
	KeyedRows *kept = &hotels->kept;
	bool in_order = hotels->ahead == MOST_AHEAD;

	if ((in_order && kept->n >= KEPT_IN_ORDER) || (Size) kept->room * kept->size > get_hash_memory_limit() / 2)
		keyed_rows_clear(kept);
}

static void
read_from(RoomHotels *hotels, RowKey key)
{
	Taker taker = {{take_hotel, begin_taking, nothing_to_end, nothing_to_end, DestTuplestore}, hotels, key, 0};
	SPIExecuteOptions options = {.read_only = true, .dest = &taker.dest};
	int result;

	set_ahead(hotels, key);
	make_room(hotels);
	nothing_read(hotels);
	SPI_connect();
	hotels->facts->hotels.att = place;
	options.params = parameters(hotels->facts->agency, key);
	options.tcount = hotels->ahead;
	result = SPI_execute_plan_extended(query(), &options);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "reading hotels failed: %s", SPI_result_code_string(result));
	SPI_finish();
	hotels->fetched = taker.n;
	hotels->used = 0;
	hotels->from = key;
	/* Where fewer came than were asked for there are no more. */
	hotels->to = taker.n < hotels->ahead ? (RowKey){PG_INT64_MAX, PG_INT64_MAX} : taker.last;
}

static const HeldHotel *
look_up(RoomHotels *hotels, RowKey key)
{
	const HeldHotel *last = hotels->next > 0 && hotels->next <= hotels->kept.n ? keyed_rows_at(&hotels->kept, hotels->next - 1) : NULL;
	const HeldHotel *found = keyed_rows_find_behind(&hotels->kept, key, last);

	if (found == NULL)
		return NULL;
	hotels->next = (uint32) (found - (const HeldHotel *) hotels->kept.rows) + 1;
	hotels->used++;
	return found;
}

const HeldHotel *
room_hotels_find(RoomHotels *hotels, RowKey key)
{
	const HeldHotel *found = look_up(hotels, key);

	if (found != NULL || (row_key_compare(key, hotels->from) >= 0 && row_key_compare(key, hotels->to) <= 0))
		return found;
	read_from(hotels, key);
	return look_up(hotels, key);
}
