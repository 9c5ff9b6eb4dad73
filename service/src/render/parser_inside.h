/*
 * parser_inside.h - what the files of the parser share: parser.c reads tags, parser_expression.c what stands in them,
 * compiler.c makes the nodes of the program.
 */
#ifndef VOYGEN_RENDER_PARSER_INSIDE_H
#define VOYGEN_RENDER_PARSER_INSIDE_H

#include <setjmp.h>

#include "render/parser.h"

/* Links of a chain without parentheses (a.b.c, a ~ b ~ c, a | b | c): the runtime walks it in recursion. */
#define CHAIN_MOST 500

struct name_table
{
	struct key *keys;
	uint32_t mask; /* places - 1 */
	uint32_t count;
};

struct parser
{
	struct arena *arena;
	struct template *template;
	struct lexer lexer;
	struct token ahead[2];
	unsigned ahead_count;
	size_t position;         /* of the token that was taken last */
	bool drop_space;         /* a `-` stood at the end of the last tag */
	const char *const *ends; /* tags that end the statements that are read; NULL: none does */
	unsigned depth;
	unsigned depth_most;
	struct name_table names;
	/* where the parser is */
	unsigned frames;     /* loops and call blocks since the last template, block or macro */
	struct block *block; /* the innermost one; NULL */
	struct statement_list *list;
	struct fault *fault;
	jmp_buf end;
};

struct statement_list
{
	struct statement *first;
	struct statement *last;
};

/* ---- tokens ---- */

_Noreturn void parser_fail(struct parser *parser, size_t position, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A token that does not fit. */
_Noreturn void parser_unexpected(struct parser *parser, const struct token *token);

const struct token *parser_peek(struct parser *parser);
struct token parser_take(struct parser *parser);

/* Takes the next token when it is of that kind, that symbol, that operator. */
bool parser_skip(struct parser *parser, enum token_kind kind);
bool parser_skip_symbol(struct parser *parser, const char *word);
bool parser_skip_operator(struct parser *parser, const char *sign);
bool parser_at_symbol(struct parser *parser, const char *word);

void parser_enter(struct parser *parser);
void parser_leave(struct parser *parser);

/* Counts a link of a chain. */
void parser_link(struct parser *parser, unsigned *links);

/* ---- expressions ---- */

struct expression *parse_expression(struct parser *parser);

/* A name, literal, list, dict or group with what follows it (.a [b] (c)), without operators. */
struct expression *parse_primary(struct parser *parser);

/* Arguments in parentheses into `operands`, which may hold some already. */
void parse_arguments(struct parser *parser, struct operands *operands);

/* The filter's name and its arguments, applied to an expression. */
struct expression *parse_filter(struct parser *parser, struct expression *input);

/* A plain name; `what` says in an error what for. */
struct key parse_name(struct parser *parser, const char *what);

/* ---- making the program (compiler.c) ---- */

/* The same bytes give the same pointer, so that most names of a template are compared by it. */
struct key compile_key(struct parser *parser, struct slice name);

struct expression *compile_expression(struct parser *parser, enum expression_kind kind, size_t position);
struct expression *compile_literal(struct parser *parser, struct value value, size_t position);
struct expression *compile_name(struct parser *parser, struct slice name, size_t position);
struct expression *compile_pair(struct parser *parser, enum expression_kind kind, size_t position, struct expression *left,
								struct expression *right);

/* target[index], a field when the index is a literal string. */
struct expression *compile_item(struct parser *parser, size_t position, struct expression *target, struct expression *index);
struct expression *compile_field(struct parser *parser, size_t position, struct expression *target, struct slice name);
struct expression *compile_call(struct parser *parser, size_t position, struct expression *callee, struct operands operands);

/* A filter or a test with what it is applied to. */
struct expression *compile_applied(struct parser *parser, enum expression_kind kind, size_t position, struct slice name,
								   struct operands operands);

struct operator
{
	uint8_t kind; /* enum expression_kind, one of the binary ones */
	uint32_t position;
};

/* A row of operands with operators between them, without parentheses: as JavaScript would group it. */
struct expression *compile_row(struct parser *parser, struct expression **operands, const struct operator* operators,
							   unsigned operator_count);

void operands_add(struct parser *parser, struct operands *operands, struct expression *operand);
void operands_add_keyword(struct parser *parser, struct operands *operands, struct key name, struct expression *value);

/* Adds a statement to those that are read. */
struct statement *compile_statement(struct parser *parser, enum statement_kind kind, size_t position);
void compile_text(struct parser *parser, struct slice text, size_t position);

/* A block of the template; fails when there is one of this name. */
struct block *compile_block(struct parser *parser, struct key name, size_t position);

#endif
