/* allocation.c: the allocator of the tests; see allocation.h. */
#include "allocation.h"

#include <stdlib.h>
#include <string.h>

static void *
allocate(void *context, size_t size)
{
	allocation *state = context;
	void *memory;

	if (++state->requests == state->refuse)
		return NULL;
	memory = malloc(size > 0 ? size : 1);
	if (memory == NULL)
		abort();
	memset(memory, 0xa5, size); /* a kernel that counts on zeroed memory shows it */
	state->live++;
	return memory;
}

static void
release(void *context, void *memory)
{
	allocation *state = context;

	if (memory == NULL)
		abort();
	state->live--;
	free(memory);
}

kernel_alloc
allocation_of(allocation *state)
{
	return (kernel_alloc){allocate, release, state};
}

arena_source
allocation_source(allocation *state)
{
	return (arena_source){allocate, release, state};
}
