/*
 * arena.c: a bump allocator over blocks of doubling size.
 */
#include "arena.h"

#include <stdint.h>
#include <string.h>

/* The tests say 0: then every piece is a block of its own, which can be refused alone and whose ends are watched. */
#ifndef ARENA_FIRST_BLOCK
#define ARENA_FIRST_BLOCK 4096
#endif
#define ARENA_LARGEST_BLOCK ((size_t) 1024 * 1024)
#define ARENA_ALIGN ((size_t) 16)

struct arena_block
{
	arena_block *older;
	size_t unused; /* keeps the payload aligned to 16 */
};

void
arena_start(arena *a, arena_source source)
{
	a->source = source;
	a->blocks = NULL;
	a->next = NULL;
	a->left = 0;
	a->block_size = ARENA_FIRST_BLOCK;
}

/* Takes a new block with room for at least size bytes and makes it current. */
static int
arena_grow(arena *a, size_t size)
{
	size_t room = a->block_size > size ? a->block_size : size;
	arena_block *block;

	if (room > SIZE_MAX - sizeof(arena_block))
		return 0;
	block = a->source.take(a->source.state, sizeof(arena_block) + room);
	if (block == NULL)
		return 0;
	block->older = a->blocks;
	a->blocks = block;
	a->next = (char *) (block + 1);
	a->left = room;
	if (a->block_size < ARENA_LARGEST_BLOCK)
		a->block_size *= 2;
	return 1;
}

void *
arena_take(arena *a, size_t size)
{
	char *piece;

	if (size > SIZE_MAX - ARENA_ALIGN)
		return NULL;
	size = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (size == 0)
		size = ARENA_ALIGN;
	if (size > a->left && !arena_grow(a, size))
		return NULL;
	piece = a->next;
	a->next += size;
	a->left -= size;
	return piece;
}

void *
arena_take_many(arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_take(a, count * size);
}

char *
arena_copy(arena *a, const char *bytes, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		return NULL;
	copy = arena_take(a, length + 1);
	if (copy == NULL)
		return NULL;
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

void
arena_end(arena *a)
{
	while (a->blocks != NULL)
	{
		arena_block *block = a->blocks;

		a->blocks = block->older;
		if (a->source.give != NULL)
			a->source.give(a->source.state, block);
	}
	a->next = NULL;
	a->left = 0;
	a->block_size = ARENA_FIRST_BLOCK;
}
