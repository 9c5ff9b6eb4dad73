/*
 * schema_fuzz.c: any bytes as arguments, as a schema, and as both, with
 * memory refused where the first byte says.
 *
 * Layout of an input: one byte for the request that is refused (255: none),
 * then a schema, a NUL, and an instance.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/schema.h"

/* A value found equal to itself, and to its own canonical text. */
static void
check_value(arena *memory, const jdoc_value *value)
{
	jdoc_text text;
	jdoc_error error;
	jdoc_limits limits = {.depth = 512, .keep_nul = true};
	const jdoc_value *again;

	jdoc_text_start(&text, memory);
	jdoc_text_add_canonical(&text, value);
	if (text.failed)
		return;
	again = jdoc_parse(memory, text.bytes, text.length, &limits, &error);
	if (again == NULL ? error.fault != JDOC_NO_MEMORY : !jdoc_equal(value, again))
		abort();
	if (again != NULL && jdoc_hash(value) != jdoc_hash(again))
		abort();
}

static void
check_schema(arena *memory, const jdoc_value *document, const jdoc_value *instance)
{
	jschema_options options = {.assert_format = true, .arguments = true, .max_steps = 20000};
	jschema_report report;
	char problem[128];
	jschema *schema = jschema_compile(memory, document, &options, problem, sizeof(problem));

	if (schema == NULL)
	{
		if (problem[0] == '\0')
			abort();
		return;
	}
	if (jschema_check(schema, instance, memory, &report) == JSCHEMA_INVALID &&
		(report.expected[0] == '\0' || report.got[0] == '\0'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	allocation state = {0};
	arena memory;
	jdoc_error error;
	const char *text = (const char *) data + 1;
	const char *cut;
	const jdoc_value *document;
	const jdoc_value *instance;

	if (size < 2)
		return 0;
	state.refuse = data[0] == 255 ? 0 : data[0] + 1u;
	cut = memchr(text, '\0', size - 1);
	if (cut == NULL)
		cut = text + size - 1;
	arena_start(&memory, allocation_source(&state));
	document = jdoc_parse(&memory, text, (size_t) (cut - text), NULL, &error);
	instance = cut < text + size - 1
				   ? jdoc_parse(&memory, cut + 1, size - 2 - (size_t) (cut - text), NULL, &error)
				   : NULL;
	if (document != NULL)
		check_value(&memory, document);
	if (document != NULL && instance != NULL)
		check_schema(&memory, document, instance);
	arena_end(&memory);
	if (state.live != 0)
		abort();
	return 0;
}
