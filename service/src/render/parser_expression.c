/*
 * parser_expression.c - what stands inside tags: names, literals, calls, filters, operators.
 */
#include "render/parser_inside.h"

#include <string.h>

#include "render/number_text.h"
#include "render/regex.h"

static struct expression *
parse_regex(struct parser *parser, const struct token *token)
{
	const char *error = NULL;
	const struct regex *regex = regex_compile(parser->arena, token->text, token->flags, &error);

	if (regex == NULL)
		parser_fail(parser, token->position, "invalid regular expression: %s", error);
	return compile_literal(parser, (struct value){.kind = VALUE_REGEX, .regex = regex}, token->position);
}

static struct expression *
parse_items(struct parser *parser, struct token open, enum expression_kind kind, enum token_kind end)
{
	struct expression *list = compile_expression(parser, kind, open.position);

	while (!parser_skip(parser, end))
	{
		if (list->operands.count > 0 && !parser_skip(parser, TOKEN_COMMA))
			parser_fail(parser, parser_peek(parser)->position, "parseAggregate: expected comma after expression");
		operands_add(parser, &list->operands, parse_expression(parser));
	}
	return list;
}

static struct expression *
parse_dict(struct parser *parser, struct token open)
{
	struct expression *dict = compile_expression(parser, EXPRESSION_DICT, open.position);

	while (!parser_skip(parser, TOKEN_RIGHT_CURLY))
	{
		struct token key;

		if (dict->operands.keyword_count > 0 && !parser_skip(parser, TOKEN_COMMA))
			parser_fail(parser, parser_peek(parser)->position, "parseAggregate: expected comma after expression");
		key = parser_take(parser);
		if (key.kind != TOKEN_SYMBOL && key.kind != TOKEN_STRING)
		{
			if (key.kind < TOKEN_SYMBOL || key.kind > TOKEN_NONE)
				parser_unexpected(parser, &key);
			parser_fail(parser, key.position, "compilePair: Dict keys must be strings or names");
		}
		if (!parser_skip(parser, TOKEN_COLON))
			parser_fail(parser, parser_peek(parser)->position, "parseAggregate: expected colon after dict key");
		operands_add_keyword(parser, &dict->operands, compile_key(parser, key.text), parse_expression(parser));
	}
	return dict;
}

static struct expression *
parse_group(struct parser *parser, struct token open)
{
	struct expression *group = parse_items(parser, open, EXPRESSION_COMMA, TOKEN_RIGHT_PAREN);

	if (group->operands.count == 0)
		parser_fail(parser, open.position, "expected an expression between ( and )");
	return group;
}

static struct expression *
parse_atom(struct parser *parser)
{
	struct token token = parser_take(parser);

	switch (token.kind)
	{
		case TOKEN_SYMBOL:
			return compile_name(parser, token.text, token.position);
		case TOKEN_STRING:
			return compile_literal(parser, value_string(token.text.at, token.text.length), token.position);
		case TOKEN_NUMBER:
			return compile_literal(parser, value_number(number_prefix_float(token.text.at, token.text.length)), token.position);
		case TOKEN_TRUE:
		case TOKEN_FALSE:
			return compile_literal(parser, value_boolean(token.kind == TOKEN_TRUE), token.position);
		case TOKEN_NONE:
			return compile_literal(parser, value_null(), token.position);
		case TOKEN_REGEX:
			return parse_regex(parser, &token);
		case TOKEN_LEFT_PAREN:
			return parse_group(parser, token);
		case TOKEN_LEFT_BRACKET:
			return parse_items(parser, token, EXPRESSION_LIST, TOKEN_RIGHT_BRACKET);
		case TOKEN_LEFT_CURLY:
			return parse_dict(parser, token);
		case TOKEN_END:
			parser_fail(parser, token.position, "expected expression, got end of file");
		default:
			parser_unexpected(parser, &token);
	}
}

/* Part of a slice, absent before a colon and a bracket. */
static struct expression *
parse_bound(struct parser *parser)
{
	enum token_kind kind = parser_peek(parser)->kind;

	return kind == TOKEN_COLON || kind == TOKEN_RIGHT_BRACKET ? NULL : parse_expression(parser);
}

