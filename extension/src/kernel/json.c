/*
 * json.c: the parser.
 *
 * One pass over the bytes.  Values of the container being read are piled up
 * in a scratch stack and moved to their final, contiguous place when it
 * closes.  Objects with more than JDOC_FEW members carry, right behind the
 * members, their numbers sorted by name: that finds duplicates in n log n
 * whatever the names are, and serves jdoc_find afterwards.
 */
#include "json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json_inside.h"

#define DEFAULT_DEPTH 64
#define LARGEST_DEPTH 512

typedef struct pile
{
	char *bytes;
	size_t used; /* in bytes */
	size_t room;
} pile;

typedef struct reader
{
	arena *memory;
	const char *input;
	size_t length;
	size_t at;
	uint32_t depth;
	uint32_t max_depth;
	uint32_t values;
	uint32_t max_values;
	uint32_t max_number;
	bool keep_nul;
	pile items;   /* jdoc_value: open arrays */
	pile members; /* jdoc_member: open objects */
	jdoc_error *error;
} reader;

static bool read_value(reader *r, const jdoc_place *place, jdoc_value *out);

/* Fills the error; always false, so that callers can return it. */
static bool
fail(reader *r, jdoc_fault fault, size_t offset, const jdoc_place *place,
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

static bool
fail_memory(reader *r, const jdoc_place *place)
{
	return fail(r, JDOC_NO_MEMORY, r->at, place, "more memory",
				"a text too large for it");
}

/* Room for size more bytes at the end of a pile, or NULL. */
static void *
pile_push(reader *r, pile *p, size_t size)
{
	if (p->used + size > p->room)
	{
		size_t room = p->room == 0 ? 4096 : p->room * 2;
		char *bytes = arena_take(r->memory, room);

		if (bytes == NULL)
			return NULL;
		if (p->used > 0)
			memcpy(bytes, p->bytes, p->used);
		p->bytes = bytes;
		p->room = room;
	}
	p->used += size;
	return p->bytes + p->used - size;
}

static void
skip_blanks(reader *r)
{
	while (r->at < r->length)
	{
		char c = r->input[r->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return;
		r->at++;
	}
}

/* The four hex digits at offset, or -1. */
static int
hex4(const reader *r, size_t offset)
{
	int value = 0;

	if (offset + 4 > r->length)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char c = r->input[offset + i];

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

static char *
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80)
		*out++ = (char) c;
	else if (c < 0x800)
	{
		*out++ = (char) (0xC0 | (c >> 6));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*out++ = (char) (0xE0 | (c >> 12));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | (c >> 18));
		*out++ = (char) (0x80 | ((c >> 12) & 0x3F));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	return out;
}

/* Length of the well-formed UTF-8 sequence at p (Unicode table 3-7), or 0. */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80;
	unsigned char high = 0xBF;
	size_t n;

	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3
									  : 4;
	if (left < n)
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	return n;
}

/* Checks the string whose first quote is at r->at and finds its closing
 * quote; *escapes tells whether it has to be decoded. */
static bool
string_scan(reader *r, const jdoc_place *place, size_t *close, bool *escapes)
{
	size_t at = r->at + 1;

	*escapes = false;
	while (at < r->length)
	{
		unsigned char c = (unsigned char) r->input[at];

		if (c == '"')
		{
			*close = at;
			return true;
		}
		if (c == 0)
			return fail(r, JDOC_NUL, at, place, "text without a NUL character", NULL);
		if (c < 0x20)
			return fail(r, JDOC_SYNTAX, at, place, "control characters written as \\u escapes", NULL);
		if (c == '\\')
		{
			*escapes = true;
			at += 2;
		}
		else if (c < 0x80)
			at++;
		else
		{
			size_t n = utf8_sequence((const unsigned char *) r->input + at, r->length - at);

			if (n == 0)
				return fail(r, JDOC_UTF8, at, place, "well-formed UTF-8", NULL);
			at += n;
		}
	}
	return fail(r, JDOC_SYNTAX, r->length, place, "a closing quote", NULL);
}

/* Decodes the \u escape whose backslash is at *at. */
static bool
unicode_escape(reader *r, const jdoc_place *place, size_t *at, char **out)
{
	int first = hex4(r, *at + 2);
	int second;

	if (first < 0)
		return fail(r, JDOC_SYNTAX, *at, place, "four hex digits after \\u", NULL);
	if (first == 0 && !r->keep_nul)
		return fail(r, JDOC_NUL, *at, place, "text without a NUL character", "\\u0000");
	if (first < 0xD800 || first > 0xDFFF)
	{
		*out = utf8_put(*out, (uint32_t) first);
		*at += 6;
		return true;
	}
	second = -1;
	if (first <= 0xDBFF && *at + 7 < r->length &&
		r->input[*at + 6] == '\\' && r->input[*at + 7] == 'u')
		second = hex4(r, *at + 8);
	if (second < 0xDC00 || second > 0xDFFF)
		return fail(r, JDOC_SURROGATE, *at, place, "a pair of surrogates",
					"a lone surrogate");
	*out = utf8_put(*out, 0x10000 + (((uint32_t) first - 0xD800) << 10) +
							  ((uint32_t) second - 0xDC00));
	*at += 12;
	return true;
}

