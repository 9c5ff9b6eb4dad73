/*
 * operators.c - arithmetic, membership and members of values.
 */
#include "render/runtime.h"

#include <math.h>
#include <string.h>

static bool
is_text(struct value value)
{
	return value.kind >= VALUE_STRING;
}

static struct value
concatenate(struct render *run, struct value left, struct value right)
{
	struct buffer buffer = {0};

	value_append(run, &buffer, left);
	value_append(run, &buffer, right);
	return buffer_value(&buffer, false);
}

/* JavaScript's remainder, with the sign of the left side: that is fmod. */
static struct value
compute(struct render *run, enum expression_kind kind, struct value left, struct value right)
{
	double a = value_to_number(run, left);
	double b = value_to_number(run, right);

	switch (kind)
	{
		case EXPRESSION_ADD:
			return value_number(a + b);
		case EXPRESSION_SUBTRACT:
			return value_number(a - b);
		case EXPRESSION_MULTIPLY:
			return value_number(a * b);
		case EXPRESSION_DIVIDE:
			return value_number(a / b);
		case EXPRESSION_REMAINDER:
			return value_number(fmod(a, b));
		default:
			/* C says 1 for pow(1, NaN) and pow(-1, infinity), JavaScript NaN */
			return value_number(isnan(b) || (fabs(a) == 1 && isinf(b)) ? NAN : pow(a, b));
	}
}

static bool
compare(struct render *run, enum expression_kind kind, struct value left, struct value right)
{
	int order = value_compare(run, left, right);

	switch (kind)
	{
		case EXPRESSION_LESS:
			return order == -1;
		case EXPRESSION_LESS_EQUAL:
			return order == -1 || order == 0;
		case EXPRESSION_GREATER:
			return order == 1;
		default:
			return order == 1 || order == 0;
	}
}

/* Long texts cost more than a step to go through. */
static void
charge_texts(struct render *run, struct value left, struct value right)
{
	render_step(run, (left.kind == VALUE_STRING ? left.length / 16 : 0) + (right.kind == VALUE_STRING ? right.length / 16 : 0));
}

struct value
operate(struct render *run, enum expression_kind kind, struct value left, struct value right)
{
	charge_texts(run, left, right);
	switch (kind)
	{
		case EXPRESSION_ADD:
			if (is_text(left) || is_text(right))
				return concatenate(run, left, right);
			return compute(run, kind, left, right);
		case EXPRESSION_CONCATENATE:
			return concatenate(run, left, right);
		case EXPRESSION_LESS:
		case EXPRESSION_LESS_EQUAL:
		case EXPRESSION_GREATER:
		case EXPRESSION_GREATER_EQUAL:
			return value_boolean(compare(run, kind, left, right));
		case EXPRESSION_EQUAL:
			return value_boolean(value_equal(run, left, right));
		case EXPRESSION_NOT_EQUAL:
			return value_boolean(!value_equal(run, left, right));
		case EXPRESSION_SAME:
			return value_boolean(value_same(left, right));
		case EXPRESSION_NOT_SAME:
			return value_boolean(!value_same(left, right));
		default:
			return compute(run, kind, left, right);
	}
}

static bool
list_contains(struct render *run, const struct list *list, struct value item)
{
	render_step(run, list->count / 4 * (1 + (item.kind == VALUE_STRING ? item.length / 64 : 0)));
	for (uint32_t i = 0; i < list->count; i++)
	{
		if (value_same(list->items[i], item))
			return true;
	}
	return false;
}

bool
contains(struct render *run, struct value item, struct value container)
{
	struct value text;

	if (container.kind == VALUE_LIST)
		return list_contains(run, container.list, item);
	text = value_to_string(run, item);
	render_step(run, text.length / 16);
	if (container.kind == VALUE_STRING)
	{
		render_step(run, container.length / 16);
		return text.length == 0 || memmem(container.bytes, container.length, text.bytes, text.length) != NULL;
	}
	if (container.kind == VALUE_DICT)
		return dict_get(container.dict, key_of(text.bytes, text.length)) != NULL;
	render_fail(run, "Cannot use \"in\" operator to search for \"%.*s\" in unexpected types.", (int) text.length, text.bytes);
}

