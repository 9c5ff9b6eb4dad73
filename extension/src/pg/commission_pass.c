/*
 * commission_pass.c
 *	  Quotes every offer of an agency in one pass over the rooms.
 *
 * Rooms outnumber everything else, so they are read once, in the order they lie
 * in their table, and nothing of them is kept. What a room needs of its hotel,
 * trip and client is prepared before, in memory: clients, trips and hotels are
 * read the same way, first to last, and each hotel that is offered is turned
 * into the numbers an offer takes from it. Hotels without an available room are
 * offers themselves; they are quoted at the end.
 *
 * The other way is that of facts: sorted streams of all tables along their
 * primary keys, which needs no memory and reads no row of another agency, but
 * takes several times longer by the row. It is taken when
 *
 *   - a table is not plain (partitioned, foreign, distributed),
 *   - the agency holds a small part of the rooms (sweep.c says how small),
 *   - what must be kept passes the memory it may take, found out before the
 *     first offer is quoted,
 *   - there are more rules than fit a held scope.
 */
#include "postgres.h"

#include "executor/nodeHash.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "pg/commission_hotel.h"
#include "pg/commission_pass.h"
#include "pg/keyed_rows.h"
#include "pg/rates_volumes.h"
#include "pg/sweep.h"

/* Rows between two looks at the memory used. */
#define ROWS_PER_LOOK 512

typedef struct PassClient
{
	RowKey key; /* client, 0 */
	kernel_text tier;
} PassClient;

typedef struct PassTrip
{
	RowKey key; /* trip, 0 */
	commission_held held;
	uint32 advisor;
} PassTrip;

/* A hotel that is offered in a known currency. */
typedef struct PassHotel
{
	HeldHotel held; /* its key: trip, hotel */
	uint32 trip;    /* number of its row */
	bool has_room;
	FactsOffer row; /* the row as an offer */
} PassHotel;

typedef struct Pass
{
	Facts facts; /* book, offer and scope; of its streams only those read */
	Size limit;
	KeyedRows clients;
	KeyedRows trips;
	KeyedRows hotels;
	uint32 trip; /* whose rules hold just now */
} Pass;

/* ---- by the primary keys ---- */

static void
follow_keys(int64 agency, Snapshot snapshot, TimestampTz as_of, CommissionTold told, void *context)
{
	Facts *facts = facts_begin(agency, PG_INT64_MAX, snapshot, as_of);

	facts->on_quote = told;
	facts->on_quote_context = context;
	facts_quote_all(facts);
	facts_end(facts);
}

/* ---- what is kept ---- */

static bool
fits(const Pass *pass)
{
	/* Slots come when the first hotel is not where it is looked for. */
	return MemoryContextMemAllocated(pass->facts.run, true) + pass->hotels.room * 2 * sizeof(uint32) <= pass->limit;
}

static bool
fits_so_far(const Pass *pass, const KeyedRows *rows)
{
	return rows->n % ROWS_PER_LOOK != 0 || fits(pass);
}

/* Reads the clients' tiers, for the rules that ask them. */
static bool
keep_clients(Pass *pass)
{
	Stream *row = &pass->facts.clients;
	bool room = true;

	sweep_open(row, TABLE_CLIENTS, pass->facts.agency, pass->facts.snapshot);
	while (room && sweep_next(row))
	{
		PassClient *client = keyed_rows_add(&pass->clients, (RowKey){DatumGetInt64(stream_value(row, CLIENT_ID)), 0});

		client->tier = facts_text(row, CLIENT_TIER);
		room = fits_so_far(pass, &pass->clients);
	}
	sweep_close(row);
	return room && fits(pass);
}

/* What the rules and rates make of the trip that is read. */
static void
keep_trip(Pass *pass)
{
	Facts *facts = &pass->facts;
	FactsTrip *trip = &facts->trip;
	PassClient *client;
	PassTrip *kept;
	MemoryContext old;

	MemoryContextReset(facts->per_trip);
	old = MemoryContextSwitchTo(facts->per_trip);
	facts_read_trip_terms(&facts->trips, trip);
	client = keyed_rows_find(&pass->clients, (RowKey){trip->client_id, 0});
	trip->client_tier = client ? client->tier : (kernel_text){NULL, 0};
	facts_quote_trip(facts);
	MemoryContextSwitchTo(old);
	kept = keyed_rows_add(&pass->trips, (RowKey){trip->id, 0});
	kept->held = commission_scope_hold(facts->scope);
	kept->advisor = facts->offer.word[COMMISSION_ADVISOR];
}

