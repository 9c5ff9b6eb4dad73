/*
 * placeholder_expression.c: what stands in braces, by falling precedence of its signs:
 *
 *   x|filter  !x  a + b  == != < <= > >=  &&  ||  c ? a : b
 *
 * A filter belongs to what stands right in front of it: 'by '+day|'MMMM D' joins a text and a day that is written out.
 */
#include "placeholder_parser.h"

typedef struct infix
{
	const char *sign;
	placeholder_operation operation;
} infix;

static const placeholder_expression *parse_choice(placeholder_parser *parser);

static placeholder_expression *
expression_new(placeholder_parser *parser, placeholder_operation operation, size_t offset)
{
	placeholder_expression *made = placeholder_parse_take(parser, 1, sizeof(*made));

	made->operation = operation;
	made->offset = offset;
	return made;
}

/* Goes in deeper; parts_leave comes back. */
static void
parts_enter(placeholder_parser *parser)
{
	if (++parser->parts > PLACEHOLDER_PARTS_MOST)
		placeholder_parse_fail(parser, PLACEHOLDER_NESTING, parser->at, "more than %d parts within each other", PLACEHOLDER_PARTS_MOST);
}

static void
chain_grows(placeholder_parser *parser, size_t *length)
{
	if (++*length > PLACEHOLDER_CHAIN_MOST)
		placeholder_parse_fail(parser, PLACEHOLDER_NESTING, parser->at, "more than %d parts in a row", PLACEHOLDER_CHAIN_MOST);
}

/* ---- operands ---- */

static char
escaped(placeholder_parser *parser, char letter)
{
	switch (letter)
	{
		case 'n':
			return '\n';
		case 't':
			return '\t';
		case '\\':
		case '\'':
		case '"':
		case '{':
		case '}':
			return letter;
		default:
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at - 2,
								   "in a text a backslash stands in front of ' \" \\ { } n or t");
	}
}

/* How many bytes stand between the quotes that open here and their end. */
static size_t
quoted_length(placeholder_parser *parser)
{
	char quote = parser->source.bytes[parser->at];

	for (size_t i = parser->at + 1; i < parser->source.length; i++)
	{
		if (parser->source.bytes[i] == quote)
			return i - parser->at - 1;
		i += parser->source.bytes[i] == '\\';
	}
	placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "this text is not closed by %c", quote);
}

/* A text in quotes of either kind. */
static kernel_text
parse_quoted(placeholder_parser *parser)
{
	size_t end = parser->at + 1 + quoted_length(parser);
	char *bytes = placeholder_parse_take(parser, end - parser->at, 1);
	size_t length = 0;

	parser->at++;
	while (parser->at < end)
	{
		char byte = parser->source.bytes[parser->at++];

		if (byte == '\\')
		{
			parser->at++;
			byte = escaped(parser, parser->source.bytes[parser->at - 1]);
		}
		bytes[length++] = byte;
	}
	parser->at++;
	return (kernel_text){bytes, length};
}

static void
take_digits(placeholder_parser *parser)
{
	while (placeholder_parse_peek(parser, 0) >= '0' && placeholder_parse_peek(parser, 0) <= '9')
		parser->at++;
}

static const placeholder_expression *
parse_number(placeholder_parser *parser)
{
	placeholder_expression *made = expression_new(parser, PLACEHOLDER_OP_NUMBER, parser->at);
	jdoc_decimal number;

	if (placeholder_parse_peek(parser, 0) == '-')
		parser->at++;
	take_digits(parser);
	if (placeholder_parse_peek(parser, 0) == '.')
	{
		parser->at++;
		take_digits(parser);
	}
	made->text = (kernel_text){parser->source.bytes + made->offset, parser->at - made->offset};
	if (!jdoc_decimal_read(made->text.bytes, made->text.length, &number))
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, made->offset, "%.*s is no number",
							   placeholder_shown(made->text, 40), made->text.bytes);
	return made;
}

/* [3] or ['name'] */
static placeholder_step
parse_bracket(placeholder_parser *parser)
{
	placeholder_step step = {PLACEHOLDER_STEP_NAME, {NULL, 0}, 0};
	size_t begin;

	placeholder_parse_blanks(parser);
	begin = parser->at;
	if (placeholder_parse_peek(parser, 0) == '\'' || placeholder_parse_peek(parser, 0) == '"')
		step.name = parse_quoted(parser);
	else
	{
		step.kind = PLACEHOLDER_STEP_INDEX;
		take_digits(parser);
		if (parser->at == begin || parser->at - begin > 6)
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, begin, "expected the place of an item, as in {hotels[0].name}");
		for (size_t i = begin; i < parser->at; i++)
			step.index = step.index * 10 + (uint32_t) (parser->source.bytes[i] - '0');
	}
	placeholder_parse_blanks(parser);
	if (!placeholder_parse_took(parser, "]"))
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected ] here");
	return step;
}

