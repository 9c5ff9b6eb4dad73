/*
 * lexer.c - outside of tags it looks for the next delimiter, inside for words, numbers, strings and signs.
 */
#include "render/lexer.h"

#include <string.h>

#include "render/space.h"

#define SIGNS "()[]{}%*-+~/#,:|.<>=!"

static struct slice
tag_or(struct slice given, const char *usual)
{
	return given.length > 0 ? given : slice_of(usual);
}

const char *
lexer_open(struct lexer *lexer, struct arena *arena, struct slice source, const struct template_tags *tags, bool trim_blocks,
		   bool lstrip_blocks)
{
	*lexer = (struct lexer){.arena = arena, .source = source, .trim_blocks = trim_blocks, .lstrip_blocks = lstrip_blocks};
	lexer->inside = TOKEN_TEXT;
	lexer->tags.block_start = tag_or(tags->block_start, "{%");
	lexer->tags.block_end = tag_or(tags->block_end, "%}");
	lexer->tags.variable_start = tag_or(tags->variable_start, "{{");
	lexer->tags.variable_end = tag_or(tags->variable_end, "}}");
	lexer->tags.comment_start = tag_or(tags->comment_start, "{#");
	lexer->tags.comment_end = tag_or(tags->comment_end, "#}");
	if (slice_equal(lexer->tags.block_start, lexer->tags.variable_start) ||
		slice_equal(lexer->tags.block_start, lexer->tags.comment_start) ||
		slice_equal(lexer->tags.variable_start, lexer->tags.comment_start))
		return "the tags blockStart, variableStart and commentStart have to differ";
	return NULL;
}

static bool
starts_here(const struct lexer *lexer, size_t at, struct slice word)
{
	return lexer->source.length - at >= word.length && memcmp(lexer->source.at + at, word.at, word.length) == 0;
}

static struct token
make_token(const struct lexer *lexer, enum token_kind kind, size_t from, size_t to)
{
	return (struct token){.kind = kind, .position = from, .text = {lexer->source.at + from, to - from}};
}

static struct token
make_fault(size_t position, const char *message)
{
	return (struct token){.kind = TOKEN_FAULT, .position = position, .text = slice_of(message)};
}

/* The next place where a delimiter may begin. */
static size_t
next_candidate(const struct lexer *lexer, size_t at)
{
	const char *source = lexer->source.at;
	char a = lexer->tags.block_start.at[0];
	char b = lexer->tags.variable_start.at[0];
	char c = lexer->tags.comment_start.at[0];
	char d = lexer->tags.comment_end.at[0];

	while (at < lexer->source.length && source[at] != a && source[at] != b && source[at] != c && source[at] != d)
		at++;
	return at;
}

static struct token
lex_comment(struct lexer *lexer)
{
	size_t start = lexer->at;
	size_t content = start + lexer->tags.comment_start.length;
	struct slice end = lexer->tags.comment_end;
	size_t at = content;
	struct token token;

	while (at < lexer->source.length && !starts_here(lexer, at, end))
		at++;
	if (at >= lexer->source.length)
		return make_fault(start, "expected end of comment, got end of file");
	lexer->at = at + end.length;
	token = make_token(lexer, TOKEN_COMMENT, start, lexer->at);
	token.trims_before = content < at && lexer->source.at[content] == '-';
	token.trims = at > content && lexer->source.at[at - 1] == '-';
	return token;
}

/* How much of the text before a block tag stands on its line and is blank. */
static size_t
blanks_before(const struct lexer *lexer, size_t from, size_t to)
{
	const char *source = lexer->source.at;
	size_t line = to;

	while (line > from && source[line - 1] != '\n')
		line--;
	if (line == from && from > 0 && source[from - 1] != '\n')
		return 0;
	return space_skip(source + line, source + to) == source + to ? to - line : 0;
}

static struct token lex_start(struct lexer *lexer);