/* The character a one-letter escape stands for, or 0. */
static char
simple_escape(char c)
{
	switch (c)
	{
		case '"':
		case '\\':
		case '/':
			return c;
		case 'b':
			return '\b';
		case 'f':
			return '\f';
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		default:
			return 0;
	}
}

static bool
string_decode(reader *r, const jdoc_place *place, size_t close,
			  const char **text, uint32_t *count)
{
	size_t at = r->at + 1;
	char *bytes = arena_take(r->memory, close - at + 1);
	char *out = bytes;

	if (bytes == NULL)
		return fail_memory(r, place);
	while (at < close)
	{
		char c = r->input[at];

		if (c != '\\')
		{
			*out++ = c;
			at++;
		}
		else if (r->input[at + 1] == 'u')
		{
			if (!unicode_escape(r, place, &at, &out))
				return false;
		}
		else
		{
			char plain = simple_escape(r->input[at + 1]);

			if (plain == 0)
				return fail(r, JDOC_SYNTAX, at + 1, place, "one of \" \\ / b f n r t u after a backslash", NULL);
			*out++ = plain;
			at += 2;
		}
	}
	*text = bytes;
	*count = (uint32_t) (out - bytes);
	return true;
}

/* Reads the string at r->at and steps behind it. */
static bool
read_string(reader *r, const jdoc_place *place, const char **text, uint32_t *count)
{
	size_t close = 0;
	bool escapes;

	if (!string_scan(r, place, &close, &escapes))
		return false;
	if (!escapes)
	{
		*text = r->input + r->at + 1;
		*count = (uint32_t) (close - r->at - 1);
	}
	else if (!string_decode(r, place, close, text, count))
		return false;
	r->at = close + 1;
	return true;
}

static bool
read_number(reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t end = r->at;
	jdoc_decimal ignored;

	while (end < r->length && r->input[end] != '\0' &&
		   strchr("+-.eE0123456789", r->input[end]) != NULL)
		end++;
	if (r->max_number != 0 && end - r->at > r->max_number)
		return fail(r, JDOC_NUMBER_TOO_LONG, r->at, place, "a number with fewer digits",
					"a number that is too long");
	if (!jdoc_decimal_read(r->input + r->at, end - r->at, &ignored))
		return fail(r, JDOC_SYNTAX, r->at, place, "a number such as -12.5", NULL);
	out->kind = JDOC_NUMBER;
	out->is.text = r->input + r->at;
	out->count = (uint32_t) (end - r->at);
	r->at = end;
	return true;
}

static bool
read_literal(reader *r, const jdoc_place *place, jdoc_value *out)
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
		return fail(r, JDOC_NUL, r->at, place, "text without a NUL character", NULL);
	return fail(r, JDOC_SYNTAX, r->at, place, "a JSON value", NULL);
}

/* Reads what stands between two elements: true with *more set, or an error. */
static bool
read_separator(reader *r, const jdoc_place *place, char close,
			   const char *expected, bool *more)
{
	skip_blanks(r);
	if (r->at < r->length && (r->input[r->at] == ',' || r->input[r->at] == close))
	{
		*more = r->input[r->at] == ',';
		r->at++;
		return true;
	}
	return fail(r, JDOC_SYNTAX, r->at, place, expected, NULL);
}

static bool
enter(reader *r, const jdoc_place *place)
{
	char expected[64];

	if (r->depth < r->max_depth)
	{
		r->depth++;
		return true;
	}
	snprintf(expected, sizeof(expected), "at most %u levels of nesting", r->max_depth);
	return fail(r, JDOC_DEPTH, r->at, place, expected, "one more");
}

static bool
read_array(reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t base = r->items.used;
	jdoc_place here = {place, NULL, 0, 0};
	bool more = true;
	size_t size;
	jdoc_value *items;

	if (!enter(r, place))
		return false;
	r->at++;
	skip_blanks(r);
	if (r->at < r->length && r->input[r->at] == ']')
	{
		r->at++;
		more = false;
	}
	while (more)
	{
		jdoc_value item;
		jdoc_value *slot;

		if (!read_value(r, &here, &item))
			return false;
		slot = pile_push(r, &r->items, sizeof(jdoc_value));
		if (slot == NULL)
			return fail_memory(r, place);
		*slot = item;
		here.index++;
		if (!read_separator(r, place, ']', "a comma or ]", &more))
			return false;
	}
	r->depth--;
	size = r->items.used - base;
	items = arena_take(r->memory, size);
	if (items == NULL)
		return fail_memory(r, place);
	if (size > 0)
		memcpy(items, r->items.bytes + base, size);
	r->items.used = base;
	out->kind = JDOC_ARRAY;
	out->count = here.index;
	out->is.items = items;
	return true;
}

