/*
 * keyed_rows.h
 *	  Rows kept in memory and found by two numbers.
 *
 * Open addressing over an array that grows: a row is `size` bytes and begins
 * with its two keys. Rows move when one is added; their numbers stay.
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
} KeyedRows;

/* No rows yet; everything will lie in CurrentMemoryContext. */
extern void keyed_rows_init(KeyedRows *table, Size size);
/* A new row of zeros behind its keys, which must be new. */
extern void *keyed_rows_add(KeyedRows *table, RowKey key);
/* NULL: no such row. */
extern void *keyed_rows_find(const KeyedRows *table, RowKey key);

static inline void *
keyed_rows_at(const KeyedRows *table, uint32 number)
{
	return table->rows + number * table->size;
}

#endif
