/*
 * keyed_rows.c
 *	  Rows kept in memory and found by two numbers.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/keyed_rows.h"

#define FIRST_ROOM 256 /* a power of two */

void
keyed_rows_init(KeyedRows *table, Size size)
{
	memset(table, 0, sizeof(*table));
	table->context = CurrentMemoryContext;
	table->size = size;
}

void
keyed_rows_clear(KeyedRows *table)
{
	table->n = table->indexed = 0;
	if (table->slots)
		memset(table->slots, 0, sizeof(uint32) * ((Size) table->mask + 1));
}

/* Ids come one after the other: the multiplication spreads them. */
static inline uint32
hash_of(RowKey key)
{
	uint64 hash = ((uint64) key.first * UINT64CONST(0x9E3779B97F4A7C15)) ^ (uint64) key.second;

	hash *= UINT64CONST(0xBF58476D1CE4E5B9);
	return (uint32) (hash >> 32);
}

static inline bool
has_key(const KeyedRows *table, uint32 number, RowKey key)
{
	const RowKey *row = keyed_rows_at(table, number);

	return row->first == key.first && row->second == key.second;
}

/* The slot of the key, or the free one where it would go. At most half are taken. */
static inline uint32 *
slot_of(const KeyedRows *table, RowKey key)
{
	for (uint32 at = hash_of(key);; at++)
	{
		uint32 *slot = &table->slots[at & table->mask];

		if (*slot == 0 || has_key(table, *slot - 1, key))
			return slot;
	}
}

/* Room for twice as many rows. */
static void
grow(KeyedRows *table)
{
	if (table->room > PG_UINT32_MAX / 4)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows to be kept in memory")));
	table->room = table->room ? table->room * 2 : FIRST_ROOM;
	if (table->rows)
		table->rows = repalloc_huge(table->rows, table->room * table->size);
	else
		table->rows = MemoryContextAllocHuge(table->context, table->room * table->size);
}

/* Brings the slots up to the rows. */
static void
index_rows(KeyedRows *table)
{
	if (table->mask + 1 < table->room * 2)
	{
		uint32 nslots = table->room * 2;

		if (table->slots)
			pfree(table->slots);
		table->slots = MemoryContextAllocExtended(table->context, sizeof(uint32) * nslots, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		table->mask = nslots - 1;
		table->indexed = 0;
	}
	for (; table->indexed < table->n; table->indexed++)
		*slot_of(table, *(RowKey *) keyed_rows_at(table, table->indexed)) = table->indexed + 1;
}

void *
keyed_rows_add(KeyedRows *table, RowKey key)
{
	RowKey *row;

	if (table->n == table->room)
		grow(table);
	row = keyed_rows_at(table, table->n);
	table->ascending = table->n == 0 || (table->ascending && row_key_compare(key, *(RowKey *) keyed_rows_at(table, table->n - 1)) > 0);
	memset(row, 0, table->size);
	*row = key;
	table->n++;
	return row;
}

void *
keyed_rows_find(KeyedRows *table, RowKey key)
{
	uint32 *slot;

	if (table->n == 0)
		return NULL;
	if (table->indexed < table->n)
		index_rows(table);
	slot = slot_of(table, key);
	return *slot == 0 ? NULL : keyed_rows_at(table, *slot - 1);
}

void *
keyed_rows_find_behind(KeyedRows *table, RowKey key, const void *last)
{
	char *next = last ? (char *) last + table->size : table->rows;
	int order = next < table->rows + table->n * table->size ? row_key_compare(key, *(RowKey *) next) : -1;

	if (order == 0)
		return next;
	if (order < 0 && table->ascending && (last == NULL || row_key_compare(key, *(const RowKey *) last) > 0))
		return NULL;
	return keyed_rows_find(table, key);
}
