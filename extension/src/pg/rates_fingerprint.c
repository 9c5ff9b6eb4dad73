/*
 * rates_fingerprint.c
 *	  Are the rows a commission book was made from still the same?
 *
 * An invalidation message would not do: a change becomes visible to snapshots a
 * moment before its message is sent, and facts computed in that moment from the
 * old book would stay, their mark already taken. Nor would a counter of changes
 * do that is kept beside the rows: rows also change where no trigger runs, and
 * writers would wait for each other at it. So the rows are looked at, as far as
 * is needed to know them again:
 *
 *   - a row on a page that vacuum found visible to everybody by its place and
 *     the page's LSN. Whatever changes the page changes the LSN, and there is
 *     no snapshot that does not see the row; the row itself is not touched.
 *   - any other row the snapshot sees by its place and its writer.
 *
 * Rates change seldom, so that nearly all rows are of the first kind: the index
 * is read, and each page of the table pinned once.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/visibilitymap.h"
#include "common/hashfn.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/fmgroids.h"

#include "pg/rates_fingerprint.h"
#include "pg/relations.h"

/* A table under way. */
typedef struct Print
{
	uint64 hash;
	Relation table;
	IndexScanDesc scan;
	TupleTableSlot *slot; /* NULL until a row must be fetched */
	Buffer map;           /* of the visibility map */
	BlockNumber block;    /* looked at last */
	bool settled;         /* everybody sees all of it ... */
	XLogRecPtr lsn;       /* ... as it was written up to here */
} Print;

static void
mix(Print *print, uint64 value)
{
	value = (value ^ (value >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	value = (value ^ (value >> 27)) * UINT64CONST(0x94D049BB133111EB);
	print->hash = hash_combine64(print->hash, value ^ (value >> 31));
}

static void
mix_place(Print *print, ItemPointer place)
{
	mix(print, ((uint64) ItemPointerGetBlockNumber(place) << 16) | ItemPointerGetOffsetNumber(place));
}

/*
 * The LSN is read before the map is asked: so it is that of a page which was
 * settled until then, and whoever changes it afterwards leaves another. As an
 * index-only scan does, this locks the page for serializable transactions.
 */
static void
look_at_block(Print *print, BlockNumber block, Snapshot snapshot)
{
	Buffer buffer = ReadBuffer(print->table, block);

	print->lsn = BufferGetLSNAtomic(buffer);
	ReleaseBuffer(buffer);
	print->block = block;
	print->settled = VM_ALL_VISIBLE(print->table, block, &print->map);
	if (!print->settled)
		return;
	PredicateLockPage(print->table, block, snapshot);
	mix(print, print->lsn);
}

/* A row that the snapshot may see or not. */
static void
print_fetched(Print *print)
{
	HeapTuple tuple;

	if (print->slot == NULL)
		print->slot = table_slot_create(print->table, NULL);
	if (!index_fetch_heap(print->scan, print->slot))
		return;
	tuple = ((BufferHeapTupleTableSlot *) print->slot)->base.tuple;
	mix(print, HeapTupleHeaderGetRawXmin(tuple->t_data));
	mix_place(print, &tuple->t_self);
}

static void
print_rows(Print *print, Relation index, int64 agency, Snapshot snapshot)
{
	ScanKeyData key;
	ItemPointer place;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(agency));
	print->scan = index_beginscan(print->table, index, snapshot, 1, 0);
	index_rescan(print->scan, &key, 1, NULL, 0);
	while ((place = index_getnext_tid(print->scan, ForwardScanDirection)) != NULL)
	{
		if (ItemPointerGetBlockNumber(place) != print->block)
			look_at_block(print, ItemPointerGetBlockNumber(place), snapshot);
		if (print->settled)
			mix_place(print, place);
		else
			print_fetched(print);
	}
	if (print->slot)
		ExecDropSingleTupleTableSlot(print->slot);
	if (BufferIsValid(print->map))
		ReleaseBuffer(print->map);
	index_endscan(print->scan);
}

/* Adds a table; 0 when it does not tell. */
static uint64
add_table(uint64 hash, TableId id, int64 agency, Snapshot snapshot)
{
	const Door *door;
	Print print = {.hash = hash, .map = InvalidBuffer, .block = InvalidBlockNumber};

	print.table = relations_open(id, AccessShareLock, &door);
	/* Of a table that is not logged the LSN says nothing. */
	if (!door->plain || print.table->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT)
		print.hash = 0;
	else
	{
		Relation index = index_open(door->key, AccessShareLock);

		/* A table written anew begins with new pages. */
		mix(&print, print.table->rd_node.relNode);
		print_rows(&print, index, agency, snapshot);
		mix(&print, id + 1);
		index_close(index, AccessShareLock);
	}
	table_close(print.table, AccessShareLock);
	return print.hash;
}

uint64
rates_fingerprint(int64 agency, Snapshot snapshot)
{
	static const TableId tables[] = {TABLE_AGENCIES, TABLE_RATES, TABLE_RULES, TABLE_VOLUMES};
	uint64 hash = 1;

	for (int i = 0; i < lengthof(tables) && hash != 0; i++)
		hash = add_table(hash, tables[i], agency, snapshot);
	return hash;
}
