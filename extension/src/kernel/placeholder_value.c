/*
 * placeholder_value.c: what values are: true or not, equal or ordered, as text.
 *
 * Numbers are their decimal text and are compared by it. Texts that both are numbers are compared as such ("10" comes after
 * "9"), other texts by their bytes, which puts dates and times of ISO 8601 in their order.
 */
#include "placeholder_inside.h"

placeholder_value
placeholder_value_of(const jdoc_value *json)
{
	static const placeholder_value_kind kinds[] = {
		[JDOC_NULL] = PLACEHOLDER_NOTHING,
		[JDOC_FALSE] = PLACEHOLDER_FALSE,
		[JDOC_TRUE] = PLACEHOLDER_TRUE,
		[JDOC_NUMBER] = PLACEHOLDER_NUMBER,
		[JDOC_STRING] = PLACEHOLDER_STRING,
		[JDOC_ARRAY] = PLACEHOLDER_LIST,
		[JDOC_OBJECT] = PLACEHOLDER_OBJECT,
	};
	placeholder_value value = {.kind = PLACEHOLDER_NOTHING};

	if (json == NULL)
		return value;
	value.kind = kinds[json->kind];
	value.json = json;
	if (json->kind == JDOC_NUMBER || json->kind == JDOC_STRING)
		value.text = (kernel_text){json->is.text, json->count};
	return value;
}

placeholder_value
placeholder_value_text(kernel_text text, placeholder_origin origin)
{
	return (placeholder_value){.kind = PLACEHOLDER_STRING, .origin = origin, .text = text};
}

static bool
number_is_zero(kernel_text text)
{
	jdoc_decimal number;

	return jdoc_decimal_read(text.bytes, text.length, &number) && jdoc_decimal_digits(&number) == 0;
}

bool
placeholder_value_true(const placeholder_value *value)
{
	switch (value->kind)
	{
		case PLACEHOLDER_NOTHING:
		case PLACEHOLDER_FALSE:
			return false;
		case PLACEHOLDER_TRUE:
			return true;
		case PLACEHOLDER_NUMBER:
			return !number_is_zero(value->text);
		case PLACEHOLDER_STRING:
			return value->text.length > 0;
		case PLACEHOLDER_LIST:
		case PLACEHOLDER_OBJECT:
			return value->json->count > 0;
		case PLACEHOLDER_PIECES:
			for (size_t i = 0; i < value->count; i++)
				if (placeholder_value_true(&value->pieces[i]))
					return true;
	}
	return false;
}

/* ---- text ---- */

static void
json_list(jdoc_text *out, const jdoc_value *value)
{
	bool named = value->kind == JDOC_OBJECT;

	jdoc_text_add(out, named ? "{" : "[", 1);
	for (uint32_t i = 0; i < value->count; i++)
	{
		if (i > 0)
			jdoc_text_add(out, ",", 1);
		if (named)
		{
			jdoc_text_add_quoted(out, value->is.members[i].name, value->is.members[i].name_length);
			jdoc_text_add(out, ":", 1);
		}
		placeholder_json_write(out, named ? &value->is.members[i].value : &value->is.items[i]);
	}
	jdoc_text_add(out, named ? "}" : "]", 1);
}

void
placeholder_json_write(jdoc_text *out, const jdoc_value *value)
{
	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NULL:
			jdoc_text_add_word(out, "null");
			return;
		case JDOC_FALSE:
			jdoc_text_add_word(out, "false");
			return;
		case JDOC_TRUE:
			jdoc_text_add_word(out, "true");
			return;
		case JDOC_NUMBER:
			jdoc_text_add(out, value->is.text, value->count);
			return;
		case JDOC_STRING:
			jdoc_text_add_quoted(out, value->is.text, value->count);
			return;
		case JDOC_ARRAY:
		case JDOC_OBJECT:
			json_list(out, value);
	}
}

