/*
 * facts_fresh.c
 *	  Facts for a reader, never stale: stored ones that hold, else built in memory.
 *
 * Nothing is written here and no lock is taken beyond reading, so these
 * functions are STABLE and work on a replica. For trip_facts_told a trip that
 * cannot be built is told as it was last stored, with the reason, and does not
 * keep the others from being told. Everything is read under the
 * query's own snapshot: a mark it shows makes the facts stale, a change whose
 * mark it does not show is not in it either.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "pg/amounts.h"
#include "pg/attempt.h"
#include "pg/facts.h"
#include "pg/facts_fresh.h"
#include "pg/facts_store.h"
#include "pg/module.h"
#include "pg/queue.h"

PG_FUNCTION_INFO_V1(voygen_trip_facts_fresh);
PG_FUNCTION_INFO_V1(voygen_trip_facts_told);
PG_FUNCTION_INFO_V1(voygen_trip_facts_rebuilt);

/* What is looked at to tell whether facts hold. */
typedef struct Holds
{
	int64 agency;
	TimestampTz now;
	bool every; /* the whole agency is marked */
	Stream trips;
	Stream stored;
	Stream marks;
	Stream failed;
} Holds;

static void
holds_begin(Holds *holds, int64 agency, Snapshot snapshot, TimestampTz now)
{
	holds->agency = agency;
	holds->now = now;
	stream_open(&holds->trips, TABLE_TRIPS, agency, PG_INT64_MAX, snapshot);
	stream_open(&holds->stored, TABLE_FACTS, agency, PG_INT64_MAX, snapshot);
	stream_open(&holds->marks, TABLE_DIRTY, agency, PG_INT64_MAX, snapshot);
	stream_open(&holds->failed, TABLE_FAILED, agency, PG_INT64_MAX, snapshot);
	holds->every = stream_find(&holds->marks, QUEUE_EVERY_TRIP);
}

static void
holds_end(Holds *holds)
{
	stream_close(&holds->failed);
	stream_close(&holds->marks);
	stream_close(&holds->stored);
	stream_close(&holds->trips);
}

/* True when there is a mark at this place of the queue, of the kind asked for. */
static bool
is_marked(Holds *holds, int64 at, bool range)
{
	Stream *marks = &holds->marks;

	marks->has_row = false; /* an earlier look may have moved on */
	if (!stream_find(marks, at))
		return false;
	while (stream_at(marks, at))
	{
		if (stream_null(marks, DIRTY_UNTIL) != range)
			return true;
		stream_next(marks);
	}
	return false;
}

/* True when the trip is there and has facts stored. Leaves the trip in `trips` and its facts in `stored`. */
static bool
facts_stored(Holds *holds, int64 trip)
{
	return stream_find(&holds->trips, trip) && stream_find(&holds->stored, trip);
}

/* True when facts are stored and may be told as they are. */
static bool
facts_hold(Holds *holds, int64 trip)
{
	Stream *stored = &holds->stored;

	if (!facts_stored(holds, trip) || holds->every)
		return false;
	if (!stream_null(stored, FACTS_VALID_UNTIL) &&
		DatumGetTimestampTz(stream_value(stored, FACTS_VALID_UNTIL)) <= holds->now)
		return false;
	if (is_marked(holds, trip, false) || is_marked(holds, queue_block(trip), true) ||
		stream_find(&holds->failed, trip))
		return false;
	return stream_null(&holds->trips, TRIP_CLIENT) ||
		   !is_marked(holds, -DatumGetInt64(stream_value(&holds->trips, TRIP_CLIENT)), false);
}

void
facts_keep_stale(Batch *batch)
{
	Holds holds;
	int kept = 0;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	holds_begin(&holds, batch->agency, GetActiveSnapshot(), GetCurrentTimestamp());
	for (int i = 0; i < batch->ntrips; i++)
		if (!facts_hold(&holds, batch->trips[i].trip))
			batch->trips[kept++] = batch->trips[i];
	batch->ntrips = kept;
	holds_end(&holds);
	PopActiveSnapshot();
}