static struct expression *
parse_index(struct parser *parser, struct expression *target, size_t position)
{
	struct expression *from = parse_bound(parser);
	struct expression *slice;

	if (!parser_skip(parser, TOKEN_COLON))
	{
		if (from != NULL && parser_skip(parser, TOKEN_RIGHT_BRACKET))
			return compile_item(parser, position, target, from);
		parser_fail(parser, position, "invalid index");
	}
	slice = compile_expression(parser, EXPRESSION_SLICE, position);
	slice->range.target = target;
	slice->range.from = from;
	slice->range.to = parse_bound(parser);
	if (parser_skip(parser, TOKEN_COLON))
		slice->range.step = parse_bound(parser);
	if (!parser_skip(parser, TOKEN_RIGHT_BRACKET))
		parser_fail(parser, parser_peek(parser)->position, "parseSlice: too many slice components");
	return slice;
}

static struct expression *
parse_postfix(struct parser *parser, struct expression *expression)
{
	unsigned links = 0;

	for (;;)
	{
		size_t position = parser_peek(parser)->position;

		if (parser_peek(parser)->kind == TOKEN_LEFT_PAREN)
		{
			struct operands operands = {0};

			parse_arguments(parser, &operands);
			expression = compile_call(parser, position, expression, operands);
		}
		else if (parser_skip(parser, TOKEN_LEFT_BRACKET))
			expression = parse_index(parser, expression, position);
		else if (parser_skip_operator(parser, "."))
		{
			struct token name = parser_take(parser);

			if (name.kind != TOKEN_SYMBOL)
				parser_fail(parser, name.position, "expected name as lookup value, got %.*s", (int) name.text.length, name.text.at);
			expression = compile_field(parser, name.position, expression, name.text);
		}
		else
			return expression;
		parser_link(parser, &links);
	}
}

struct expression *
parse_primary(struct parser *parser)
{
	return parse_postfix(parser, parse_atom(parser));
}

struct key
parse_name(struct parser *parser, const char *what)
{
	struct token token = parser_take(parser);

	if (token.kind != TOKEN_SYMBOL)
		parser_fail(parser, token.position, "%s", what);
	return compile_key(parser, token.text);
}

void
parse_arguments(struct parser *parser, struct operands *operands)
{
	bool first = true;

	parser_take(parser);
	while (!parser_skip(parser, TOKEN_RIGHT_PAREN))
	{
		struct expression *argument;

		if (!first && !parser_skip(parser, TOKEN_COMMA))
			parser_fail(parser, parser_peek(parser)->position, "parseSignature: expected comma after expression");
		first = false;
		argument = parse_expression(parser);
		if (!parser_skip_operator(parser, "="))
			operands_add(parser, operands, argument);
		else if (argument->kind != EXPRESSION_NAME)
			parser_fail(parser, argument->position, "expected a name before =");
		else
			operands_add_keyword(parser, operands, argument->name.key, parse_expression(parser));
	}
}

struct expression *
parse_filter(struct parser *parser, struct expression *input)
{
	struct token first = parser_take(parser);
	struct slice name = first.text;
	struct operands operands = {0};

	if (first.kind != TOKEN_SYMBOL)
		parser_fail(parser, first.position, "expected the name of a filter, got %.*s", (int) name.length, name.at);
	while (parser_skip_operator(parser, "."))
	{
		struct token part = parser_take(parser);

		if (part.kind != TOKEN_SYMBOL)
			parser_unexpected(parser, &part);
		name = slice_of(arena_format(parser->arena, "%.*s.%.*s", (int) name.length, name.at, (int) part.text.length, part.text.at));
	}
	operands_add(parser, &operands, input);
	if (parser_peek(parser)->kind == TOKEN_LEFT_PAREN)
		parse_arguments(parser, &operands);
	return compile_applied(parser, EXPRESSION_FILTER, first.position, name, operands);
}

/* A sign binds tighter than a filter, which takes the whole: -5 | abs is 5. */
static struct expression *
parse_signed(struct parser *parser)
{
	struct expression *expression;
	size_t position = parser_peek(parser)->position;
	enum expression_kind kind = EXPRESSION_NEGATIVE;

	if (!parser_skip_operator(parser, "-"))
	{
		if (!parser_skip_operator(parser, "+"))
			return parse_primary(parser);
		kind = EXPRESSION_POSITIVE;
	}
	parser_enter(parser);
	expression = compile_pair(parser, kind, position, parse_signed(parser), NULL);
	parser_leave(parser);
	return expression;
}

static struct expression *
parse_filtered(struct parser *parser)
{
	struct expression *expression = parse_signed(parser);
	unsigned links = 0;

	while (parser_skip(parser, TOKEN_PIPE))
	{
		parser_link(parser, &links);
		expression = parse_filter(parser, expression);
	}
	return expression;
}

