/*
 * placeholder.h: texts with {placeholders}: compiled once with the rules of their variables, filled in often.
 *
 * The language is told in extension/README.md. What a value says is put in once and never looked at again, escaped for the
 * kind of text it becomes a part of. Nothing is a binary fraction, no date is moved to another zone.
 */
#ifndef VOYGEN_PLACEHOLDER_H
#define VOYGEN_PLACEHOLDER_H

#include "kernel.h"

/* What a text is, by which values put into it are escaped. */
typedef enum placeholder_kind
{
	PLACEHOLDER_TEXT, /* as it is */
	PLACEHOLDER_HTML,
	PLACEHOLDER_MARKDOWN,
	PLACEHOLDER_JSON /* inside of the quotes of a string */
} placeholder_kind;

/* The kinds by name, for an error. */
#define PLACEHOLDER_KINDS "text, html, markdown, json"

/* Reads the name of a kind; false for any other word. */
bool placeholder_kind_read(kernel_text name, placeholder_kind *kind);

typedef enum placeholder_failure
{
	PLACEHOLDER_FINE,
	PLACEHOLDER_SYNTAX,  /* the template */
	PLACEHOLDER_NESTING, /* blocks or parentheses too deep within each other */
	PLACEHOLDER_SCHEMA,  /* the schema cannot be used */
	PLACEHOLDER_MISSING, /* variables that are needed */
	PLACEHOLDER_INVALID, /* a variable is not as its schema says, or is no JSON */
	PLACEHOLDER_UNKNOWN, /* a variable that a closed schema does not know */
	PLACEHOLDER_RUNNING, /* what the template does with a value cannot be done */
	PLACEHOLDER_STEPS,   /* more work than allowed */
	PLACEHOLDER_OUTPUT,  /* a longer text than allowed */
	PLACEHOLDER_FORMAT,  /* a template of this kind cannot be had as that kind */
	PLACEHOLDER_NO_MEMORY
} placeholder_failure;

/* Where what is wrong was handed in. */
typedef enum placeholder_source
{
	PLACEHOLDER_OF_CONTENT,
	PLACEHOLDER_OF_SCHEMA,
	PLACEHOLDER_OF_DEFAULTS,
	PLACEHOLDER_OF_CONTEXT,
	PLACEHOLDER_OF_VARIABLES
} placeholder_source;

typedef struct placeholder_fault
{
	placeholder_failure failure;
	placeholder_source source;
	unsigned line;   /* of the template, from 1; 0 when it is not there */
	unsigned column; /* in characters, from 1 */
	char path[512];  /* JSON pointer inside of the source */
	char message[1024];
	char expected[512];
	char got[160];
	char excerpt[160]; /* the line at fault, cut around the place; empty when there is none */
} placeholder_fault;

/* A list of texts; names of variables are "trip.city". */
typedef struct placeholder_list
{
	size_t count;
	const kernel_text *texts;
} placeholder_list;

typedef struct placeholder_template placeholder_template;

/*
 * Compiles a template with its schema (JSON Schema, or a flat object of variables) and default values, both JSON objects and
 * both perhaps not given. What is handed in is copied. NULL, with the fault filled, when it cannot be used.
 */
placeholder_template *placeholder_open(const kernel_alloc *alloc, kernel_text content, kernel_text schema, kernel_text defaults,
									   placeholder_fault *fault);
void placeholder_close(placeholder_template *template);

/* The variables a template uses in order of their first place; of these the ones its schema does not know; those of the
 * schema it does not use; what looks like a slip in it. */
placeholder_list placeholder_used(const placeholder_template *template);
placeholder_list placeholder_undefined(const placeholder_template *template);
placeholder_list placeholder_unused(const placeholder_template *template);
placeholder_list placeholder_remarks(const placeholder_template *template);

/* Limits of one run; 0 is the number in brackets. */
typedef struct placeholder_limits
{
	uint64_t steps; /* a placeholder, an operator, sixteen bytes of text each [1,000,000] */
	size_t output;  /* bytes [1,048,576] */
} placeholder_limits;

typedef struct placeholder_request
{
	placeholder_kind written; /* what the template is */
	placeholder_kind output;  /* what it shall become */
	kernel_text context;      /* JSON objects, perhaps not given: variables go before context, context before defaults */
	kernel_text variables;
	placeholder_limits limits;
} placeholder_request;

typedef struct placeholder_result
{
	kernel_text content;
	placeholder_list used;      /* variables that were asked for and had a value */
	placeholder_list defaulted; /* of these, and those with words of their own, whose value is a default */
	placeholder_list warnings;
	void *held; /* by placeholder_result_close */
} placeholder_result;

/* Fills a template in; a template is never changed, so several may run at once. False with the fault filled; then there is
 * nothing to close. */
bool placeholder_render(const placeholder_template *template, const placeholder_request *request, const kernel_alloc *alloc,
						placeholder_result *result, placeholder_fault *fault);
void placeholder_result_close(placeholder_result *result);

#endif
