/*
 * placeholder_filter.c: the filters there are, and those of lists and plain texts. A missing value passes every filter as it
 * is, for default to fill in; what does not fit a filter stands as it is, with a warning.
 */
#include "placeholder_inside.h"

#include <stdio.h>

typedef placeholder_value applied(placeholder_run *run, const placeholder_expression *expression, placeholder_value value);

static applied filter_join;
static applied filter_list;
static applied filter_first;
static applied filter_last;
static applied filter_length;
static applied filter_reverse;
static applied filter_json;
static applied filter_trim;
static applied filter_truncate;
static applied filter_encode;

const char placeholder_filter_names[] =
	"currency, comma, list, join, upper, lower, capitalize, title, trim, truncate, date, time, datetime, length, first, last, reverse, "
	"json, encode, default";

static const placeholder_filter filters[] = {
	{"currency", 2, placeholder_filter_currency, false},
	{"comma", 0, placeholder_filter_comma, false},
	{"list", 0, filter_list, true},
	{"join", 1, filter_join, false},
	{"upper", 0, placeholder_filter_upper, false},
	{"uppercase", 0, placeholder_filter_upper, false},
	{"lower", 0, placeholder_filter_lower, false},
	{"lowercase", 0, placeholder_filter_lower, false},
	{"capitalize", 0, placeholder_filter_capitalize, false},
	{"title", 0, placeholder_filter_title, false},
	{"titlecase", 0, placeholder_filter_title, false},
	{"trim", 0, filter_trim, false},
	{"truncate", 1, filter_truncate, false},
	{"date", 1, placeholder_filter_date, false},
	{"time", 1, placeholder_filter_time, false},
	{"datetime", 1, placeholder_filter_datetime, false},
	{"length", 0, filter_length, false},
	{"first", 0, filter_first, false},
	{"last", 0, filter_last, false},
	{"reverse", 0, filter_reverse, false},
	{"json", 0, filter_json, false},
	{"encode", 0, filter_encode, false},
	{"default", 1, NULL, false}, /* placeholder_run.c */
};

const placeholder_filter *
placeholder_filter_find(kernel_text name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (kernel_text_is(name, filters[i].name))
			return &filters[i];
	return NULL;
}

kernel_text
placeholder_argument(placeholder_run *run, const placeholder_expression *expression, size_t number, const char *otherwise)
{
	placeholder_value value;

	if (number >= expression->count)
		return kernel_text_of(otherwise);
	value = placeholder_evaluate(run, expression->arguments[number]);
	if (value.kind == PLACEHOLDER_NOTHING)
		return kernel_text_of(otherwise);
	return placeholder_value_plain(run, &value, expression->offset);
}

/* A text that is being written is the value. */
static placeholder_value
value_written(placeholder_run *run, const placeholder_expression *expression, const jdoc_text *text)
{
	if (text->failed)
		placeholder_fail_memory(run);
	placeholder_charge(run, text->length, expression->offset);
	return placeholder_value_text((kernel_text){text->bytes != NULL ? text->bytes : "", text->length}, PLACEHOLDER_GIVEN);
}

/* ---- lists ---- */

static placeholder_value
filter_join(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text between = placeholder_argument(run, expression, 0, ", ");
	jdoc_text out;

	if (value.kind != PLACEHOLDER_LIST)
		return value;
	jdoc_text_start(&out, run->memory);
	for (uint32_t i = 0; i < value.json->count; i++)
	{
		placeholder_value item = placeholder_value_of(&value.json->is.items[i]);
		kernel_text plain = placeholder_value_plain(run, &item, expression->offset);

		placeholder_charge(run, between.length + plain.length, expression->offset);
		if (i > 0)
			jdoc_text_add(&out, between.bytes, between.length);
		jdoc_text_add(&out, plain.bytes, plain.length);
	}
	return value_written(run, expression, &out);
}

/* What stands in front of all items, of each, between two and behind all. */
typedef struct list_markup
{
	const char *parts[4];
} list_markup;

static placeholder_value
markup_of(const char *text)
{
	return placeholder_value_text(kernel_text_of(text), PLACEHOLDER_MARKUP);
}

/* One line for each item; in HTML a list. */
static placeholder_value
filter_list(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	static const list_markup lines = {{"", "- ", "\n", ""}};
	static const list_markup html = {{"<ul>\n", "<li>", "</li>\n", "</li>\n</ul>"}};
	const list_markup *markup = run->request->output == PLACEHOLDER_HTML ? &html : &lines;
	placeholder_value *pieces;
	size_t count = 0;

	if (value.kind != PLACEHOLDER_LIST || value.json->count == 0)
		return value;
	placeholder_charge(run, 64 * (size_t) value.json->count, expression->offset);
	pieces = placeholder_take(run, 3 * (size_t) value.json->count + 2, sizeof(*pieces));
	pieces[count++] = markup_of(markup->parts[0]);
	for (uint32_t i = 0; i < value.json->count; i++)
	{
		if (i > 0)
			pieces[count++] = markup_of(markup->parts[2]);
		pieces[count++] = markup_of(markup->parts[1]);
		pieces[count++] = placeholder_value_of(&value.json->is.items[i]);
	}
	pieces[count++] = markup_of(markup->parts[3]);
	return (placeholder_value){.kind = PLACEHOLDER_PIECES, .pieces = pieces, .count = count};
}

