/*
 * heap.c - blocks that double in size up to a megabyte, the newest in front.
 */
#include "render/heap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t) 64 * 1024)
#define LARGEST_BYTES ((size_t) 1024 * 1024)
/* What is kept for the next render. */
#define KEPT_BYTES ((size_t) 4 * 1024 * 1024)

struct heap_block
{
	struct heap_block *older;
	size_t size;
	_Alignas(8) char bytes[];
};

void
heap_open(struct heap *heap, size_t most, heap_failure *fail, void *owner)
{
	*heap = (struct heap){.most = most, .fail = fail, .owner = owner};
}

static void
free_blocks(struct heap_block *block)
{
	while (block != NULL)
	{
		struct heap_block *older = block->older;

		free(block);
		block = older;
	}
}

void
heap_close(struct heap *heap)
{
	free_blocks(heap->newest);
	free_blocks(heap->kept);
	*heap = (struct heap){0};
}

void
heap_reset(struct heap *heap)
{
	size_t kept = 0;

	for (struct heap_block *block = heap->kept; block != NULL; block = block->older)
		kept += block->size;
	while (heap->newest != NULL)
	{
		struct heap_block *block = heap->newest;

		heap->newest = block->older;
		if (block->size > LARGEST_BYTES || kept + block->size > KEPT_BYTES)
		{
			free(block);
			continue;
		}
		kept += block->size;
		block->older = heap->kept;
		heap->kept = block;
	}
	heap->at = NULL;
	heap->end = NULL;
	heap->used = 0;
}

static _Noreturn void
give_up(struct heap *heap, size_t wanted)
{
	heap->fail(heap->owner, wanted);
	abort();
}

static struct heap_block *
take_kept(struct heap *heap, size_t size)
{
	for (struct heap_block **link = &heap->kept; *link != NULL; link = &(*link)->older)
	{
		struct heap_block *block = *link;

		if (block->size >= size)
		{
			*link = block->older;
			return block;
		}
	}
	return NULL;
}

/* The size of the next block: each twice the one before, so that small renders stay small. */
static size_t
next_size(const struct heap *heap, size_t wanted)
{
	size_t size = heap->newest == NULL ? FIRST_BYTES : heap->newest->size * 2;

	if (size > LARGEST_BYTES)
		size = LARGEST_BYTES;
	return size > wanted ? size : wanted;
}

void *
heap_alloc_block(struct heap *heap, size_t size)
{
	size_t rounded = (size + 7) & ~(size_t) 7;
	size_t wanted = next_size(heap, rounded);
	struct heap_block *block;

	if (rounded < size || rounded > heap->most || heap->used > heap->most - rounded)
		give_up(heap, size);
	block = take_kept(heap, rounded);
	if (block == NULL)
	{
		block = malloc(sizeof(*block) + wanted);
		if (block == NULL)
			give_up(heap, size);
		block->size = wanted;
	}
	block->older = heap->newest;
	heap->newest = block;
	heap->used += block->size;
	heap->at = block->bytes + rounded;
	heap->end = block->bytes + block->size;
	return block->bytes;
}

void *
heap_grow(struct heap *heap, void *piece, size_t used, size_t room, size_t new_room)
{
	size_t old = (room + 7) & ~(size_t) 7;
	size_t rounded = (new_room + 7) & ~(size_t) 7;
	char *bytes = piece;
	void *copy;

	if (bytes != NULL && bytes + old == heap->at && rounded >= new_room && (size_t) (heap->end - bytes) >= rounded)
	{
		heap->at = bytes + rounded;
		return piece;
	}
	copy = heap_alloc(heap, new_room);
	if (used > 0)
		memcpy(copy, piece, used);
	return copy;
}
