/*
 * facts.c
 *	  Opens what a run of trips needs, and builds one trip after the other.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/facts.h"

static const TableId item_tables[ITEM_KINDS] = {
	[ITEM_ACTIVITY] = TABLE_ACTIVITIES,
	[ITEM_FLIGHT] = TABLE_FLIGHTS,
	[ITEM_TRANSFER] = TABLE_TRANSFERS,
	[ITEM_BOOKING] = TABLE_BOOKINGS,
};

Facts *
facts_begin(int64 agency, int64 last, Snapshot snapshot, TimestampTz as_of)
{
	MemoryContext run = AllocSetContextCreate(CurrentMemoryContext, "voygen facts",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(run);
	Facts *facts = palloc0(sizeof(Facts));

	facts->agency = agency;
	facts->snapshot = snapshot;
	facts->as_of = as_of;
	facts->today = rates_day(as_of);
	facts->run = run;
	facts->per_trip = AllocSetContextCreate(run, "voygen facts of a trip",
											ALLOCSET_DEFAULT_SIZES);
	facts->book = rates_book(agency, snapshot);
	facts->scope = facts->book->scope;
	facts->book_change = rates_next_change(facts->book, as_of);
	stream_open(&facts->trips, TABLE_TRIPS, agency, last, snapshot);
	stream_open(&facts->clients, TABLE_CLIENTS, agency, PG_INT64_MAX, snapshot);
	stream_open(&facts->legs, TABLE_LEGS, agency, last, snapshot);
	stream_open(&facts->hotels, TABLE_HOTELS, agency, last, snapshot);
	stream_open(&facts->rooms, TABLE_ROOMS, agency, last, snapshot);
	for (int i = 0; i < ITEM_KINDS; i++)
		stream_open(&facts->items[i], item_tables[i], agency, last, snapshot);
	jw_init(&facts->writer);
	MemoryContextSwitchTo(old);
	return facts;
}

void
facts_expect(Facts *facts, const int64 *trips, int n)
{
	stream_expect(&facts->legs, trips, n);
	stream_expect(&facts->hotels, trips, n);
	stream_expect(&facts->rooms, trips, n);
	for (int i = 0; i < ITEM_KINDS; i++)
		stream_expect(&facts->items[i], trips, n);
}

Jsonb *
facts_build(Facts *facts, int64 trip, FactsColumns *columns)
{
	MemoryContext old;
	bool found;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(facts->per_trip);
	old = MemoryContextSwitchTo(facts->per_trip);
	found = facts_read(facts, trip);
	if (found)
	{
		facts_price(facts);
		facts_write(facts, columns);
	}
	MemoryContextSwitchTo(old);
	return found ? jw_finish(&facts->writer) : NULL;
}

void
facts_restart(Facts *facts, TimestampTz as_of)
{
	facts->as_of = as_of;
	facts->today = rates_day(as_of);
	facts->book_change = rates_next_change(facts->book, as_of);
	stream_restart(&facts->trips);
	stream_restart(&facts->legs);
	stream_restart(&facts->hotels);
	stream_restart(&facts->rooms);
	for (int i = 0; i < ITEM_KINDS; i++)
		stream_restart(&facts->items[i]);
}

void
facts_end(Facts *facts)
{
	for (int i = ITEM_KINDS - 1; i >= 0; i--)
		stream_close(&facts->items[i]);
	stream_close(&facts->rooms);
	stream_close(&facts->hotels);
	stream_close(&facts->legs);
	stream_close(&facts->clients);
	stream_close(&facts->trips);
	rates_release(facts->book);
	MemoryContextDelete(facts->run);
}
