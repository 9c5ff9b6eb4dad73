/*
 * placeholder_inside.h: what the parts of the placeholder kernel share: the compiled program, values, a run.
 */
#ifndef VOYGEN_PLACEHOLDER_INSIDE_H
#define VOYGEN_PLACEHOLDER_INSIDE_H

#include <setjmp.h>

#include "arena.h"
#include "json.h"
#include "kernel_text.h"
#include "placeholder.h"
#include "schema.h"

#define PLACEHOLDER_BLOCKS_MOST 32 /* blocks within each other */
#define PLACEHOLDER_PARTS_MOST 64  /* parentheses, conditions and arguments within each other */
#define PLACEHOLDER_CHAIN_MOST 200 /* operands or filters in a row */
#define PLACEHOLDER_STEPS_OF_PATH 16
#define PLACEHOLDER_NAMES_MOST 1000 /* variables of one object */
#define PLACEHOLDER_ALL_NAMES_MOST 10000
#define PLACEHOLDER_DEPTH_MOST 64 /* of JSON that is handed in */
#define PLACEHOLDER_REMARKS_MOST 50

/* ---- values ---- */

typedef enum placeholder_value_kind
{
	PLACEHOLDER_NOTHING, /* missing or null */
	PLACEHOLDER_FALSE,
	PLACEHOLDER_TRUE,
	PLACEHOLDER_NUMBER, /* its decimal text */
	PLACEHOLDER_STRING,
	PLACEHOLDER_LIST,   /* json */
	PLACEHOLDER_OBJECT, /* json */
	PLACEHOLDER_PIECES  /* texts one after the other, each escaped by itself */
} placeholder_value_kind;

/* Whose text it is: of a value, which is escaped; of the template; of what a filter writes for the kind of output. */
typedef enum placeholder_origin
{
	PLACEHOLDER_GIVEN,
	PLACEHOLDER_WRITTEN,
	PLACEHOLDER_MARKUP
} placeholder_origin;

typedef struct placeholder_value placeholder_value;
struct placeholder_value
{
	placeholder_value_kind kind;
	placeholder_origin origin;
	kernel_text text; /* number, string */
	const jdoc_value *json;
	const placeholder_value *pieces;
	size_t count; /* of the pieces */
};

/* ---- the program ---- */

typedef enum placeholder_step_kind
{
	PLACEHOLDER_STEP_NAME,
	PLACEHOLDER_STEP_INDEX,
	PLACEHOLDER_STEP_LENGTH
} placeholder_step_kind;

typedef struct placeholder_step
{
	placeholder_step_kind kind;
	kernel_text name;
	uint32_t index;
} placeholder_step;

/* A variable as the program asks for it. */
typedef struct placeholder_variable placeholder_variable;
struct placeholder_variable
{
	kernel_text name; /* "trip.city" */
	size_t parts;     /* of the path, up to the first index or length */
	const placeholder_step *steps;
	size_t number; /* place among the variables */
	placeholder_variable *next;
};

typedef enum placeholder_operation
{
	PLACEHOLDER_OP_TEXT,
	PLACEHOLDER_OP_NUMBER,
	PLACEHOLDER_OP_TRUE,
	PLACEHOLDER_OP_FALSE,
	PLACEHOLDER_OP_NULL,
	PLACEHOLDER_OP_PATH,
	PLACEHOLDER_OP_NOT,
	PLACEHOLDER_OP_OR,
	PLACEHOLDER_OP_AND,
	PLACEHOLDER_OP_EQUAL,
	PLACEHOLDER_OP_UNEQUAL,
	PLACEHOLDER_OP_LESS,
	PLACEHOLDER_OP_LESS_EQUAL,
	PLACEHOLDER_OP_GREATER,
	PLACEHOLDER_OP_GREATER_EQUAL,
	PLACEHOLDER_OP_JOIN,
	PLACEHOLDER_OP_CHOICE,
	PLACEHOLDER_OP_FILTER,
	PLACEHOLDER_OP_QUOTED /* |'text': a format of dates, or a default */
} placeholder_operation;

struct placeholder_filter;

typedef struct placeholder_expression placeholder_expression;
struct placeholder_expression
{
	placeholder_operation operation;
	size_t offset; /* in the template */
	kernel_text text;
	const placeholder_expression *left; /* operand, condition, what is filtered */
	const placeholder_expression *right;
	const placeholder_expression *otherwise;
	const placeholder_step *steps;
	size_t count;                         /* of steps or arguments */
	const placeholder_variable *variable; /* NULL: of a loop */
	const struct placeholder_filter *filter;
	const placeholder_expression *const *arguments;
};

