/*
 * placeholder_compile.c: a text into nodes: what stands as it is, placeholders, blocks.
 *
 * A brace begins a placeholder when a letter, _, ! or ( follows at once; any other brace is a brace, so that JSON and rules
 * of CSS written with a blank need no escape. Two braces begin a tag. \{ and \} are braces, \\ in front of one a backslash.
 */
#include "placeholder_parser.h"

#include <stdarg.h>
#include <stdio.h>

typedef enum tag
{
	TAG_NONE, /* the end of the text */
	TAG_ELSE,
	TAG_ELSE_IF,
	TAG_END_IF,
	TAG_END_EACH
} tag;

static placeholder_node *parse_nodes(placeholder_parser *parser, tag *end);

void
placeholder_parse_fail(placeholder_parser *parser, placeholder_failure failure, size_t offset, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	placeholder_fault_set(parser->fault, failure, PLACEHOLDER_OF_CONTENT, "%s", message);
	placeholder_fault_place(parser->fault, parser->source, offset);
	longjmp(parser->leave, 1);
}

void *
placeholder_parse_take(placeholder_parser *parser, size_t count, size_t size)
{
	void *piece = arena_take_many(parser->memory, count, size);

	if (piece == NULL)
	{
		placeholder_fault_memory(parser->fault);
		longjmp(parser->leave, 1);
	}
	return memset(piece, 0, count * size);
}

void
placeholder_parse_remark(placeholder_parser *parser, size_t offset, const char *format, ...)
{
	placeholder_program *program = parser->program;
	placeholder_fault place;
	char message[400];
	char *copy;
	va_list args;
	int length;

	if (program->remark_count == PLACEHOLDER_REMARKS_MOST)
		return;
	placeholder_fault_place(&place, parser->source, offset);
	length = snprintf(message, sizeof(message), "line %u, column %u: ", place.line, place.column);
	va_start(args, format);
	vsnprintf(message + length, sizeof(message) - (size_t) length, format, args);
	va_end(args);
	copy = placeholder_parse_take(parser, strlen(message) + 1, 1);
	program->remarks[program->remark_count++] = kernel_text_of(strcpy(copy, message));
}

bool
placeholder_parse_took(placeholder_parser *parser, const char *word)
{
	size_t length = strlen(word);

	if (parser->source.length - parser->at < length || memcmp(parser->source.bytes + parser->at, word, length) != 0)
		return false;
	parser->at += length;
	return true;
}

void
placeholder_parse_blanks(placeholder_parser *parser)
{
	int byte = placeholder_parse_peek(parser, 0);

	while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
	{
		parser->at++;
		byte = placeholder_parse_peek(parser, 0);
	}
}

bool
placeholder_parse_name_begins(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80;
}

kernel_text
placeholder_parse_name(placeholder_parser *parser)
{
	size_t begin = parser->at;

	if (!placeholder_parse_name_begins(placeholder_parse_peek(parser, 0)))
		return (kernel_text){NULL, 0};
	for (int byte = placeholder_parse_peek(parser, 0); placeholder_parse_name_begins(byte) || (byte >= '0' && byte <= '9');
		 byte = placeholder_parse_peek(parser, 0))
		parser->at++;
	return (kernel_text){parser->source.bytes + begin, parser->at - begin};
}

/* ---- text ---- */

static bool
at_placeholder(const placeholder_parser *parser)
{
	int next = placeholder_parse_peek(parser, 1);

	return placeholder_parse_peek(parser, 0) == '{' && (next == '{' || next == '!' || next == '(' || placeholder_parse_name_begins(next));
}

/* A backslash that stands for what follows it: in front of a brace, or of another that is. */
static bool
at_escape(const placeholder_parser *parser)
{
	int next = placeholder_parse_peek(parser, 1);
	int third = placeholder_parse_peek(parser, 2);

	return placeholder_parse_peek(parser, 0) == '\\' && (next == '{' || next == '}' || (next == '\\' && (third == '{' || third == '}')));
}

/* Text up to the next placeholder, tag or escape; an escape gives the one byte behind it. */
static placeholder_node *
parse_text(placeholder_parser *parser)
{
	placeholder_node *node = placeholder_parse_take(parser, 1, sizeof(*node));
	size_t begin = parser->at;

	node->kind = PLACEHOLDER_NODE_TEXT;
	if (at_escape(parser))
	{
		node->text = (kernel_text){parser->source.bytes + parser->at + 1, 1};
		parser->at += 2;
		return node;
	}
	while (placeholder_parse_peek(parser, 0) >= 0 && !at_placeholder(parser) && !at_escape(parser))
		parser->at++;
	node->text = (kernel_text){parser->source.bytes + begin, parser->at - begin};
	return node;
}

static placeholder_node *
parse_print(placeholder_parser *parser)
{
	placeholder_node *node = placeholder_parse_take(parser, 1, sizeof(*node));

	node->kind = PLACEHOLDER_NODE_PRINT;
	parser->opened = parser->at++;
	node->expression = placeholder_parse_expression(parser, true, "}");
	return node;
}

/* ---- blocks ---- */

static void
block_enter(placeholder_parser *parser, size_t opened)
{
	if (++parser->blocks > PLACEHOLDER_BLOCKS_MOST)
		placeholder_parse_fail(parser, PLACEHOLDER_NESTING, opened, "more than %d blocks within each other", PLACEHOLDER_BLOCKS_MOST);
}

