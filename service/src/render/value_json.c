/*
 * value_json.c - values as JSON.
 */
#include "render/value_json.h"

#include "render/number_text.h"

#define DEPTH_MOST 256
#define INDENT_MOST 10

struct writer
{
	struct render *run;
	struct buffer buffer;
	char indent[INDENT_MOST * 4]; /* of one level */
	size_t indent_length;
	unsigned depth;
};

static void
add(struct writer *writer, struct slice bytes)
{
	buffer_add(writer->run, &writer->buffer, bytes.at, bytes.length);
}

static void
add_line(struct writer *writer)
{
	if (writer->indent_length == 0)
		return;
	render_step(writer->run, writer->depth);
	buffer_byte(writer->run, &writer->buffer, '\n');
	for (unsigned i = 0; i < writer->depth; i++)
		add(writer, (struct slice){writer->indent, writer->indent_length});
}

static void
add_escape(struct writer *writer, char c)
{
	static const char letters[] = "\b\t\n\f\r\"\\";
	static const char names[] = "btnfr\"\\";
	const char *found = c != '\0' ? strchr(letters, c) : NULL;
	char escape[6] = {'\\', 'u', '0', '0', (char) ('0' + (c >> 4)), "0123456789abcdef"[c & 15]};

	if (found != NULL)
		add(writer, (struct slice){(char[]){'\\', names[found - letters]}, 2});
	else
		add(writer, (struct slice){escape, sizeof(escape)});
}

static void
add_text(struct writer *writer, struct slice text)
{
	size_t done = 0;

	render_step(writer->run, text.length / 16);
	add(writer, SLICE_OF("\""));
	for (size_t i = 0; i < text.length; i++)
	{
		if ((unsigned char) text.at[i] >= 0x20 && text.at[i] != '"' && text.at[i] != '\\')
			continue;
		add(writer, (struct slice){text.at + done, i - done});
		add_escape(writer, text.at[i]);
		done = i + 1;
	}
	add(writer, (struct slice){text.at + done, text.length - done});
	add(writer, SLICE_OF("\""));
}

static bool
has_no_json(struct value value)
{
	return value.kind == VALUE_UNDEFINED || value.kind == VALUE_CALLABLE;
}

static void add_value(struct writer *writer, struct value value);

static void
open_level(struct writer *writer, struct slice bracket)
{
	add(writer, bracket);
	if (++writer->depth > DEPTH_MOST)
		render_fail(writer->run, "dump: nested more than %d deep, or something that contains itself", DEPTH_MOST);
}

static void
close_level(struct writer *writer, bool empty, struct slice bracket)
{
	writer->depth--;
	if (!empty)
		add_line(writer);
	add(writer, bracket);
}

static void
add_list(struct writer *writer, const struct list *list)
{
	open_level(writer, SLICE_OF("["));
	for (uint32_t i = 0; i < list->count; i++)
	{
		if (i > 0)
			add(writer, SLICE_OF(","));
		add_line(writer);
		add_value(writer, has_no_json(list->items[i]) ? value_null() : list->items[i]);
	}
	close_level(writer, list->count == 0, SLICE_OF("]"));
}

static void
add_dict(struct writer *writer, struct dict *dict)
{
	bool empty = true;

	dict_order(writer->run, dict);
	open_level(writer, SLICE_OF("{"));
	for (uint32_t i = 0; i < dict->count; i++)
	{
		const struct dict_entry *entry = &dict->entries[i];

		if (has_no_json(entry->value))
			continue;
		if (!empty)
			add(writer, SLICE_OF(","));
		empty = false;
		add_line(writer);
		add_text(writer, (struct slice){entry->key.bytes, entry->key.length});
		add(writer, writer->indent_length > 0 ? SLICE_OF(": ") : SLICE_OF(":"));
		add_value(writer, entry->value);
	}
	close_level(writer, empty, SLICE_OF("}"));
}

static void
add_value(struct writer *writer, struct value value)
{
	char number[NUMBER_TEXT_ROOM];

	render_step(writer->run, 1);
	switch (value.kind)
	{
		case VALUE_BOOLEAN:
			add(writer, value.boolean ? SLICE_OF("true") : SLICE_OF("false"));
			break;
		case VALUE_NUMBER:
			if (isfinite(value.number))
				add(writer, (struct slice){number, number_text(value.number, number)});
			else
				add(writer, SLICE_OF("null"));
			break;
		case VALUE_STRING:
			add_text(writer, value_slice(value));
			break;
		case VALUE_LIST:
			add_list(writer, value.list);
			break;
		case VALUE_DICT:
			add_dict(writer, value.dict);
			break;
		case VALUE_REGEX:
			add(writer, SLICE_OF("{}"));
			break;
		default:
			add(writer, SLICE_OF("null"));
			break;
	}
}

static void
take_indent(struct writer *writer, struct value spaces)
{
	struct slice text;

	if (spaces.kind == VALUE_NUMBER && spaces.number >= 1)
	{
		writer->indent_length = spaces.number < INDENT_MOST ? (size_t) spaces.number : INDENT_MOST;
		memset(writer->indent, ' ', writer->indent_length);
	}
	else if (spaces.kind == VALUE_STRING)
	{
		text = value_slice(spaces);
		writer->indent_length = text_offset(text, INDENT_MOST);
		memcpy(writer->indent, text.at, writer->indent_length);
	}
}

struct value
value_json(struct render *run, struct value value, struct value spaces)
{
	struct writer writer = {.run = run};

	if (has_no_json(value))
		return value_undefined();
	take_indent(&writer, spaces);
	add_value(&writer, value);
	return buffer_value(&writer.buffer, false);
}
