/*
 * schema.h: JSON Schema, draft 2020-12, compiled once and checked often.
 *
 * A compiled schema and what it was compiled from live in one arena; a check
 * takes only scratch memory.  Prefix: jschema.
 */
#ifndef VOYGEN_SCHEMA_H
#define VOYGEN_SCHEMA_H

#include "arena.h"
#include "json.h"

typedef struct jschema jschema;

/* Answers the document behind an absolute URI (no fragment), or NULL.
 * Nothing is ever fetched by the checker itself. */
typedef const jdoc_value *(*jschema_load)(void *state, const char *uri);

typedef struct jschema_options
{
	const char *base_uri; /* of the document; NULL: none */
	jschema_load load;    /* NULL: only what the document holds */
	void *load_state;
	bool assert_format; /* a format is a rule, not a remark */

	/*
	 * The tolerance of tool calls: an optional property may be null, a text
	 * of format "id" may come as an integer, a number may come as decimal
	 * text (then its numeric rules apply to that).
	 */
	bool arguments;
	uint64_t max_steps; /* subschema visits of one check; 0: 200 million */
} jschema_options;

typedef enum jschema_verdict
{
	JSCHEMA_VALID,
	JSCHEMA_INVALID,
	JSCHEMA_GAVE_UP /* memory, depth or steps ran out */
} jschema_verdict;

typedef struct jschema_report
{
	bool unknown_name;         /* the fault is a property nobody knows */
	const char *keyword;       /* the rule that failed */
	char path[JDOC_PATH_SIZE]; /* JSON pointer into the instance */
	char expected[512];        /* plain words */
	char got[128];
	char hint[160]; /* empty: none */
} jschema_report;

/* NULL, with the problem in words, when the schema cannot be used.  The
 * document must live as long as the compiled schema. */
extern jschema *jschema_compile(arena *memory, const jdoc_value *document,
								const jschema_options *options,
								char *problem, size_t problem_size);

extern jschema_verdict jschema_check(const jschema *schema,
									 const jdoc_value *instance,
									 arena *scratch, jschema_report *report);

#endif
