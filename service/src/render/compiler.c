/*
 * compiler.c - makes the nodes of the program, with everything found that can be known before it runs.
 *
 * A row of operators is grouped as JavaScript would group it and not by the precedence the language gives them, since
 * Nunjucks writes its operators into JavaScript without parentheses and templates have come to rely on it:
 * 1 ~ 2 + 3 is "123", 2 * 3 % 4 is 2.
 */
#include "render/parser_inside.h"

#include <string.h>

#include "render/number_text.h"

static void
grow_names(struct parser *parser)
{
	struct name_table old = parser->names;
	uint32_t places = old.keys == NULL ? 64 : (old.mask + 1) * 2;

	parser->names.keys = arena_alloc(parser->arena, places * sizeof(struct key));
	parser->names.mask = places - 1;
	for (uint32_t i = 0; old.keys != NULL && i <= old.mask; i++)
	{
		uint32_t place = old.keys[i].hash & parser->names.mask;

		if (old.keys[i].bytes == NULL)
			continue;
		while (parser->names.keys[place].bytes != NULL)
			place = (place + 1) & parser->names.mask;
		parser->names.keys[place] = old.keys[i];
	}
}

struct key
compile_key(struct parser *parser, struct slice name)
{
	struct key key = key_of(name.at, name.length);
	uint32_t place;

	if (parser->names.keys == NULL || parser->names.count * 2 > parser->names.mask)
		grow_names(parser);
	place = key.hash & parser->names.mask;
	while (parser->names.keys[place].bytes != NULL)
	{
		struct key known = parser->names.keys[place];

		if (known.hash == key.hash && known.length == key.length && memcmp(known.bytes, key.bytes, key.length) == 0)
			return known;
		place = (place + 1) & parser->names.mask;
	}
	parser->names.keys[place] = key;
	parser->names.count++;
	return key;
}

struct expression *
compile_expression(struct parser *parser, enum expression_kind kind, size_t position)
{
	struct expression *expression = arena_alloc(parser->arena, sizeof(*expression));

	expression->kind = (uint8_t) kind;
	expression->position = (uint32_t) position;
	return expression;
}

struct expression *
compile_literal(struct parser *parser, struct value value, size_t position)
{
	struct expression *expression = compile_expression(parser, EXPRESSION_LITERAL, position);

	expression->literal = value;
	return expression;
}

struct expression *
compile_name(struct parser *parser, struct slice name, size_t position)
{
	struct expression *expression = compile_expression(parser, EXPRESSION_NAME, position);

	expression->name.key = compile_key(parser, name);
	expression->name.global = builtin_global(name.at, name.length);
	return expression;
}

struct expression *
compile_pair(struct parser *parser, enum expression_kind kind, size_t position, struct expression *left, struct expression *right)
{
	struct expression *expression;

	if (kind == EXPRESSION_NEGATIVE && left->kind == EXPRESSION_LITERAL && left->literal.kind == VALUE_NUMBER)
	{
		left->literal.number = -left->literal.number;
		return left;
	}
	expression = compile_expression(parser, kind, position);
	expression->pair.left = left;
	expression->pair.right = right;
	return expression;
}

struct expression *
compile_field(struct parser *parser, size_t position, struct expression *target, struct slice name)
{
	struct expression *expression = compile_expression(parser, EXPRESSION_FIELD, position);

	expression->field.target = target;
	expression->field.key = compile_key(parser, name);
	return expression;
}

struct expression *
compile_item(struct parser *parser, size_t position, struct expression *target, struct expression *index)
{
	if (index->kind == EXPRESSION_LITERAL && index->literal.kind == VALUE_STRING)
		return compile_field(parser, position, target, value_slice(index->literal));
	return compile_pair(parser, EXPRESSION_ITEM, position, target, index);
}

static const char *
literal_label(struct arena *arena, struct value literal)
{
	char digits[NUMBER_TEXT_ROOM];

	switch (literal.kind)
	{
		case VALUE_STRING:
			return arena_copy(arena, literal.bytes, literal.length);
		case VALUE_NUMBER:
			return arena_copy(arena, digits, number_text(literal.number, digits));
		case VALUE_BOOLEAN:
			return literal.boolean ? "true" : "false";
		default:
			return "null";
	}
}

/* Longer labels would fill the memory, as each part of a chain repeats those before it. */
#define LABEL_BYTES 200

static const char *label_whole(struct parser *parser, const struct expression *callee);

/* How an error calls what cannot be called. */
static const char *
label_of(struct parser *parser, const struct expression *callee)
{
	const char *label = label_whole(parser, callee);

	return strlen(label) <= LABEL_BYTES ? label : "--expression--";
}

static const char *
label_whole(struct parser *parser, const struct expression *callee)
{
	struct arena *arena = parser->arena;

	switch (callee->kind)
	{
		case EXPRESSION_NAME:
			return arena_copy(arena, callee->name.key.bytes, callee->name.key.length);
		case EXPRESSION_CALL:
			return arena_format(arena, "the return value of (%s)", callee->call.label);
		case EXPRESSION_FIELD:
			return arena_format(arena, "%s[\"%.*s\"]", label_of(parser, callee->field.target), (int) callee->field.key.length,
								callee->field.key.bytes);
		case EXPRESSION_ITEM:
			return arena_format(arena, "%s[\"%s\"]", label_of(parser, callee->pair.left), label_of(parser, callee->pair.right));
		case EXPRESSION_LITERAL:
			return literal_label(arena, callee->literal);
		default:
			return "--expression--";
	}
}

