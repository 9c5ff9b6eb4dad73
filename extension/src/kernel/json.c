/*
 * json.c: reads a JSON text: what may stand where, numbers and literals.
 *
 * One pass over the bytes.  Strings are read in json_string.c, arrays and
 * objects in json_container.c.
 */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "json_reader.h"

#define DEFAULT_DEPTH 64
#define LARGEST_DEPTH 512

bool
jdoc_fail(jdoc_reader *r, jdoc_fault fault, size_t offset, const jdoc_place *place,
		  const char *expected, const char *got)
{
	jdoc_error *e = r->error;

	e->fault = fault;
	e->offset = offset;
	jdoc_place_write(place, e->path, sizeof(e->path));
	snprintf(e->expected, sizeof(e->expected), "%s", expected);
	if (got != NULL)
		snprintf(e->got, sizeof(e->got), "%s", got);
	else if (offset >= r->length)
		snprintf(e->got, sizeof(e->got), "the end of the text");
	else
	{
		unsigned char c = (unsigned char) r->input[offset];

		if (c > 0x20 && c < 0x7f)
			snprintf(e->got, sizeof(e->got), "'%c'", c);
		else
			snprintf(e->got, sizeof(e->got), "byte 0x%02x", c);
	}
	return false;
}

bool
jdoc_fail_memory(jdoc_reader *r, const jdoc_place *place)
{
	return jdoc_fail(r, JDOC_NO_MEMORY, r->at, place, "more memory",
					 "a text too large for it");
}

void
jdoc_skip_blanks(jdoc_reader *r)
{
	while (r->at < r->length)
	{
		char c = r->input[r->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return;
		r->at++;
	}
}

static bool
read_number(jdoc_reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t end = r->at;
	jdoc_decimal ignored;

	while (end < r->length && r->input[end] != '\0' &&
		   strchr("+-.eE0123456789", r->input[end]) != NULL)
		end++;
	if (r->max_number != 0 && end - r->at > r->max_number)
		return jdoc_fail(r, JDOC_NUMBER_TOO_LONG, r->at, place, "a number with fewer digits",
						 "a number that is too long");
	if (!jdoc_decimal_read(r->input + r->at, end - r->at, &ignored))
		return jdoc_fail(r, JDOC_SYNTAX, r->at, place, "a number such as -12.5", NULL);
	out->kind = JDOC_NUMBER;
	out->is.text = r->input + r->at;
	out->count = (uint32_t) (end - r->at);
	r->at = end;
	return true;
}

static bool
read_literal(jdoc_reader *r, const jdoc_place *place, jdoc_value *out)
{
	static const struct
	{
		const char *word;
		size_t length;
		jdoc_kind kind;
	} literals[] = {
		{"true", 4, JDOC_TRUE}, {"false", 5, JDOC_FALSE}, {"null", 4, JDOC_NULL}};

	for (size_t i = 0; i < 3; i++)
		if (r->length - r->at >= literals[i].length &&
			memcmp(r->input + r->at, literals[i].word, literals[i].length) == 0)
		{
			out->kind = (uint8_t) literals[i].kind;
			out->count = 0;
			out->is.text = NULL;
			r->at += literals[i].length;
			return true;
		}
	if (r->at < r->length && r->input[r->at] == '\0')
		return jdoc_fail(r, JDOC_NUL, r->at, place, "text without a NUL character", NULL);
	return jdoc_fail(r, JDOC_SYNTAX, r->at, place, "a JSON value", NULL);
}

bool
jdoc_read_value(jdoc_reader *r, const jdoc_place *place, jdoc_value *out)
{
	bool fine;
	size_t start;
	char c;

	jdoc_skip_blanks(r);
	start = r->at;
	if (r->max_values != 0 && r->values >= r->max_values)
		return jdoc_fail(r, JDOC_TOO_MANY, r->at, place, "fewer values in one text", "too many");
	r->values++;
	c = r->at < r->length ? r->input[r->at] : '\0';
	if (c == '{')
		fine = jdoc_read_object(r, place, out);
	else if (c == '[')
		fine = jdoc_read_array(r, place, out);
	else if (c == '"')
	{
		out->kind = JDOC_STRING;
		fine = jdoc_read_string(r, place, &out->is.text, &out->count);
	}
	else if (c == '-' || (c >= '0' && c <= '9'))
		fine = read_number(r, place, out);
	else
		fine = read_literal(r, place, out);
	out->start = (uint32_t) start;
	out->end = (uint32_t) r->at;
	return fine;
}

/* Checks the size and reads the one value. */
static bool
read_all(jdoc_reader *r, size_t max_bytes, jdoc_value *out)
{
	char expected[64];

	if (r->length > max_bytes)
	{
		snprintf(expected, sizeof(expected), "at most %zu bytes", max_bytes);
		jdoc_fail(r, JDOC_TOO_LONG, 0, NULL, expected, "");
		snprintf(r->error->got, sizeof(r->error->got), "%zu bytes", r->length);
		return false;
	}
	if (!jdoc_read_value(r, NULL, out))
		return false;
	jdoc_skip_blanks(r);
	if (r->at == r->length)
		return true;
	if (r->input[r->at] == '\0')
		return jdoc_fail(r, JDOC_NUL, r->at, NULL, "text without a NUL character", NULL);
	return jdoc_fail(r, JDOC_TRAILING, r->at, NULL, "nothing after the value", NULL);
}

const jdoc_value *
jdoc_parse(arena *memory, const char *input, size_t length,
		   const jdoc_limits *limits, jdoc_error *error)
{
	static const jdoc_limits no_limits;
	jdoc_reader r;
	jdoc_value *root;
	size_t max_bytes;

	if (limits == NULL)
		limits = &no_limits;
	memset(&r, 0, sizeof(r));
	memset(error, 0, sizeof(*error));
	r.memory = memory;
	r.input = input;
	r.length = length;
	r.error = error;
	r.max_depth = limits->depth == 0 ? DEFAULT_DEPTH : limits->depth;
	if (r.max_depth > LARGEST_DEPTH)
		r.max_depth = LARGEST_DEPTH;
	r.max_values = limits->values;
	r.max_number = limits->number_bytes;
	r.keep_nul = limits->keep_nul;
	max_bytes = limits->bytes == 0 || limits->bytes > UINT32_MAX - 1
					? UINT32_MAX - 1
					: limits->bytes;
	root = arena_take(memory, sizeof(jdoc_value));
	if (root == NULL)
	{
		jdoc_fail_memory(&r, NULL);
		return NULL;
	}
	return read_all(&r, max_bytes, root) ? root : NULL;
}
