/*
 * tool_signature.h
 *	  A tool as its function's entry in the catalogue and its comment say.
 */
#ifndef VOYGEN_TOOL_SIGNATURE_H
#define VOYGEN_TOOL_SIGNATURE_H

#include "postgres.h"

#include "pg/tool_shape.h"

typedef struct tool_signature
{
	Oid function;
	char *name;
	tool_tags tags;
	bool read_only; /* STABLE or IMMUTABLE */
	bool strict;
	bool inner;            /* no tool: see INNER_PREFIX */
	int count;             /* input parameters */
	tool_shape *arguments; /* a record of them, in order */
	Node **defaults;       /* by parameter; NULL: none */
	tool_shape *result;
	tool_shape *job_result; /* or NULL */
	shape_findings findings;
} tool_signature;

/* The function of that name in the tools' schema, or InvalidOid; an error
 * when there are several. */
extern Oid tool_function(const char *name);

/* True for the names of what is no tool but called like one; such a function never writes. */
extern bool tool_is_inner(const char *name);

/* Reads everything about a function, in the current memory context. */
extern tool_signature *tool_signature_read(Oid function);

/* Schemas as JSON text. */
extern char *tool_input_schema(const tool_signature *tool, schema_use use);
extern char *tool_output_schema(const tool_shape *result);

#endif