static struct token
lex_text(struct lexer *lexer)
{
	size_t start = lexer->at;
	size_t at = start;
	size_t end;

	for (;; at++)
	{
		at = next_candidate(lexer, at);
		if (at >= lexer->source.length || starts_here(lexer, at, lexer->tags.block_start) ||
			starts_here(lexer, at, lexer->tags.variable_start) || starts_here(lexer, at, lexer->tags.comment_start))
			break;
		if (starts_here(lexer, at, lexer->tags.comment_end))
			return make_fault(at, "unexpected end of comment");
	}
	lexer->at = at;
	end = at;
	if (lexer->lstrip_blocks && at < lexer->source.length && starts_here(lexer, at, lexer->tags.block_start))
		end -= blanks_before(lexer, start, at);
	if (end == start && at < lexer->source.length)
		return lex_start(lexer);
	return make_token(lexer, TOKEN_TEXT, start, end);
}

/* A delimiter that opens a tag, or a comment. */
static struct token
lex_start(struct lexer *lexer)
{
	size_t start = lexer->at;
	bool block = starts_here(lexer, start, lexer->tags.block_start);
	size_t length = block ? lexer->tags.block_start.length : lexer->tags.variable_start.length;
	struct token token;

	if (!block && !starts_here(lexer, start, lexer->tags.variable_start))
		return lex_comment(lexer);
	token = make_token(lexer, block ? TOKEN_BLOCK_START : TOKEN_VARIABLE_START, start, start + length);
	lexer->at = start + length;
	lexer->inside = token.kind;
	lexer->curly = 0;
	if (lexer->at < lexer->source.length && lexer->source.at[lexer->at] == '-')
	{
		token.trims = true;
		lexer->at++;
	}
	return token;
}

static struct token
lex_outside(struct lexer *lexer)
{
	size_t at = lexer->at;

	if (at >= lexer->source.length)
		return make_token(lexer, TOKEN_END, at, at);
	if (starts_here(lexer, at, lexer->tags.block_start) || starts_here(lexer, at, lexer->tags.variable_start) ||
		starts_here(lexer, at, lexer->tags.comment_start))
		return lex_start(lexer);
	return lex_text(lexer);
}