static bool
keep_trips(Pass *pass)
{
	Stream *row = &pass->facts.trips;
	bool room = true;

	sweep_open(row, TABLE_TRIPS, pass->facts.agency, pass->facts.snapshot);
	while (room && sweep_next(row))
	{
		keep_trip(pass);
		room = fits_so_far(pass, &pass->trips);
	}
	sweep_close(row);
	return room && fits(pass);
}

static uint32
trip_number(Pass *pass, int64 id, uint32 last)
{
	PassTrip *before = last < pass->trips.n ? keyed_rows_at(&pass->trips, last) : NULL;
	PassTrip *trip;

	/* Hotels of a trip mostly lie together, in the order of trips. */
	if (before && before->key.first == id)
		return last;
	trip = keyed_rows_find_behind(&pass->trips, (RowKey){id, 0}, before);
	if (trip == NULL)
		elog(ERROR, "hotels of trip " INT64_FORMAT " have no trip", id);
	return (uint32) (trip - (PassTrip *) pass->trips.rows);
}

static void
keep_hotel(Pass *pass, const FactsHotel *hotel)
{
	Facts *facts = &pass->facts;
	Stream *row = &facts->hotels;
	int64 trip = DatumGetInt64(stream_value(row, HOTEL_TRIP));
	PassHotel *kept = keyed_rows_add(&pass->hotels, (RowKey){trip, DatumGetInt64(stream_value(row, HOTEL_ID))});

	kept->trip = pass->trip = trip_number(pass, trip, pass->trip);
	commission_hotel_hold(facts, hotel, &kept->held);
	kept->held.word[COMMISSION_ADVISOR] = ((PassTrip *) keyed_rows_at(&pass->trips, kept->trip))->advisor;
	facts_offer_row(row, hotel, &kept->row);
}

/* Keeps the available hotel of the row, if its currency is known. */
static void
look_at_hotel(Pass *pass)
{
	Stream *row = &pass->facts.hotels;
	FactsHotel hotel;

	facts_read_hotel_terms(row, &hotel);
	if (hotel.currency.code[0] == '\0')
		return;
	hotel.site = facts_peek(row, HOTEL_SITE);
	hotel.key = facts_peek(row, HOTEL_KEY);
	keep_hotel(pass, &hotel);
}

static bool
keep_hotels(Pass *pass)
{
	Stream *row = &pass->facts.hotels;
	bool room = true;

	sweep_open(row, TABLE_HOTELS, pass->facts.agency, pass->facts.snapshot);
	while (room && sweep_next(row))
	{
		MemoryContext old = MemoryContextSwitchTo(pass->facts.per_trip);

		MemoryContextReset(pass->facts.per_trip);
		if (facts_is_available(row, HOTEL_STATUS))
			look_at_hotel(pass);
		MemoryContextSwitchTo(old);
		room = fits_so_far(pass, &pass->hotels);
	}
	sweep_close(row);
	return room && fits(pass);
}

/* ---- offers ---- */

/* Makes the offer that of this hotel. */
static void
turn_to(Pass *pass, const PassHotel *kept, FactsHotel *hotel)
{
	if (kept->trip != pass->trip)
	{
		pass->trip = kept->trip;
		commission_scope_recall(pass->facts.scope, ((PassTrip *) keyed_rows_at(&pass->trips, kept->trip))->held);
	}
	commission_hotel_recall(&pass->facts, &kept->held, hotel);
}

/* The hotel of the last room, and the last one that there was. */
typedef struct LastHotel
{
	RowKey key;
	PassHotel *kept; /* NULL: not offered */
	PassHotel *known;
	FactsHotel hotel;
} LastHotel;

static void
look_at_room(Pass *pass, LastHotel *last)
{
	Facts *facts = &pass->facts;
	Stream *row = &facts->rooms;
	RowKey key = {DatumGetInt64(stream_value(row, ROOM_TRIP)), DatumGetInt64(stream_value(row, ROOM_HOTEL))};
	FactsOffer own;

	if (key.second != last->key.second || key.first != last->key.first)
	{
		MemoryContextReset(facts->per_trip);
		last->key = key;
		last->kept = keyed_rows_find_behind(&pass->hotels, key, last->known); /* as they mostly lie */
		if (last->kept)
			turn_to(pass, last->known = last->kept, &last->hotel);
	}
	if (last->kept == NULL)
		return;
	last->kept->has_room = true;
	if (facts_offer_room(facts, row, &last->hotel, last->kept->held.word[COMMISSION_RATE_TYPE], &own))
		(void) facts_quote_offer(facts, &last->hotel, &own);
}

