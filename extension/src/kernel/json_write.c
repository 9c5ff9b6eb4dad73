/*
 * json_write.c: values as text: JSON pointers, words for messages, and the
 * canonical form that two equal values share.
 */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "json_inside.h"

void
jdoc_text_start(jdoc_text *text, arena *memory)
{
	memset(text, 0, sizeof(*text));
	text->memory = memory;
}

void
jdoc_text_add(jdoc_text *text, const char *bytes, size_t length)
{
	if (text->failed || length == 0)
		return;
	if (length > text->room - text->length)
	{
		size_t room = text->room * 2 + length + 64;
		char *grown = arena_take(text->memory, room);

		if (grown == NULL)
		{
			text->failed = true;
			return;
		}
		if (text->length > 0)
			memcpy(grown, text->bytes, text->length);
		text->bytes = grown;
		text->room = room;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void
jdoc_text_add_word(jdoc_text *text, const char *word)
{
	jdoc_text_add(text, word, strlen(word));
}

void
jdoc_text_add_quoted(jdoc_text *text, const char *bytes, size_t length)
{
	size_t plain = 0;

	jdoc_text_add(text, "\"", 1);
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) bytes[i];
		char escape[8];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		jdoc_text_add(text, bytes + plain, i - plain);
		plain = i + 1;
		if (c == '"' || c == '\\')
			snprintf(escape, sizeof(escape), "\\%c", c);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", c);
		jdoc_text_add_word(text, escape);
	}
	jdoc_text_add(text, bytes + plain, length - plain);
	jdoc_text_add(text, "\"", 1);
}

static void
add_number(jdoc_text *text, const jdoc_value *value)
{
	jdoc_decimal n;
	char exponent[32];

	if (!jdoc_decimal_read(value->is.text, value->count, &n))
		return;
	if (jdoc_decimal_digits(&n) == 0)
	{
		jdoc_text_add(text, "0", 1);
		return;
	}
	if (n.negative)
		jdoc_text_add(text, "-", 1);
	jdoc_text_add(text, n.head, n.head_length);
	jdoc_text_add(text, n.tail, n.tail_length);
	snprintf(exponent, sizeof(exponent), "e%lld", (long long) n.exponent);
	jdoc_text_add_word(text, exponent);
}

/* The member that comes next in order of names; few members are searched. */
static uint32_t
sorted_member(const jdoc_value *object, uint32_t rank)
{
	const jdoc_member *m = object->is.members;

	if (object->count > JDOC_FEW)
		return jdoc_members_order(object)[rank];
	for (uint32_t i = 0; i < object->count; i++)
	{
		uint32_t smaller = 0;

		for (uint32_t j = 0; j < object->count; j++)
			smaller += jdoc_name_compare(m[j].name, m[j].name_length,
										 m[i].name, m[i].name_length) < 0;
		if (smaller == rank)
			return i;
	}
	return rank;
}

static void
add_object(jdoc_text *text, const jdoc_value *value)
{
	jdoc_text_add(text, "{", 1);
	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *m = &value->is.members[sorted_member(value, i)];

		if (i > 0)
			jdoc_text_add(text, ",", 1);
		jdoc_text_add_quoted(text, m->name, m->name_length);
		jdoc_text_add(text, ":", 1);
		jdoc_text_add_canonical(text, &m->value);
	}
	jdoc_text_add(text, "}", 1);
}

void
jdoc_text_add_canonical(jdoc_text *text, const jdoc_value *value)
{
	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NULL:
			jdoc_text_add_word(text, "null");
			break;
		case JDOC_FALSE:
			jdoc_text_add_word(text, "false");
			break;
		case JDOC_TRUE:
			jdoc_text_add_word(text, "true");
			break;
		case JDOC_NUMBER:
			add_number(text, value);
			break;
		case JDOC_STRING:
			jdoc_text_add_quoted(text, value->is.text, value->count);
			break;
		case JDOC_ARRAY:
			jdoc_text_add(text, "[", 1);
			for (uint32_t i = 0; i < value->count; i++)
			{
				if (i > 0)
					jdoc_text_add(text, ",", 1);
				jdoc_text_add_canonical(text, &value->is.items[i]);
			}
			jdoc_text_add(text, "]", 1);
			break;
		case JDOC_OBJECT:
			add_object(text, value);
			break;
	}
}