/* The steps of a path behind its first name. */
static size_t
parse_steps(placeholder_parser *parser, placeholder_step *steps)
{
	size_t count = 1;

	for (;;)
	{
		size_t begin = parser->at;
		placeholder_step step = {PLACEHOLDER_STEP_NAME, {NULL, 0}, 0};

		if (placeholder_parse_took(parser, "["))
			step = parse_bracket(parser);
		else if (placeholder_parse_took(parser, "."))
		{
			step.name = placeholder_parse_name(parser);
			if (step.name.length == 0)
				placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected a name behind the point");
			if (kernel_text_is(step.name, "length"))
				step.kind = PLACEHOLDER_STEP_LENGTH;
		}
		else
			return count;
		if (count == PLACEHOLDER_STEPS_OF_PATH)
			placeholder_parse_fail(parser, PLACEHOLDER_NESTING, begin, "a path has at most %d steps", PLACEHOLDER_STEPS_OF_PATH);
		steps[count++] = step;
	}
}

/* The part of a path that names a variable: up to an index or the length at its end. */
static size_t
variable_parts(const placeholder_step *steps, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (steps[i].kind == PLACEHOLDER_STEP_INDEX || (steps[i].kind == PLACEHOLDER_STEP_LENGTH && i + 1 == count))
			return i;
	return count;
}

static bool
same_path(const placeholder_variable *variable, const placeholder_step *steps, size_t parts)
{
	if (variable->parts != parts)
		return false;
	for (size_t i = 0; i < parts; i++)
		if (!kernel_text_equal(variable->steps[i].name, steps[i].name))
			return false;
	return true;
}

static kernel_text
path_name(placeholder_parser *parser, const placeholder_step *steps, size_t parts)
{
	size_t length = 0;
	char *bytes;

	for (size_t i = 0; i < parts; i++)
		length += steps[i].name.length + 1;
	bytes = placeholder_parse_take(parser, length, 1);
	length = 0;
	for (size_t i = 0; i < parts; i++)
	{
		if (i > 0)
			bytes[length++] = '.';
		memcpy(bytes + length, steps[i].name.bytes, steps[i].name.length);
		length += steps[i].name.length;
	}
	return (kernel_text){bytes, length};
}

/* The variable of a path, known or new; NULL for that of a loop. */
static const placeholder_variable *
variable_of(placeholder_parser *parser, const placeholder_step *steps, size_t count)
{
	size_t parts = variable_parts(steps, count);
	placeholder_variable *made;

	for (const placeholder_bound *bound = parser->bound; bound != NULL; bound = bound->outer)
		if (kernel_text_equal(bound->name, steps[0].name))
			return NULL;
	for (const placeholder_variable *known = parser->program->variables; known != NULL; known = known->next)
		if (same_path(known, steps, parts))
			return known;
	if (parser->program->variable_count == PLACEHOLDER_NAMES_MOST)
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "more than %d variables", PLACEHOLDER_NAMES_MOST);
	made = placeholder_parse_take(parser, 1, sizeof(*made));
	made->steps = steps;
	made->parts = parts;
	made->name = path_name(parser, steps, parts);
	made->number = parser->program->variable_count++;
	if (parser->last == NULL)
		parser->program->variables = made;
	else
		parser->last->next = made;
	parser->last = made;
	return made;
}

static const placeholder_expression *
parse_path(placeholder_parser *parser)
{
	placeholder_expression *made = expression_new(parser, PLACEHOLDER_OP_PATH, parser->at);
	placeholder_step steps[PLACEHOLDER_STEPS_OF_PATH] = {{PLACEHOLDER_STEP_NAME, {NULL, 0}, 0}};
	placeholder_step *kept;
	kernel_text name = placeholder_parse_name(parser);

	if (kernel_text_is(name, "true") || kernel_text_is(name, "false") || kernel_text_is(name, "null"))
	{
		made->operation = name.bytes[0] == 't' ? PLACEHOLDER_OP_TRUE : name.bytes[0] == 'f' ? PLACEHOLDER_OP_FALSE
																							: PLACEHOLDER_OP_NULL;
		return made;
	}
	steps[0].name = name;
	made->count = parse_steps(parser, steps);
	if (placeholder_parse_peek(parser, 0) == '(')
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, made->offset,
							   "%.*s is called, but a template has no functions: see {{#each}} and the filters",
							   placeholder_shown((kernel_text){parser->source.bytes + made->offset, parser->at - made->offset}, 60),
							   parser->source.bytes + made->offset);
	kept = placeholder_parse_take(parser, made->count, sizeof(*kept));
	memcpy(kept, steps, made->count * sizeof(*kept));
	made->steps = kept;
	made->variable = variable_of(parser, kept, made->count);
	return made;
}