static void
tag_close(placeholder_parser *parser, const char *name)
{
	placeholder_parse_blanks(parser);
	if (!placeholder_parse_took(parser, "}}"))
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "{{%s is closed by }}", name);
}

/* Behind "{{#if" or "{{else if": condition, body, and what follows else. `{{/if}}` of the first ends them all. */
static placeholder_node *
parse_if(placeholder_parser *parser, size_t opened)
{
	placeholder_node *node = placeholder_parse_take(parser, 1, sizeof(*node));
	tag end;

	block_enter(parser, opened);
	node->kind = PLACEHOLDER_NODE_IF;
	parser->opened = opened;
	node->expression = placeholder_parse_expression(parser, false, "}}");
	node->body = parse_nodes(parser, &end);
	if (end == TAG_ELSE_IF)
		node->otherwise = parse_if(parser, parser->opened);
	else
	{
		if (end == TAG_ELSE)
			node->otherwise = parse_nodes(parser, &end);
		if (end != TAG_END_IF)
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, end == TAG_NONE ? opened : parser->opened,
								   end == TAG_NONE ? "this {{#if}} is not closed by {{/if}}" : "expected {{/if}} here");
	}
	parser->blocks--;
	return node;
}

/* Behind "{{#each": list, "as", the variable, body, and what follows else for an empty list. */
static placeholder_node *
parse_each(placeholder_parser *parser, size_t opened)
{
	placeholder_node *node = placeholder_parse_take(parser, 1, sizeof(*node));
	placeholder_bound bound;
	tag end;

	block_enter(parser, opened);
	node->kind = PLACEHOLDER_NODE_EACH;
	parser->opened = opened;
	node->expression = placeholder_parse_expression(parser, false, "as");
	placeholder_parse_blanks(parser);
	node->text = placeholder_parse_name(parser);
	if (node->text.length == 0)
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected the name of an item, as in {{#each hotels as hotel}}");
	tag_close(parser, "#each");
	bound = (placeholder_bound){node->text, parser->bound};
	parser->bound = &bound;
	node->body = parse_nodes(parser, &end);
	parser->bound = bound.outer;
	if (end == TAG_ELSE)
		node->otherwise = parse_nodes(parser, &end);
	if (end != TAG_END_EACH)
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, end == TAG_NONE ? opened : parser->opened,
							   end == TAG_NONE ? "this {{#each}} is not closed by {{/each}}" : "expected {{/each}} here");
	parser->blocks--;
	return node;
}

/* A word of a tag that ends there. */
static bool
took_tag(placeholder_parser *parser, const char *word)
{
	size_t before = parser->at;
	int next;

	if (!placeholder_parse_took(parser, word))
		return false;
	next = placeholder_parse_peek(parser, 0);
	if (next == '}' || next == ' ' || next == '\t' || next == '\n' || next == '\r')
		return true;
	parser->at = before;
	return false;
}

/* A tag that ends the nodes before it. */
static tag
parse_end(placeholder_parser *parser)
{
	if (took_tag(parser, "{{else"))
	{
		placeholder_parse_blanks(parser);
		if (took_tag(parser, "if"))
			return TAG_ELSE_IF;
		tag_close(parser, "else");
		return TAG_ELSE;
	}
	if (took_tag(parser, "{{/if"))
	{
		tag_close(parser, "/if");
		return TAG_END_IF;
	}
	if (took_tag(parser, "{{/each"))
	{
		tag_close(parser, "/each");
		return TAG_END_EACH;
	}
	placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at,
						   "two braces begin {{#if …}}, {{else}}, {{else if …}}, {{/if}}, {{#each … as …}} or "
						   "{{/each}}; a variable is written {name}, a brace \\{");
}

/* The block that begins here; NULL when it is a tag that ends one. */
static placeholder_node *
parse_block(placeholder_parser *parser)
{
	size_t opened = parser->at;

	if (took_tag(parser, "{{#if"))
		return parse_if(parser, opened);
	if (took_tag(parser, "{{#each"))
		return parse_each(parser, opened);
	return NULL;
}

static placeholder_node *
parse_nodes(placeholder_parser *parser, tag *end)
{
	placeholder_node *first = NULL;
	placeholder_node **next = &first;

	*end = TAG_NONE;
	while (placeholder_parse_peek(parser, 0) >= 0)
	{
		if (!at_placeholder(parser))
			*next = parse_text(parser);
		else if (placeholder_parse_peek(parser, 1) != '{')
			*next = parse_print(parser);
		else
			*next = parse_block(parser);
		if (*next == NULL)
		{
			parser->opened = parser->at;
			*end = parse_end(parser);
			return first;
		}
		next = &(*next)->next;
	}
	return first;
}

bool
placeholder_compile(arena *memory, kernel_text source, placeholder_program *program, placeholder_fault *fault)
{
	placeholder_parser parser = {.memory = memory, .source = source, .program = program, .fault = fault};
	tag end;

	memset(program, 0, sizeof(*program));
	program->source = source;
	if (setjmp(parser.leave) != 0)
		return false;
	program->nodes = parse_nodes(&parser, &end);
	if (end != TAG_NONE)
		placeholder_parse_fail(&parser, PLACEHOLDER_SYNTAX, parser.opened, "there is no block here to close or to divide");
	return true;
}
