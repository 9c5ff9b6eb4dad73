/*
 * placeholder_parser.h: the two halves of the compiler: text with its blocks, and expressions.
 */
#ifndef VOYGEN_PLACEHOLDER_PARSER_H
#define VOYGEN_PLACEHOLDER_PARSER_H

#include "placeholder_inside.h"

/* Variables of the loops around a place. */
typedef struct placeholder_bound placeholder_bound;
struct placeholder_bound
{
	kernel_text name;
	const placeholder_bound *outer;
};

struct placeholder_parser
{
	arena *memory;
	kernel_text source;
	size_t at;
	size_t opened; /* where the placeholder or tag at hand begins */
	unsigned blocks;
	unsigned parts;
	const placeholder_bound *bound;
	placeholder_program *program;
	placeholder_variable *last;
	placeholder_fault *fault;
	jmp_buf leave;
};

/* End the compilation. */
void placeholder_parse_fail(placeholder_parser *parser, placeholder_failure failure, size_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5), noreturn));
void *placeholder_parse_take(placeholder_parser *parser, size_t count, size_t size);

/* Remembers what looks like a slip. */
void placeholder_parse_remark(placeholder_parser *parser, size_t offset, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The byte at the place, or so many behind it; -1 at the end. */
static inline int
placeholder_parse_peek(const placeholder_parser *parser, size_t ahead)
{
	return parser->source.length - parser->at > ahead ? (unsigned char) parser->source.bytes[parser->at + ahead] : -1;
}

/* Takes a word that stands at the place. */
bool placeholder_parse_took(placeholder_parser *parser, const char *word);
void placeholder_parse_blanks(placeholder_parser *parser);

/* Letters, digits, _ and what is no ASCII; empty when there is none. */
kernel_text placeholder_parse_name(placeholder_parser *parser);
bool placeholder_parse_name_begins(int byte);

/* An expression up to the braces that end it, which are taken. A whole placeholder (not one of a tag) may end in a default
 * without quotes. */
const placeholder_expression *placeholder_parse_expression(placeholder_parser *parser, bool whole, const char *end);

#endif
