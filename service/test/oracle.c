/*
 * oracle.c - asks the extension's reader.
 */
#include "../../service/test/oracle.h"

#include <stdlib.h>

#include "kernel/json.h"

static void *
take(void *context, size_t size)
{
	(void) context;
	return malloc(size);
}

static void
give(void *context, void *block)
{
	(void) context;
	free(block);
}

enum oracle_word
oracle_says(const char *text, size_t length, unsigned depth)
{
	const jdoc_limits limits = {.depth = depth, .keep_nul = true};
	arena memory;
	jdoc_error error;
	bool accepts;

	arena_start(&memory, (arena_source){.take = take, .give = give});
	accepts = jdoc_parse(&memory, text, length, &limits, &error) != NULL;
	arena_end(&memory);
	if (accepts)
		return ORACLE_ACCEPTS;
	return error.fault == JDOC_SURROGATE || error.fault == JDOC_DUPLICATE ? ORACLE_STRICTER : ORACLE_REFUSES;
}
