/*
 * refresh_batch.c
 *	  Builds a batch of trips whose locks are held.
 *
 * Everything is read under one snapshot, taken after the locks: whatever
 * another refresher of these trips wrote is in it, and so is every change whose
 * mark it shows. Just the marks it shows are taken away; one that commits later
 * stays and stands for a change that is not in these facts.
 *
 * A user's write must not fail or wait because of a refresh. So nothing is
 * waited for while a batch holds rows: a trip that somebody else is deleting,
 * or whose facts somebody holds, is let go, with a mark for the next refresh.
 * Rows are taken only when they are free (facts_store.c). Any other wait,
 * for a key that somebody just inserts, say, ends after LONGEST_WAIT, which is
 * less than the time after which others look for a deadlock.
 *
 * A batch runs in a subtransaction. When it fails, nothing of it has happened,
 * and its trips are built one by one, each in a subtransaction of its own and
 * under a new snapshot (a trip may have been deleted meanwhile); the one that
 * fails again is set aside with the reason, its marks taken, and the
 * others go on. One that somebody else was changing just then keeps its marks
 * and waits for the next refresh. What says that the whole transaction is to end
 * (cancelled, a serialization failure, no resources) is not caught.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/attempt.h"
#include "pg/facts.h"
#include "pg/facts_store.h"
#include "pg/queue.h"
#include "pg/refresh_batch.h"

/* Milliseconds. Deadlocks are looked for after a second unless set otherwise. */
#define LONGEST_WAIT 100

void
batch_add(Batch *batch, int64 trip, bool forced)
{
	if (batch->ntrips > 0 && batch->trips[batch->ntrips - 1].trip == trip)
	{
		batch->trips[batch->ntrips - 1].forced |= forced;
		return;
	}
	if (batch->ntrips == batch->room)
	{
		batch->room = batch->room ? batch->room * 2 : 256;
		batch->trips = batch->trips ? repalloc_huge(batch->trips, sizeof(Candidate) * batch->room)
									: palloc(sizeof(Candidate) * batch->room);
	}
	batch->trips[batch->ntrips++] = (Candidate){trip, forced};
}

/* ---- marks ---- */

static void
take_through_spi(Stream *marks)
{
	Oid types[] = {INT8OID, INT8OID, INT8OID};
	Datum values[] = {stream_value(marks, DIRTY_AGENCY), stream_value(marks, DIRTY_TRIP),
					  stream_value(marks, DIRTY_MARK)};

	SPI_connect();
	if (SPI_execute_with_args("delete from voygen.facts_dirty where agency_id operator(pg_catalog.=) $1"
							  " and trip_id operator(pg_catalog.=) $2 and mark_id operator(pg_catalog.=) $3",
							  3, types, values, NULL, false, 0) != SPI_OK_DELETE)
		elog(ERROR, "deleting from voygen.facts_dirty failed");
	SPI_finish();
}

void
mark_take(Relation queue, Stream *marks)
{
	TM_FailureData failure;
	TM_Result result;

	if (marks->scan == NULL)
	{
		take_through_spi(marks);
		return;
	}
	result = table_tuple_delete(queue, stream_tid(marks), GetCurrentCommandId(true),
								marks->scan->xs_snapshot, InvalidSnapshot, false, &failure, false);
	/* Somebody else may have taken it, or be about to: the trip is built all the
	 * same, and a mark that stays makes it be built once more. */
	if (result != TM_Ok && result != TM_SelfModified && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access to the marks of trip " INT64_FORMAT,
						DatumGetInt64(stream_value(marks, DIRTY_TRIP))),
				 errhint("The transaction might succeed if retried.")));
}

/* Takes the marks of one trip that the snapshot shows; true when there was one. */
static bool
take_marks(Relation queue, Stream *marks, int64 trip)
{
	bool any = false;

	for (stream_seek(marks, trip); stream_at(marks, trip); stream_next(marks))
	{
		if (!stream_null(marks, DIRTY_UNTIL))
			continue;
		mark_take(queue, marks);
		any = true;
	}
	return any;
}

/* ---- building ---- */

/* Marks a trip that was let go: its marks, or the one of its block, are taken. */
static void
let_go(int64 agency, int64 trip, RefreshResult *result)
{
	Queue queue;

	queue_open(&queue, "busy when refreshed");
	queue_put(&queue, agency, trip);
	queue_close(&queue);
	result->skipped++;
}

/* The list has room from the beginning, so that a subtransaction that needs more
 * gets it in the context that outlives it. */
static void
count_written(RefreshResult *result, int64 trip)
{
	WrittenTrips *written = result->written;

	result->refreshed++;
	if (written->count == written->room)
		written->trips = repalloc_huge(written->trips, sizeof(int64) * (written->room *= 2));
	written->trips[written->count++] = trip;
}

/* The ids of candidates [from, to). */
static int64 *
trips_of(const Batch *batch, int from, int to)
{
	int64 *trips = palloc(sizeof(int64) * (to - from));

	for (int i = from; i < to; i++)
		trips[i - from] = batch->trips[i].trip;
	return trips;
}

