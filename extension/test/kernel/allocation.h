/*
 * allocation.h: the allocator of the tests. It counts, can refuse the n-th request, and knows what is still out, so that a
 * test can fail every allocation of a kernel in turn and see that nothing is lost.
 */
#ifndef VOYGEN_TEST_ALLOCATION_H
#define VOYGEN_TEST_ALLOCATION_H

#include "kernel/arena.h"
#include "kernel/kernel.h"

typedef struct allocation
{
	size_t requests;
	size_t refuse; /* number of the request to refuse, from 1; 0 refuses none */
	size_t live;   /* given out and not given back */
} allocation;

kernel_alloc allocation_of(allocation *state);

/* The same for those that are handed an arena. Every piece of it is one request (see the Makefile). */
arena_source allocation_source(allocation *state);

#endif
