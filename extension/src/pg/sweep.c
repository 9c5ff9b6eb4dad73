/*
 * sweep.c
 *	  Rows of one agency in the order they lie in the table.
 *
 * The scan is the server's own (visibility by page, synchronised with others,
 * a ring of buffers for large tables). What is added is a way through the tuple
 * that stores only our columns and takes no look at the others but for their
 * length, and a hint to the processor at the begin of each page: its tuples are
 * some dozens of cache misses, which otherwise are waited for one by one.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupmacs.h"
#include "port/pg_bitutils.h"
#include "storage/bufmgr.h"
#include "utils/snapmgr.h"

#include "pg/sweep.h"

/* Blocks looked at to learn an agency's share, and the share from which on the
 * whole table is read: a row met in passing costs about a tenth of one that is
 * fetched by key. */
#define PROBE_BLOCKS 64
#define SHARE_WANTED 8
#define CACHE_LINE 64
/* Columns of ours must be among so many. */
#define MOST_COLUMNS 64

/* One attribute on the way through a tuple. */
typedef struct Step
{
	int16 length;
	uint8 alignment; /* less one */
	bool byval;
	bool ours;
} Step;

struct Sweep
{
	TableScanDesc scan;
	Step *steps;
	int nsteps;
	bool agency_first; /* the table's first attribute, at a fixed place */
	int reach;         /* bytes of a tuple up to the last of our columns, as met last */
};

static uint8
alignment_of(char code)
{
	switch (code)
	{
		case TYPALIGN_CHAR:
			return 0;
		case TYPALIGN_SHORT:
			return ALIGNOF_SHORT - 1;
		case TYPALIGN_INT:
			return ALIGNOF_INT - 1;
		default:
			return ALIGNOF_DOUBLE - 1;
	}
}

static void
learn_steps(struct Sweep *sweep, Stream *row, const Door *door)
{
	TupleDesc desc = RelationGetDescr(row->table);

	sweep->nsteps = door->last_column;
	sweep->steps = palloc0(sizeof(Step) * sweep->nsteps);
	for (int i = 0; i < sweep->nsteps; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		sweep->steps[i].length = attribute->attlen;
		sweep->steps[i].alignment = alignment_of(attribute->attalign);
		sweep->steps[i].byval = attribute->attbyval;
	}
	for (int i = 0; i < table_specs[row->id].ncolumns; i++)
		sweep->steps[door->att[i] - 1].ours = true;
	sweep->agency_first = door->att[0] == 1;
}

void
sweep_open(Stream *row, TableId id, int64 agency, Snapshot snapshot)
{
	const Door *door;
	struct Sweep *sweep = palloc0(sizeof(struct Sweep));

	memset(row, 0, sizeof(*row));
	row->id = id;
	row->agency = agency;
	row->context = CurrentMemoryContext;
	row->table = relations_open(id, AccessShareLock, &door);
	Assert(door->plain);
	for (int i = 0; i < table_specs[id].ncolumns; i++)
		(void) relations_column(door, id, i);
	row->att = door->att;
	row->natts = door->last_column;
	row->values = palloc0(sizeof(Datum) * row->natts);
	row->isnull = palloc0(sizeof(bool) * row->natts);
	learn_steps(sweep, row, door);
	sweep->scan = table_beginscan(row->table, snapshot, 0, NULL);
	row->sweep = sweep;
}

void
sweep_close(Stream *row)
{
	table_endscan(row->sweep->scan);
	table_close(row->table, AccessShareLock);
}

/* ---- a tuple ---- */

/* A column that the tuple is too old to hold has the table's constant. */
static void
take_missing(Stream *row, int attribute)
{
	row->values[attribute] = getmissingattr(RelationGetDescr(row->table), attribute + 1, &row->isnull[attribute]);
}

/* Which of the first n attributes are not null, the first the lowest bit; n is at most 64. */
static inline uint64
present_of(HeapTupleHeader tuple, int n)
{
	uint64 all = n < 64 ? (UINT64CONST(1) << n) - 1 : ~UINT64CONST(0);
	uint64 present = 0;

	if (!(tuple->t_infomask & HEAP_HASNULL))
		return all;
	memcpy(&present, tuple->t_bits, BITMAPLEN(n));
	return present & all;
}

static inline char *
aligned(char *at, uint8 alignment)
{
	return (char *) (((uintptr_t) at + alignment) & ~(uintptr_t) alignment);
}

