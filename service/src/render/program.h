/*
 * program.h - a compiled template: a tree of expressions and statements that is never changed again.
 *
 * The parser builds it, the compiler finishes it: names become keys with their hash, filters and tests the functions behind
 * them, constant parts values, blocks a list by name. What is left is a closed form the runtime walks without looking
 * anything up but the template's own variables. All of it lives in the template's arena.
 */
#ifndef VOYGEN_RENDER_PROGRAM_H
#define VOYGEN_RENDER_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/arena.h"
#include "render/builtin.h"
#include "render/value.h"
#include "text/slice.h"

struct expression;
struct statement;

enum expression_kind
{
	EXPRESSION_LITERAL,
	EXPRESSION_NAME,
	EXPRESSION_FIELD, /* target.name, target["name"] */
	EXPRESSION_ITEM,  /* target[index] */
	EXPRESSION_SLICE, /* target[from:to:step] */
	EXPRESSION_CALL,
	EXPRESSION_FILTER,
	EXPRESSION_TEST,
	EXPRESSION_CAPTURE, /* output of statements as a string: the body of a filter block or of a set block */
	EXPRESSION_CALLER,  /* the body of a call block as a callable */
	EXPRESSION_SUPER,
	EXPRESSION_LIST,
	EXPRESSION_DICT,
	EXPRESSION_COMMA, /* (a, b): the last */
	EXPRESSION_CONDITION,
	EXPRESSION_OR,
	EXPRESSION_AND,
	EXPRESSION_NOT,
	EXPRESSION_NEGATIVE,
	EXPRESSION_POSITIVE,
	EXPRESSION_IN,
	EXPRESSION_ADD, /* the binary operators, EXPRESSION_ADD to EXPRESSION_NOT_SAME */
	EXPRESSION_SUBTRACT,
	EXPRESSION_MULTIPLY,
	EXPRESSION_DIVIDE,
	EXPRESSION_FLOOR,
	EXPRESSION_REMAINDER,
	EXPRESSION_POWER,
	EXPRESSION_CONCATENATE,
	EXPRESSION_LESS,
	EXPRESSION_LESS_EQUAL,
	EXPRESSION_GREATER,
	EXPRESSION_GREATER_EQUAL,
	EXPRESSION_EQUAL,
	EXPRESSION_NOT_EQUAL,
	EXPRESSION_SAME,
	EXPRESSION_NOT_SAME
};

struct keyword
{
	struct key name;
	struct expression *value;
};

/* Arguments of calls, filters and tests; of the last two the value they are applied to comes first. Items of a list. */
struct operands
{
	struct expression **at;
	uint32_t count;
	uint32_t keyword_count;
	struct keyword *keywords; /* of a dict its pairs */
};

struct expression
{
	uint8_t kind; /* enum expression_kind */
	uint32_t position;
	union
	{
		struct value literal;
		struct
		{
			struct key key;
			const struct builtin *global; /* of that name; NULL: none */
		} name;
		struct
		{
			struct expression *target;
			struct key key;
		} field;
		struct
		{
			struct expression *left; /* the only one of NOT, NEGATIVE, POSITIVE; the target of ITEM */
			struct expression *right;
		} pair;
		struct
		{
			struct expression *target;
			struct expression *from; /* each of the three may be NULL */
			struct expression *to;
			struct expression *step;
		} range;
		struct
		{
			struct expression *callee;
			struct operands operands;
			const char *label; /* how an error calls it */
		} call;
		struct
		{
			const struct builtin *builtin; /* NULL: there is none of that name, which is said when it runs */
			struct slice name;
			struct operands operands;
		} applied;                /* FILTER, TEST */
		struct operands operands; /* LIST, DICT, COMMA */
		struct
		{
			struct expression *condition;
			struct expression *then;
			struct expression *otherwise; /* NULL: an empty string */
		} choice;
		struct statement *body;    /* CAPTURE */
		const struct macro *macro; /* CALLER */
	};
};

enum statement_kind
{
	STATEMENT_TEXT,
	STATEMENT_OUTPUT,
	STATEMENT_IF,
	STATEMENT_FOR,
	STATEMENT_SWITCH,
	STATEMENT_SET,
	STATEMENT_BLOCK,
	STATEMENT_EXTENDS,
	STATEMENT_INCLUDE,
	STATEMENT_IMPORT,
	STATEMENT_FROM,
	STATEMENT_MACRO
};

struct branch
{
	struct expression *condition; /* NULL: else, default */
	struct statement *body;
	struct branch *next;
};

struct import_name
{
	struct key name;
	struct key alias;
	uint32_t position;
};

struct statement
{
	uint8_t kind;        /* enum statement_kind */
	bool at_root;        /* stands directly in a template or a block (not in a loop or macro): imports and macros go to the context */
	bool in_block;       /* stands within a block */
	bool asynchronous;   /* asyncEach, asyncAll: another else */
	bool with_context;   /* IMPORT, FROM */
	bool ignore_missing; /* INCLUDE */
	uint32_t position;
	struct statement *next;
	union
	{
		struct slice text;
		struct expression *output;
		struct
		{
			struct expression *subject; /* of SWITCH */
			struct branch *branches;
		} choice;
		struct
		{
			struct key *names;
			uint32_t name_count;
			struct expression *list;
			struct statement *body;
			struct statement *otherwise;
		} loop;
		struct
		{
			struct key *names;
			uint32_t name_count;
			struct expression *value;
		} set;
		const struct block *block;
		struct expression *reference; /* EXTENDS, INCLUDE */
		struct
		{
			struct expression *reference;
			struct import_name *names; /* IMPORT: one, its alias is the target */
			uint32_t name_count;
		} import;
		const struct macro *macro;
	};
};

struct macro
{
	struct key name;
	struct key *parameters; /* positional */
	uint32_t parameter_count;
	uint32_t keyword_count;
	struct keyword *keywords; /* with their defaults */
	struct statement *body;
	uint32_t position;
};

struct block
{
	struct key name;
	struct statement *body;
	bool uses_super;
	uint32_t position;
	const struct block *next; /* of the template */
};

struct template
{
	struct arena arena; /* holds everything of it but the struct */
	struct slice name;  /* empty: it has none */
	struct slice source;
	struct statement *body;
	const struct block *blocks;
	struct template *next; /* of its set */
};

#endif