static const placeholder_expression *
parse_operand(placeholder_parser *parser)
{
	const placeholder_expression *inner;
	placeholder_expression *made;
	int byte;

	placeholder_parse_blanks(parser);
	byte = placeholder_parse_peek(parser, 0);
	if (byte == '\'' || byte == '"')
	{
		made = expression_new(parser, PLACEHOLDER_OP_TEXT, parser->at);
		made->text = parse_quoted(parser);
		return made;
	}
	if (byte == '-' || (byte >= '0' && byte <= '9'))
		return parse_number(parser);
	if (placeholder_parse_name_begins(byte))
		return parse_path(parser);
	if (byte != '(')
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected a variable, a text in quotes, a number or ( here");
	parser->at++;
	inner = parse_choice(parser);
	placeholder_parse_blanks(parser);
	if (!placeholder_parse_took(parser, ")"))
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected ) here");
	return inner;
}

/* ---- filters ---- */

static void
parse_arguments(placeholder_parser *parser, placeholder_expression *made)
{
	const placeholder_expression **arguments = placeholder_parse_take(parser, 4, sizeof(*arguments));

	made->arguments = arguments;
	placeholder_parse_blanks(parser);
	if (!placeholder_parse_took(parser, "("))
		return;
	placeholder_parse_blanks(parser);
	while (!placeholder_parse_took(parser, ")"))
	{
		if (made->count > 0 && !placeholder_parse_took(parser, ","))
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected , or ) here");
		if (made->count == made->filter->arguments_most)
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "the filter %s takes no more arguments", made->filter->name);
		arguments[made->count++] = parse_choice(parser);
		placeholder_parse_blanks(parser);
	}
}

static const placeholder_expression *
parse_filter(placeholder_parser *parser, const placeholder_expression *filtered)
{
	placeholder_expression *made = expression_new(parser, PLACEHOLDER_OP_FILTER, parser->at);
	kernel_text name;

	placeholder_parse_blanks(parser);
	made->left = filtered;
	made->offset = parser->at;
	if (placeholder_parse_peek(parser, 0) == '\'' || placeholder_parse_peek(parser, 0) == '"')
	{
		made->operation = PLACEHOLDER_OP_QUOTED;
		made->text = parse_quoted(parser);
		return made;
	}
	name = placeholder_parse_name(parser);
	made->filter = name.length > 0 ? placeholder_filter_find(name) : NULL;
	if (made->filter == NULL)
	{
		if (name.length > 0 && placeholder_parse_peek(parser, 0) == '(')
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, made->offset, "there is no filter %.*s; filters are %s",
								   placeholder_shown(name, 60), name.bytes, placeholder_filter_names);
		parser->at = made->offset;
		return NULL; /* perhaps a default without quotes */
	}
	if (filtered->operation == PLACEHOLDER_OP_FILTER && filtered->filter->last)
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, made->offset, "nothing follows the filter %s", filtered->filter->name);
	parse_arguments(parser, made);
	return made;
}

/* Behind a | that no filter follows: in a plain placeholder all up to its end is a default. */
static const placeholder_expression *
parse_bare_default(placeholder_parser *parser, const placeholder_expression *filtered)
{
	placeholder_expression *made = expression_new(parser, PLACEHOLDER_OP_QUOTED, parser->at);
	size_t end = parser->at;

	while (end < parser->source.length && strchr("}|\n{", parser->source.bytes[end]) == NULL)
		end++;
	if (end == parser->at || end == parser->source.length || parser->source.bytes[end] == '\n' || parser->source.bytes[end] == '{')
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at,
							   "expected a filter or a default in quotes here; filters are %s", placeholder_filter_names);
	made->left = filtered;
	made->text = (kernel_text){parser->source.bytes + parser->at, end - parser->at};
	while (made->text.length > 0 && made->text.bytes[made->text.length - 1] == ' ')
		made->text.length--;
	parser->at = end;
	placeholder_parse_remark(parser, made->offset, "%.*s is no filter and is taken as the default '%.*s'; put a default in quotes",
							 placeholder_shown(made->text, 60), made->text.bytes,
							 placeholder_shown(made->text, 60), made->text.bytes);
	return made;
}

static const placeholder_expression *
parse_filtered(placeholder_parser *parser)
{
	bool plain = parser->parts == 1 && parser->at == parser->opened + 1;
	const placeholder_expression *value = parse_operand(parser);
	size_t length = 0;

	for (;;)
	{
		const placeholder_expression *filtered;

		placeholder_parse_blanks(parser);
		if (placeholder_parse_peek(parser, 0) != '|' || placeholder_parse_peek(parser, 1) == '|')
			return value;
		chain_grows(parser, &length);
		parser->at++;
		filtered = parse_filter(parser, value);
		if (filtered == NULL && plain)
			filtered = parse_bare_default(parser, value);
		if (filtered == NULL)
			placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at,
								   "expected a filter or a default in quotes here; filters are %s",
								   placeholder_filter_names);
		value = filtered;
	}
}