typedef enum placeholder_node_kind
{
	PLACEHOLDER_NODE_TEXT,
	PLACEHOLDER_NODE_PRINT,
	PLACEHOLDER_NODE_IF,
	PLACEHOLDER_NODE_EACH
} placeholder_node_kind;

typedef struct placeholder_node placeholder_node;
struct placeholder_node
{
	placeholder_node_kind kind;
	kernel_text text; /* of a text; the loop's variable */
	const placeholder_expression *expression;
	placeholder_node *body;
	placeholder_node *otherwise;
	placeholder_node *next;
};

typedef struct placeholder_program
{
	kernel_text source;
	placeholder_node *nodes;
	placeholder_variable *variables;
	size_t variable_count;
	kernel_text remarks[PLACEHOLDER_REMARKS_MOST];
	size_t remark_count;
} placeholder_program;

/* Compiles a text, which has to stay; false with the fault filled. */
bool placeholder_compile(arena *memory, kernel_text source, placeholder_program *program, placeholder_fault *fault);

/* An expression as far as it goes, from a place of the source; parser of placeholder_expression.c. */
typedef struct placeholder_parser placeholder_parser;

/* ---- the rules of variables ---- */

/* A variable of the schema, or an object of them. */
typedef struct placeholder_declared placeholder_declared;
struct placeholder_declared
{
	kernel_text name;
	const jdoc_value *definition; /* NULL: only a part of dotted names */
	bool required;
	placeholder_declared *children;
	placeholder_declared *last;
	placeholder_declared *next;
	placeholder_declared *items; /* what each item of a list is; NULL when that is not said */
};

typedef struct placeholder_rules
{
	placeholder_declared root;
	bool closed; /* takes no other variables */
	const jschema *schema;
	const jdoc_value *defaults; /* those of the schema, then those of the template */
} placeholder_rules;

/* Reads a schema of either shape and default values; texts not given are empty. */
bool placeholder_rules_read(arena *memory, kernel_text schema, kernel_text defaults, placeholder_rules *rules,
							placeholder_fault *fault);

/* Is a path (of names alone) a variable of the schema? */
bool placeholder_rules_know(const placeholder_rules *rules, const placeholder_step *steps, size_t parts);

/* Reads a JSON object that was handed in; an empty one when it was not given. NULL with the fault filled. */
const jdoc_value *placeholder_object_read(arena *memory, kernel_text text, placeholder_source source, placeholder_fault *fault);

/* The variables of a request: what was given, and the same with defaults below. */
typedef struct placeholder_values
{
	const jdoc_value *given;
	const jdoc_value *all;
} placeholder_values;

bool placeholder_values_read(arena *memory, const placeholder_rules *rules, kernel_text context, kernel_text variables,
							 placeholder_values *values, placeholder_fault *fault);

/* Is a text of that format (phone, currency, date-iso, date, time)? NULL when it is, else what is expected. */
const char *placeholder_format_expects(kernel_text format, const jdoc_value *value);

/* Is it a format that is checked here and not by JSON Schema? */
bool placeholder_format_known(kernel_text format);

/* ---- objects that are put together ---- */

typedef struct placeholder_tree placeholder_tree;

/* An object to put values into; NULL when there is no memory. */
placeholder_tree *placeholder_tree_open(arena *memory);

/* Puts the members of an object into it; a dotted name goes inside, null is not given, what is there already gives way, but
 * objects are merged. False when there is no memory or there are too many names (*too_many). */
bool placeholder_tree_put(arena *memory, placeholder_tree *tree, const jdoc_value *object, bool *too_many);

/* Puts one value at a path of names. */
bool placeholder_tree_put_at(arena *memory, placeholder_tree *tree, kernel_text dotted, const jdoc_value *value, bool *too_many);

/* The object as it is then; NULL when there is no memory. */
const jdoc_value *placeholder_tree_value(arena *memory, const placeholder_tree *tree);

/* ---- a run ---- */

typedef struct placeholder_scope placeholder_scope;
struct placeholder_scope
{
	kernel_text name;
	const jdoc_value *value;
	const placeholder_scope *outer;
};

