/*
 * queue.c
 *	  Writing marks into voygen.facts_dirty.
 *
 * The queue has no uniqueness over trips, so a mark never waits for another
 * transaction's mark of the same trip. Where the table is a plain heap with
 * only its key, the row is put into heap and index directly: two short calls
 * instead of an executor run, and no grant needed by the user whose change is
 * marked. Else the row goes through SPI under the rights of the table's owner.
 *
 * A mark takes effect when its transaction commits, all changes of which it
 * then covers, earlier and later ones. So a second mark of the same trip in
 * one transaction says nothing new. The last few are remembered by where their
 * rows are, and the row is looked at before it is relied on: an undone
 * savepoint, a refresh in this transaction or a DELETE may have taken it away.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/module.h"
#include "pg/queue.h"

#define REMEMBERED 64

typedef struct Remembered
{
	int64 agency;
	int64 trip;
	int64 mark;
	ItemPointerData tid;
} Remembered;

static Remembered remembered[REMEMBERED];
static int nremembered = 0;
static int next_remembered = 0;

static Oid sequence_oid = InvalidOid;

static void
sequence_changed(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == sequence_oid)
		sequence_oid = InvalidOid;
}

static void
transaction_ends(XactEvent event, void *arg)
{
	nremembered = next_remembered = 0;
}

void
queue_init(void)
{
	CacheRegisterRelcacheCallback(sequence_changed, (Datum) 0);
	RegisterXactCallback(transaction_ends, NULL);
}

/* True when the row of a remembered mark is still there. A row's place may
 * have been given to another by now, hence the look at its number. */
static bool
row_is_there(Queue *queue, const Remembered *mark)
{
	HeapTupleData tuple;
	Buffer buffer;
	bool isnull;
	bool there;

	tuple.t_self = mark->tid;
	if (!heap_fetch(queue->table, SnapshotSelf, &tuple, &buffer, false))
		return false;
	there = DatumGetInt64(heap_getattr(&tuple, queue->door->att[DIRTY_MARK],
									   RelationGetDescr(queue->table), &isnull)) == mark->mark;
	ReleaseBuffer(buffer);
	return there;
}

static bool
already_marked(Queue *queue, int64 agency, int64 trip)
{
	for (int i = 0; i < nremembered; i++)
		if (remembered[i].trip == trip && remembered[i].agency == agency &&
			row_is_there(queue, &remembered[i]))
			return true;
	return false;
}

static void
remember(int64 agency, int64 trip, int64 mark, ItemPointer tid)
{
	Remembered *place = &remembered[next_remembered];

	*place = (Remembered){agency, trip, mark, *tid};
	next_remembered = (next_remembered + 1) % REMEMBERED;
	if (nremembered < REMEMBERED)
		nremembered++;
}

/* The sequence that numbers marks. */
static Oid
mark_sequence(void)
{
	if (!OidIsValid(sequence_oid))
	{
		Oid oid = get_relname_relid("facts_dirty_mark_id",
									get_namespace_oid("voygen", false));

		if (!OidIsValid(oid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("sequence voygen.facts_dirty_mark_id does not exist"),
					 errhint("Deploy the migrations of this version of the extension.")));
		sequence_oid = oid;
	}
	return sequence_oid;
}

void
queue_open(Queue *queue, const char *reason)
{
	queue->table = relations_open(TABLE_DIRTY, RowExclusiveLock, &queue->door);
	for (int i = 0; i < table_specs[TABLE_DIRTY].ncolumns; i++)
		(void) relations_column(queue->door, TABLE_DIRTY, i);
	queue->index = queue->door->insertable ? index_open(queue->door->key, RowExclusiveLock) : NULL;
	queue->sequence = mark_sequence();
	queue->reason = CStringGetTextDatum(reason);
	queue->now = GetCurrentTransactionStartTimestamp();
}

void
queue_close(Queue *queue)
{
	if (queue->index)
		index_close(queue->index, NoLock);
	table_close(queue->table, NoLock);
	pfree(DatumGetPointer(queue->reason));
}

/* Puts the row into heap and key index. */
static void
put_direct(Queue *queue, int64 agency, int64 trip, int64 mark, int64 until)
{
	/* A btree looks at nothing in it, and making a real one costs more than
	 * the insertion. */
	static IndexInfo no_info = {.type = T_IndexInfo};
	const AttrNumber *att = queue->door->att;
	Datum values[MaxHeapAttributeNumber];
	bool isnull[MaxHeapAttributeNumber];
	Datum key[3];
	bool key_null[3] = {false, false, false};
	int natts = RelationGetNumberOfAttributes(queue->table);
	HeapTuple tuple;

	memset(isnull, true, natts * sizeof(bool));
	values[att[DIRTY_AGENCY] - 1] = key[0] = Int64GetDatum(agency);
	values[att[DIRTY_TRIP] - 1] = key[1] = Int64GetDatum(trip);
	values[att[DIRTY_MARK] - 1] = key[2] = Int64GetDatum(mark);
	values[att[DIRTY_UNTIL] - 1] = Int64GetDatum(until);
	values[att[DIRTY_REASON] - 1] = queue->reason;
	values[att[DIRTY_MARKED_AT] - 1] = TimestampTzGetDatum(queue->now);
	for (int i = 0; i < table_specs[TABLE_DIRTY].ncolumns; i++)
		isnull[att[i] - 1] = (i == DIRTY_UNTIL && until == 0);

	tuple = heap_form_tuple(RelationGetDescr(queue->table), values, isnull);
	tuple->t_tableOid = RelationGetRelid(queue->table);
	simple_heap_insert(queue->table, tuple);
	/* The number is new, so there is nothing it could be equal to. */
	index_insert(queue->index, key, key_null, &tuple->t_self, queue->table,
				 UNIQUE_CHECK_NO, false, &no_info);
	if (until == 0)
		remember(agency, trip, mark, &tuple->t_self);
	heap_freetuple(tuple);
}

/* Inserts the row as the table's owner, wherever the table may be. */
static void
put_through_spi(Queue *queue, int64 agency, int64 trip, int64 mark, int64 until)
{
	Oid types[] = {INT8OID, INT8OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID};
	Datum values[] = {Int64GetDatum(agency), Int64GetDatum(trip), Int64GetDatum(mark),
					  Int64GetDatum(until), queue->reason, TimestampTzGetDatum(queue->now)};
	char nulls[] = {' ', ' ', ' ', until == 0 ? 'n' : ' ', ' ', ' '};
	Oid user;
	int context;
	int rc;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(queue->table->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	SPI_connect();
	rc = SPI_execute_with_args("insert into voygen.facts_dirty"
							   " (agency_id, trip_id, mark_id, trip_until, reason, marked_at)"
							   " values ($1, $2, $3, $4, $5, $6)",
							   6, types, values, nulls, false, 0);
	if (rc != SPI_OK_INSERT)
		elog(ERROR, "inserting a mark: %s", SPI_result_code_string(rc));
	SPI_finish();
	SetUserIdAndSecContext(user, context);
}

static void
put(Queue *queue, int64 agency, int64 trip, int64 until)
{
	int64 mark = nextval_internal(queue->sequence, false);

	if (queue->index)
		put_direct(queue, agency, trip, mark, until);
	else
		put_through_spi(queue, agency, trip, mark, until);
}

void
queue_put(Queue *queue, int64 agency, int64 trip)
{
	if (queue->index == NULL || !already_marked(queue, agency, trip))
		put(queue, agency, trip, 0);
}

void
queue_put_block(Queue *queue, int64 agency, int64 first, int64 until)
{
	put(queue, agency, first, until);
}
