/*
 * arena.c - memory that lives as long as one request: a chain of blocks, the newest in front.
 *
 * A request larger than a block gets a block of its own, so a reply of many megabytes costs one malloc.
 */
#include "memory/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t) 16384)

struct arena_block
{
	struct arena_block *older;
	size_t size; /* usable bytes */
	size_t used;
	max_align_t bytes[];
};

/* Put aside for all arenas of the process; its size is that of the memory, not of one arena. */
static struct arena_block *aside;
static int aside_count;

static struct arena_block *
new_block(size_t usable)
{
	struct arena_block *block = malloc(sizeof(*block) + usable);

	if (block != NULL)
		*block = (struct arena_block){.size = usable};
	return block;
}

bool
arena_put_aside(int count)
{
	while (aside_count < count)
	{
		struct arena_block *block = new_block(BLOCK_BYTES);

		if (block == NULL)
			return false;
		block->older = aside;
		aside = block;
		aside_count++;
	}
	return true;
}

void
arena_give_back_aside(void)
{
	while (aside != NULL)
	{
		struct arena_block *older = aside->older;

		free(aside);
		aside = older;
	}
	aside_count = 0;
}

static struct arena_block *
take_aside(size_t usable)
{
	struct arena_block *block = usable == BLOCK_BYTES ? aside : NULL;

	if (block == NULL)
		return NULL;
	aside = block->older;
	aside_count--;
	return block;
}

void
arena_open(struct arena *arena, arena_failure *fail)
{
	arena->newest = NULL;
	arena->fail = fail;
}

void
arena_close(struct arena *arena)
{
	while (arena->newest != NULL)
	{
		struct arena_block *older = arena->newest->older;

		free(arena->newest);
		arena->newest = older;
	}
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->newest;

	if (kept == NULL)
		return;
	arena->newest = kept->older;
	arena_close(arena);
	if (kept->size > BLOCK_BYTES)
	{
		free(kept);
		return;
	}
	kept->older = NULL;
	kept->used = 0;
	arena->newest = kept;
}

/* Puts a block of at least `size` usable bytes in front; does not return when there is no memory. */
static void
arena_grow(struct arena *arena, size_t size)
{
	size_t usable = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *block = new_block(usable);

	if (block == NULL)
		block = take_aside(usable);
	if (block == NULL)
	{
		arena->fail(size);
		abort();
	}
	block->older = arena->newest;
	arena->newest = block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t step = sizeof(max_align_t);
	size_t rounded;
	char *start;

	if (size > SIZE_MAX / 2)
	{
		arena->fail(size);
		abort();
	}
	rounded = (size + step - 1) / step * step;
	if (arena->newest == NULL || arena->newest->size - arena->newest->used < rounded)
		arena_grow(arena, rounded);
	start = (char *) arena->newest->bytes + arena->newest->used;
	arena->newest->used += rounded;
	memset(start, 0, size);
	return start;
}

char *
arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *
arena_string(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *
arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	int length;
	char *text;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
	{
		arena->fail(0);
		abort();
	}
	text = arena_alloc(arena, (size_t) length + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t) length + 1, format, arguments);
	va_end(arguments);
	return text;
}
