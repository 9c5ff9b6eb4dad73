/*
 * lexer.h - cuts a template into pieces: text, the delimiters of tags, and the words inside them.
 *
 * What trimBlocks and lstripBlocks take away is gone from the text it answers; what a `-` takes away is for the parser,
 * which sees both sides. Faults are for the parser, too: a token of the kind TOKEN_FAULT says what is wrong.
 */
#ifndef VOYGEN_RENDER_LEXER_H
#define VOYGEN_RENDER_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/arena.h"
#include "text/slice.h"

struct template_tags
{
	struct slice block_start; /* an empty one stands for the usual {% and so on */
	struct slice block_end;
	struct slice variable_start;
	struct slice variable_end;
	struct slice comment_start;
	struct slice comment_end;
};

enum token_kind
{
	TOKEN_END, /* of the template */
	TOKEN_FAULT,
	TOKEN_TEXT,
	TOKEN_COMMENT,
	TOKEN_BLOCK_START,
	TOKEN_BLOCK_END,
	TOKEN_VARIABLE_START,
	TOKEN_VARIABLE_END,
	TOKEN_SYMBOL,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_REGEX,
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_NONE,
	/* signs; the text says which of the operators */
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	TOKEN_LEFT_BRACKET,
	TOKEN_RIGHT_BRACKET,
	TOKEN_LEFT_CURLY,
	TOKEN_RIGHT_CURLY,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_TILDE,
	TOKEN_PIPE,
	TOKEN_OPERATOR
};

struct token
{
	enum token_kind kind;
	bool trims;         /* of a delimiter or a comment: it has a `-` towards the text before it (starts) or behind it (ends) */
	bool trims_before;  /* of a comment: a `-` at its start */
	size_t position;    /* of its first byte */
	struct slice text;  /* as it stands, of a string what it means, of a fault the message */
	struct slice flags; /* of a regex */
};

struct lexer
{
	struct arena *arena; /* for strings with escapes */
	struct slice source;
	struct template_tags tags;
	bool trim_blocks;
	bool lstrip_blocks;
	/* state */
	size_t at;
	enum token_kind inside; /* TOKEN_BLOCK_START, TOKEN_VARIABLE_START, or TOKEN_TEXT outside of tags */
	unsigned curly;         /* braces of dicts that are open inside a tag */
};

/* NULL, or what is wrong with these tags. */
const char *lexer_open(struct lexer *lexer, struct arena *arena, struct slice source, const struct template_tags *tags,
					   bool trim_blocks, bool lstrip_blocks);

struct token lexer_next(struct lexer *lexer);

/*
 * The text of a raw block, from behind its start tag to its matching end tag, which is skipped; false when there is none. What
 * stands between is not looked at, but for more of the same name.
 */
bool lexer_raw(struct lexer *lexer, struct slice name, struct slice *text);

#endif
