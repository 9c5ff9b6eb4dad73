/*
 * call_arguments.h
 *	  From checked JSON to the arguments of a function.
 */
#ifndef VOYGEN_CALL_ARGUMENTS_H
#define VOYGEN_CALL_ARGUMENTS_H

#include "postgres.h"

#include "pg/call_tools.h"

#define CALL_DEPTH 64

/* Where in the arguments the work is, for errors. */
typedef struct call_place
{
	int depth;
	struct
	{
		const char *name; /* NULL: an index */
		uint32 name_length;
		uint32 index;
	} steps[CALL_DEPTH + 2];
} call_place;

/* The place as a JSON pointer, or NULL at the top. */
extern char *call_place_text(const call_place *place);

/* Size and number limits; from _PG_init. */
extern void call_arguments_init(void);

/* Parses the text and checks it against the tool's schema; raises our errors. */
extern const jdoc_value *call_arguments_check(call_tool *tool, const char *text, size_t length, arena *memory);

/* Turns the checked object into one datum per parameter. */
extern void call_arguments_read(call_tool *tool, const jdoc_value *object, const char *text,
								NullableDatum *arguments, call_place *place);

/* The arguments as JSON without what is marked @redact. */
extern char *call_arguments_redacted(call_tool *tool, const jdoc_value *object, const char *text);

#endif
