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
 * Most statements make one mark, so what is the same for the next one is kept:
 *	 - the row, formed but for its numbers, one for each reason;
 *	 - a block of numbers, so that the sequence is asked once in 65,536 marks;
 *	 - which tables this transaction has locked already;
 *	 - the marks this transaction has made.
 *
 * A mark takes effect when its transaction commits, all changes of which it
 * then covers, earlier and later ones. So a second mark of the same trip in
 * one transaction says nothing new. Marks are remembered by where their rows
 * are, and the row is looked at before it is relied on: an undone savepoint, a
 * refresh in this transaction or a DELETE may have taken it away.
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
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/module.h"
#include "pg/queue.h"

/* ---- what is kept ---- */

/* Marks of this transaction: a place per hash value, the last one stays. */
#define REMEMBERED 256

typedef struct Remembered
{
	uint64 transaction; /* of ours, by the counter below */
	int64 agency;
	int64 trip;
	int64 mark;
	ItemPointerData tid;
	bool terms; /* the agency's mark that tells of terms alone */
} Remembered;

static Remembered remembered[REMEMBERED];
static uint64 transaction = 1;

/* The tables, once this transaction has them locked. */
typedef struct Held
{
	const Door *door; /* NULL: not locked yet */
	Oid table;
	Oid index; /* invalid: rows go through SPI */
} Held;

static Held held;

/* A row for marks of one trip, with pointers to the numbers in it. */
struct QueueRow
{
	HeapTuple tuple;
	char *agency;
	char *trip;
	char *mark;
	char *marked_at;
	char reason[NAMEDATALEN + 16];
};

#define ROWS 64 /* there are 13 tables and 4 verbs */
static QueueRow rows[ROWS];
static int nrows = 0;
static int next_row = 0;
static int last_row = 0; /* found last */
static MemoryContext rows_context = NULL;

/* Numbers of marks. The sequence gives a block of them; single ones of it are
 * taken by INSERT statements, from which bit 62 tells ours. */
#define BLOCK_BITS 16
#define OURS (INT64CONST(1) << 62)

static Oid sequence = InvalidOid;
static int64 next_number = 0;
static int64 numbers_left = 0;

static void
relation_changed(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == sequence)
	{
		sequence = InvalidOid;
		numbers_left = 0;
	}
	if (relid == InvalidOid || relid == held.table)
	{
		/* Its rows may have another shape, or lie in another file. */
		nrows = next_row = last_row = 0;
		transaction++;
	}
}

static void
transaction_ends(XactEvent event, void *arg)
{
	held.door = NULL;
	transaction++;
}

/* The locks may have been taken in it. */
static void
subtransaction_ends(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		held.door = NULL;
}

void
queue_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	RegisterXactCallback(transaction_ends, NULL);
	RegisterSubXactCallback(subtransaction_ends, NULL);
}

/* ---- marks made already ---- */

static Remembered *
remembered_place(int64 agency, int64 trip)
{
	uint64 hash = ((uint64) agency * UINT64CONST(0x9E3779B97F4A7C15)) ^
				  ((uint64) trip * UINT64CONST(0xC2B2AE3D27D4EB4F));

	return &remembered[(hash >> 32) % REMEMBERED];
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
already_marked(Queue *queue, const Remembered *place, int64 agency, int64 trip)
{
	return place->transaction == transaction && place->trip == trip &&
		   place->agency == agency &&
		   (!place->terms || queue_tells_of_terms(queue->reason)) && row_is_there(queue, place);
}

/* ---- numbers ---- */

static Oid
sequence_find(void)
{
	Oid oid = get_relname_relid("facts_dirty_mark_id", get_namespace_oid("voygen", false));

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("sequence voygen.facts_dirty_mark_id does not exist"),
				 errhint("Deploy the migrations of this version of the extension.")));
	return oid;
}

static int64
mark_number(void)
{
	if (numbers_left == 0)
	{
		Oid oid = sequence_find();

		next_number = OURS | nextval_internal(oid, false) << BLOCK_BITS;
		numbers_left = INT64CONST(1) << BLOCK_BITS;
		sequence = oid;
	}
	numbers_left--;
	return next_number++;
}

