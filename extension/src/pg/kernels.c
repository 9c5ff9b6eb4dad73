/*
 * kernels.c
 *	  What kernels need of PostgreSQL: memory, and a voice for their failures.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "pg/argument.h"
#include "pg/kernels.h"

/*
 * Kernels want memory aligned for any type, __int128 too; palloc aligns to eight bytes. So each piece starts at the next
 * multiple of sixteen, with the address palloc gave in the eight bytes before it.
 */
#define KERNEL_ALIGNMENT 16

static void *
memory_allocate(void *context, size_t size)
{
	char *raw;
	char *aligned;

	if (size > SIZE_MAX - KERNEL_ALIGNMENT)
		return NULL;
	raw = MemoryContextAllocExtended(context, size + KERNEL_ALIGNMENT, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
	if (raw == NULL)
		return NULL;
	aligned = (char *) TYPEALIGN_DOWN(KERNEL_ALIGNMENT, raw + KERNEL_ALIGNMENT);
	((void **) aligned)[-1] = raw;
	return aligned;
}

static void
memory_release(void *context, void *memory)
{
	pfree(((void **) memory)[-1]);
}

kernel_alloc
kernels_memory(MemoryContext context)
{
	kernel_alloc alloc = {memory_allocate, memory_release, context};

	return alloc;
}

/* "rates[2].floor" as a JSON pointer. */
static const char *
pointer_of(const char *path)
{
	StringInfoData pointer;

	if (path[0] == '\0')
		return NULL;
	initStringInfo(&pointer);
	appendStringInfoChar(&pointer, '/');
	for (const char *at = path; *at != '\0'; at++)
		if (*at == '[' || *at == '.')
			appendStringInfoChar(&pointer, '/');
		else if (*at != ']')
			appendStringInfoChar(&pointer, *at);
	return pointer.data;
}

void
kernels_check(kernel_status status, const kernel_error *error)
{
	switch (status)
	{
		case KERNEL_OK:
			return;
		case KERNEL_NO_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
			break;
		case KERNEL_INVALID:
			argument_raise(error->message, pointer_of(error->path), error->expected[0] ? error->expected : NULL,
						   error->got[0] ? error->got : NULL);
			break;
		case KERNEL_OVERFLOW:
			argument_raise(error->message[0] ? error->message : "the exact result is larger than any amount",
						   pointer_of(error->path), "smaller amounts", error->got[0] ? error->got : NULL);
			break;
		case KERNEL_TOO_LARGE:
		case KERNEL_INFEASIBLE:
			argument_raise(error->message[0] ? error->message : "the question has no exact answer", pointer_of(error->path),
						   error->expected[0] ? error->expected : NULL, error->got[0] ? error->got : NULL);
			break;
	}
}