static struct expression *
parse_power(struct parser *parser)
{
	struct expression *expression = parse_filtered(parser);
	unsigned links = 0;

	for (;;)
	{
		size_t position = parser_peek(parser)->position;

		if (!parser_skip_operator(parser, "**"))
			return expression;
		parser_link(parser, &links);
		expression = compile_pair(parser, EXPRESSION_POWER, position, expression, parse_filtered(parser));
	}
}

static const struct
{
	const char *sign;
	uint8_t kind;
} signs[] = {
	{"+", EXPRESSION_ADD},
	{"-", EXPRESSION_SUBTRACT},
	{"*", EXPRESSION_MULTIPLY},
	{"/", EXPRESSION_DIVIDE},
	{"//", EXPRESSION_FLOOR},
	{"%", EXPRESSION_REMAINDER},
	{"<", EXPRESSION_LESS},
	{"<=", EXPRESSION_LESS_EQUAL},
	{">", EXPRESSION_GREATER},
	{">=", EXPRESSION_GREATER_EQUAL},
	{"==", EXPRESSION_EQUAL},
	{"!=", EXPRESSION_NOT_EQUAL},
	{"===", EXPRESSION_SAME},
	{"!==", EXPRESSION_NOT_SAME},
};

/* Takes a binary operator; false when none is next. */
static bool
take_operator(struct parser *parser, struct operator* operator)
{
	const struct token *token = parser_peek(parser);

	operator->position =(uint32_t) token->position;
	if (parser_skip(parser, TOKEN_TILDE))
	{
		operator->kind = EXPRESSION_CONCATENATE;
		return true;
	}
	if (token->kind != TOKEN_OPERATOR)
		return false;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
	{
		if (slice_is(token->text, signs[i].sign))
		{
			operator->kind = signs[i].kind;
			parser_take(parser);
			return true;
		}
	}
	return false;
}

struct row
{
	struct expression *operands[CHAIN_MOST + 1];
	struct operator operators[CHAIN_MOST];
	unsigned operator_count;
};

/* a % b // c % d is one operand of its row, floor(a % b / (c % d)), written as Math.floor(a % b / c % d) is: the rows of both
 * sides are one. What stands before the last operators other than % is left in the row. */
static void
fold_floor(struct parser *parser, struct row *row, unsigned slash)
{
	unsigned from = slash;
	struct expression *floor;

	while (from > 0 && row->operators[from - 1].kind == EXPRESSION_REMAINDER)
		from--;
	row->operators[slash].kind = EXPRESSION_DIVIDE;
	floor = compile_row(parser, row->operands + from, row->operators + from, row->operator_count - from);
	row->operands[from] = compile_pair(parser, EXPRESSION_FLOOR, row->operators[slash].position, floor, NULL);
	row->operator_count = from;
}

static void
parse_row(struct parser *parser, struct row *row)
{
	struct operator operator;
	unsigned links = 0;
	int slash = -1; /* where a // waits for the end of its right side */

	row->operator_count = 0;
	row->operands[0] = parse_power(parser);
	while (take_operator(parser, &operator))
	{
		parser_link(parser, &links);
		if (slash >= 0 && operator.kind != EXPRESSION_REMAINDER)
		{
			fold_floor(parser, row, (unsigned) slash);
			slash = -1;
		}
		if (operator.kind == EXPRESSION_FLOOR)
			slash = (int) row->operator_count;
		row->operators[row->operator_count++] = operator;
		row->operands[row->operator_count] = parse_power(parser);
	}
	if (slash >= 0)
		fold_floor(parser, row, (unsigned) slash);
}

static struct expression *
parse_compare(struct parser *parser)
{
	struct row row;

	parse_row(parser, &row);
	return compile_row(parser, row.operands, row.operators, row.operator_count);
}

