/*
 * json_reader.h: one reading of a JSON text, shared by the files of the parser
 * and by nobody else.
 *
 * Values of the containers being read are piled up; json_container.c says how.
 */
#ifndef VOYGEN_JSON_READER_H
#define VOYGEN_JSON_READER_H

#include "json.h"

typedef struct jdoc_pile
{
	char *bytes;
	size_t used; /* in bytes */
	size_t room;
} jdoc_pile;

typedef struct jdoc_reader
{
	arena *memory;
	const char *input;
	size_t length;
	size_t at;
	uint32_t depth;
	uint32_t max_depth;
	uint32_t values;
	uint32_t max_values;
	uint32_t max_number;
	bool keep_nul;
	jdoc_pile items;   /* jdoc_value: open arrays */
	jdoc_pile members; /* jdoc_member: open objects */
	jdoc_error *error;
} jdoc_reader;

/* Fill the error; always false, so that callers can return it. got == NULL: what stands at the offset. */
extern bool jdoc_fail(jdoc_reader *r, jdoc_fault fault, size_t offset, const jdoc_place *place, const char *expected,
					  const char *got);
extern bool jdoc_fail_memory(jdoc_reader *r, const jdoc_place *place);

extern void jdoc_skip_blanks(jdoc_reader *r);

/* Each reads what begins at r->at and steps behind it. A string's text lies in the input, or decoded in the arena. */
extern bool jdoc_read_value(jdoc_reader *r, const jdoc_place *place, jdoc_value *out);
extern bool jdoc_read_string(jdoc_reader *r, const jdoc_place *place, const char **text, uint32_t *count);
extern bool jdoc_read_array(jdoc_reader *r, const jdoc_place *place, jdoc_value *out);
extern bool jdoc_read_object(jdoc_reader *r, const jdoc_place *place, jdoc_value *out);

#endif
