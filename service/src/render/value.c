/*
 * value.c - conversions and comparisons of JavaScript.
 */
#include "render/run.h"

#include "render/builtin.h"
#include "render/number_text.h"
#include "render/regex.h"

struct value
value_copy(struct render *run, const char *bytes, size_t length)
{
	char *copy = render_alloc(run, length);

	if (length > 0)
		memcpy(copy, bytes, length);
	return value_string(copy, length);
}

const char *
value_type(struct value value)
{
	switch (value.kind)
	{
		case VALUE_UNDEFINED:
			return "undefined";
		case VALUE_BOOLEAN:
			return "boolean";
		case VALUE_NUMBER:
			return "number";
		case VALUE_STRING:
			return "string";
		case VALUE_CALLABLE:
			return "function";
		default:
			return "object";
	}
}

static void
append_list(struct render *run, struct buffer *buffer, const struct list *list)
{
	render_enter(run);
	render_step(run, list->count);
	for (uint32_t i = 0; i < list->count; i++)
	{
		if (i > 0)
			buffer_byte(run, buffer, ',');
		if (!value_is_nothing(list->items[i]))
			value_append(run, buffer, list->items[i]);
	}
	render_leave(run);
}

static void
append_word(struct render *run, struct buffer *buffer, const char *word)
{
	buffer_add(run, buffer, word, strlen(word));
}

void
value_append(struct render *run, struct buffer *buffer, struct value value)
{
	char digits[NUMBER_TEXT_ROOM];

	switch ((enum value_kind) value.kind)
	{
		case VALUE_UNDEFINED:
			append_word(run, buffer, "undefined");
			break;
		case VALUE_NULL:
			append_word(run, buffer, "null");
			break;
		case VALUE_BOOLEAN:
			append_word(run, buffer, value.boolean ? "true" : "false");
			break;
		case VALUE_NUMBER:
			buffer_add(run, buffer, digits, number_text(value.number, digits));
			break;
		case VALUE_STRING:
			buffer_add(run, buffer, value.bytes, value.length);
			break;
		case VALUE_LIST:
			append_list(run, buffer, value.list);
			break;
		case VALUE_DICT:
			append_word(run, buffer, "[object Object]");
			break;
		case VALUE_CALLABLE:
			append_word(run, buffer, "[function]");
			break;
		case VALUE_REGEX:
			buffer_byte(run, buffer, '/');
			buffer_add(run, buffer, value.regex->pattern.at, value.regex->pattern.length);
			buffer_byte(run, buffer, '/');
			buffer_add(run, buffer, value.regex->flags.at, value.regex->flags.length);
			break;
	}
}

struct value
value_to_string(struct render *run, struct value value)
{
	struct buffer buffer = {0};

	if (value.kind == VALUE_STRING)
		return value;
	value_append(run, &buffer, value);
	return buffer_value(&buffer, false);
}

double
value_to_number(struct render *run, struct value value)
{
	switch ((enum value_kind) value.kind)
	{
		case VALUE_NULL:
			return 0;
		case VALUE_BOOLEAN:
			return value.boolean ? 1 : 0;
		case VALUE_NUMBER:
			return value.number;
		case VALUE_STRING:
			return number_from_text(value.bytes, value.length);
		case VALUE_LIST:
			value = value_to_string(run, value);
			return number_from_text(value.bytes, value.length);
		default:
			return NAN;
	}
}

static bool
same_bytes(struct value a, struct value b)
{
	return a.length == b.length && (a.bytes == b.bytes || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool
value_same(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	switch ((enum value_kind) a.kind)
	{
		case VALUE_UNDEFINED:
		case VALUE_NULL:
			return true;
		case VALUE_BOOLEAN:
			return a.boolean == b.boolean;
		case VALUE_NUMBER:
			return a.number == b.number;
		case VALUE_STRING:
			return same_bytes(a, b);
		case VALUE_LIST:
			return a.list == b.list;
		case VALUE_DICT:
			return a.dict == b.dict;
		case VALUE_CALLABLE:
			return a.callable == b.callable;
		case VALUE_REGEX:
			return a.regex == b.regex;
	}
	return false;
}

static bool
is_object(struct value value)
{
	return value.kind > VALUE_STRING;
}

bool
value_equal(struct render *run, struct value a, struct value b)
{
	if (a.kind == b.kind)
		return value_same(a, b);
	if (value_is_nothing(a) || value_is_nothing(b))
		return value_is_nothing(a) && value_is_nothing(b);
	if (is_object(a) && is_object(b))
		return false;
	if (is_object(a) && b.kind != VALUE_BOOLEAN)
		a = value_to_string(run, a);
	if (is_object(b) && a.kind != VALUE_BOOLEAN)
		b = value_to_string(run, b);
	if (a.kind == VALUE_STRING && b.kind == VALUE_STRING)
		return same_bytes(a, b);
	return value_to_number(run, a) == value_to_number(run, b);
}

int
value_compare(struct render *run, struct value a, struct value b)
{
	double x;
	double y;

	if (is_object(a))
		a = value_to_string(run, a);
	if (is_object(b))
		b = value_to_string(run, b);
	if (a.kind == VALUE_STRING && b.kind == VALUE_STRING)
	{
		uint32_t shorter = a.length < b.length ? a.length : b.length;
		int order = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;

		if (order == 0)
			return (a.length > b.length) - (a.length < b.length);
		return order < 0 ? -1 : 1;
	}
	x = value_to_number(run, a);
	y = value_to_number(run, b);
	if (isnan(x) || isnan(y))
		return 2;
	return (x > y) - (x < y);
}

/* Bytes of the character that begins here. */
static size_t
character_bytes(const char *at, const char *end)
{
	unsigned char lead = (unsigned char) *at;
	size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2
								  : lead < 0xF0   ? 3
												  : 4;
	size_t length = 1;

	while (length < wanted && at + length < end && ((unsigned char) at[length] & 0xC0) == 0x80)
		length++;
	return length;
}

size_t
text_length(struct slice text)
{
	const char *at = text.at;
	const char *end = at + text.length;
	size_t count = 0;

	while (at < end)
	{
		at += character_bytes(at, end);
		count++;
	}
	return count;
}

size_t
text_offset(struct slice text, size_t number)
{
	const char *at = text.at;
	const char *end = at + text.length;

	for (; number > 0 && at < end; number--)
		at += character_bytes(at, end);
	return (size_t) (at - text.at);
}
