/*
 * heap.h - the memory of one render: taken piece by piece, given back whole.
 *
 * It differs from memory/arena.h in what a render needs: memory is not zeroed, it has a limit that ends the render and not the
 * program, the newest piece can grow where it lies, and blocks stay for the next render.
 */
#ifndef VOYGEN_RENDER_HEAP_H
#define VOYGEN_RENDER_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_block;

/* What happens when the limit is passed or the machine has no more; must not return. */
typedef void heap_failure(void *owner, size_t wanted);

struct heap
{
	char *at;  /* the next free byte of the newest block */
	char *end; /* of that block */
	struct heap_block *newest;
	struct heap_block *kept; /* emptied, for the next render */
	size_t used;             /* bytes of blocks in use */
	size_t most;             /* the limit on `used` */
	heap_failure *fail;
	void *owner;
};

void heap_open(struct heap *heap, size_t most, heap_failure *fail, void *owner);
void heap_close(struct heap *heap);

/* Forgets everything in it; keeps some blocks. */
void heap_reset(struct heap *heap);

/* The way of heap_alloc when the newest block is full. */
void *heap_alloc_block(struct heap *heap, size_t size);

/* Not zeroed, aligned for any pointer or double. Never NULL. */
static inline void *
heap_alloc(struct heap *heap, size_t size)
{
	size_t rounded = (size + 7) & ~(size_t) 7;
	char *start = heap->at;

	if (rounded < size || (size_t) (heap->end - start) < rounded)
		return heap_alloc_block(heap, size);
	heap->at = start + rounded;
	return start;
}

/* The same piece with more room: where it lies when it is the newest, else a copy of its `used` bytes. */
void *heap_grow(struct heap *heap, void *piece, size_t used, size_t room, size_t new_room);

#endif