static void
quote_rooms(Pass *pass)
{
	Facts *facts = &pass->facts;
	Stream *row = &facts->rooms;
	LastHotel last = {0};

	sweep_open(row, TABLE_ROOMS, facts->agency, facts->snapshot);
	while (sweep_next(row))
	{
		MemoryContext old = MemoryContextSwitchTo(facts->per_trip);

		if (facts_is_available(row, ROOM_STATUS))
			look_at_room(pass, &last);
		MemoryContextSwitchTo(old);
	}
	sweep_close(row);
}

static void
quote_rows(Pass *pass)
{
	FactsHotel hotel = {0};

	for (uint32 i = 0; i < pass->hotels.n; i++)
	{
		const PassHotel *kept = keyed_rows_at(&pass->hotels, i);

		if (kept->has_room)
			continue;
		CHECK_FOR_INTERRUPTS();
		turn_to(pass, kept, &hotel);
		(void) facts_quote_offer(&pass->facts, &hotel, &kept->row);
	}
}

/* ---- the pass ---- */

/* It is the owner's work on whole tables, as those are that maintenance_work_mem is for. */
static Size
memory_limit(void)
{
	return Max(get_hash_memory_limit(), (Size) maintenance_work_mem * 1024);
}

static Pass *
begin(int64 agency, Snapshot snapshot, TimestampTz as_of)
{
	MemoryContext run = AllocSetContextCreate(CurrentMemoryContext, "voygen commission pass", ALLOCSET_DEFAULT_SIZES);
	Pass *pass = MemoryContextAllocZero(run, sizeof(Pass));
	Facts *facts = &pass->facts;

	facts->run = run;
	facts->per_trip = AllocSetContextCreate(run, "voygen trip of a pass", ALLOCSET_DEFAULT_SIZES);
	facts->agency = agency;
	facts->snapshot = snapshot;
	facts->as_of = as_of;
	facts->today = rates_day(as_of);
	facts->book = rates_book(agency, snapshot);
	facts->scope = facts->book->scope;
	pass->limit = memory_limit();
	pass->trip = PG_UINT32_MAX;
	return pass;
}

/* False, and nothing was quoted: it takes too much memory. */
static bool
sweep_all(Pass *pass)
{
	keyed_rows_init(&pass->clients, sizeof(PassClient));
	keyed_rows_init(&pass->trips, sizeof(PassTrip));
	keyed_rows_init(&pass->hotels, sizeof(PassHotel));
	if (!keep_clients(pass) || !keep_trips(pass) || !keep_hotels(pass))
		return false;
	pass->trip = PG_UINT32_MAX;
	quote_rooms(pass);
	quote_rows(pass);
	return true;
}

/* Why the sweep is not even tried; NULL: it is. */
static const char *
hindrance(const Pass *pass)
{
	static const TableId tables[] = {TABLE_ROOMS, TABLE_HOTELS, TABLE_TRIPS, TABLE_CLIENTS};

	for (int i = 0; i < lengthof(tables); i++)
		if (!sweep_possible(tables[i]))
			return "a table is not plain";
	if (commission_book_rules(pass->facts.book->book) > COMMISSION_HELD_RULES)
		return "there are many rules";
	return sweep_pays(TABLE_ROOMS, pass->facts.agency) ? NULL : "the agency holds a small part of the rooms";
}

void
commission_pass(int64 agency, Snapshot snapshot, TimestampTz as_of, CommissionTold told, void *context)
{
	Pass *pass = begin(agency, snapshot, as_of);
	MemoryContext old = MemoryContextSwitchTo(pass->facts.run);
	const char *why = hindrance(pass);

	pass->facts.on_quote = told;
	pass->facts.on_quote_context = context;
	if (why == NULL && !sweep_all(pass))
		why = "the hotels do not fit into memory";
	MemoryContextSwitchTo(old);
	rates_release(pass->facts.book);
	MemoryContextDelete(pass->facts.run);
	if (why == NULL)
		return;
	ereport(DEBUG1, (errmsg_internal("commission pass follows the primary keys: %s", why)));
	follow_keys(agency, snapshot, as_of, told, context);
}
