/*
 * row_groups.c
 *	  Rows of keys that are known beforehand, fetched in groups, page by page.
 *
 * An ordered index scan goes to the heap for each row. Where rows lie in no
 * order every one of them is a page looked up, pinned and locked, and some
 * cache misses that are waited for one by one; that is most of what a refresh
 * costs then. So the places of a group of rows are taken from the index first,
 * and put into the order of their pages. A page is looked up once for all its
 * rows, while those a few steps ahead are already asked for. What is kept of a
 * row is our columns, copied, so that no page stays pinned, and they are handed
 * out in the order of the index.
 *
 * A group is small as long as rows lie in order, so that it stays in the
 * processor's cache. It grows when they do not: the more rows, the more of them
 * share a page.
 *
 * What an index scan does for a row is done here: the page is pruned when it is
 * worth it, the chain of versions is followed for the snapshot, which also takes
 * the predicate locks of a serializable transaction. One thing is not: index
 * entries of dead rows are not marked as such (a bitmap scan does not either).
 * That no pin is held between index and heap is safe with a snapshot: a row that
 * took the place of a removed one is too new to be seen.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/itup.h"
#include "access/relscan.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/spccache.h"
#include "utils/timestamp.h"

#include "pg/row_groups.h"

/* Rows of a group that lie in order. */
#define FEW_ROWS 128
/* Memory of a group's rows. More shares few pages more, and misses the cache when rows are handed out. */
#define MOST_BYTES (4 * 1024 * 1024)
/* Pages pinned ahead of the one whose rows are taken, and where on the way the rows are asked for. */
#define PAGES_AHEAD 6
#define ROWS_AHEAD 3
/* Rows of a group asked for ahead of the one handed out. */
#define KEPT_AHEAD 6
/* Microseconds for a missing page that tell a disk from the system's own memory, with what is done meanwhile. */
#define SLOW_READ 20
#define CACHE_LINE 64
#define FIRST_CHUNK 8192
#define LARGEST_CHUNK (1024 * 1024)

/* Where a row lies and its number in the group, as one number that sorts by page. */
#define OFFSET_BITS 11
#define NUMBER_BITS 21
#define MOST_ROWS (1 << NUMBER_BITS)
#define place_block(place) ((BlockNumber) ((place) >> 32))
#define place_number(place) ((place) >> OFFSET_BITS & (MOST_ROWS - 1))
#define place_offset(place) ((OffsetNumber) ((place) & ((1 << OFFSET_BITS) - 1)))

StaticAssertDecl(OFFSET_BITS + NUMBER_BITS == 32 && MaxHeapTuplesPerPage < 1 << OFFSET_BITS, "a place takes 64 bits");

/* A row of the group: values, nulls, bytes. */
typedef struct Kept
{
	int64 key;
	char *row; /* NULL: the snapshot sees none */
} Kept;

/* Memory taken from front to back, and all of it again for the next group. */
typedef struct Chunk
{
	struct Chunk *next;
	Size size;
	char bytes[FLEXIBLE_ARRAY_MEMBER];
} Chunk;

typedef struct PinnedPage
{
	Buffer buffer;
	int from; /* its places, in `order` */
	int to;
} PinnedPage;

struct RowGroups
{
	const int64 *keys;
	int nkeys;
	int next_key;    /* the key whose places are taken next */
	bool scanning;   /* the scan stands at: */
	int64 index_key; /* second key of the entry not yet taken */
	ItemPointerData index_place;

	const AttrNumber *att; /* where our columns are in the table */
	int ncolumns;
	Kept *rows;     /* of the group, in the order of the index */
	uint64 *places; /* of these rows, by page */
	int n;
	int at; /* next to be handed out */
	int room;
	int limit; /* of the next group */
	bool scattered;
	int far_ahead;  /* pages the system is asked for ahead of those pinned; 0: none is missing, or reading is quick */
	int reach;      /* bytes of a row up to the last of our columns, as met last */
	int kept_bytes; /* of a row, as met last */

	Chunk *first;
	Chunk *chunk;
	Size used; /* of chunk */
};

#define ST_SORT sort_places
#define ST_ELEMENT_TYPE uint64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* ---- memory ---- */

