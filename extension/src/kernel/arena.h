/*
 * arena.h: memory that is taken piece by piece and given back at once.
 *
 * A kernel never calls malloc: whoever uses it hands in a source of blocks
 * (malloc, a PostgreSQL memory context, a test that fails on purpose).
 */
#ifndef VOYGEN_ARENA_H
#define VOYGEN_ARENA_H

#include <stddef.h>

/* Where blocks come from.  take answers NULL when there is no memory;
 * give may be NULL when the source frees everything itself. */
typedef struct arena_source
{
	void *(*take)(void *state, size_t size);
	void (*give)(void *state, void *block);
	void *state;
} arena_source;

typedef struct arena_block arena_block;

typedef struct arena
{
	arena_source source;
	arena_block *blocks; /* newest first */
	char *next;          /* free part of the newest block */
	size_t left;
	size_t block_size; /* size of the next ordinary block */
} arena;

extern void arena_start(arena *a, arena_source source);

/* Memory aligned for any type, or NULL. */
extern void *arena_take(arena *a, size_t size);

/* The same, for count things of one size; NULL also when the product does
 * not fit. */
extern void *arena_take_many(arena *a, size_t count, size_t size);

/* A copy of bytes with a NUL behind them. */
extern char *arena_copy(arena *a, const char *bytes, size_t length);

/* Gives every block back; the arena may be used again. */
extern void arena_end(arena *a);

#endif
