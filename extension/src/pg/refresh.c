/*
 * refresh.c
 *	  Works the queue of marks: which trips, whose turn, and in what portions.
 *
 * A refresher goes through the queue of an agency in the order of trip ids. It
 * first turns marks that stand for many trips into smaller ones (a client's
 * into one per trip, an agency's into one per block of ids) so that several
 * refreshers can share them. Then it gathers a portion of trips, taking their
 * locks as it goes (refresh_lock.c) and passing over what another refresher
 * has, and builds the portion (refresh_batch.c).
 *
 * Locks last until the transaction ends. Everything a mark stands for happened
 * before the mark could be seen, and what is read is read after the lock; so
 * the last to build a trip has seen all that was done to it.
 *
 * A refresh of named trips does the same with just these, and builds a trip
 * that any mark stands for, that has no facts yet or whose facts ran out.
 *
 * refresh_and_tell tells whoever listens which trips have new facts (news.c);
 * refresh_facts does not, so that its transaction can be prepared.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/facts_fresh.h"
#include "pg/module.h"
#include "pg/news.h"
#include "pg/queue.h"
#include "pg/refresh_batch.h"
#include "pg/refresh_lock.h"
#include "pg/relations.h"

PG_FUNCTION_INFO_V1(voygen_refresh_facts);
PG_FUNCTION_INFO_V1(voygen_refresh_and_tell);

/* Trips built under one snapshot. */
#define PORTION 1024
/* From so many trips of one block on, the block is locked as a whole. */
#define MANY_OF_BLOCK 16

typedef struct Refresh
{
	int64 agency;
	int64 limit; /* stop after the portion that reaches it */
	bool force;
	bool tell;
	int locks_left;
	RefreshResult result;
	WrittenTrips written; /* of the agency */
	Batch batch;
} Refresh;

/* ---- splitting large marks ---- */

/* Marks every trip of a client. */
static void
split_client(Queue *queue, int64 agency, int64 client)
{
	Oid types[] = {INT8OID, INT8OID};
	Datum values[] = {Int64GetDatum(agency), Int64GetDatum(client)};

	SPI_connect();
	if (SPI_execute_with_args("select trip_id from voygen.trips"
							  " where agency_id operator(pg_catalog.=) $1 and client_id operator(pg_catalog.=) $2",
							  2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "reading the trips of client " INT64_FORMAT " failed", client);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;

		queue_put(queue, agency,
				  DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull)));
	}
	SPI_finish();
}

/* Marks every block of ids in which the agency has a trip. */
static void
split_agency(Queue *queue, int64 agency, Snapshot snapshot)
{
	Stream trips;
	int64 block;

	stream_open(&trips, TABLE_TRIPS, agency, PG_INT64_MAX, snapshot);
	for (bool more = stream_seek(&trips, 1); more; more = stream_seek(&trips, block + QUEUE_BLOCK))
	{
		CHECK_FOR_INTERRUPTS();
		block = queue_block(trips.at);
		queue_put_block(queue, agency, block, block + QUEUE_BLOCK - 1);
	}
	stream_close(&trips);
}

/* True when the queue has marks that stand for a client or the agency. */
static bool
has_large_marks(int64 agency, Snapshot snapshot)
{
	Stream marks;
	bool found;

	stream_open(&marks, TABLE_DIRTY, agency, QUEUE_EVERY_TRIP, snapshot);
	found = stream_seek(&marks, PG_INT64_MIN + 1);
	stream_close(&marks);
	return found;
}

/* What the smaller marks say of why: terms, when all large ones do. */
static const char *
split_reason(int64 agency, Snapshot snapshot)
{
	const char *reason = QUEUE_TERMS " terms";
	Stream marks;

	stream_open(&marks, TABLE_DIRTY, agency, QUEUE_EVERY_TRIP, snapshot);
	for (bool more = stream_seek(&marks, PG_INT64_MIN + 1); more; more = stream_next(&marks))
		if (!queue_tells_of_terms(TextDatumGetCString(stream_value(&marks, DIRTY_REASON))))
			reason = "agency";
	stream_close(&marks);
	return reason;
}