static Chunk *
chunk_new(MemoryContext context, Size size)
{
	Chunk *chunk = MemoryContextAlloc(context, offsetof(Chunk, bytes) + size);

	chunk->next = NULL;
	chunk->size = size;
	return chunk;
}

/* Makes sure that so many bytes can be taken. */
static char *
room_for(Stream *row, Size bytes)
{
	struct RowGroups *groups = row->groups;
	Chunk *chunk = groups->chunk;

	if (likely(groups->used + bytes <= chunk->size))
		return chunk->bytes + groups->used;
	while (chunk->next != NULL && chunk->next->size < bytes)
		chunk = chunk->next;
	if (chunk->next == NULL)
		chunk->next = chunk_new(row->context, Max(Min(chunk->size * 2, LARGEST_CHUNK), bytes));
	groups->chunk = chunk->next;
	groups->used = 0;
	return groups->chunk->bytes;
}

/* ---- places ---- */

/* Moves to the next entry of the index; false at the end. */
static bool
index_next(Stream *row)
{
	struct RowGroups *groups = row->groups;
	ItemPointer place = index_getnext_tid(row->scan, ForwardScanDirection);
	bool isnull;

	if (place == NULL)
		return false;
	groups->index_place = *place;
	groups->index_key = DatumGetInt64(index_getattr(row->scan->xs_itup, 2, row->scan->xs_itupdesc, &isnull));
	return true;
}

/* Stands on the next entry of the keys; false when there is none. */
static bool
find_entry(Stream *row)
{
	struct RowGroups *groups = row->groups;

	for (; groups->next_key < groups->nkeys; groups->next_key++)
	{
		int64 key = groups->keys[groups->next_key];

		if (!groups->scanning || groups->index_key < key)
		{
			stream_scan_from(row, key);
			groups->scanning = index_next(row);
		}
		if (!groups->scanning)
			groups->next_key = groups->nkeys;
		else if (groups->index_key == key)
			return true;
	}
	return false;
}

static void
make_room(Stream *row)
{
	struct RowGroups *groups = row->groups;

	if (groups->limit <= groups->room)
		return;
	groups->room = groups->limit;
	if (groups->rows)
	{
		pfree(groups->rows);
		pfree(groups->places);
	}
	groups->rows = MemoryContextAllocHuge(row->context, sizeof(Kept) * groups->room);
	groups->places = MemoryContextAllocHuge(row->context, sizeof(uint64) * groups->room);
}

/* Takes the places of a group and puts them into the order of their pages. */
static void
take_places(Stream *row)
{
	struct RowGroups *groups = row->groups;
	BlockNumber before = 0;
	int back = 0; /* how many lie before their predecessor */
	int n;

	make_room(row);
	for (n = 0; n < groups->limit && find_entry(row); n++)
	{
		BlockNumber block = ItemPointerGetBlockNumber(&groups->index_place);

		groups->rows[n] = (Kept){groups->index_key, NULL};
		groups->places[n] = (uint64) block << 32 | (uint64) n << OFFSET_BITS | ItemPointerGetOffsetNumber(&groups->index_place);
		back += block < before;
		before = block;
		groups->scanning = index_next(row);
		if (!groups->scanning)
			groups->next_key = groups->nkeys;
	}
	groups->n = n;
	groups->at = 0;
	groups->scattered = back > n / 4;
	if (back > 0)
		sort_places(groups->places, n);
}

/* ---- rows ---- */

/* Copies a value that is not in the Datum itself; returns where the next may begin. */
static char *
copy_value(char *to, Datum *value, int16 length)
{
	const char *from = DatumGetPointer(*value);
	Size size = length == -1 ? VARSIZE_ANY(from) : (Size) length;

	if (length != -1 || !VARATT_IS_SHORT(from))
		to = (char *) MAXALIGN(to);
	memcpy(to, from, size);
	*value = PointerGetDatum(to);
	return to + size;
}

