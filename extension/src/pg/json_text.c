/*
 * json_text.c
 *	  Documents and strings as JSON text.
 *
 * PostgreSQL's JsonbToCString makes a value of every part of a document and a
 * numeric's text in memory of its own. Answers carry twenty documents and more,
 * so here the stored bytes (their form: jsonb_writer.c) are walked as they lie
 * and copied, which takes a fifth of the time.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/amounts.h"
#include "pg/json_text.h"

/* True for bytes that a JSON string cannot hold as they are. */
static inline bool
must_escape(unsigned char byte)
{
	return byte < ' ' || byte == '"' || byte == '\\';
}

static void
append_escaped(StringInfo out, unsigned char byte)
{
	static const char letters[' '] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

	if (byte >= ' ')
		appendStringInfo(out, "\\%c", byte);
	else if (letters[byte] != '\0')
		appendStringInfo(out, "\\%c", letters[byte]);
	else
		appendStringInfo(out, "\\u%04x", byte);
}

void
json_text_string(StringInfo out, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	appendStringInfoCharMacro(out, '"');
	while (bytes < end)
	{
		const char *plain = bytes;

		while (bytes < end && !must_escape(*bytes))
			bytes++;
		appendBinaryStringInfo(out, plain, bytes - plain);
		if (bytes < end)
			append_escaped(out, *bytes++);
	}
	appendStringInfoCharMacro(out, '"');
}

static void
append_number(StringInfo out, const char *numeric)
{
	Datum value = PointerGetDatum(numeric);
	int length;

	enlargeStringInfo(out, AMOUNT_TEXT_MAX);
	length = amount_text(value, out->data + out->len);
	if (length > 0)
	{
		out->len += length;
		out->data[out->len] = '\0';
	}
	else
		appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(numeric_out, value)));
}

static void append_container(StringInfo out, const JsonbContainer *container);

/* The value of an entry, whose bytes lie in [offset, offset + length) of the children's. */
static void
append_value(StringInfo out, JEntry entry, const char *children, uint32 offset, uint32 length)
{
	if (JBE_ISSTRING(entry))
		json_text_string(out, children + offset, length);
	else if (JBE_ISNUMERIC(entry))
		append_number(out, children + INTALIGN(offset));
	else if (JBE_ISNULL(entry))
		appendBinaryStringInfo(out, "null", 4);
	else if (JBE_ISBOOL_TRUE(entry))
		appendBinaryStringInfo(out, "true", 4);
	else if (JBE_ISBOOL_FALSE(entry))
		appendBinaryStringInfo(out, "false", 5);
	else
		append_container(out, (const JsonbContainer *) (children + INTALIGN(offset)));
}

static void
append_array(StringInfo out, const JsonbContainer *array)
{
	uint32 count = JsonContainerSize(array);
	const char *children = (const char *) &array->children[count];
	uint32 offset = 0;

	for (uint32 i = 0; i < count; i++)
	{
		uint32 length = getJsonbLength(array, i);

		if (i > 0)
			appendBinaryStringInfo(out, ", ", 2);
		append_value(out, array->children[i], children, offset, length);
		offset += length;
	}
}

static void
append_object(StringInfo out, const JsonbContainer *object)
{
	uint32 count = JsonContainerSize(object);
	const char *children = (const char *) &object->children[2 * count];
	uint32 key = 0;
	uint32 value = getJsonbOffset(object, count);

	for (uint32 i = 0; i < count; i++)
	{
		uint32 key_length = getJsonbLength(object, i);
		uint32 length = getJsonbLength(object, count + i);

		if (i > 0)
			appendBinaryStringInfo(out, ", ", 2);
		json_text_string(out, children + key, key_length);
		appendBinaryStringInfo(out, ": ", 2);
		append_value(out, object->children[count + i], children, value, length);
		key += key_length;
		value += length;
	}
}

static void
append_container(StringInfo out, const JsonbContainer *container)
{
	check_stack_depth();
	if (JsonContainerIsScalar(container))
		append_array(out, container); /* one value, stored as a list of one */
	else if (JsonContainerIsObject(container))
	{
		appendStringInfoCharMacro(out, '{');
		append_object(out, container);
		appendStringInfoCharMacro(out, '}');
	}
	else
	{
		appendStringInfoCharMacro(out, '[');
		append_array(out, container);
		appendStringInfoCharMacro(out, ']');
	}
}

void
json_text_document(StringInfo out, const Jsonb *document)
{
	append_container(out, &document->root);
}