/* Splits them, unless another refresher is at it. */
static void
split_large_marks(int64 agency)
{
	Snapshot snapshot;
	Stream marks;
	Queue queue;
	bool every = false;
	bool found;

	PushActiveSnapshot(GetTransactionSnapshot());
	found = has_large_marks(agency, GetActiveSnapshot());
	PopActiveSnapshot();
	if (!found || !refresh_lock_expand(agency))
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	snapshot = GetActiveSnapshot();
	queue_open(&queue, split_reason(agency, snapshot));
	stream_open(&marks, TABLE_DIRTY, agency, QUEUE_EVERY_TRIP, snapshot);
	for (bool more = stream_seek(&marks, PG_INT64_MIN + 1); more; more = stream_next(&marks))
	{
		if (marks.at == QUEUE_EVERY_TRIP)
			every = true;
		else
			split_client(&queue, agency, -marks.at);
		mark_take(queue.table, &marks);
	}
	stream_close(&marks);
	if (every)
		split_agency(&queue, agency, snapshot);
	queue_close(&queue);
	PopActiveSnapshot();
	CommandCounterIncrement();
}

/* ---- gathering a portion ---- */

/* Locks the trips the batch has gathered from `from` on, all of one block, and
 * drops those another refresher holds. */
static void
lock_block_of(Refresh *refresh, int from)
{
	Batch *batch = &refresh->batch;
	int n = batch->ntrips - from;
	int kept = from;

	if (n >= MANY_OF_BLOCK && refresh_lock_block(batch->agency, queue_block(batch->trips[from].trip)))
	{
		refresh->locks_left--;
		return;
	}
	for (int i = from; i < from + n; i++)
	{
		if (refresh->locks_left > 0 && refresh_lock_trip(batch->agency, batch->trips[i].trip))
		{
			batch->trips[kept++] = batch->trips[i];
			refresh->locks_left -= 2;
		}
		else
			refresh->result.skipped++;
	}
	batch->ntrips = kept;
}

/* Adds all trips of a block. */
static void
gather_block(Refresh *refresh, int64 block, int64 until, Snapshot snapshot)
{
	Stream trips;

	stream_open(&trips, TABLE_TRIPS, refresh->agency, until, snapshot);
	for (bool more = stream_seek(&trips, block); more; more = stream_next(&trips))
		batch_add(&refresh->batch, trips.at, true);
	stream_close(&trips);
}

/* Takes the marks that stand for the block as a whole; true when there was one. */
static bool
take_block_marks(int64 agency, int64 block, Snapshot snapshot)
{
	const Door *door;
	Relation queue = relations_open(TABLE_DIRTY, RowExclusiveLock, &door);
	Stream seen;
	bool any = false;

	stream_open(&seen, TABLE_DIRTY, agency, block, snapshot);
	for (bool more = stream_seek(&seen, block); more; more = stream_next(&seen))
		if (!stream_null(&seen, DIRTY_UNTIL))
		{
			mark_take(queue, &seen);
			any = true;
		}
	stream_close(&seen);
	table_close(queue, NoLock);
	return any;
}

/*
 * Gathers one block, when it is marked as a whole or everything is to be built:
 * all of it; false when somebody else is working in it. The marks of the block
 * are taken at once: what they stand for is in the batch.
 */
static bool
gather_whole_block(Refresh *refresh, int64 block)
{
	Snapshot snapshot;

	if (!refresh_lock_block(refresh->agency, block))
		return false;
	refresh->locks_left--;
	/* The mark may have been worked off before we had the lock. */
	PushActiveSnapshot(GetTransactionSnapshot());
	snapshot = GetActiveSnapshot();
	if (take_block_marks(refresh->agency, block, snapshot) || refresh->force)
		gather_block(refresh, block, block + QUEUE_BLOCK - 1, snapshot);
	PopActiveSnapshot();
	return true;
}

