/*
 * scan_fuzz.c: any bytes as JSON. The scanner accepts what the reader of the extension accepts; where that one is
 * stricter it may accept more. Every node's slice is itself a text of that kind, and a decoded string is not longer than
 * what it was decoded from.
 *
 * Layout of an input: one byte for the levels, then the text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "json/scan.h"
#include "oracle.h"

#define DEPTH 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
check_node(struct arena *arena, const struct scan_node *node)
{
	const struct scan_limits limits = {.levels = 0, .nodes = 10, .depth = DEPTH};
	struct scan_fault fault;
	struct slice text;
	const struct scan_node *again = scan_text(arena, node->raw, &limits, &fault);

	if (again == NULL || again->kind != node->kind || !slice_equal(again->raw, node->raw))
		abort();
	if (scan_string(arena, node, &text) && text.length > node->raw.length)
		abort();
	for (const struct scan_node *part = node->first; part != NULL; part = part->next)
		check_node(arena, part);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_limits limits = {.levels = 0, .nodes = 100000, .depth = DEPTH};
	struct scan_fault fault = {0};
	struct arena arena;
	const struct scan_node *root;
	enum oracle_word word;
	char *text;

	if (size == 0)
		return 0;
	limits.levels = data[0] % 4;
	/* a block of its own, so that a byte too far is seen */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	arena_open(&arena, no_memory);
	root = scan_text(&arena, (struct slice){text, size - 1}, &limits, &fault);
	word = oracle_says(text, size - 1, DEPTH);
	if (word == ORACLE_ACCEPTS && root == NULL)
		abort();
	if (word == ORACLE_REFUSES && root != NULL)
		abort();
	if (root != NULL)
		check_node(&arena, root);
	else if (fault.what == NULL || fault.offset > size - 1)
		abort();
	arena_close(&arena);
	free(text);
	return 0;
}
