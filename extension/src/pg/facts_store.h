/*
 * facts_store.h
 *	  Keeps the facts: compares with what is stored, writes what changed.
 */
#ifndef VOYGEN_FACTS_STORE_H
#define VOYGEN_FACTS_STORE_H

#include "postgres.h"

#include "executor/execdesc.h"
#include "nodes/execnodes.h"

#include "pg/facts.h"

/* A table rows are written to. */
typedef struct StoreTable
{
	TableId id;
	Relation rel;
	const Door *door;
	bool direct; /* no need of the planner */
	EState *estate;
	ResultRelInfo *target;
	TupleTableSlot *slot;
} StoreTable;

typedef struct Store
{
	int64 agency;
	Snapshot snapshot;
	TimestampTz as_of;
	MemoryContext per_trip;
	Stream *trips;             /* stands on the trip that was built */
	TupleTableSlot *trip_slot; /* for its lock; NULL: a table that is not plain */
	Stream stored;             /* facts as they are */
	Stream failed;             /* trips set aside */
	StoreTable facts;
	StoreTable history;
} Store;

typedef enum StoreOutcome
{
	STORE_WRITTEN,
	STORE_SAME, /* they are what is stored */
	STORE_GONE, /* the trip was deleted meanwhile */
	STORE_BUSY  /* somebody is deleting the trip, or holds its facts */
} StoreOutcome;

extern void store_begin(Store *store, Facts *facts, int64 last);
/* Keeps the facts of the trip just built. */
extern StoreOutcome store_put(Store *store, int64 trip, Jsonb *document, const FactsColumns *columns);
/* The trip is no more: nothing is stored of it, and it has not failed either. */
extern void store_gone(Store *store, int64 trip);
extern void store_end(Store *store);

/* True when the stored row says just this. */
extern bool store_same(Stream *stored, Jsonb *document, const FactsColumns *columns);

/* Notes that a trip could not be built. */
extern void store_failure(int64 agency, int64 trip, const char *reason, int sqlstate);

#endif