/* Gathers the marked trips of one block, starting at the mark the stream stands
 * on; leaves the stream behind the block. */
static void
gather_from_block(Refresh *refresh, Stream *marks)
{
	int64 block = queue_block(marks->at);
	int from = refresh->batch.ntrips;
	bool whole = false;

	while (marks->has_row && queue_block(marks->at) == block)
	{
		if (!stream_null(marks, DIRTY_UNTIL))
			whole = true;
		else
			batch_add(&refresh->batch, marks->at, false);
		stream_next(marks);
	}
	if (whole)
	{
		refresh->batch.ntrips = from;
		if (!gather_whole_block(refresh, block))
			refresh->result.skipped++;
	}
	else
		lock_block_of(refresh, from);
}

/* Gathers the next portion of the queue from *next on; false at its end. */
static bool
gather(Refresh *refresh, int64 *next)
{
	Stream marks;
	bool more;

	refresh->batch.agency = refresh->agency;
	refresh->batch.ntrips = 0;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	stream_open(&marks, TABLE_DIRTY, refresh->agency, PG_INT64_MAX, GetActiveSnapshot());
	more = stream_seek(&marks, *next);
	while (marks.has_row && refresh->batch.ntrips < PORTION && refresh->locks_left > 0)
	{
		int64 block = queue_block(marks.at);

		gather_from_block(refresh, &marks);
		*next = block + QUEUE_BLOCK;
	}
	stream_close(&marks);
	PopActiveSnapshot();
	return more;
}

/* Adds the trips of the block the stream stands in, but those somebody else works
 * on. The marks of the block stay: they stand for these, too. */
static void
gather_free_of_block(Refresh *refresh, Stream *trips, int64 block)
{
	for (; trips->has_row && queue_block(trips->at) == block; stream_next(trips))
		batch_add(&refresh->batch, trips->at, true);
	lock_block_of(refresh, 0);
}

/* All trips of an agency, portion by portion. */
static bool
gather_all(Refresh *refresh, int64 *next)
{
	Stream trips;
	bool more;

	refresh->batch.agency = refresh->agency;
	refresh->batch.ntrips = 0;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	stream_open(&trips, TABLE_TRIPS, refresh->agency, PG_INT64_MAX, GetActiveSnapshot());
	more = stream_seek(&trips, *next);
	if (more)
	{
		int64 block = queue_block(trips.at);

		if (!gather_whole_block(refresh, block))
			gather_free_of_block(refresh, &trips, block);
		*next = block + QUEUE_BLOCK;
	}
	stream_close(&trips);
	PopActiveSnapshot();
	return more;
}

/* Tells of the trips of an agency that were written, once for the agency. */
static void
tell_written(Refresh *refresh)
{
	if (refresh->tell)
		news_of_facts(refresh->agency, refresh->written.trips, refresh->written.count);
	refresh->written.count = 0;
}

/* ---- whole agencies ---- */

static bool
limit_reached(const Refresh *refresh)
{
	return refresh->result.refreshed + refresh->result.unchanged + refresh->result.failed >= refresh->limit || refresh->locks_left <= 0;
}

/* One portion from *next on; false when there is none, or it has to be left. */
static bool
refresh_portion(Refresh *refresh, int64 *next)
{
	bool (*gather_next)(Refresh *, int64 *) = refresh->force ? gather_all : gather;
	bool more;

	CHECK_FOR_INTERRUPTS();
	if (!refresh_lock_tables())
		return false;
	more = gather_next(refresh, next) && batch_refresh(&refresh->batch, &refresh->result);
	refresh_unlock_tables();
	return more;
}

static void
refresh_agency(Refresh *refresh, int64 agency)
{
	int64 next = 1;

	refresh->agency = agency;
	if (!refresh_lock_tables())
		return;
	split_large_marks(agency);
	refresh_unlock_tables();
	while (!limit_reached(refresh) && refresh_portion(refresh, &next))
		;
	tell_written(refresh);
}

/* ---- named trips ---- */

