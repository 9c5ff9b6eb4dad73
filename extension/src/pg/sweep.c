/*
 * sweep.c
 *	  Rows of one agency in the order they lie in the table.
 *
 * The scan is the server's own (visibility by page, synchronised with others,
 * a ring of buffers for large tables). What is added is a way through the tuple
 * that stores only our columns and takes no look at the others but for their
 * length, and a hint to the processor at the begin of each page: its tuples are
 * some dozens of cache misses, which otherwise are waited for one by one.
 *
 * Which columns of a row are null decides where the others are. Rows of a table
 * have few such patterns: for each the way is worked out once, as one step an
 * attribute that is there, and the columns that are null are told in advance.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupmacs.h"
#include "pgstat.h"
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

/* Patterns of nulls whose ways are kept. */
#define WAYS 8

typedef enum StepKind
{
	STEP_VARLENA,
	STEP_INT8,
	STEP_INT4,
	STEP_OTHER, /* by its length; not ours or seldom */
} StepKind;

/* One attribute on the way through a tuple. */
typedef struct Step
{
	uint8 kind;
	uint8 alignment; /* less one */
	bool byval;
	bool ours;
	int16 length;
	int16 attribute;
} Step;

/* The way through tuples with one pattern of nulls, up to the last of our columns that is there. */
typedef struct Way
{
	uint64 present; /* bits of the attributes that are not null, the first the lowest */
	int natts;      /* of the tuple, as far as they matter; 0: not used yet */
	int nsteps;
	bool isnull[MOST_COLUMNS];
	Step steps[MOST_COLUMNS];
} Way;

struct Sweep
{
	HeapScanDesc scan;
	int at; /* of the page's rows the next one */
	int nrows;
	Step *steps; /* every attribute */
	int nsteps;
	bool agency_first; /* the table's first attribute, at a fixed place */
	int reach;         /* bytes of a tuple up to the last of our columns, as met last */
	Way *way;          /* of the last row */
	int next_way;      /* to give way to another */
	Way ways[WAYS];
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

static StepKind
kind_of(Form_pg_attribute attribute)
{
	if (attribute->attlen == -1)
		return STEP_VARLENA;
	if (!attribute->attbyval)
		return STEP_OTHER;
	if (attribute->attlen == 8 && attribute->attalign == TYPALIGN_DOUBLE)
		return STEP_INT8;
	return attribute->attlen == 4 && attribute->attalign == TYPALIGN_INT ? STEP_INT4 : STEP_OTHER;
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

		sweep->steps[i] = (Step){kind_of(attribute), alignment_of(attribute->attalign), attribute->attbyval, false,
								 attribute->attlen, (int16) i};
	}
	for (int i = 0; i < table_specs[row->id].ncolumns; i++)
		sweep->steps[door->att[i] - 1].ours = true;
	sweep->agency_first = door->att[0] == 1;
	sweep->way = &sweep->ways[0];
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
	learn_steps(sweep, row, door);
	sweep->scan = (HeapScanDesc) table_beginscan(row->table, snapshot, 0, NULL);
	row->sweep = sweep;
}

void
sweep_close(Stream *row)
{
	table_endscan(&row->sweep->scan->rs_base);
	table_close(row->table, AccessShareLock);
}

/* ---- a tuple ---- */

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

static Way *
new_way(struct Sweep *sweep, uint64 present, int natts)
{
	Way *way = &sweep->ways[sweep->next_way++ % WAYS];
	int needed = 0;

	way->present = present;
	way->natts = natts;
	way->nsteps = 0;
	memset(way->isnull, true, sizeof(way->isnull));
	for (uint64 rest = present; rest != 0; rest &= rest - 1)
	{
		const Step *step = &sweep->steps[pg_rightmost_one_pos64(rest)];

		way->isnull[step->attribute] = false;
		way->steps[way->nsteps++] = *step;
		if (step->ours)
			needed = way->nsteps;
	}
	way->nsteps = needed;
	return way;
}

/* The way through this tuple. */
static inline Way *
way_of(struct Sweep *sweep, HeapTupleHeader tuple)
{
	int natts = Min(HeapTupleHeaderGetNatts(tuple), sweep->nsteps);
	uint64 present = present_of(tuple, natts);
	Way *way = sweep->way;

	if (way->present == present && way->natts == natts)
		return way;
	for (int i = 0; i < WAYS; i++)
		if (sweep->ways[i].present == present && sweep->ways[i].natts == natts)
			return &sweep->ways[i];
	return new_way(sweep, present, natts);
}