struct expression *
compile_call(struct parser *parser, size_t position, struct expression *callee, struct operands operands)
{
	struct expression *expression;

	if (callee->kind == EXPRESSION_NAME && parser->block != NULL &&
		slice_is((struct slice){callee->name.key.bytes, callee->name.key.length}, "super"))
	{
		parser->block->uses_super = true;
		return compile_expression(parser, EXPRESSION_SUPER, position);
	}
	expression = compile_expression(parser, EXPRESSION_CALL, callee->position);
	expression->call.callee = callee;
	expression->call.operands = operands;
	expression->call.label = label_of(parser, callee);
	return expression;
}

struct expression *
compile_applied(struct parser *parser, enum expression_kind kind, size_t position, struct slice name, struct operands operands)
{
	struct expression *expression = compile_expression(parser, kind, position);

	expression->applied.builtin = kind == EXPRESSION_TEST ? builtin_test(name.at, name.length) : builtin_filter(name.at, name.length);
	expression->applied.name = name;
	expression->applied.operands = operands;
	return expression;
}

static unsigned
binding(uint8_t kind)
{
	switch (kind)
	{
		case EXPRESSION_MULTIPLY:
		case EXPRESSION_DIVIDE:
		case EXPRESSION_REMAINDER:
			return 4;
		case EXPRESSION_ADD:
		case EXPRESSION_SUBTRACT:
		case EXPRESSION_CONCATENATE:
			return 3;
		case EXPRESSION_LESS:
		case EXPRESSION_LESS_EQUAL:
		case EXPRESSION_GREATER:
		case EXPRESSION_GREATER_EQUAL:
			return 2;
		default:
			return 1;
	}
}

struct expression *
compile_row(struct parser *parser, struct expression **operands, const struct operator* operators, unsigned operator_count)
{
	struct operator pending[4]; /* each binds tighter than the one below it */
	struct expression *values[5];
	unsigned depth = 0;

	values[0] = operands[0];
	for (unsigned i = 0; i < operator_count; i++)
	{
		while (depth > 0 && binding(pending[depth - 1].kind) >= binding(operators[i].kind))
		{
			depth--;
			values[depth] = compile_pair(parser, pending[depth].kind, pending[depth].position, values[depth], values[depth + 1]);
		}
		pending[depth++] = operators[i];
		values[depth] = operands[i + 1];
	}
	while (depth > 0)
	{
		depth--;
		values[depth] = compile_pair(parser, pending[depth].kind, pending[depth].position, values[depth], values[depth + 1]);
	}
	return values[0];
}

/* Room for one more of `count` things of `size` bytes; lists double, so few copies are left behind in the arena. */
static void *
one_more(struct parser *parser, void *things, uint32_t count, size_t size)
{
	void *larger;

	if (count != 0 && (count & (count - 1)) != 0)
		return things;
	larger = arena_alloc(parser->arena, (count == 0 ? 1 : (size_t) count * 2) * size);
	if (count > 0)
		memcpy(larger, things, count * size);
	return larger;
}

void
operands_add(struct parser *parser, struct operands *operands, struct expression *operand)
{
	operands->at = one_more(parser, operands->at, operands->count, sizeof(struct expression *));
	operands->at[operands->count++] = operand;
}

void
operands_add_keyword(struct parser *parser, struct operands *operands, struct key name, struct expression *value)
{
	operands->keywords = one_more(parser, operands->keywords, operands->keyword_count, sizeof(struct keyword));
	operands->keywords[operands->keyword_count++] = (struct keyword){name, value};
}

struct statement *
compile_statement(struct parser *parser, enum statement_kind kind, size_t position)
{
	struct statement *statement = arena_alloc(parser->arena, sizeof(*statement));
	struct statement_list *list = parser->list;

	statement->kind = (uint8_t) kind;
	statement->position = (uint32_t) position;
	statement->at_root = parser->frames == 0;
	statement->in_block = parser->block != NULL;
	if (list->last != NULL)
		list->last->next = statement;
	else
		list->first = statement;
	list->last = statement;
	return statement;
}

void
compile_text(struct parser *parser, struct slice text, size_t position)
{
	if (text.length > 0)
		compile_statement(parser, STATEMENT_TEXT, position)->text = text;
}

struct block *
compile_block(struct parser *parser, struct key name, size_t position)
{
	struct block *block;

	for (const struct block *other = parser->template->blocks; other != NULL; other = other->next)
	{
		if (other->name.hash == name.hash && other->name.bytes == name.bytes)
			parser_fail(parser, position, "Block \"%.*s\" defined more than once.", (int) name.length, name.bytes);
	}
	block = arena_alloc(parser->arena, sizeof(*block));
	block->name = name;
	block->position = (uint32_t) position;
	block->next = parser->template->blocks;
	parser->template->blocks = block;
	return block;
}
