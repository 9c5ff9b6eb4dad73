/*
 * builtin_inside.c - what the built-ins share among themselves.
 */
#include "render/builtin_inside.h"

#include <stdio.h>

#include "render/number_text.h"
#include "render/space.h"
#include "text/unicode.h"

/* Characters of a string that an error shows. */
#define SHOWN 40

const char *
builtin_tell(struct render *run, struct value value)
{
	struct buffer told = {0};
	char number[NUMBER_TEXT_ROOM];

	switch (value.kind)
	{
		case VALUE_LIST:
			return "a list";
		case VALUE_DICT:
			return "a dict";
		case VALUE_CALLABLE:
			return "a function";
		case VALUE_REGEX:
			return "a regular expression";
		case VALUE_STRING:
			buffer_add(run, &told, "\"", 1);
			buffer_add(run, &told, value.bytes, text_offset(value_slice(value), SHOWN));
			if (text_offset(value_slice(value), SHOWN) < value.length)
				buffer_add(run, &told, "…", strlen("…"));
			buffer_add(run, &told, "\"", 2);
			return told.at;
		case VALUE_NUMBER:
			buffer_add(run, &told, number, number_text(value.number, number) + 1);
			return told.at;
		case VALUE_BOOLEAN:
			return value.boolean ? "true" : "false";
		case VALUE_NULL:
			return "null";
		default:
			return "undefined";
	}
}

void
builtin_wrong(struct render *run, const char *who, const char *what, struct value got)
{
	render_fail(run, "%s: expected %s, got %s", who, what, builtin_tell(run, got));
}

struct value
builtin_text(struct render *run, const char *who, struct value value)
{
	if (value_is_string(value))
		return value;
	if (value_is_nothing(value) || (value.kind == VALUE_BOOLEAN && !value.boolean))
		return value_word("");
	builtin_wrong(run, who, "a string", value);
}

struct slice
builtin_slice(struct render *run, const char *who, struct value value)
{
	if (!value_is_string(value))
		builtin_wrong(run, who, "a string", value);
	return value_slice(value);
}

double
builtin_number(struct render *run, const struct arguments *arguments, unsigned index, double otherwise)
{
	struct value given = argument(arguments, index);

	return given.kind == VALUE_UNDEFINED ? otherwise : value_to_number(run, given);
}

struct list *
builtin_list(struct render *run, const char *who, struct value value)
{
	if (value.kind != VALUE_LIST)
		builtin_wrong(run, who, "a list", value);
	return value.list;
}

struct value
builtin_length(struct value value)
{
	const struct value *entry;

	switch (value.kind)
	{
		case VALUE_STRING:
			return value_number((double) text_length(value_slice(value)));
		case VALUE_LIST:
			return value_number(value.list->count);
		case VALUE_DICT:
			entry = dict_get(value.dict, key_of_word("length"));
			return entry != NULL ? *entry : value_undefined();
		default:
			return value_undefined();
	}
}

double
builtin_count(struct render *run, struct value value)
{
	if (value.kind == VALUE_STRING)
		render_step(run, value.length / 16);
	return value_to_number(run, builtin_length(value));
}

/* The characters of a text, each a piece of it. */
static struct list *
characters(struct render *run, struct value text)
{
	struct list *list = list_new(run, 8);
	size_t at = 0;

	while (at < text.length)
	{
		size_t start = at;

		render_step(run, 1);
		unicode_next(value_slice(text), &at);
		list_add(run, list, value_string(text.bytes + start, at - start));
	}
	return list;
}

struct list *
builtin_items(struct render *run, struct value value)
{
	if (value.kind == VALUE_LIST)
	{
		render_step(run, value.list->count);
		return value.list;
	}
	return value.kind == VALUE_STRING ? characters(run, value) : list_new(run, 0);
}

static struct value
item_at(struct value value, uint32_t index)
{
	struct slice character;

	if (value.kind == VALUE_LIST)
		return index < value.list->count ? value.list->items[index] : value_undefined();
	character = builtin_characters(value_slice(value), index, (size_t) index + 1);
	return character.length > 0 ? value_string(character.at, character.length) : value_undefined();
}

struct value
builtin_own(struct render *run, struct value value, struct value name)
{
	struct slice text = builtin_string(run, name);
	const struct value *entry;
	uint32_t index;

	switch (value.kind)
	{
		case VALUE_DICT:
			entry = dict_get(value.dict, key_of(text.at, text.length));
			return entry != NULL ? *entry : value_undefined();
		case VALUE_LIST:
		case VALUE_STRING:
			if (slice_is(text, "length"))
				return builtin_length(value);
			return key_is_index(text, &index) ? item_at(value, index) : value_undefined();
		default:
			return value_undefined();
	}
}