/* ---- rows for SQL ---- */

/* The columns both functions answer. */
enum
{
	OUT_TRIP,
	OUT_FACTS,
	OUT_LEAD_PRICE,
	OUT_COMMISSION,
	OUT_CURRENCY,
	OUT_AVAILABILITY,
	OUT_CHECKED_AT,
	OUT_NIGHTS,
	OUT_TRAVELERS,
	OUT_VALID_UNTIL,
	OUT_REFRESHED_AT,
	OUT_STORED,
	OUT_ERROR, /* trip_facts_told alone */
	OUT_COUNT
};

typedef struct OutRow
{
	Datum values[OUT_COUNT];
	bool nulls[OUT_COUNT];
} OutRow;

static void
out_int64(OutRow *row, int column, int64 value)
{
	row->nulls[column] = value == FACTS_UNKNOWN;
	row->values[column] = Int64GetDatum(value);
}

static void
out_milli(OutRow *row, int column, int64 milli)
{
	row->nulls[column] = milli == FACTS_UNKNOWN;
	row->values[column] = milli == FACTS_UNKNOWN ? (Datum) 0 : amount_datum(milli, 3);
}

static void
out_int32(OutRow *row, int column, int64 value)
{
	row->nulls[column] = value == FACTS_UNKNOWN;
	row->values[column] = Int32GetDatum((int32) value);
}

/* Facts just built. */
static void
out_built(OutRow *row, int64 trip, Jsonb *document, const FactsColumns *columns, TimestampTz as_of,
		  bool stored)
{
	memset(row->nulls, 0, sizeof(row->nulls));
	row->values[OUT_TRIP] = Int64GetDatum(trip);
	row->values[OUT_FACTS] = JsonbPGetDatum(document);
	out_milli(row, OUT_LEAD_PRICE, columns->lead_price_milli);
	out_milli(row, OUT_COMMISSION, columns->commission_milli);
	row->nulls[OUT_CURRENCY] = columns->currency.code[0] == '\0';
	row->values[OUT_CURRENCY] = CStringGetTextDatum(columns->currency.code);
	row->values[OUT_AVAILABILITY] = CStringGetTextDatum(facts_state_words[columns->availability]);
	out_int64(row, OUT_CHECKED_AT, columns->checked_at);
	out_int32(row, OUT_NIGHTS, columns->nights);
	out_int32(row, OUT_TRAVELERS, columns->travelers);
	out_int64(row, OUT_VALID_UNTIL, columns->valid_until);
	row->values[OUT_REFRESHED_AT] = TimestampTzGetDatum(as_of);
	row->values[OUT_STORED] = BoolGetDatum(stored);
	row->nulls[OUT_ERROR] = true;
}

/* Facts as stored: the same columns in the same order. */
static void
out_stored(OutRow *row, Stream *stored)
{
	for (int from = FACTS_TRIP, to = OUT_TRIP; from <= FACTS_REFRESHED_AT; from++, to++)
	{
		row->nulls[to] = stream_null(stored, from);
		row->values[to] = row->nulls[to] ? (Datum) 0 : stream_value(stored, from);
	}
	row->values[OUT_STORED] = BoolGetDatum(true);
	row->nulls[OUT_STORED] = false;
	row->nulls[OUT_ERROR] = true;
}

/* What is left to say of a trip that cannot be built: the facts stored last, or
 * none. */
static void
out_failed(OutRow *row, Holds *holds, int64 trip, const ErrorData *error)
{
	if (stream_find(&holds->stored, trip))
		out_stored(row, &holds->stored);
	else
	{
		memset(row->nulls, true, sizeof(row->nulls));
		row->nulls[OUT_TRIP] = false;
		row->values[OUT_TRIP] = Int64GetDatum(trip);
	}
	row->nulls[OUT_STORED] = row->nulls[OUT_ERROR] = false;
	row->values[OUT_STORED] = BoolGetDatum(false);
	row->values[OUT_ERROR] = CStringGetTextDatum(error->message);
}