/* Keeps our columns of a row of the pinned page. */
static char *
keep_row(Stream *row, HeapTuple tuple, Buffer buffer)
{
	struct RowGroups *groups = row->groups;
	TupleTableSlot *slot = row->slot;
	TupleDesc desc = slot->tts_tupleDescriptor;
	int n = groups->ncolumns;
	char *kept = room_for(row, n * (sizeof(Datum) + sizeof(bool) + MAXIMUM_ALIGNOF) + tuple->t_len + MAXIMUM_ALIGNOF);
	Datum *values = (Datum *) kept;
	bool *isnull = (bool *) (values + n);
	char *to = (char *) (isnull + n);

	ExecStoreBufferHeapTuple(tuple, slot, buffer);
	slot_getsomeattrs(slot, row->natts);
	for (int i = 0; i < n; i++)
	{
		int at = groups->att[i] - 1;
		Form_pg_attribute attribute = TupleDescAttr(desc, at);

		values[i] = slot->tts_values[at];
		isnull[i] = slot->tts_isnull[at];
		if (!isnull[i] && !attribute->attbyval)
			to = copy_value(to, &values[i], attribute->attlen);
	}
	groups->reach = ((HeapTupleTableSlot *) slot)->off + tuple->t_data->t_hoff;
	groups->kept_bytes = (char *) MAXALIGN(to) - kept;
	groups->used += groups->kept_bytes;
	return kept;
}

/* Pins the page of the places from `from` on and asks for its head. */
static void
pin_page(Stream *row, PinnedPage *page, int from)
{
	const struct RowGroups *groups = row->groups;
	BlockNumber block = place_block(groups->places[from]);
	const char *memory;

	page->buffer = ReadBuffer(row->table, block);
	memory = BufferGetPage(page->buffer);
	__builtin_prefetch(memory);
	page->from = from;
	for (page->to = from; page->to < groups->n && place_block(groups->places[page->to]) == block; page->to++)
		__builtin_prefetch(PageGetItemId(memory, place_offset(groups->places[page->to])));
}

/* Asks for the rows of a pinned page. Nobody keeps its line pointers from changing just now, so what is asked for may be
 * nothing; it is looked at properly when it is taken. */
static void
ask_for_rows(const Stream *row, const PinnedPage *page)
{
	const struct RowGroups *groups = row->groups;
	const char *memory = BufferGetPage(page->buffer);

	for (int i = page->from; i < page->to; i++)
	{
		const char *tuple = memory + ItemIdGetOffset(PageGetItemId(memory, place_offset(groups->places[i])));

		for (int line = 0; line < groups->reach; line += CACHE_LINE)
			__builtin_prefetch(tuple + line);
	}
}

/* Keeps the rows of a pinned page that the snapshot sees, and lets the page go. */
static void
take_rows(Stream *row, const PinnedPage *page)
{
	const struct RowGroups *groups = row->groups;
	HeapTupleData tuples[MaxHeapTuplesPerPage];
	uint32 numbers[MaxHeapTuplesPerPage];
	int n = 0;

	heap_page_prune_opt(row->table, page->buffer);
	LockBuffer(page->buffer, BUFFER_LOCK_SHARE);
	for (int i = page->from; i < page->to; i++)
	{
		uint64 place = groups->places[i];
		ItemPointerData tid;

		ItemPointerSet(&tid, place_block(place), place_offset(place));
		if (heap_hot_search_buffer(&tid, row->table, page->buffer, row->scan->xs_snapshot, &tuples[n], NULL, true))
			numbers[n++] = place_number(place);
	}
	LockBuffer(page->buffer, BUFFER_LOCK_UNLOCK);
	for (int i = 0; i < n; i++)
		groups->rows[numbers[i]].row = keep_row(row, &tuples[i], page->buffer);
	ReleaseBuffer(page->buffer);
}

/* Asks the system for the next page after the place `from`; returns the place after it. */
static int
ask_for_page(const Stream *row, int from)
{
	const struct RowGroups *groups = row->groups;
	BlockNumber block = place_block(groups->places[from]);

	(void) PrefetchBuffer(row->table, MAIN_FORKNUM, block);
	while (from < groups->n && place_block(groups->places[from]) == block)
		from++;
	return from;
}