static void
take_columns(Stream *row, HeapTupleHeader tuple)
{
	const struct Sweep *sweep = row->sweep;
	int n = Min(HeapTupleHeaderGetNatts(tuple), sweep->nsteps);
	char *at = (char *) tuple + tuple->t_hoff;

	memset(row->isnull, true, n);
	for (uint64 rest = present_of(tuple, n); rest != 0; rest &= rest - 1)
	{
		int i = pg_rightmost_one_pos64(rest);
		const Step *step = &sweep->steps[i];

		row->isnull[i] = false;
		if (step->length == -1)
		{
			/* A short header is not aligned and not a byte of padding. */
			if (!VARATT_NOT_PAD_BYTE(at))
				at = aligned(at, step->alignment);
			row->values[i] = PointerGetDatum(at);
			at += VARSIZE_ANY(at);
			continue;
		}
		at = aligned(at, step->alignment);
		if (step->ours)
			row->values[i] = fetch_att(at, step->byval, step->length);
		at += step->length;
	}
	row->sweep->reach = (int) (at - (char *) tuple);
	for (int i = n; i < sweep->nsteps; i++)
		take_missing(row, i);
}

static inline bool
is_of_agency(const Stream *row, HeapTupleHeader tuple)
{
	int64 agency;

	/* The first attribute of all our tables is agency_id, never null. */
	if (row->sweep->agency_first)
	{
		memcpy(&agency, (char *) tuple + tuple->t_hoff, sizeof(agency));
		return agency == row->agency;
	}
	return true;
}

/* Asks for the memory of the page's tuples as far as they will be read. */
static void
ask_for_page(const struct Sweep *sweep, HeapScanDesc scan)
{
	Page page = BufferGetPage(scan->rs_cbuf);

	for (int i = 0; i < scan->rs_ntuples; i++)
	{
		const char *tuple = (const char *) PageGetItem(page, PageGetItemId(page, scan->rs_vistuples[i]));

		for (int line = 0; line < sweep->reach; line += CACHE_LINE)
			__builtin_prefetch(tuple + line);
	}
}

bool
sweep_next(Stream *row)
{
	TableScanDesc scan = row->sweep->scan;
	HeapTuple tuple;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		if (((HeapScanDesc) scan)->rs_cindex == 0)
			ask_for_page(row->sweep, (HeapScanDesc) scan);
		if (!is_of_agency(row, tuple->t_data))
			continue;
		take_columns(row, tuple->t_data);
		if (row->sweep->agency_first || DatumGetInt64(stream_value(row, 0)) == row->agency)
			return true;
	}
	return false;
}

/* ---- is it worth it ---- */

/* Counts the rows of a page and those of the agency among them, whoever may see them. */
static void
count_page(Relation table, BlockNumber block, const Door *door, int64 agency, int *rows, int *own)
{
	Buffer buffer = ReadBuffer(table, block);
	Page page;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	for (OffsetNumber at = FirstOffsetNumber; at <= PageGetMaxOffsetNumber(page); at++)
	{
		ItemId item = PageGetItemId(page, at);
		HeapTupleData tuple;
		bool isnull;
		Datum value;

		if (!ItemIdIsNormal(item))
			continue;
		tuple.t_data = (HeapTupleHeader) PageGetItem(page, item);
		tuple.t_len = ItemIdGetLength(item);
		tuple.t_tableOid = RelationGetRelid(table);
		ItemPointerSet(&tuple.t_self, block, at);
		value = heap_getattr(&tuple, door->att[0], RelationGetDescr(table), &isnull);
		(*rows)++;
		*own += !isnull && DatumGetInt64(value) == agency;
	}
	UnlockReleaseBuffer(buffer);
}

/* No table of ours has a column of C strings; one that has more columns than bits is read the other way. */
bool
sweep_possible(TableId id)
{
	const Door *door;
	Relation table = relations_open(id, AccessShareLock, &door);
	TupleDesc desc = RelationGetDescr(table);
	bool possible = door->plain && door->last_column <= MOST_COLUMNS;

	for (int i = 0; possible && i < door->last_column; i++)
		possible = TupleDescAttr(desc, i)->attlen != -2;
	table_close(table, AccessShareLock);
	return possible;
}

bool
sweep_pays(TableId id, int64 agency)
{
	const Door *door;
	Relation table = relations_open(id, AccessShareLock, &door);
	BlockNumber blocks = door->plain ? RelationGetNumberOfBlocks(table) : 0;
	int rows = 0;
	int own = 0;

	for (int i = 0; i < PROBE_BLOCKS && blocks > PROBE_BLOCKS; i++)
		count_page(table, (BlockNumber) ((uint64) blocks * i / PROBE_BLOCKS), door, agency, &rows, &own);
	table_close(table, AccessShareLock);
	return blocks > 0 && own * SHARE_WANTED >= rows;
}
