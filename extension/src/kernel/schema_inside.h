/*
 * schema_inside.h: what the parts of the schema checker share.
 *
 * A document is cut into resources (everything under one $id); each
 * subschema becomes a node that holds its rules grouped by the kind of value
 * they speak of.  Nodes refer to each other by pointer, so a $ref costs
 * nothing at check time, and cycles are harmless.
 */
#ifndef VOYGEN_SCHEMA_INSIDE_H
#define VOYGEN_SCHEMA_INSIDE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "schema.h"

typedef struct jschema_node jschema_node;
typedef struct jschema_resource jschema_resource;

/* The vocabularies a resource is read with. */
#define VOCABULARY_APPLICATOR 0x01
#define VOCABULARY_VALIDATION 0x02
#define VOCABULARY_UNEVALUATED 0x04
#define VOCABULARY_FORMAT_ASSERTION 0x08
#define VOCABULARY_CORE 0x10
#define VOCABULARY_FORMAT 0x20
#define VOCABULARY_STANDARD (VOCABULARY_CORE | VOCABULARY_APPLICATOR | \
							 VOCABULARY_VALIDATION | VOCABULARY_UNEVALUATED | VOCABULARY_FORMAT)

typedef struct jschema_anchor
{
	struct jschema_anchor *next;
	const char *name;
	uint32_t name_length;
	bool dynamic;
	const jdoc_value *value;
	jschema_node *node; /* of dynamic anchors, when compiled */
} jschema_anchor;

struct jschema_resource
{
	jschema_resource *next;
	const char *uri; /* absolute where possible, no fragment */
	const jdoc_value *root;
	jschema_anchor *anchors;
	unsigned vocabularies;
};

/* Types as bits; a number with no fraction is both integer and number. */
#define TYPE_NULL 0x01
#define TYPE_BOOLEAN 0x02
#define TYPE_INTEGER 0x04
#define TYPE_NUMBER 0x08
#define TYPE_STRING 0x10
#define TYPE_ARRAY 0x20
#define TYPE_OBJECT 0x40

typedef struct jschema_nodes
{
	jschema_node **list;
	uint32_t count;
} jschema_nodes;

/* A bound that may be absent. */
typedef struct jschema_bound
{
	bool given;
	jdoc_decimal value;
} jschema_bound;

typedef struct jschema_count
{
	bool given;
	uint64_t value;
} jschema_count;

typedef struct jschema_numbers
{
	jschema_bound minimum;
	jschema_bound maximum;
	jschema_bound above; /* exclusiveMinimum */
	jschema_bound below; /* exclusiveMaximum */
	jschema_bound step;  /* multipleOf */
} jschema_numbers;

typedef struct jschema_format
{
	const char *name;
	bool (*check)(const char *text, size_t length);
	const char *words; /* "a date such as 2026-05-31" */
} jschema_format;

typedef struct jschema_texts
{
	jschema_count min_length;
	jschema_count max_length;
	const jdoc_value *pattern;
	pcre2_code *regex;
} jschema_texts;

typedef struct jschema_arrays
{
	jschema_nodes prefix;
	jschema_node *items;
	jschema_node *contains;
	jschema_node *unevaluated;
	jschema_count min_contains;
	jschema_count max_contains;
	jschema_count min_items;
	jschema_count max_items;
	bool unique;
} jschema_arrays;

typedef struct jschema_property
{
	const char *name; /* NULL: an empty slot */
	uint32_t name_length;
	bool required;
	jschema_node *node; /* NULL: only required, not described */
} jschema_property;

typedef struct jschema_pattern
{
	pcre2_code *regex;
	jschema_node *node;
} jschema_pattern;

typedef struct jschema_dependency
{
	const char *name;
	uint32_t name_length;
	const jdoc_value *required; /* dependentRequired: a list of names */
	jschema_node *node;         /* or dependentSchemas */
} jschema_dependency;

typedef struct jschema_objects
{
	const jdoc_value *described; /* the value of "properties" */
	const jdoc_value *required;
	jschema_property *table; /* open addressing, a power of two */
	uint32_t table_size;
	uint32_t required_count;
	jschema_pattern *patterns;
	uint32_t pattern_count;
	jschema_dependency *dependencies;
	uint32_t dependency_count;
	jschema_node *additional;
	jschema_node *names;
	jschema_node *unevaluated;
	jschema_count min_properties;
	jschema_count max_properties;
} jschema_objects;

typedef struct jschema_logic
{
	jschema_nodes all;
	jschema_nodes any;
	jschema_nodes one;
	jschema_node *none; /* "not" */
	jschema_node *condition;
	jschema_node *then;
	jschema_node *otherwise;
	jschema_node *ref;
	jschema_node *dynamic_ref;
	const jschema_anchor *dynamic_anchor; /* set: look the scope through */
} jschema_logic;

struct jschema_node
{
	const jdoc_value *source;
	jschema_resource *home;
	bool never;              /* the schema false */
	bool takes_id;           /* arguments: integers for format "id" */
	bool takes_decimal_text; /* arguments: text for a number */
	unsigned types;          /* 0: any */
	const jdoc_value *constant;
	const jdoc_value *choices; /* enum */
	const jschema_format *format;
	bool assert_format;
	jschema_numbers *numbers;
	jschema_texts *texts;
	jschema_arrays *arrays;
	jschema_objects *objects;
	jschema_logic *logic;
};

struct jschema
{
	jschema_node *root;
	jschema_resource *resources;
	jschema_options options;
	pcre2_match_data *match;
	pcre2_match_context *match_context;
};