static int
compare_trips(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

static void
refresh_named(Refresh *refresh, int64 agency, ArrayType *ids)
{
	Datum *elements;
	bool *nulls;
	int64 *trips;
	int n;
	int wanted = 0;
	bool more = true;

	deconstruct_array(ids, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &n);
	trips = palloc(sizeof(int64) * (n + 1));
	for (int i = 0; i < n; i++)
		if (!nulls[i] && DatumGetInt64(elements[i]) > 0)
			trips[wanted++] = DatumGetInt64(elements[i]);
	qsort(trips, wanted, sizeof(int64), compare_trips);

	refresh->agency = refresh->batch.agency = agency;
	for (int done = 0; more && done < wanted && !limit_reached(refresh);)
	{
		int from = 0;

		refresh->batch.ntrips = 0;
		while (done < wanted && refresh->batch.ntrips < PORTION && refresh->locks_left > 0)
		{
			int64 block = queue_block(trips[done]);

			from = refresh->batch.ntrips;
			for (; done < wanted && queue_block(trips[done]) == block; done++)
				batch_add(&refresh->batch, trips[done], true);
			lock_block_of(refresh, from);
		}
		if (!refresh_lock_tables())
		{
			refresh->result.skipped += refresh->batch.ntrips + wanted - done;
			return;
		}
		/* What is fresh is not built again, unless asked for. */
		if (!refresh->force)
			facts_keep_stale(&refresh->batch);
		more = batch_refresh(&refresh->batch, &refresh->result);
		refresh_unlock_tables();
	}
}

static Datum
result_tuple(FunctionCallInfo fcinfo, const RefreshResult *result)
{
	TupleDesc desc;
	Datum values[4];
	bool nulls[4] = {false, false, false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "refresh_facts must return a row");
	values[0] = Int64GetDatum(result->refreshed);
	values[1] = Int64GetDatum(result->unchanged);
	values[2] = Int64GetDatum(result->failed);
	values[3] = Int64GetDatum(result->skipped);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* An agency, or all of them (NULL); named trips of one agency, or what the
 * queue says (NULL). */
static Datum
refresh_called(FunctionCallInfo fcinfo, bool tell)
{
	MemoryContext mine = CurrentMemoryContext;
	Refresh refresh;

	PreventCommandIfReadOnly("voygen.refresh_facts()");
	PreventCommandIfParallelMode("voygen.refresh_facts()");
	module_check_catalogue();
	memset(&refresh, 0, sizeof(refresh));
	refresh.tell = tell;
	refresh.force = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	refresh.limit = PG_ARGISNULL(3) ? PG_INT64_MAX : PG_GETARG_INT64(3);
	refresh.locks_left = refresh_lock_budget();
	refresh.written.room = PORTION;
	refresh.written.trips = palloc(sizeof(int64) * PORTION);
	refresh.result.written = &refresh.written;
	SPI_connect(); /* for tables that are not plain */
	MemoryContextSwitchTo(mine);

	if (!PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("trips are named without their agency")));
		refresh_named(&refresh, PG_GETARG_INT64(0), PG_GETARG_ARRAYTYPE_P(1));
		tell_written(&refresh);
	}
	else if (!PG_ARGISNULL(0))
		refresh_agency(&refresh, PG_GETARG_INT64(0));
	else
	{
		int64 *agencies;
		int n = relations_agencies(&agencies, GetTransactionSnapshot());

		for (int i = 0; i < n && !limit_reached(&refresh); i++)
			refresh_agency(&refresh, agencies[i]);
	}
	SPI_finish();
	return result_tuple(fcinfo, &refresh.result);
}

/* refresh_facts(agency_id, trip_ids, force, max_trips) */
Datum
voygen_refresh_facts(PG_FUNCTION_ARGS)
{
	return refresh_called(fcinfo, false);
}

/* refresh_and_tell(agency_id, trip_ids, force, max_trips) */
Datum
voygen_refresh_and_tell(PG_FUNCTION_ARGS)
{
	return refresh_called(fcinfo, true);
}
