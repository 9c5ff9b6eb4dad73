/*
 * tool_shape.h
 *	  The shape of a tool's arguments and of its result: the catalogue's types
 *	  with what comments add, ready for writing schemas and moving values.
 */
#ifndef VOYGEN_TOOL_SHAPE_H
#define VOYGEN_TOOL_SHAPE_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "pg/tool_tags.h"

#define TOOL_SCHEMA "voygen_api"

/* What the program in front asks beside tools is called as mcp.NAME and found as INNER_SCHEMA.mcp_NAME; no list has it. */
#define INNER_SCHEMA "voygen_lib"
#define INNER_PREFIX "mcp."
#define INNER_FUNCTION "mcp_"

typedef enum shape_kind
{
	SHAPE_UNKNOWN, /* a type without a schema */
	SHAPE_BOOLEAN,
	SHAPE_INTEGER,
	SHAPE_NUMBER,
	SHAPE_TEXT,
	SHAPE_DATE,
	SHAPE_INSTANT, /* timestamptz */
	SHAPE_WORD,    /* any other type with a text form: see format */
	SHAPE_ENUM,
	SHAPE_JSON,
	SHAPE_LIST,
	SHAPE_RECORD
} shape_kind;

typedef struct tool_shape tool_shape;

typedef struct shape_field
{
	char *name;
	int name_length;
	int number; /* column number, from 1 */
	tool_shape *shape;
	char *shown_default; /* JSON text of a parameter's default, or NULL */
} shape_field;

struct tool_shape
{
	shape_kind kind;
	Oid type; /* base type under any domain */
	int32 typmod;
	Oid domain; /* or InvalidOid */
	value_tags tags;
	bool is_id;         /* @format id: text in JSON, a number too */
	const char *format; /* of a SHAPE_WORD */
	const char *pattern;

	/* moving values */
	bool ready; /* the functions below are set up */
	FmgrInfo input;
	Oid input_param;
	FmgrInfo output;
	int16 length; /* of one element or value */
	bool by_value;
	char align;

	tool_shape *element; /* of a list, or of a SHAPE_JSON with @items */
	List *fields;        /* shape_field, of a record */
	TupleDesc desc;      /* of a record; NULL for a parameter list */
};

/*
 * What reading shapes finds besides them: problems as text, and what the
 * shapes depend on.
 */
typedef struct shape_findings
{
	List *problems;  /* char * */
	List *types;     /* Oid: types */
	List *relations; /* Oid: relations of composite types */
} shape_findings;

/* The shape of a type; where says what it is of, for problems. */
extern tool_shape *shape_of_type(Oid type, int32 typmod, const value_tags *tags,
								 const char *where, shape_findings *findings);

/* A record whose columns are given (the result of OUT parameters). */
extern tool_shape *shape_of_columns(TupleDesc desc, const char *where, shape_findings *findings);

/*
 * Writes the JSON Schema of a value going in or coming out. Clients are shown
 * what all of them understand; calls are checked by more (formats of our own,
 * the decimals of amounts, longest lists) and by less: without the items that
 * a tool judges itself (@items), so that one bad item does not turn the others
 * away.
 */
typedef enum schema_use
{
	SCHEMA_SHOWN,
	SCHEMA_CHECKED
} schema_use;

extern void shape_write_input(StringInfo out, const tool_shape *shape, const char *shown_default, schema_use use);
extern void shape_write_output(StringInfo out, const tool_shape *shape, bool nullable);

/* The type of that name in the tools' schema, or InvalidOid. */
extern Oid shape_type_named(const char *name, int32 *typmod);

/* True when the shape holds something tagged @redact. */
extern bool shape_has_secret(const tool_shape *shape);

/* Sets up the functions that move values of the shape, once. */
extern void shape_prepare(tool_shape *shape, MemoryContext context);

#endif