struct list *
builtin_path(struct render *run, struct value name)
{
	struct list *path = list_new(run, 2);
	struct slice rest;

	if (!value_truth(name))
		return path;
	if (!value_is_string(name))
	{
		list_add(run, path, name);
		return path;
	}
	rest = value_slice(name);
	for (;;)
	{
		const char *dot = memchr(rest.at, '.', rest.length);
		size_t length = dot != NULL ? (size_t) (dot - rest.at) : rest.length;

		render_step(run, 1);
		list_add(run, path, value_string(rest.at, length));
		if (dot == NULL)
			return path;
		rest = (struct slice){dot + 1, rest.length - length - 1};
	}
}

struct value
builtin_at_path(struct render *run, struct value value, const struct list *path)
{
	for (uint32_t i = 0; i < path->count; i++)
	{
		if (value_is_nothing(value))
			render_fail(run, "%s has no attribute %s", builtin_tell(run, value), builtin_tell(run, path->items[i]));
		value = builtin_own(run, value, path->items[i]);
		if (value.kind == VALUE_UNDEFINED)
			break;
	}
	return value;
}

size_t
builtin_index(double index, size_t length)
{
	if (isnan(index))
		return 0;
	index = trunc(index);
	if (index < 0)
		index += (double) length;
	if (index <= 0)
		return 0;
	return index >= (double) length ? length : (size_t) index;
}

struct slice
builtin_characters(struct slice text, size_t from, size_t to)
{
	size_t start = text_offset(text, from);
	struct slice rest = {text.at + start, text.length - start};

	rest.length = to > from ? text_offset(rest, to - from) : 0;
	return rest;
}

struct slice
builtin_trim(struct slice text)
{
	const char *start = space_skip(text.at, text.at + text.length);
	const char *end = space_skip_back(start, text.at + text.length);

	return (struct slice){start, (size_t) (end - start)};
}

size_t
builtin_find(struct render *run, struct slice text, struct slice sought, size_t from)
{
	const char *found;
	size_t end;

	if (from > text.length)
		return text.length + 1;
	if (sought.length == 1)
		found = memchr(text.at + from, sought.at[0], text.length - from);
	else
		found = sought.length > 0 ? memmem(text.at + from, text.length - from, sought.at, sought.length) : text.at + from;
	end = found != NULL ? (size_t) (found - text.at) : text.length;
	/* What was gone over, and no more: a text is often cut at many places. */
	render_step(run, 1 + (end - from) / 16);
	return found != NULL ? end : text.length + 1;
}

void
builtin_repeat(struct render *run, struct buffer *buffer, struct slice text, double times)
{
	size_t total;
	char *start;

	if (text.length == 0 || !(times >= 1))
		return;
	if (times * (double) text.length > (double) run->heap.most)
		render_fail(run, "a text of %zu bytes cannot be repeated %.0f times: the limit is %zu bytes", text.length, times, run->heap.most);
	render_step(run, (size_t) times * text.length / 16);
	total = (size_t) times * text.length;
	buffer_reserve(run, buffer, total);
	start = buffer->at + buffer->length;
	memcpy(start, text.at, text.length);
	/* What stands there already is copied, twice as much each time. */
	for (size_t done = text.length; done < total; done *= 2)
		memcpy(start + done, start, done < total - done ? done : total - done);
	buffer->length += total;
}

struct slice
builtin_string(struct render *run, struct value value)
{
	return value_slice(value_to_string(run, value));
}

struct value
builtin_join(struct render *run, const struct list *list, struct slice separator)
{
	struct buffer buffer = {0};

	for (uint32_t i = 0; i < list->count; i++)
	{
		render_step(run, 1);
		if (i > 0)
			buffer_add(run, &buffer, separator.at, separator.length);
		if (!value_is_nothing(list->items[i]))
			value_append(run, &buffer, list->items[i]);
	}
	return buffer_value(&buffer, false);
}

/* Room for the text in another case: only what is not ASCII can grow. */
static char *
case_room(struct render *run, struct buffer *buffer, struct slice text)
{
	size_t wide = 0;

	render_step(run, text.length / 8);
	for (size_t i = 0; i < text.length; i++)
		wide += (unsigned char) text.at[i] >= 0x80;
	buffer_reserve(run, buffer, text.length + wide * (UNICODE_CASE_GROWTH - 1));
	return buffer->at + buffer->length;
}

void
builtin_upper(struct render *run, struct buffer *buffer, struct slice text)
{
	char *room = case_room(run, buffer, text);

	buffer->length += unicode_upper(text, room);
}

void
builtin_lower(struct render *run, struct buffer *buffer, struct slice text)
{
	char *room = case_room(run, buffer, text);

	buffer->length += unicode_lower(text, room);
}
