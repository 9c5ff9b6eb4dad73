/*
 * kernel_arena.h: arenas for the kernels that take a kernel_alloc: pieces come zeroed, texts as kernel_text.
 */
#ifndef VOYGEN_KERNEL_ARENA_H
#define VOYGEN_KERNEL_ARENA_H

#include <string.h>

#include "arena.h"
#include "kernel.h"

static inline void
kernel_arena_begin(arena *where, const kernel_alloc *alloc)
{
	arena_start(where, (arena_source){alloc->allocate, alloc->release, alloc->context});
}

/* n x size zeroed bytes (never NULL for n = 0), or NULL when there is no memory or the product is too large. */
static inline void *
kernel_arena_take(arena *where, size_t n, size_t size)
{
	void *piece = arena_take_many(where, n, size);

	return piece != NULL ? memset(piece, 0, n * size) : NULL;
}

/* A copy of the text inside the arena; false when there is no memory. A text not given stays not given. */
static inline bool
kernel_arena_text(arena *where, kernel_text from, kernel_text *to)
{
	*to = (kernel_text){NULL, 0};
	if (from.bytes == NULL)
		return true;
	*to = (kernel_text){arena_copy(where, from.bytes, from.length), from.length};
	return to->bytes != NULL;
}

#endif