static struct value
character_at(struct render *run, struct value string, size_t number)
{
	struct slice text = value_slice(string);
	size_t from;
	size_t to;

	render_step(run, number / 16);
	from = text_offset(text, number);
	to = from + text_offset((struct slice){text.at + from, text.length - from}, 1);
	return to > from ? value_string(text.at + from, to - from) : value_undefined();
}

static struct value
item_at(struct render *run, struct value target, uint32_t number)
{
	if (target.kind == VALUE_STRING)
		return character_at(run, target, number);
	return number < target.list->count ? target.list->items[number] : value_undefined();
}

static struct value
get_method(struct render *run, struct value target, struct key key)
{
	const struct builtin *method = builtin_method(target, key.bytes, key.length);

	return method != NULL ? callable_new(run, method, target, NULL) : value_undefined();
}

/* A member of the runtime's own `loop`. */
static struct value
loop_field(const struct loop *loop, struct key key)
{
	struct slice name = {key.bytes, key.length};
	double index = loop->index;

	if (slice_is(name, "index"))
		return value_number(index + 1);
	if (slice_is(name, "index0"))
		return value_number(index);
	if (slice_is(name, "first"))
		return value_boolean(loop->index == 0);
	if (slice_is(name, "last"))
		return value_boolean(loop->index + 1 == loop->length);
	if (slice_is(name, "length"))
		return value_number(loop->length);
	if (slice_is(name, "revindex"))
		return value_number(loop->length - index);
	if (slice_is(name, "revindex0"))
		return value_number(loop->length - index - 1);
	return value_undefined();
}

struct value
get_field(struct render *run, struct value target, struct key key)
{
	struct slice name = {key.bytes, key.length};
	const struct value *value;
	uint32_t number;

	switch (target.kind)
	{
		case VALUE_DICT:
			value = dict_get(target.dict, key);
			return value != NULL ? *value : get_method(run, target, key);
		case VALUE_STRING:
		case VALUE_LIST:
			if (slice_is(name, "length") && target.kind == VALUE_STRING)
				render_step(run, target.length / 16);
			if (slice_is(name, "length"))
				return value_number(target.kind == VALUE_LIST ? target.list->count : text_length(value_slice(target)));
			if (key_is_index(name, &number))
				return item_at(run, target, number);
			return get_method(run, target, key);
		case VALUE_LOOP:
			return loop_field(target.loop, key);
		case VALUE_UNDEFINED:
		case VALUE_NULL:
			return value_undefined();
		default:
			return get_method(run, target, key);
	}
}

struct value
get_item(struct render *run, struct value target, struct value index)
{
	struct value text;

	if (index.kind == VALUE_NUMBER && (target.kind == VALUE_LIST || target.kind == VALUE_STRING))
	{
		if (index.number >= 0 && index.number < UINT32_MAX && index.number == floor(index.number))
			return item_at(run, target, (uint32_t) index.number);
		return value_undefined();
	}
	text = value_to_string(run, index);
	render_step(run, text.length / 16);
	return get_field(run, target, key_of(text.bytes, text.length));
}

/* A bound of a slice: counted from the end when negative. */
static double
slice_bound(struct render *run, struct value bound, double missing, double length)
{
	double number;

	if (value_is_nothing(bound))
		return missing;
	number = trunc(value_to_number(run, bound));
	if (isnan(number))
		render_fail(run, "a part of a slice is not a number");
	if (number < 0)
		number += length;
	return number;
}

struct value
get_slice(struct render *run, struct value target, struct value from, struct value to, struct value step)
{
	double length = target.kind == VALUE_LIST ? target.list->count : 0;
	double by = value_is_nothing(step) ? 1 : trunc(value_to_number(run, step));
	struct list *list;
	double start;
	double stop;

	if (target.kind == VALUE_STRING)
		length = (double) text_length(value_slice(target));
	if (isnan(by) || by == 0)
		render_fail(run, "the step of a slice has to be a number other than 0");
	start = slice_bound(run, from, by < 0 ? length - 1 : 0, length);
	stop = slice_bound(run, to, by < 0 ? -1 : length, length);
	list = list_new(run, 4);
	for (double i = start; i >= 0 && i < length && (by > 0 ? i < stop : i > stop); i += by)
	{
		render_step(run, 1);
		list_add(run, list, item_at(run, target, (uint32_t) i));
	}
	return value_list(list);
}