typedef struct placeholder_run
{
	const placeholder_program *program;
	const placeholder_request *request;
	const placeholder_values *values;
	arena *memory;
	const placeholder_scope *scope;
	uint64_t steps;
	size_t output_most;
	jdoc_text output;
	bool *asked;     /* by the number of the variable */
	bool *defaulted; /* words of its own were used */
	kernel_text warnings[PLACEHOLDER_REMARKS_MOST];
	size_t warned[PLACEHOLDER_REMARKS_MOST]; /* where */
	size_t warning_count;
	placeholder_fault *fault;
	jmp_buf leave;
} placeholder_run;

/* Runs the program; false with the fault filled. */
bool placeholder_run_program(placeholder_run *run);

/* The value of an expression. */
placeholder_value placeholder_evaluate(placeholder_run *run, const placeholder_expression *expression);

/* Ends the run: with what is wrong at an expression; for want of memory. */
void placeholder_fail(placeholder_run *run, placeholder_failure failure, size_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5), noreturn));
void placeholder_fail_memory(placeholder_run *run) __attribute__((noreturn));

/* Remembers a remark for the caller, one for each place of the template. */
void placeholder_warn(placeholder_run *run, size_t offset, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Charges work: sixteen bytes are a step, and one for asking. */
void placeholder_charge(placeholder_run *run, size_t bytes, size_t offset);

/* Memory of the run; never NULL. */
void *placeholder_take(placeholder_run *run, size_t count, size_t size);

/* ---- values of a run ---- */

placeholder_value placeholder_value_of(const jdoc_value *json);
placeholder_value placeholder_value_text(kernel_text text, placeholder_origin origin);
bool placeholder_value_true(const placeholder_value *value);

/* The value as plain text, nothing escaped. */
kernel_text placeholder_value_plain(placeholder_run *run, const placeholder_value *value, size_t offset);

/* -1, 0, 1; 2 when the two cannot be ordered. */
int placeholder_value_compare(placeholder_run *run, const placeholder_value *a, const placeholder_value *b, size_t offset);
bool placeholder_value_equal(placeholder_run *run, const placeholder_value *a, const placeholder_value *b, size_t offset);

/* JSON, compact. */
void placeholder_json_write(jdoc_text *out, const jdoc_value *value);

/* ---- filters ---- */

typedef struct placeholder_filter
{
	const char *name;
	size_t arguments_most;
	placeholder_value (*apply)(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
	bool last; /* nothing may follow: what it writes is no value any more */
} placeholder_filter;

/* NULL when there is none of that name. */
const placeholder_filter *placeholder_filter_find(kernel_text name);

/* All names, for an error. */
extern const char placeholder_filter_names[];

placeholder_value placeholder_filter_currency(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_comma(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_date(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_time(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_datetime(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_upper(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_lower(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_capitalize(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);
placeholder_value placeholder_filter_title(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);

/* An argument as text; `otherwise` when it is not given. */
kernel_text placeholder_argument(placeholder_run *run, const placeholder_expression *expression, size_t number, const char *otherwise);

/* ---- formats of dates ---- */

/* Whether a quoted text is a format: made of nothing but date letters and what stands between; surely, when a token of several letters
 * is among them. */
typedef enum placeholder_format
{
	PLACEHOLDER_NO_FORMAT,
	PLACEHOLDER_PERHAPS_FORMAT, /* 'A', 'D/M': only single letters */
	PLACEHOLDER_SURE_FORMAT
} placeholder_format;

placeholder_format placeholder_date_format(kernel_text text);

/* Does a text say a date, a time or both? */
bool placeholder_date_reads(kernel_text text);

/* Writes a date or time in a format; false, with the reason, when it says no date or not what the format asks for. */
bool placeholder_date_write(arena *memory, kernel_text text, kernel_text format, kernel_text *written, const char **why);

/* ---- output ---- */

/* By the number of a placeholder_kind. */
extern const char *const placeholder_kind_names[];

/* Adds a text of that origin to the output, escaped for its kind. */
void placeholder_emit(placeholder_run *run, kernel_text text, placeholder_origin origin, size_t offset);

/* Can a template written as one kind be had as another? */
bool placeholder_output_possible(placeholder_kind written, placeholder_kind output);

/* ---- faults ---- */

/* How many bytes of a text to show: so many at most, and no half character. */
int placeholder_shown(kernel_text text, size_t most);

/* Fills in the place of an offset: line, column, excerpt. */
void placeholder_fault_place(placeholder_fault *fault, kernel_text source, size_t offset);
void placeholder_fault_set(placeholder_fault *fault, placeholder_failure failure, placeholder_source source, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool placeholder_fault_memory(placeholder_fault *fault);

#endif