static placeholder_value
filter_first(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	(void) run;
	(void) expression;
	if (value.kind != PLACEHOLDER_LIST)
		return value;
	return placeholder_value_of(value.json->count > 0 ? &value.json->is.items[0] : NULL);
}

static placeholder_value
filter_last(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	(void) run;
	(void) expression;
	if (value.kind != PLACEHOLDER_LIST)
		return value;
	return placeholder_value_of(value.json->count > 0 ? &value.json->is.items[value.json->count - 1] : NULL);
}

static placeholder_value
filter_length(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	char *text = placeholder_take(run, 24, 1);
	size_t length;

	if (value.kind == PLACEHOLDER_LIST || value.kind == PLACEHOLDER_OBJECT)
		length = value.json->count;
	else
	{
		kernel_text plain = placeholder_value_plain(run, &value, expression->offset);

		placeholder_charge(run, plain.length, expression->offset);
		length = jdoc_code_points(plain.bytes, plain.length);
	}
	return (placeholder_value){.kind = PLACEHOLDER_NUMBER, .text = {text, (size_t) snprintf(text, 24, "%zu", length)}};
}

/* ---- texts ---- */

/* Bytes of the character of UTF-8 that begins here. */
static size_t
character_length(kernel_text text, size_t at)
{
	size_t length = 1;

	while (at + length < text.length && ((unsigned char) text.bytes[at + length] & 0xC0) == 0x80)
		length++;
	return length;
}

static placeholder_value
reversed_list(placeholder_run *run, const jdoc_value *list, size_t offset)
{
	jdoc_value *made = placeholder_take(run, 1, sizeof(*made));
	jdoc_value *items = placeholder_take(run, list->count, sizeof(*items));

	placeholder_charge(run, sizeof(*items) * (size_t) list->count, offset);
	for (uint32_t i = 0; i < list->count; i++)
		items[i] = list->is.items[list->count - 1 - i];
	*made = *list;
	made->is.items = items;
	return placeholder_value_of(made);
}

static placeholder_value
filter_reverse(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text plain;
	char *bytes;
	size_t end;

	if (value.kind == PLACEHOLDER_LIST)
		return reversed_list(run, value.json, expression->offset);
	plain = placeholder_value_plain(run, &value, expression->offset);
	placeholder_charge(run, plain.length, expression->offset);
	bytes = placeholder_take(run, plain.length, 1);
	end = plain.length;
	for (size_t at = 0; at < plain.length;)
	{
		size_t length = character_length(plain, at);

		end -= length;
		memcpy(bytes + end, plain.bytes + at, length);
		at += length;
	}
	return placeholder_value_text((kernel_text){bytes, plain.length}, PLACEHOLDER_GIVEN);
}

static placeholder_value
filter_json(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	jdoc_text out;

	jdoc_text_start(&out, run->memory);
	if (value.json != NULL)
		placeholder_json_write(&out, value.json);
	else
	{
		kernel_text plain = placeholder_value_plain(run, &value, expression->offset);

		if (value.kind == PLACEHOLDER_STRING || value.kind == PLACEHOLDER_PIECES)
			jdoc_text_add_quoted(&out, plain.bytes, plain.length);
		else
			jdoc_text_add(&out, plain.bytes, plain.length);
	}
	return value_written(run, expression, &out);
}

static placeholder_value
filter_trim(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);

	while (plain.length > 0 && memchr(" \t\r\n", plain.bytes[0], 4) != NULL)
		plain = (kernel_text){plain.bytes + 1, plain.length - 1};
	while (plain.length > 0 && memchr(" \t\r\n", plain.bytes[plain.length - 1], 4) != NULL)
		plain.length--;
	return placeholder_value_text(plain, PLACEHOLDER_GIVEN);
}

/* truncate(100): a longer text is cut so that it has 100 characters with the three points behind it. */
static placeholder_value
filter_truncate(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	kernel_text most = placeholder_argument(run, expression, 0, "100");
	jdoc_decimal number;
	int64_t length;
	jdoc_text out;
	size_t at = 0;

	if (!jdoc_decimal_read(most.bytes, most.length, &number) || !jdoc_decimal_to_int64(&number, &length) || length < 4)
		placeholder_fail(run, PLACEHOLDER_RUNNING, expression->offset, "truncate takes a whole number from 4, not %.*s",
						 placeholder_shown(most, 40), most.bytes);
	placeholder_charge(run, plain.length, expression->offset);
	if (jdoc_code_points(plain.bytes, plain.length) <= (size_t) length)
		return placeholder_value_text(plain, value.kind == PLACEHOLDER_STRING ? value.origin : PLACEHOLDER_GIVEN);
	for (int64_t i = 0; i < length - 3; i++)
		at += character_length(plain, at);
	jdoc_text_start(&out, run->memory);
	jdoc_text_add(&out, plain.bytes, at);
	jdoc_text_add(&out, "...", 3);
	return value_written(run, expression, &out);
}

static placeholder_value
filter_encode(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	static const char digits[] = "0123456789ABCDEF";
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	jdoc_text out;

	jdoc_text_start(&out, run->memory);
	for (size_t i = 0; i < plain.length; i++)
	{
		unsigned char byte = (unsigned char) plain.bytes[i];
		char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};

		if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
			(byte != 0 && strchr("-_.~", byte) != NULL))
			jdoc_text_add(&out, plain.bytes + i, 1);
		else
			jdoc_text_add(&out, escaped, 3);
	}
	return value_written(run, expression, &out);
}