/* ---- rows ---- */

static HeapTuple
row_form(Queue *queue, int64 agency, int64 trip, int64 mark, int64 until)
{
	const AttrNumber *att = queue->door->att;
	Datum values[MaxHeapAttributeNumber];
	bool isnull[MaxHeapAttributeNumber];
	Datum reason = CStringGetTextDatum(queue->reason);
	HeapTuple tuple;

	memset(isnull, true, RelationGetNumberOfAttributes(queue->table) * sizeof(bool));
	values[att[DIRTY_AGENCY] - 1] = Int64GetDatum(agency);
	values[att[DIRTY_TRIP] - 1] = Int64GetDatum(trip);
	values[att[DIRTY_MARK] - 1] = Int64GetDatum(mark);
	values[att[DIRTY_UNTIL] - 1] = Int64GetDatum(until);
	values[att[DIRTY_REASON] - 1] = reason;
	values[att[DIRTY_MARKED_AT] - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	for (int i = 0; i < table_specs[TABLE_DIRTY].ncolumns; i++)
		isnull[att[i] - 1] = (i == DIRTY_UNTIL && until == 0);
	tuple = heap_form_tuple(RelationGetDescr(queue->table), values, isnull);
	tuple->t_tableOid = RelationGetRelid(queue->table);
	pfree(DatumGetPointer(reason));
	return tuple;
}

/* Where a column's value lies in a formed row. */
static char *
row_field(HeapTuple tuple, TupleDesc desc, AttrNumber wanted)
{
	char *data = (char *) tuple->t_data + tuple->t_data->t_hoff;
	uint32 offset = 0;

	for (int i = 0;; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (HeapTupleHasNulls(tuple) && att_isnull(i, tuple->t_data->t_bits))
			continue;
		offset = att_align_pointer(offset, att->attalign, att->attlen, data + offset);
		if (i + 1 == wanted)
			return data + offset;
		offset = att_addlength_pointer(offset, att->attlen, data + offset);
	}
}

static QueueRow *
row_learn(Queue *queue)
{
	TupleDesc desc = RelationGetDescr(queue->table);
	const AttrNumber *att = queue->door->att;
	QueueRow *row;
	MemoryContext old;

	if (rows_context == NULL)
		rows_context = AllocSetContextCreate(TopMemoryContext, "voygen rows of marks",
											 ALLOCSET_SMALL_SIZES);
	if (nrows == 0)
		MemoryContextReset(rows_context);
	row = &rows[next_row];
	old = MemoryContextSwitchTo(rows_context);
	if (nrows == ROWS)
		heap_freetuple(row->tuple);
	row->tuple = row_form(queue, 0, 0, 0, 0);
	MemoryContextSwitchTo(old);
	row->agency = row_field(row->tuple, desc, att[DIRTY_AGENCY]);
	row->trip = row_field(row->tuple, desc, att[DIRTY_TRIP]);
	row->mark = row_field(row->tuple, desc, att[DIRTY_MARK]);
	row->marked_at = row_field(row->tuple, desc, att[DIRTY_MARKED_AT]);
	strlcpy(row->reason, queue->reason, sizeof(row->reason));
	last_row = next_row;
	next_row = (next_row + 1) % ROWS;
	nrows = Max(nrows, last_row + 1);
	return row;
}

static QueueRow *
row_find(Queue *queue)
{
	if (nrows > 0 && strcmp(rows[last_row].reason, queue->reason) == 0)
		return &rows[last_row];
	for (int i = 0; i < nrows; i++)
		if (strcmp(rows[i].reason, queue->reason) == 0)
			return &rows[last_row = i];
	return row_learn(queue);
}

/* Fills in an int64, which need not be aligned for the compiler's liking. */
static inline void
row_set(char *field, int64 value)
{
	memcpy(field, &value, sizeof(value));
}

/* ---- opening and closing ---- */

/* Opens and locks table and index. */
static void
open_first(Queue *queue)
{
	queue->table = relations_open(TABLE_DIRTY, RowExclusiveLock, &queue->door);
	for (int i = 0; i < table_specs[TABLE_DIRTY].ncolumns; i++)
		(void) relations_column(queue->door, TABLE_DIRTY, i);
	queue->index = queue->door->insertable ? index_open(queue->door->key, RowExclusiveLock) : NULL;
	if (held.table != RelationGetRelid(queue->table))
		nrows = next_row = last_row = 0;
	held = (Held){queue->door, queue->door->table,
				  queue->index ? queue->door->key : InvalidOid};
}

void
queue_open(Queue *queue, const char *reason)
{
	if (held.door && held.door->valid && OidIsValid(held.index))
	{
		/* Locked until the transaction ends, so they are as they were. */
		queue->door = held.door;
		queue->table = RelationIdGetRelation(held.table);
		queue->index = RelationIdGetRelation(held.index);
	}
	else
		open_first(queue);
	queue->reason = reason;
	queue->row = NULL;
}

void
queue_close(Queue *queue)
{
	if (queue->index)
		index_close(queue->index, NoLock);
	table_close(queue->table, NoLock);
}

/* ---- writing ---- */

/* Puts the row into heap and key index. */
static void
insert_direct(Queue *queue, HeapTuple tuple, int64 agency, int64 trip, int64 mark)
{
	/* A btree looks at nothing in it, and making a real one costs more than
	 * the insertion. */
	static IndexInfo no_info = {.type = T_IndexInfo};
	Datum key[3] = {Int64GetDatum(agency), Int64GetDatum(trip), Int64GetDatum(mark)};
	bool key_null[3] = {false, false, false};

	simple_heap_insert(queue->table, tuple);
	/* The number is new, so there is nothing it could be equal to. */
	index_insert(queue->index, key, key_null, &tuple->t_self, queue->table,
				 UNIQUE_CHECK_NO, false, &no_info);
}

/* Inserts the row as the table's owner, wherever the table may be. */
static void
put_through_spi(Queue *queue, int64 agency, int64 trip, int64 mark, int64 until)
{
	Oid types[] = {INT8OID, INT8OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID};
	Datum values[] = {Int64GetDatum(agency), Int64GetDatum(trip), Int64GetDatum(mark),
					  Int64GetDatum(until), CStringGetTextDatum(queue->reason),
					  TimestampTzGetDatum(GetCurrentTransactionStartTimestamp())};
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

void
queue_put(Queue *queue, int64 agency, int64 trip)
{
	Remembered *place;
	int64 mark;

	if (queue->index == NULL)
	{
		put_through_spi(queue, agency, trip, mark_number(), 0);
		return;
	}
	place = remembered_place(agency, trip);
	if (already_marked(queue, place, agency, trip))
		return;
	mark = mark_number();
	if (queue->row == NULL)
	{
		queue->row = row_find(queue);
		row_set(queue->row->marked_at, GetCurrentTransactionStartTimestamp());
	}
	row_set(queue->row->agency, agency);
	row_set(queue->row->trip, trip);
	row_set(queue->row->mark, mark);
	insert_direct(queue, queue->row->tuple, agency, trip, mark);
	*place = (Remembered){.transaction = transaction,
						  .agency = agency,
						  .trip = trip,
						  .mark = mark,
						  .tid = queue->row->tuple->t_self,
						  .terms = trip == QUEUE_EVERY_TRIP && queue_tells_of_terms(queue->reason)};
}

void
queue_put_block(Queue *queue, int64 agency, int64 first, int64 until)
{
	int64 mark = mark_number();
	HeapTuple tuple;

	if (queue->index == NULL)
	{
		put_through_spi(queue, agency, first, mark, until);
		return;
	}
	tuple = row_form(queue, agency, first, mark, until);
	insert_direct(queue, tuple, agency, first, mark);
	heap_freetuple(tuple);
}