/* Moves the members from the pile to their place and refuses duplicates. */
static bool
close_object(reader *r, const jdoc_place *place, size_t base, uint32_t count,
			 jdoc_value *out)
{
	size_t size = r->members.used - base;
	size_t index = count > JDOC_FEW ? count * sizeof(uint32_t) : 0;
	jdoc_member *members = arena_take(r->memory, size + index);
	const jdoc_member *twice;

	if (members == NULL)
		return fail_memory(r, place);
	if (size > 0)
		memcpy(members, r->members.bytes + base, size);
	r->members.used = base;
	twice = jdoc_members_index(members, count);
	out->kind = JDOC_OBJECT;
	out->count = count;
	out->is.members = members;
	if (twice != NULL)
	{
		jdoc_place here = {place, twice->name, twice->name_length, 0};

		return fail(r, JDOC_DUPLICATE, twice->value.start, &here,
					"each name once in an object", "the same name twice");
	}
	return true;
}

static bool
read_member(reader *r, const jdoc_place *place)
{
	jdoc_member member;
	jdoc_place here = {place, NULL, 0, 0};
	jdoc_member *slot;

	skip_blanks(r);
	if (r->at >= r->length || r->input[r->at] != '"')
		return fail(r, JDOC_SYNTAX, r->at, place, "a member name in quotes", NULL);
	if (!read_string(r, place, &member.name, &member.name_length))
		return false;
	skip_blanks(r);
	if (r->at >= r->length || r->input[r->at] != ':')
		return fail(r, JDOC_SYNTAX, r->at, place, "a colon after the member name", NULL);
	r->at++;
	here.name = member.name;
	here.name_length = member.name_length;
	if (!read_value(r, &here, &member.value))
		return false;
	slot = pile_push(r, &r->members, sizeof(jdoc_member));
	if (slot == NULL)
		return fail_memory(r, place);
	*slot = member;
	return true;
}

static bool
read_object(reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t base = r->members.used;
	uint32_t count = 0;
	bool more = true;

	if (!enter(r, place))
		return false;
	r->at++;
	skip_blanks(r);
	if (r->at < r->length && r->input[r->at] == '}')
	{
		r->at++;
		more = false;
	}
	while (more)
	{
		if (!read_member(r, place))
			return false;
		count++;
		if (!read_separator(r, place, '}', "a comma or }", &more))
			return false;
	}
	r->depth--;
	return close_object(r, place, base, count, out);
}

static bool
read_value(reader *r, const jdoc_place *place, jdoc_value *out)
{
	bool fine;
	size_t start;
	char c;

	skip_blanks(r);
	start = r->at;
	if (r->max_values != 0 && r->values >= r->max_values)
		return fail(r, JDOC_TOO_MANY, r->at, place, "fewer values in one text", "too many");
	r->values++;
	c = r->at < r->length ? r->input[r->at] : '\0';
	if (c == '{')
		fine = read_object(r, place, out);
	else if (c == '[')
		fine = read_array(r, place, out);
	else if (c == '"')
	{
		out->kind = JDOC_STRING;
		fine = read_string(r, place, &out->is.text, &out->count);
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
read_all(reader *r, size_t max_bytes, jdoc_value *out)
{
	char expected[64];

	if (r->length > max_bytes)
	{
		snprintf(expected, sizeof(expected), "at most %zu bytes", max_bytes);
		fail(r, JDOC_TOO_LONG, 0, NULL, expected, "");
		snprintf(r->error->got, sizeof(r->error->got), "%zu bytes", r->length);
		return false;
	}
	if (!read_value(r, NULL, out))
		return false;
	skip_blanks(r);
	if (r->at == r->length)
		return true;
	if (r->input[r->at] == '\0')
		return fail(r, JDOC_NUL, r->at, NULL, "text without a NUL character", NULL);
	return fail(r, JDOC_TRAILING, r->at, NULL, "nothing after the value", NULL);
}

const jdoc_value *
jdoc_parse(arena *memory, const char *input, size_t length,
		   const jdoc_limits *limits, jdoc_error *error)
{
	static const jdoc_limits no_limits;
	reader r;
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
		fail_memory(&r, NULL);
		return NULL;
	}
	return read_all(&r, max_bytes, root) ? root : NULL;
}