/* Builds candidates [from, to) under one snapshot. */
static void
build(Batch *batch, int from, int to, Snapshot snapshot, RefreshResult *result)
{
	int64 *trips = trips_of(batch, from, to);
	int64 last = batch->trips[to - 1].trip;
	const Door *door;
	Relation queue;
	Facts *facts;
	Store store;
	Stream marks;

	PushActiveSnapshot(snapshot);
	queue = relations_open(TABLE_DIRTY, RowExclusiveLock, &door);
	facts = facts_begin(batch->agency, last, snapshot, GetCurrentTimestamp());
	facts_expect(facts, trips, to - from);
	store_begin(&store, facts, last);
	stream_open(&marks, TABLE_DIRTY, batch->agency, last, snapshot);
	for (int i = from; i < to; i++)
	{
		int64 trip = batch->trips[i].trip;
		FactsColumns columns;
		Jsonb *document;

		/* No mark any more: another refresher was here before our lock. */
		if (!take_marks(queue, &marks, trip) && !batch->trips[i].forced)
			continue;
		document = facts_build(facts, trip, &columns);
		if (document == NULL)
		{
			store_gone(&store, trip);
			continue;
		}
		switch (store_put(&store, trip, document, &columns))
		{
			case STORE_WRITTEN:
				count_written(result, trip);
				break;
			case STORE_SAME:
				result->unchanged++;
				break;
			case STORE_BUSY:
				let_go(batch->agency, trip, result);
				break;
			case STORE_GONE:
				break;
		}
	}
	stream_close(&marks);
	store_end(&store);
	facts_end(facts);
	pfree(trips);
	table_close(queue, NoLock);
	PopActiveSnapshot();
}

/* A lock that was not to be had, or not without a deadlock. Whoever has it may
 * be waiting for what was built before: to come to an end helps him, to try
 * again would not. */
static bool
is_in_the_way(int sqlstate)
{
	return sqlstate == ERRCODE_LOCK_NOT_AVAILABLE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* Limits waits for locks until the subtransaction ends. */
static void
limit_waits(void)
{
	if (LockTimeout == 0 || LockTimeout > LONGEST_WAIT)
		(void) set_config_option("lock_timeout", CppAsString2(LONGEST_WAIT), PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* What one build is told. */
typedef struct Build
{
	Batch *batch;
	int from;
	int to;
	Snapshot snapshot;
	RefreshResult *result;
} Build;

static void
build_told(void *argument)
{
	Build *told = argument;
	int settings = NewGUCNestLevel();

	limit_waits();
	build(told->batch, told->from, told->to, told->snapshot, told->result);
	AtEOXact_GUC(true, settings);
}

/* Builds candidates [from, to); NULL when it went well, else the error. */
static ErrorData *
try_build(Batch *batch, int from, int to, Snapshot snapshot, RefreshResult *result)
{
	RefreshResult before = *result;
	int written = result->written->count;
	ErrorData *error = attempt(build_told, &(Build){batch, from, to, snapshot, result});

	if (error != NULL)
	{
		*result = before;
		result->written->count = written;
	}
	return error;
}

/* Takes the marks of a trip that cannot be built and notes why. Just the marks
 * the build saw: a later one may be that of the change which mends the trip. */
static void
set_aside(Batch *batch, int64 trip, Snapshot snapshot, const ErrorData *error)
{
	const Door *door;
	Relation queue;
	Stream marks;

	PushActiveSnapshot(snapshot);
	queue = relations_open(TABLE_DIRTY, RowExclusiveLock, &door);
	stream_open(&marks, TABLE_DIRTY, batch->agency, trip, snapshot);
	take_marks(queue, &marks, trip);
	stream_close(&marks);
	table_close(queue, NoLock);
	store_failure(batch->agency, trip, error->message, error->sqlerrcode);
	PopActiveSnapshot();
}

/* Leaves trips [from, end) to a later refresh. Those whose marks went with a
 * larger one get their own. */
static void
leave(Batch *batch, int from, int end, RefreshResult *result)
{
	Queue queue;

	CommandCounterIncrement();
	queue_open(&queue, "left by a refresh");
	for (int i = from; i < end; i++)
		if (batch->trips[i].forced)
			queue_put(&queue, batch->agency, batch->trips[i].trip);
	queue_close(&queue);
	result->skipped += end - from;
}

/* What is committed now and done so far, for a build and what follows it. */
static Snapshot
snapshot_now(void)
{
	CommandCounterIncrement();
	return RegisterSnapshot(GetTransactionSnapshot());
}

/* Builds one trip, or sets it aside; false when it and the rest have to be left. */
static bool
refresh_single(Batch *batch, int i, Snapshot snapshot, RefreshResult *result)
{
	ErrorData *error = try_build(batch, i, i + 1, snapshot, result);

	if (error == NULL)
		return true;
	if (is_in_the_way(error->sqlerrcode))
		return false;
	if (error->sqlerrcode == ERRCODE_OBJECT_IN_USE)
		leave(batch, i, i + 1, result);
	else
	{
		set_aside(batch, batch->trips[i].trip, snapshot, error);
		result->failed++;
	}
	return true;
}

/* Builds the trips one by one; false when the rest has to be left. */
static bool
refresh_singly(Batch *batch, RefreshResult *result)
{
	for (int i = 0; i < batch->ntrips; i++)
	{
		Snapshot snapshot = snapshot_now();
		bool done = refresh_single(batch, i, snapshot, result);

		UnregisterSnapshot(snapshot);
		if (!done)
		{
			leave(batch, i, batch->ntrips, result);
			return false;
		}
	}
	return true;
}

bool
batch_refresh(Batch *batch, RefreshResult *result)
{
	Snapshot snapshot;
	ErrorData *error;

	if (batch->ntrips == 0)
		return true;
	snapshot = snapshot_now();
	error = try_build(batch, 0, batch->ntrips, snapshot, result);
	UnregisterSnapshot(snapshot);
	if (error == NULL)
		return true;
	if (!is_in_the_way(error->sqlerrcode))
		return refresh_singly(batch, result);
	leave(batch, 0, batch->ntrips, result);
	return false;
}