/* --- while compiling ------------------------------------------------- */

typedef struct jschema_known
{
	const jdoc_value *value;    /* NULL: an empty slot */
	jschema_resource *resource; /* whose root it is, or NULL */
	jschema_node *node;
} jschema_known;

typedef struct jschema_pending
{
	struct jschema_pending *next;
	jschema_node *node;
} jschema_pending;

typedef struct jschema_compiler
{
	arena *memory;
	jschema *schema;
	jschema_known *known; /* open addressing by address */
	size_t known_size;
	size_t known_used;
	jschema_pending *pending;
	pcre2_compile_context *pcre;
	pcre2_general_context *pcre_memory;
	char *problem;
	size_t problem_size;
	unsigned loading; /* metaschemas being looked into */
} jschema_compiler;

/* Records the first problem; always false. */
extern bool jschema_problem(jschema_compiler *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern bool jschema_no_memory(jschema_compiler *c);

/* schema_resource.c */
extern jschema_known *jschema_known_slot(jschema_compiler *c, const jdoc_value *value);
extern jschema_resource *jschema_document(jschema_compiler *c, const jdoc_value *root,
										  const char *uri);
extern const jdoc_value *jschema_target(jschema_compiler *c, jschema_resource *from,
										const jdoc_value *ref, jschema_resource **home,
										const jschema_anchor **anchor);
extern const jschema_anchor *jschema_anchor_find(const jschema_resource *resource,
												 const char *name, uint32_t length);

/* schema_compile.c: the node of a subschema, made when it is new. */
extern jschema_node *jschema_node_for(jschema_compiler *c, const jdoc_value *value,
									  jschema_resource *home);

/* schema_keywords.c: reads all keywords of an object schema into its node. */
extern bool jschema_read_keywords(jschema_compiler *c, jschema_node *node);

/* schema_uri.c */
extern char *jschema_uri_resolve(arena *memory, const char *base,
								 const char *ref, size_t length);

/* schema_meta.c: the text of a standard metaschema, or NULL. */
extern const char *jschema_meta_text(const char *uri);

/* schema_pattern.c */
extern pcre2_code *jschema_regex(jschema_compiler *c, const char *text, size_t length);

/* True when the text is a regular expression of ECMA-262 as far as the
 * checker understands them. */
extern bool jschema_is_regex(const char *text, size_t length);

/* schema_format.c: the format of that name, or NULL. */
extern const jschema_format *jschema_format_find(const char *name, size_t length);

/* The table slot of a property: its entry, or the empty one for it. */
extern jschema_property *jschema_property_slot(const jschema_objects *objects,
											   const char *name, uint32_t length);

/* --- while checking -------------------------------------------------- */

typedef struct jschema_scope
{
	const struct jschema_scope *outer;
	const jschema_resource *resource;
} jschema_scope;

/* Which members or items of one value some rule has looked at. */
typedef struct jschema_marks
{
	uint8_t *seen; /* one per member or item */
	uint32_t count;
} jschema_marks;

typedef struct jschema_run
{
	const jschema *schema;
	arena *scratch;
	jschema_report *report;
	const jschema_scope *scope;
	unsigned quiet; /* > 0: a failure is not the answer yet */
	bool reported;
	bool gave_up;
	unsigned depth;
	unsigned deepest; /* how far down the last failures were */
	uint64_t steps_left;
} jschema_run;

/* schema_check.c: checks a value against a node; marks may be NULL. */
extern bool jschema_run_node(jschema_run *run, const jschema_node *node,
							 const jdoc_value *value, const jdoc_place *place,
							 jschema_marks *marks);

/* The same without a report. */
extern bool jschema_run_quietly(jschema_run *run, const jschema_node *node,
								const jdoc_value *value, const jdoc_place *place,
								jschema_marks *marks);

/* Empty marks for a value; false when memory ran out. */
extern bool jschema_marks_start(jschema_run *run, const jdoc_value *value,
								jschema_marks *marks);
extern void jschema_marks_add(jschema_marks *marks, const jschema_marks *more);

/* One file per kind of rule. */
extern bool jschema_check_number(jschema_run *run, const jschema_node *node,
								 const jdoc_value *value, const jdoc_place *place);
extern bool jschema_check_text(jschema_run *run, const jschema_node *node,
							   const jdoc_value *value, const jdoc_place *place);
extern bool jschema_check_array(jschema_run *run, const jschema_node *node,
								const jdoc_value *value, const jdoc_place *place,
								jschema_marks *marks);
extern bool jschema_check_object(jschema_run *run, const jschema_node *node,
								 const jdoc_value *value, const jdoc_place *place,
								 jschema_marks *marks);
extern bool jschema_check_logic(jschema_run *run, const jschema_node *node,
								const jdoc_value *value, const jdoc_place *place,
								jschema_marks *marks);
extern bool jschema_regex_matches(jschema_run *run, pcre2_code *regex,
								  const char *text, size_t length);

/* schema_report.c: all answer false.  The first names the node's own
 * expectation; words may replace it. */
extern bool jschema_fail(jschema_run *run, const jschema_node *node,
						 const char *keyword, const jdoc_value *value,
						 const jdoc_place *place, const char *words);
extern bool jschema_fail_missing(jschema_run *run, const jschema_node *node,
								 const char *name, uint32_t name_length,
								 const jdoc_place *place);
extern bool jschema_fail_unknown(jschema_run *run, const jschema_node *node,
								 const jdoc_member *member, const jdoc_place *place);
extern bool jschema_give_up(jschema_run *run);

#endif