/* Adds a step of a pointer at *at; false when it does not fit. */
static bool
pointer_step(const jdoc_place *place, char *out, size_t size, size_t *at)
{
	char index[16];
	const char *bytes = place->name;
	size_t length = place->name_length;

	if (bytes == NULL)
	{
		length = (size_t) snprintf(index, sizeof(index), "%u", place->index);
		bytes = index;
	}
	if (*at + 1 >= size)
		return false;
	out[(*at)++] = '/';
	for (size_t i = 0; i < length; i++)
	{
		bool escaped = bytes[i] == '~' || bytes[i] == '/';

		if (*at + (escaped ? 2 : 1) >= size)
			return false;
		if (escaped)
			out[(*at)++] = '~';
		out[(*at)++] = bytes[i] == '~' ? '0' : bytes[i] == '/' ? '1'
															   : bytes[i];
	}
	return true;
}

static bool
pointer_write(const jdoc_place *place, char *out, size_t size, size_t *at)
{
	return place == NULL ||
		   (pointer_write(place->parent, out, size, at) && pointer_step(place, out, size, at));
}

/* Cuts text that ends in the middle of a UTF-8 sequence back to its start. */
static size_t
whole_characters(const char *text, size_t length)
{
	size_t at = length;

	while (at > 0 && ((unsigned char) text[at - 1] & 0xC0) == 0x80)
		at--;
	if (at == 0)
		return length;
	at--;
	if ((unsigned char) text[at] < 0x80)
		return length;
	return length - at < ((unsigned char) text[at] < 0xE0 ? 2u : (unsigned char) text[at] < 0xF0 ? 3u
																								 : 4u)
			   ? at
			   : length;
}

void
jdoc_place_write(const jdoc_place *place, char *out, size_t size)
{
	size_t at = 0;

	if (size < 8)
	{
		if (size > 0)
			out[0] = '\0';
		return;
	}
	if (!pointer_write(place, out, size - 4, &at))
	{
		at = whole_characters(out, at);
		memcpy(out + at, "...", 3);
		at += 3;
	}
	out[at] = '\0';
}

size_t
jdoc_code_points(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char) text[i] & 0xC0) != 0x80;
	return count;
}

#define SHOWN_TEXT 60

static void
describe_text(const jdoc_value *value, char *out, size_t size)
{
	size_t shown = value->count;
	const char *more = "";

	if (shown > SHOWN_TEXT)
	{
		shown = whole_characters(value->is.text, SHOWN_TEXT);
		more = "...";
	}
	if (value->kind == JDOC_STRING)
		snprintf(out, size, "the text \"%.*s%s\"", (int) shown, value->is.text, more);
	else
		snprintf(out, size, "%.*s%s", (int) shown, value->is.text, more);
}

void
jdoc_describe(const jdoc_value *value, char *out, size_t size)
{
	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NULL:
			snprintf(out, size, "null");
			break;
		case JDOC_FALSE:
			snprintf(out, size, "false");
			break;
		case JDOC_TRUE:
			snprintf(out, size, "true");
			break;
		case JDOC_NUMBER:
		case JDOC_STRING:
			describe_text(value, out, size);
			break;
		case JDOC_ARRAY:
			snprintf(out, size, "a list of %u item%s", value->count, value->count == 1 ? "" : "s");
			break;
		case JDOC_OBJECT:
			snprintf(out, size, "an object with %u member%s", value->count, value->count == 1 ? "" : "s");
			break;
	}
}
