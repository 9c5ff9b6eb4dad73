/*
 * call_tools.h
 *	  The tools a backend has called, ready to be called again.
 */
#ifndef VOYGEN_CALL_TOOLS_H
#define VOYGEN_CALL_TOOLS_H

#include "postgres.h"

#include "kernel/schema.h"
#include "pg/tool_signature.h"

typedef struct call_tool
{
	tool_signature *signature;
	arena memory; /* of the schema */
	jschema *schema;
	FmgrInfo function;
	Oid collation;
	bool has_secret;
	struct call_entry *entry;
} call_tool;

/* Watches the catalogue; from _PG_init. */
extern void call_tools_init(void);

/* The function of the tool of that name, or InvalidOid. */
extern Oid call_tools_function(const char *name);

/* The tool of a function found by that name. It stays valid until
 * call_tools_release. */
extern call_tool *call_tools_get(const char *name, Oid function);
extern void call_tools_release(call_tool *tool);

/* After an error: no call is using a tool any more. */
extern void call_tools_forget_uses(void);

/* Where the catalogue's memory comes from: arena blocks of the current
 * memory context. */
extern arena_source call_tools_memory(MemoryContext context);

/* What is wrong with a tool's schema, or with arguments for it; NULL: nothing. */
extern char *tool_schema_problem(const tool_signature *signature);
extern char *tool_arguments_problem(const tool_signature *signature, const char *arguments);

/* The examples as one JSON list; those that the tool would refuse are left out (and are among its problems). */
extern char *tool_examples(const tool_signature *signature);

#endif
