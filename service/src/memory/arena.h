/*
 * arena.h - memory that lives as long as one request.
 *
 * Everything a subcommand builds on its way (strings, rows, file texts) is taken from one arena and given
 * back at once when the subcommand ends. Allocation never returns NULL: when memory runs out, the failure
 * function handed in at the start is called, and it must not return.
 */
#ifndef VOYGEN_ARENA_H
#define VOYGEN_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

typedef void arena_failure(size_t wanted);

struct arena
{
	struct arena_block *newest; /* owned; freed by arena_close */
	arena_failure *fail;
};

/* Puts blocks aside for when the system gives none, as many as are missing of `count`; they are for the blocks of the usual
 * size of all arenas. False while some are missing: memory is short. For programs that shall outlive that, of one thread. */
bool arena_put_aside(int count);
void arena_give_back_aside(void);

void arena_open(struct arena *arena, arena_failure *fail);
void arena_close(struct arena *arena);

/* Forgets everything in it but keeps one block for the next request: a loop that serves many allocates nothing. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `length` bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_string(struct arena *arena, const char *text);

/* printf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