static inline char *
aligned(char *at, uint8 alignment)
{
	return (char *) (((uintptr_t) at + alignment) & ~(uintptr_t) alignment);
}

/* Stores our columns; answers where the last one ends. */
static inline char *
follow(const Way *way, char *at, Datum *values)
{
	for (const Step *step = way->steps, *end = step + way->nsteps; step < end; step++)
	{
		/* Most attributes are short texts and numbers: a header of one byte, which is not aligned. */
		if (step->kind == STEP_VARLENA && VARATT_IS_SHORT(at) && !VARATT_IS_EXTERNAL(at))
		{
			values[step->attribute] = PointerGetDatum(at);
			at += VARSIZE_SHORT(at);
			continue;
		}
		switch (step->kind)
		{
			case STEP_VARLENA:
				/* A byte of padding is zero, the first of a header is not. */
				if (!VARATT_NOT_PAD_BYTE(at))
					at = aligned(at, step->alignment);
				values[step->attribute] = PointerGetDatum(at);
				at += VARSIZE_ANY(at);
				break;
			case STEP_INT8:
				at = aligned(at, ALIGNOF_DOUBLE - 1);
				values[step->attribute] = *(Datum *) at;
				at += sizeof(Datum);
				break;
			case STEP_INT4:
				at = aligned(at, ALIGNOF_INT - 1);
				values[step->attribute] = Int32GetDatum(*(int32 *) at);
				at += sizeof(int32);
				break;
			default:
				at = aligned(at, step->alignment);
				if (step->ours)
					values[step->attribute] = fetch_att(at, step->byval, step->length);
				at += step->length;
		}
	}
	return at;
}

/* A column that the tuple is too old to hold has the table's constant. */
static void
take_missing(Stream *row, Way *way)
{
	for (int i = way->natts; i < row->sweep->nsteps; i++)
		row->values[i] = getmissingattr(RelationGetDescr(row->table), i + 1, &way->isnull[i]);
}

static void
take_columns(Stream *row, HeapTupleHeader tuple)
{
	struct Sweep *sweep = row->sweep;
	Way *way = way_of(sweep, tuple);

	sweep->way = way;
	row->isnull = way->isnull;
	sweep->reach = (int) (follow(way, (char *) tuple + tuple->t_hoff, row->values) - (char *) tuple);
	if (way->natts < sweep->nsteps)
		take_missing(row, way);
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

static inline HeapTupleHeader
row_of_page(const struct Sweep *sweep, int number)
{
	Page page = BufferGetPage(sweep->scan->rs_cbuf);

	return (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, sweep->scan->rs_vistuples[number]));
}

/* Asks for the memory of the page's tuples as far as they will be read. */
static void
ask_for_page(const struct Sweep *sweep)
{
	for (int i = 0; i < sweep->nrows; i++)
	{
		const char *tuple = (const char *) row_of_page(sweep, i);

		for (int line = 0; line < sweep->reach; line += CACHE_LINE)
			__builtin_prefetch(tuple + line);
	}
}

/* Moves to the next page that has rows, by letting the scan believe that it has told the last row of this one. */
static bool
turn_page(Stream *row)
{
	struct Sweep *sweep = row->sweep;
	HeapScanDesc scan = sweep->scan;

	if (sweep->nrows > 0)
	{
		scan->rs_cindex = sweep->nrows - 1;
		pgstat_count_index_tuples(row->table, sweep->nrows - 1);
	}
	sweep->at = sweep->nrows = 0;
	if (heap_getnext(&scan->rs_base, ForwardScanDirection) == NULL)
		return false;
	sweep->nrows = scan->rs_ntuples;
	ask_for_page(sweep);
	return true;
}

bool
sweep_next(Stream *row)
{
	struct Sweep *sweep = row->sweep;

	for (;;)
	{
		HeapTupleHeader tuple;

		if (sweep->at == sweep->nrows && !turn_page(row))
			return false;
		tuple = row_of_page(sweep, sweep->at++);
		if (!is_of_agency(row, tuple))
			continue;
		take_columns(row, tuple);
		if (sweep->agency_first || DatumGetInt64(stream_value(row, 0)) == row->agency)
			return true;
	}
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
