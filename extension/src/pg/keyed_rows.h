/*
 * keyed_rows.h
 *	  Rows kept in memory and found by two numbers.
 *
 * Open addressing over an array that grows: a row is `size` bytes and begins
 * with its two keys. Rows move when one is added; their numbers stay. Rows enter
 * the slots when one is first looked for: who asks for rows in their order finds
 * them by number, and needs no slots.
 */
#ifndef VOYGEN_KEYED_ROWS_H
#define VOYGEN_KEYED_ROWS_H

#include "postgres.h"

typedef struct RowKey
{
	int64 first;
	int64 second;
} RowKey;

typedef struct KeyedRows
{
	MemoryContext context;
	Size size; /* of a row */
	char *rows;
	uint32 n;
	uint32 room;
	uint32 *slots; /* number of a row plus one; 0: free */
	uint32 mask;
	uint32 indexed; /* rows that are in the slots */
	bool ascending; /* the rows came in the order of their keys */
} KeyedRows;

/* No rows yet; everything will lie in CurrentMemoryContext. */
extern void keyed_rows_init(KeyedRows *table, Size size);
/* Forgets all rows and keeps their room. */
extern void keyed_rows_clear(KeyedRows *table);
/* A new row of zeros behind its keys, which must be new. */
extern void *keyed_rows_add(KeyedRows *table, RowKey key);
/* NULL: no such row. */
extern void *keyed_rows_find(KeyedRows *table, RowKey key);
/* The same for keys that mostly come in the order of the rows: looks behind the row found last (NULL: none yet) first, and
 * where rows ascend it knows without slots what is not between the two. */
extern void *keyed_rows_find_behind(KeyedRows *table, RowKey key, const void *last);

static inline int
row_key_compare(RowKey a, RowKey b)
{
	if (a.first != b.first)
		return a.first < b.first ? -1 : 1;
	return a.second < b.second ? -1 : a.second > b.second;
}

static inline void *
keyed_rows_at(const KeyedRows *table, uint32 number)
{
	return table->rows + number * table->size;
}

#endif
