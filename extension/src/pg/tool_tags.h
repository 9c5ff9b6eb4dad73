/*
 * tool_tags.h
 *	  The tags in comments on tools, parameters and columns.
 */
#ifndef VOYGEN_TOOL_TAGS_H
#define VOYGEN_TOOL_TAGS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* What a comment says about one parameter or column. NULL: not said. */
typedef struct value_tags
{
	char *text; /* what is left without the tags */
	bool required;
	bool redact; /* keep it out of the audit */
	char *min;
	char *max;
	char *max_items;
	char *items; /* a jsonb is a list of this type, judged item by item by the tool */
	char *format;
	char *unit;
	char *example;
} value_tags;

typedef struct param_tags
{
	char *name;
	value_tags tags;
} param_tags;

typedef struct tool_tags
{
	char *title; /* first line */
	char *description;
	List *params;   /* param_tags */
	List *required; /* char *: names of a bare @required line */
	List *examples; /* char *: JSON text of arguments */
	bool destructive;
	bool idempotent;
	bool open_world;  /* reaches beyond the database: portals, the web */
	char *page;       /* ui:// address of the page that shows the result */
	char *job_result; /* type name after @job */
} tool_tags;

/* Reads a comment (NULL: none). Words that look like a tag but are none are
 * added to *problems as text. */
extern void tool_tags_read(const char *comment, tool_tags *tags, List **problems);
extern void value_tags_read(const char *comment, value_tags *tags, List **problems);

#endif