/* A list as its items, other things within it as JSON. */
static void
plain_list(placeholder_run *run, jdoc_text *out, const jdoc_value *list)
{
	for (uint32_t i = 0; i < list->count; i++)
	{
		const jdoc_value *item = &list->is.items[i];

		if (i > 0)
			jdoc_text_add(out, ", ", 2);
		if (item->kind == JDOC_STRING)
			jdoc_text_add(out, item->is.text, item->count);
		else if (item->kind != JDOC_NULL)
			placeholder_json_write(out, item);
		if (out->failed)
			placeholder_fail_memory(run);
	}
}

static void
plain_write(placeholder_run *run, jdoc_text *out, const placeholder_value *value, size_t offset)
{
	switch (value->kind)
	{
		case PLACEHOLDER_NOTHING:
			break;
		case PLACEHOLDER_FALSE:
			jdoc_text_add_word(out, "false");
			break;
		case PLACEHOLDER_TRUE:
			jdoc_text_add_word(out, "true");
			break;
		case PLACEHOLDER_NUMBER:
		case PLACEHOLDER_STRING:
			jdoc_text_add(out, value->text.bytes, value->text.length);
			break;
		case PLACEHOLDER_LIST:
			plain_list(run, out, value->json);
			break;
		case PLACEHOLDER_OBJECT:
			placeholder_warn(run, offset, "an object is printed as JSON; name one of its parts");
			placeholder_json_write(out, value->json);
			break;
		case PLACEHOLDER_PIECES:
			for (size_t i = 0; i < value->count; i++)
				plain_write(run, out, &value->pieces[i], offset);
	}
	if (out->failed)
		placeholder_fail_memory(run);
}

kernel_text
placeholder_value_plain(placeholder_run *run, const placeholder_value *value, size_t offset)
{
	jdoc_text out;

	if (value->kind == PLACEHOLDER_NUMBER || value->kind == PLACEHOLDER_STRING)
		return value->text;
	jdoc_text_start(&out, run->memory);
	plain_write(run, &out, value, offset);
	placeholder_charge(run, out.length, offset);
	return (kernel_text){out.bytes != NULL ? out.bytes : "", out.length};
}

/* ---- comparing ---- */

static bool
is_text(const placeholder_value *value)
{
	return value->kind == PLACEHOLDER_STRING || value->kind == PLACEHOLDER_NUMBER || value->kind == PLACEHOLDER_PIECES;
}

int
placeholder_value_compare(placeholder_run *run, const placeholder_value *a, const placeholder_value *b, size_t offset)
{
	kernel_text left;
	kernel_text right;
	jdoc_decimal x;
	jdoc_decimal y;
	size_t least;
	int order;

	if (!is_text(a) || !is_text(b))
		return 2;
	left = placeholder_value_plain(run, a, offset);
	right = placeholder_value_plain(run, b, offset);
	least = left.length < right.length ? left.length : right.length;
	placeholder_charge(run, least, offset);
	if (jdoc_decimal_read(left.bytes, left.length, &x) && jdoc_decimal_read(right.bytes, right.length, &y))
		return jdoc_decimal_compare(&x, &y);
	if (a->kind == PLACEHOLDER_NUMBER || b->kind == PLACEHOLDER_NUMBER)
		return 2;
	order = least > 0 ? memcmp(left.bytes, right.bytes, least) : 0;
	if (order != 0)
		return order < 0 ? -1 : 1;
	return left.length < right.length ? -1 : left.length > right.length;
}

bool
placeholder_value_equal(placeholder_run *run, const placeholder_value *a, const placeholder_value *b, size_t offset)
{
	if (is_text(a) && is_text(b))
		return placeholder_value_compare(run, a, b, offset) == 0;
	if (a->kind != b->kind)
		return false;
	if (a->kind == PLACEHOLDER_LIST || a->kind == PLACEHOLDER_OBJECT)
	{
		placeholder_charge(run, 16 * (size_t) a->json->count, offset);
		return jdoc_equal(a->json, b->json);
	}
	return true;
}