static int
compare_trips(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* The ids asked for, ascending and each once. */
static int64 *
wanted_trips(ArrayType *ids, int *n)
{
	Datum *elements;
	bool *nulls;
	int64 *trips;
	int count;
	int kept = 0;

	if (ARR_ELEMTYPE(ids) != INT8OID)
		elog(ERROR, "trip ids must be bigint");
	deconstruct_array(ids, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	trips = palloc(sizeof(int64) * (count + 1));
	*n = 0;
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			trips[(*n)++] = DatumGetInt64(elements[i]);
	qsort(trips, *n, sizeof(int64), compare_trips);
	for (int i = 0; i < *n; i++)
		if (i == 0 || trips[i] != trips[i - 1])
			trips[kept++] = trips[i];
	*n = kept;
	return trips;
}

/* Puts a row out; its values may live in the trip's context. */
static void
emit(ReturnSetInfo *out, OutRow *row)
{
	tuplestore_putvalues(out->setResult, out->setDesc, row->values, row->nulls);
}

/* ---- building for a reader ---- */

/* Trips whose stored facts do not hold, and what is needed to build them. */
typedef struct Stale
{
	int64 agency;
	Snapshot snapshot;
	TimestampTz now;
	int64 *trips;
	int n;
} Stale;

/* One build: trips [from, to), into a store of its own. */
typedef struct Build
{
	const Stale *stale;
	int from;
	int to;
	Tuplestorestate *rows;
	TupleDesc desc;
} Build;

static void
build(void *argument)
{
	Build *told = argument;
	const Stale *stale = told->stale;
	Facts *facts = facts_begin(stale->agency, PG_INT64_MAX, stale->snapshot, stale->now);

	facts_expect(facts, stale->trips + told->from, told->to - told->from);
	for (int i = told->from; i < told->to; i++)
	{
		FactsColumns columns;
		Jsonb *document;
		OutRow row;

		CHECK_FOR_INTERRUPTS();
		document = facts_build(facts, stale->trips[i], &columns);
		if (document == NULL)
			continue;
		out_built(&row, stale->trips[i], document, &columns, stale->now, false);
		tuplestore_putvalues(told->rows, told->desc, row.values, row.nulls);
	}
	facts_end(facts);
}

/* Moves the rows of a store to where they are told. */
static void
emit_store(ReturnSetInfo *out, Tuplestorestate *rows)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(out->setDesc, &TTSOpsMinimalTuple);

	while (tuplestore_gettupleslot(rows, true, false, slot))
		tuplestore_puttupleslot(out->setResult, slot);
	ExecDropSingleTupleTableSlot(slot);
}

/* Tells trips [from, to) as built; else the error, and nothing is told. */
static ErrorData *
tell_built(const Stale *stale, int from, int to, ReturnSetInfo *out)
{
	Build told = {stale, from, to, tuplestore_begin_heap(false, false, work_mem), out->setDesc};
	ErrorData *error = attempt(build, &told);

	if (error == NULL)
		emit_store(out, told.rows);
	tuplestore_end(told.rows);
	return error;
}

/* Tells stale trips; what cannot be built is an error. */
static void
tell_all(const Stale *stale, Holds *holds, ReturnSetInfo *out)
{
	build(&(Build){stale, 0, stale->n, out->setResult, out->setDesc});
}

/* Tells stale trips: in one go, and when one of them cannot be built, one by
 * one. */
static void
tell_each(const Stale *stale, Holds *holds, ReturnSetInfo *out)
{
	ErrorData *error = tell_built(stale, 0, stale->n, out);

	for (int i = 0; error != NULL && i < stale->n; i++)
	{
		ErrorData *own = tell_built(stale, i, i + 1, out);
		OutRow row;

		if (own == NULL)
			continue;
		out_failed(&row, holds, stale->trips[i], own);
		emit(out, &row);
	}
}

/* Tells the trips asked for: what holds as stored, the others in their way. */
static Datum
tell(FunctionCallInfo fcinfo, void (*tell_stale)(const Stale *, Holds *, ReturnSetInfo *))
{
	ReturnSetInfo *out = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 agency = PG_GETARG_INT64(0);
	int n;
	int64 *trips = wanted_trips(PG_GETARG_ARRAYTYPE_P(1), &n);
	Stale stale = {agency, GetActiveSnapshot(), GetCurrentTimestamp(), trips, 0};
	Holds holds;

	InitMaterializedSRF(fcinfo, 0);
	module_check_catalogue();
	SPI_connect(); /* for tables that are not plain */
	holds_begin(&holds, agency, stale.snapshot, stale.now);
	for (int i = 0; i < n; i++)
	{
		OutRow row;

		CHECK_FOR_INTERRUPTS();
		if (!facts_hold(&holds, trips[i]))
		{
			stale.trips[stale.n++] = trips[i];
			continue;
		}
		out_stored(&row, &holds.stored);
		emit(out, &row);
	}
	if (stale.n > 0) /* most readers find everything fresh */
		tell_stale(&stale, &holds, out);
	holds_end(&holds);
	SPI_finish();
	return (Datum) 0;
}

/*
 * trip_facts_fresh(agency_id, trip_ids): the facts of each trip that exists, as
 * of now.
 */
Datum
voygen_trip_facts_fresh(PG_FUNCTION_ARGS)
{
	return tell(fcinfo, tell_all);
}

/*
 * trip_facts_told(agency_id, trip_ids): the same, with the reason in place of an
 * error.
 */
Datum
voygen_trip_facts_told(PG_FUNCTION_ARGS)
{
	return tell(fcinfo, tell_each);
}

/*
 * trip_facts_rebuilt(agency_id, trip_ids): what the stored facts of each trip
 * should be; `stored` says whether they are. They are judged as of the moment
 * they were made. Facts found unchanged later were not written again, so where
 * that differs the present moment is tried too. A mark explains every
 * difference: a marked trip is left out unless its facts are right already.
 */
Datum
voygen_trip_facts_rebuilt(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *out = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 agency = PG_GETARG_INT64(0);
	int n;
	int64 *trips = wanted_trips(PG_GETARG_ARRAYTYPE_P(1), &n);
	Snapshot snapshot = GetActiveSnapshot();
	TimestampTz now = GetCurrentTimestamp();
	Facts *facts;
	Holds holds;

	InitMaterializedSRF(fcinfo, 0);
	module_check_catalogue();
	SPI_connect();
	holds_begin(&holds, agency, snapshot, now);
	facts = facts_begin(agency, PG_INT64_MAX, snapshot, now);
	for (int i = 0; i < n; i++)
	{
		TimestampTz moments[2];
		bool same = false;
		bool certain;

		CHECK_FOR_INTERRUPTS();
		if (!facts_stored(&holds, trips[i]) || stream_find(&holds.failed, trips[i]))
			continue;
		certain = facts_hold(&holds, trips[i]);
		moments[0] = DatumGetTimestampTz(stream_value(&holds.stored, FACTS_REFRESHED_AT));
		moments[1] = now;
		for (int m = 1; m >= 0 && !same; m--)
		{
			FactsColumns columns;
			Jsonb *document;

			facts_restart(facts, moments[m]);
			document = facts_build(facts, trips[i], &columns);
			if (document == NULL)
				break;
			same = store_same(&holds.stored, document, &columns);
			if (same || (m == 0 && certain))
			{
				OutRow row;

				out_built(&row, trips[i], document, &columns, moments[m], same);
				emit(out, &row);
			}
		}
	}
	facts_end(facts);
	holds_end(&holds);
	SPI_finish();
	return (Datum) 0;
}
