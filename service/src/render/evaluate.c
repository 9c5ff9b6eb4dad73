/*
 * evaluate.c - walks expressions.
 */
#include "render/runtime.h"

#include <string.h>

/* `loop` as a dict, for whoever wants more of it than a member. */
static struct value
loop_dict(struct render *run, struct value loop)
{
	static const char *const names[] = {"index", "index0", "revindex", "revindex0", "first", "last", "length"};
	struct dict *dict = dict_new(run, sizeof(names) / sizeof(names[0]));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		struct key key = key_of_word(names[i]);

		dict_set(run, dict, key, get_field(run, loop, key));
	}
	return value_dict(dict);
}

/* What Python calls its constants. */
static struct value
python_constant(struct key key)
{
	struct slice name = {key.bytes, key.length};

	if (slice_is(name, "True") || slice_is(name, "False"))
		return value_boolean(key.length == 4);
	return slice_is(name, "None") ? value_null() : value_undefined();
}

/* A name's value, which may be the runtime's own `loop`. */
static struct value
look_up(const struct scope *scope, const struct expression *expression)
{
	const struct key *key = &expression->name.key;
	const struct variable *variable = frame_find(scope->frame, key);
	const struct value *value;

	if (variable != NULL)
		return variable->value;
	value = context_find(scope->context, key);
	if (value != NULL)
		return *value;
	if (expression->name.global != NULL)
		return callable_new(scope->run, expression->name.global, value_undefined(), NULL);
	return python_constant(*key);
}

/* The target of a member. */
static struct value
evaluate_target(struct scope *scope, const struct expression *expression)
{
	if (expression->kind == EXPRESSION_NAME)
		return look_up(scope, expression);
	return evaluate(scope, expression);
}

static struct value
evaluate_list(struct scope *scope, const struct operands *operands)
{
	struct list *list = list_new(scope->run, operands->count);

	for (uint32_t i = 0; i < operands->count; i++)
		list_add(scope->run, list, evaluate(scope, operands->at[i]));
	return value_list(list);
}

static struct value
evaluate_dict(struct scope *scope, const struct operands *operands)
{
	struct dict *dict = dict_new(scope->run, operands->keyword_count);

	for (uint32_t i = 0; i < operands->keyword_count; i++)
		dict_set(scope->run, dict, operands->keywords[i].name, evaluate(scope, operands->keywords[i].value));
	return value_dict(dict);
}

static struct value
evaluate_comma(struct scope *scope, const struct operands *operands)
{
	struct value value = value_undefined();

	for (uint32_t i = 0; i < operands->count; i++)
		value = evaluate(scope, operands->at[i]);
	return value;
}

static struct value
evaluate_slice(struct scope *scope, const struct expression *expression)
{
	struct value target = evaluate(scope, expression->range.target);
	struct value bounds[3] = {{0}, {0}, {0}};
	struct expression *const parts[3] = {expression->range.from, expression->range.to, expression->range.step};

	for (int i = 0; i < 3; i++)
	{
		if (parts[i] != NULL)
			bounds[i] = evaluate(scope, parts[i]);
	}
	scope->run->position = expression->position;
	return get_slice(scope->run, target, bounds[0], bounds[1], bounds[2]);
}

static struct value
evaluate_capture(struct scope *scope, const struct statement *body)
{
	size_t mark = scope->run->output.length;

	execute(scope, body);
	return take_output(scope->run, mark, false);
}

static struct value
evaluate_super(const struct scope *scope)
{
	struct key key = super_key();
	const struct variable *variable = frame_find(scope->frame, &key);

	return variable != NULL ? variable->value : value_undefined();
}

static struct value
evaluate_choice(struct scope *scope, const struct expression *expression)
{
	if (value_truth(evaluate(scope, expression->choice.condition)))
		return evaluate(scope, expression->choice.then);
	if (expression->choice.otherwise != NULL)
		return evaluate(scope, expression->choice.otherwise);
	return value_string("", 0);
}

static struct value
evaluate_binary(struct scope *scope, const struct expression *expression)
{
	struct value left = evaluate(scope, expression->pair.left);
	struct value right = evaluate(scope, expression->pair.right);

	scope->run->position = expression->position;
	return operate(scope->run, expression->kind, left, right);
}

static struct value
evaluate_in(struct scope *scope, const struct expression *expression)
{
	struct value item = evaluate(scope, expression->pair.left);
	struct value container = evaluate(scope, expression->pair.right);

	scope->run->position = expression->position;
	return value_boolean(contains(scope->run, item, container));
}

struct value
evaluate(struct scope *scope, const struct expression *expression)
{
	struct value value;

	render_step(scope->run, 1);
	render_check_stack(scope->run);
	switch ((enum expression_kind) expression->kind)
	{
		case EXPRESSION_LITERAL:
			return expression->literal;
		case EXPRESSION_NAME:
			value = look_up(scope, expression);
			return value.kind == VALUE_LOOP ? loop_dict(scope->run, value) : value;
		case EXPRESSION_FIELD:
			return get_field(scope->run, evaluate_target(scope, expression->field.target), expression->field.key);
		case EXPRESSION_ITEM:
			value = evaluate_target(scope, expression->pair.left);
			return get_item(scope->run, value, evaluate(scope, expression->pair.right));
		case EXPRESSION_SLICE:
			return evaluate_slice(scope, expression);
		case EXPRESSION_CALL:
			return call_expression(scope, expression, NULL);
		case EXPRESSION_FILTER:
		case EXPRESSION_TEST:
			return apply_expression(scope, expression);
		case EXPRESSION_CAPTURE:
			return evaluate_capture(scope, expression->body);
		case EXPRESSION_CALLER:
			return macro_value(scope, expression->macro, scope->frame);
		case EXPRESSION_SUPER:
			return evaluate_super(scope);
		case EXPRESSION_LIST:
			return evaluate_list(scope, &expression->operands);
		case EXPRESSION_DICT:
			return evaluate_dict(scope, &expression->operands);
		case EXPRESSION_COMMA:
			return evaluate_comma(scope, &expression->operands);
		case EXPRESSION_CONDITION:
			return evaluate_choice(scope, expression);
		case EXPRESSION_OR:
			value = evaluate(scope, expression->pair.left);
			return value_truth(value) ? value : evaluate(scope, expression->pair.right);
		case EXPRESSION_AND:
			value = evaluate(scope, expression->pair.left);
			return value_truth(value) ? evaluate(scope, expression->pair.right) : value;
		case EXPRESSION_NOT:
			return value_boolean(!value_truth(evaluate(scope, expression->pair.left)));
		case EXPRESSION_NEGATIVE:
			return value_number(-value_to_number(scope->run, evaluate(scope, expression->pair.left)));
		case EXPRESSION_POSITIVE:
			return value_number(value_to_number(scope->run, evaluate(scope, expression->pair.left)));
		case EXPRESSION_FLOOR:
			return value_number(floor(value_to_number(scope->run, evaluate(scope, expression->pair.left))));
		case EXPRESSION_IN:
			return evaluate_in(scope, expression);
		default:
			return evaluate_binary(scope, expression);
	}
}