static size_t
code_space(const char *at, const char *end)
{
	if (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		return 1;
	return end - at >= 2 && (unsigned char) at[0] == 0xC2 && (unsigned char) at[1] == 0xA0 ? 2 : 0;
}

static void
skip_space(struct lexer *lexer)
{
	const char *end = lexer->source.at + lexer->source.length;
	size_t length;

	while (lexer->at < lexer->source.length && (length = code_space(lexer->source.at + lexer->at, end)) > 0)
		lexer->at += length;
}

/* The delimiter that closes this tag, with or without a `-`; length 0 when it is not here. */
static size_t
closing_length(const struct lexer *lexer, bool *trims)
{
	struct slice end = lexer->inside == TOKEN_BLOCK_START ? lexer->tags.block_end : lexer->tags.variable_end;

	*trims = false;
	/* a } that closes a dict is none of the delimiter's */
	if (lexer->curly > 0 && end.at[0] == '}')
		return 0;
	if (starts_here(lexer, lexer->at, end))
		return end.length;
	if (lexer->source.at[lexer->at] == '-' && starts_here(lexer, lexer->at + 1, end))
	{
		*trims = true;
		return end.length + 1;
	}
	return 0;
}

static void
skip_line_end(struct lexer *lexer)
{
	if (starts_here(lexer, lexer->at, SLICE_OF("\n")))
		lexer->at++;
	else if (starts_here(lexer, lexer->at, SLICE_OF("\r\n")))
		lexer->at += 2;
}

static struct token
close_tag(struct lexer *lexer, size_t length, bool trims)
{
	bool block = lexer->inside == TOKEN_BLOCK_START;
	struct token token = make_token(lexer, block ? TOKEN_BLOCK_END : TOKEN_VARIABLE_END, lexer->at, lexer->at + length);

	token.trims = trims;
	lexer->at += length;
	lexer->inside = TOKEN_TEXT;
	if (block && lexer->trim_blocks)
		skip_line_end(lexer);
	return token;
}

static char
unescape(char byte)
{
	switch (byte)
	{
		case 'n':
			return '\n';
		case 't':
			return '\t';
		case 'r':
			return '\r';
		default:
			return byte;
	}
}

static struct token
lex_string(struct lexer *lexer)
{
	size_t start = lexer->at;
	const char *source = lexer->source.at;
	char quote = source[start];
	size_t at = start + 1;
	size_t escapes = 0;
	struct token token;
	char *text;
	size_t length = 0;

	for (; at < lexer->source.length && source[at] != quote; at++)
	{
		if (source[at] == '\\' && at + 1 < lexer->source.length)
		{
			escapes++;
			at++;
		}
	}
	if (at >= lexer->source.length)
		return make_fault(start, "expected the end of a string, got end of file");
	lexer->at = at + 1;
	token = make_token(lexer, TOKEN_STRING, start, lexer->at);
	token.text = (struct slice){source + start + 1, at - start - 1};
	if (escapes == 0)
		return token;
	text = arena_alloc(lexer->arena, token.text.length);
	for (size_t i = 0; i < token.text.length; i++)
	{
		char byte = token.text.at[i];

		text[length++] = byte == '\\' ? unescape(token.text.at[++i]) : byte;
	}
	token.text = (struct slice){text, length};
	return token;
}

static struct token
lex_regex(struct lexer *lexer)
{
	size_t start = lexer->at;
	const char *source = lexer->source.at;
	size_t at = start + 2;
	struct token token;
	size_t flags;

	while (at < lexer->source.length && !(source[at] == '/' && source[at - 1] != '\\'))
		at++;
	if (at >= lexer->source.length)
		return make_fault(start, "expected the end of a regular expression, got end of file");
	flags = at + 1;
	lexer->at = flags;
	while (lexer->at < lexer->source.length && memchr("gimy", source[lexer->at], 4) != NULL)
		lexer->at++;
	token = make_token(lexer, TOKEN_REGEX, start, lexer->at);
	token.text = (struct slice){source + start + 2, at - start - 2};
	token.flags = (struct slice){source + flags, lexer->at - flags};
	return token;
}

static enum token_kind
sign_kind(struct lexer *lexer, char sign)
{
	switch (sign)
	{
		case '(':
			return TOKEN_LEFT_PAREN;
		case ')':
			return TOKEN_RIGHT_PAREN;
		case '[':
			return TOKEN_LEFT_BRACKET;
		case ']':
			return TOKEN_RIGHT_BRACKET;
		case '{':
			lexer->curly++;
			return TOKEN_LEFT_CURLY;
		case '}':
			if (lexer->curly > 0)
				lexer->curly--;
			return TOKEN_RIGHT_CURLY;
		case ',':
			return TOKEN_COMMA;
		case ':':
			return TOKEN_COLON;
		case '~':
			return TOKEN_TILDE;
		case '|':
			return TOKEN_PIPE;
		default:
			return TOKEN_OPERATOR;
	}
}

static struct token
lex_sign(struct lexer *lexer)
{
	static const char *const long_signs[] = {"===", "!==", "==", "!=", "<=", ">=", "//", "**"};
	size_t start = lexer->at;

	for (size_t i = 0; i < sizeof(long_signs) / sizeof(long_signs[0]); i++)
	{
		if (starts_here(lexer, start, slice_of(long_signs[i])))
		{
			lexer->at += strlen(long_signs[i]);
			return make_token(lexer, TOKEN_OPERATOR, start, lexer->at);
		}
	}
	lexer->at++;
	return make_token(lexer, sign_kind(lexer, lexer->source.at[start]), start, lexer->at);
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static struct token
lex_number(struct lexer *lexer, size_t start)
{
	if (lexer->at < lexer->source.length && lexer->source.at[lexer->at] == '.')
	{
		lexer->at++;
		while (lexer->at < lexer->source.length && is_digit(lexer->source.at[lexer->at]))
			lexer->at++;
	}
	return make_token(lexer, TOKEN_NUMBER, start, lexer->at);
}

static struct token
lex_word(struct lexer *lexer)
{
	const char *source = lexer->source.at;
	const char *end = source + lexer->source.length;
	size_t start = lexer->at;
	bool digits = true;
	struct token token;

	while (lexer->at < lexer->source.length && strchr(SIGNS, source[lexer->at]) == NULL && code_space(source + lexer->at, end) == 0)
	{
		digits = digits && is_digit(source[lexer->at]);
		lexer->at++;
	}
	if (lexer->at == start)
	{
		/* strchr finds the NUL, which no template has reason to hold */
		lexer->at++;
		return make_fault(start, "unexpected NUL byte");
	}
	if (digits)
		return lex_number(lexer, start);
	token = make_token(lexer, TOKEN_SYMBOL, start, lexer->at);
	if (slice_is(token.text, "true"))
		token.kind = TOKEN_TRUE;
	else if (slice_is(token.text, "false"))
		token.kind = TOKEN_FALSE;
	else if (slice_is(token.text, "none") || slice_is(token.text, "null"))
		token.kind = TOKEN_NONE;
	return token;
}

static struct token
lex_inside(struct lexer *lexer)
{
	size_t closing;
	bool trims;
	char byte;

	skip_space(lexer);
	if (lexer->at >= lexer->source.length)
		return make_token(lexer, TOKEN_END, lexer->at, lexer->at);
	byte = lexer->source.at[lexer->at];
	if (byte == '"' || byte == '\'')
		return lex_string(lexer);
	closing = closing_length(lexer, &trims);
	if (closing > 0)
		return close_tag(lexer, closing, trims);
	if (starts_here(lexer, lexer->at, SLICE_OF("r/")))
		return lex_regex(lexer);
	if (byte != '\0' && strchr(SIGNS, byte) != NULL)
		return lex_sign(lexer);
	return lex_word(lexer);
}

struct token
lexer_next(struct lexer *lexer)
{
	return lexer->inside == TOKEN_TEXT ? lex_outside(lexer) : lex_inside(lexer);
}

/* Whether a block tag of this name and nothing else begins here; where it ends. */
static bool
raw_tag(const struct lexer *lexer, size_t at, struct slice name, size_t *end)
{
	const char *source = lexer->source.at;
	const char *limit = source + lexer->source.length;

	if (!starts_here(lexer, at, lexer->tags.block_start))
		return false;
	at = (size_t) (space_skip(source + at + lexer->tags.block_start.length, limit) - source);
	if (!starts_here(lexer, at, name))
		return false;
	at = (size_t) (space_skip(source + at + name.length, limit) - source);
	*end = at + lexer->tags.block_end.length;
	return starts_here(lexer, at, lexer->tags.block_end);
}

bool
lexer_raw(struct lexer *lexer, struct slice name, struct slice *text)
{
	struct slice end_name = slice_of(arena_format(lexer->arena, "end%.*s", (int) name.length, name.at));
	size_t start = lexer->at;
	unsigned level = 1;

	for (size_t at = start; at < lexer->source.length;)
	{
		size_t end;

		if (raw_tag(lexer, at, name, &end))
			level++;
		else if (!raw_tag(lexer, at, end_name, &end))
		{
			at++;
			continue;
		}
		else if (--level == 0)
		{
			*text = (struct slice){lexer->source.at + start, at - start};
			lexer->at = end;
			return true;
		}
		at = end;
	}
	return false;
}