/* ---- signs ---- */

static const placeholder_expression *
parse_not(placeholder_parser *parser)
{
	placeholder_expression *made;
	size_t offset;

	placeholder_parse_blanks(parser);
	offset = parser->at;
	if (placeholder_parse_peek(parser, 0) != '!' || placeholder_parse_peek(parser, 1) == '=')
		return parse_filtered(parser);
	parser->at++;
	parts_enter(parser);
	made = expression_new(parser, PLACEHOLDER_OP_NOT, offset);
	made->left = parse_not(parser);
	parser->parts--;
	return made;
}

static const placeholder_expression *
combined(placeholder_parser *parser, placeholder_operation operation, size_t offset, const placeholder_expression *left,
		 const placeholder_expression *right)
{
	placeholder_expression *made = expression_new(parser, operation, offset);

	made->left = left;
	made->right = right;
	return made;
}

/* Operands with one sign between them, grouped from the left. */
static const placeholder_expression *
parse_row(placeholder_parser *parser, const infix *sign, const placeholder_expression *(*operand)(placeholder_parser *) )
{
	const placeholder_expression *value = operand(parser);
	size_t length = 0;

	placeholder_parse_blanks(parser);
	for (size_t offset = parser->at; placeholder_parse_took(parser, sign->sign); offset = parser->at)
	{
		chain_grows(parser, &length);
		value = combined(parser, sign->operation, offset, value, operand(parser));
		placeholder_parse_blanks(parser);
	}
	return value;
}

static const placeholder_expression *
parse_join(placeholder_parser *parser)
{
	return parse_row(parser, &(infix){"+", PLACEHOLDER_OP_JOIN}, parse_not);
}

static const placeholder_expression *
parse_comparison(placeholder_parser *parser)
{
	/* The longer sign first. */
	static const infix signs[] = {
		{"==", PLACEHOLDER_OP_EQUAL},
		{"!=", PLACEHOLDER_OP_UNEQUAL},
		{"<=", PLACEHOLDER_OP_LESS_EQUAL},
		{">=", PLACEHOLDER_OP_GREATER_EQUAL},
		{"<", PLACEHOLDER_OP_LESS},
		{">", PLACEHOLDER_OP_GREATER},
	};
	const placeholder_expression *left = parse_join(parser);
	size_t offset;

	placeholder_parse_blanks(parser);
	offset = parser->at;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (placeholder_parse_took(parser, signs[i].sign))
		{
			if (placeholder_parse_peek(parser, 0) == '=')
				placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, offset, "equal is written ==, unequal !=");
			return combined(parser, signs[i].operation, offset, left, parse_join(parser));
		}
	if (placeholder_parse_peek(parser, 0) == '=')
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, offset, "equal is written ==");
	return left;
}

static const placeholder_expression *
parse_and(placeholder_parser *parser)
{
	return parse_row(parser, &(infix){"&&", PLACEHOLDER_OP_AND}, parse_comparison);
}

static const placeholder_expression *
parse_or(placeholder_parser *parser)
{
	return parse_row(parser, &(infix){"||", PLACEHOLDER_OP_OR}, parse_and);
}

/* c ? a : b, where b may be another choice. */
static const placeholder_expression *
parse_choice(placeholder_parser *parser)
{
	const placeholder_expression *condition;
	placeholder_expression *made;
	size_t offset;

	parts_enter(parser);
	condition = parse_or(parser);
	placeholder_parse_blanks(parser);
	offset = parser->at;
	if (!placeholder_parse_took(parser, "?"))
	{
		parser->parts--;
		return condition;
	}
	made = expression_new(parser, PLACEHOLDER_OP_CHOICE, offset);
	made->left = condition;
	made->right = parse_choice(parser);
	placeholder_parse_blanks(parser);
	if (!placeholder_parse_took(parser, ":"))
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at,
							   "expected : and what stands there otherwise, as in {vip?'Dear guest':'Dear client'}");
	made->otherwise = parse_choice(parser);
	parser->parts--;
	return made;
}

const placeholder_expression *
placeholder_parse_expression(placeholder_parser *parser, bool whole, const char *end)
{
	const placeholder_expression *made;

	parser->parts = whole ? 0 : 1;
	made = parse_choice(parser);
	placeholder_parse_blanks(parser);
	if (placeholder_parse_took(parser, end))
		return made;
	if (parser->at == parser->source.length)
		placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->opened, "what opens here is not closed by %s", end);
	placeholder_parse_fail(parser, PLACEHOLDER_SYNTAX, parser->at, "expected %s or an operator here", end);
}