static struct expression *
parse_test(struct parser *parser, struct expression *subject, size_t position)
{
	bool inverted = parser_skip_symbol(parser, "not");
	struct expression *right = parse_compare(parser);
	struct operands operands = {0};
	struct expression *test;
	struct slice name;

	operands_add(parser, &operands, subject);
	if (right->kind == EXPRESSION_CALL && right->call.callee->kind == EXPRESSION_NAME)
	{
		struct key key = right->call.callee->name.key;

		name = (struct slice){key.bytes, key.length};
		for (uint32_t i = 0; i < right->call.operands.count; i++)
			operands_add(parser, &operands, right->call.operands.at[i]);
	}
	else if (right->kind == EXPRESSION_NAME)
		name = (struct slice){right->name.key.bytes, right->name.key.length};
	else if (right->kind == EXPRESSION_LITERAL && right->literal.kind == VALUE_NULL)
		name = slice_of("null");
	else
		parser_fail(parser, right->position, "expected the name of a test after \"is\"");
	test = compile_applied(parser, EXPRESSION_TEST, position, name, operands);
	return inverted ? compile_pair(parser, EXPRESSION_NOT, position, test, NULL) : test;
}

/* "in", or "not in", taken; 0 when neither is next, 1 for in, 2 for not in. */
static unsigned
take_in(struct parser *parser)
{
	if (parser_skip_symbol(parser, "in"))
		return 1;
	if (!parser_at_symbol(parser, "not"))
		return 0;
	if (parser->ahead_count < 2)
	{
		parser->ahead[1] = lexer_next(&parser->lexer);
		parser->ahead_count = 2;
	}
	if (parser->ahead[1].kind != TOKEN_SYMBOL || !slice_is(parser->ahead[1].text, "in"))
		return 0;
	parser_take(parser);
	parser_take(parser);
	return 2;
}

static struct expression *
parse_is(struct parser *parser, struct expression *left)
{
	size_t position = parser_peek(parser)->position;

	return parser_skip_symbol(parser, "is") ? parse_test(parser, left, position) : left;
}

static struct expression *
negate(struct parser *parser, struct expression *expression, unsigned times, size_t position)
{
	for (; times > 0; times--)
		expression = compile_pair(parser, EXPRESSION_NOT, position, expression, NULL);
	return expression;
}

/* `not` takes a whole test or membership, but of a row only its first operand: not 1 == 2 is (not 1) == 2, see compiler.c. */
static struct expression *
parse_not(struct parser *parser)
{
	size_t position = parser_peek(parser)->position;
	struct row row;
	struct expression *expression;
	unsigned times = 0;
	unsigned links = 0;
	unsigned in;
	bool whole;

	while (parser_skip_symbol(parser, "not"))
		parser_link(parser, &times);
	parse_row(parser, &row);
	whole = parser_at_symbol(parser, "is") || parser_at_symbol(parser, "in") || parser_at_symbol(parser, "not");
	if (!whole)
		row.operands[0] = negate(parser, row.operands[0], times, position);
	expression = parse_is(parser, compile_row(parser, row.operands, row.operators, row.operator_count));
	for (;;)
	{
		size_t place = parser_peek(parser)->position;

		in = take_in(parser);
		if (in == 0)
			break;
		parser_link(parser, &links);
		expression = compile_pair(parser, EXPRESSION_IN, place, expression, parse_is(parser, parse_compare(parser)));
		if (in == 2)
			expression = compile_pair(parser, EXPRESSION_NOT, place, expression, NULL);
	}
	return whole ? negate(parser, expression, times, position) : expression;
}

static struct expression *
parse_and(struct parser *parser)
{
	struct expression *expression = parse_not(parser);
	unsigned links = 0;

	for (;;)
	{
		size_t position = parser_peek(parser)->position;

		if (!parser_skip_symbol(parser, "and"))
			return expression;
		parser_link(parser, &links);
		expression = compile_pair(parser, EXPRESSION_AND, position, expression, parse_not(parser));
	}
}

static struct expression *
parse_or(struct parser *parser)
{
	struct expression *expression = parse_and(parser);
	unsigned links = 0;

	for (;;)
	{
		size_t position = parser_peek(parser)->position;

		if (!parser_skip_symbol(parser, "or"))
			return expression;
		parser_link(parser, &links);
		expression = compile_pair(parser, EXPRESSION_OR, position, expression, parse_and(parser));
	}
}

struct expression *
parse_expression(struct parser *parser)
{
	struct expression *expression;
	size_t position;

	parser_enter(parser);
	expression = parse_or(parser);
	position = parser_peek(parser)->position;
	if (parser_skip_symbol(parser, "if"))
	{
		struct expression *choice = compile_expression(parser, EXPRESSION_CONDITION, position);

		choice->choice.then = expression;
		choice->choice.condition = parse_or(parser);
		if (parser_skip_symbol(parser, "else"))
			choice->choice.otherwise = parse_or(parser);
		expression = choice;
	}
	parser_leave(parser);
	return expression;
}