/* Fetches the rows of the group. */
static void
take_pages(Stream *row)
{
	const struct RowGroups *groups = row->groups;
	int far = 0;      /* the place up to which pages were asked of the system, */
	int foreseen = 0; /* so many */
	PinnedPage pages[PAGES_AHEAD];
	int pinned = 0; /* so many pages were ... */
	int asked = 0;
	int taken = 0;

	for (int next = 0; taken < pinned || next < groups->n;)
	{
		for (; foreseen < pinned + groups->far_ahead && far < groups->n; foreseen++)
			far = ask_for_page(row, far);
		if (next < groups->n)
		{
			pin_page(row, &pages[pinned % PAGES_AHEAD], next);
			next = pages[pinned++ % PAGES_AHEAD].to;
		}
		if (asked < pinned && (pinned - asked > ROWS_AHEAD || next == groups->n))
			ask_for_rows(row, &pages[asked++ % PAGES_AHEAD]);
		if (taken < asked && (pinned - taken == PAGES_AHEAD || next == groups->n))
			take_rows(row, &pages[taken++ % PAGES_AHEAD]);
	}
	ExecClearTuple(row->slot);
}

/* Fetches the rows of the group, and learns whether reading pages takes long. */
static void
take_pages_timed(Stream *row)
{
	struct RowGroups *groups = row->groups;
	int64 missing = pgBufferUsage.shared_blks_read;
	TimestampTz begin = GetCurrentTimestamp();

	take_pages(row);
	missing = pgBufferUsage.shared_blks_read - missing;
	if (groups->scattered && missing > 0 && (GetCurrentTimestamp() - begin) / missing >= SLOW_READ)
		groups->far_ahead = get_tablespace_maintenance_io_concurrency(row->table->rd_rel->reltablespace);
}

/* How many rows the next group has. */
static int
next_limit(const struct RowGroups *groups)
{
	return groups->scattered ? Min(groups->limit * 2, MOST_BYTES / (groups->kept_bytes + 1)) : FEW_ROWS;
}

/* Fetches the next group; false when there is none. */
static bool
next_group(Stream *row)
{
	struct RowGroups *groups = row->groups;

	CHECK_FOR_INTERRUPTS();
	take_places(row);
	if (groups->n == 0)
		return false;
	groups->chunk = groups->first;
	groups->used = 0;
	take_pages_timed(row);
	groups->limit = next_limit(groups);
	return true;
}

/* ---- the stream ---- */

void
row_groups_open(Stream *row, const int64 *keys, int n)
{
	struct RowGroups *groups = palloc0(sizeof(struct RowGroups));

	Assert(row->scan != NULL && !row->has_row);
	groups->keys = keys;
	groups->nkeys = n;
	groups->att = row->att;
	groups->ncolumns = table_specs[row->id].ncolumns;
	groups->limit = FEW_ROWS;
	groups->first = groups->chunk = chunk_new(row->context, FIRST_CHUNK);
	row->scan->xs_want_itup = true;
	row->groups = groups;
	row->att = stream_in_order;
}

void
row_groups_restart(Stream *row)
{
	struct RowGroups *groups = row->groups;

	groups->scanning = false;
	groups->next_key = 0;
	groups->n = groups->at = 0;
}

/* Asks for a row that will be handed out soon. */
static void
ask_for_kept(const struct RowGroups *groups, int at)
{
	const char *kept = groups->rows[Min(at, groups->n - 1)].row;

	for (int line = 0; line < groups->kept_bytes; line += CACHE_LINE)
		__builtin_prefetch(kept + line);
}

bool
row_groups_next(Stream *row)
{
	struct RowGroups *groups = row->groups;
	const Kept *kept;

	do
	{
		if (groups->at == groups->n && !next_group(row))
			return false;
		if (groups->scattered)
			ask_for_kept(groups, groups->at + KEPT_AHEAD);
		kept = &groups->rows[groups->at++];
	} while (kept->row == NULL);
	row->at = kept->key;
	row->values = (Datum *) kept->row;
	row->isnull = (bool *) (row->values + groups->ncolumns);
	return true;
}

void
row_groups_skip(Stream *row, int64 key)
{
	struct RowGroups *groups = row->groups;

	while (groups->at < groups->n && groups->rows[groups->at].key < key)
		groups->at++;
	while (groups->next_key < groups->nkeys && groups->keys[groups->next_key] < key)
		groups->next_key++;
}
