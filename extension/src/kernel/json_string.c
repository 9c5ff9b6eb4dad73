/*
 * json_string.c: strings of a JSON text: UTF-8 checked, escapes decoded.
 *
 * A string without escapes stays where it is, in the input.
 */
#include "json_reader.h"

/* The four hex digits at offset, or -1. */
static int
hex4(const jdoc_reader *r, size_t offset)
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
string_scan(jdoc_reader *r, const jdoc_place *place, size_t *close, bool *escapes)
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
			return jdoc_fail(r, JDOC_NUL, at, place, "text without a NUL character", NULL);
		if (c < 0x20)
			return jdoc_fail(r, JDOC_SYNTAX, at, place, "control characters written as \\u escapes", NULL);
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
				return jdoc_fail(r, JDOC_UTF8, at, place, "well-formed UTF-8", NULL);
			at += n;
		}
	}
	return jdoc_fail(r, JDOC_SYNTAX, r->length, place, "a closing quote", NULL);
}

/* Decodes the \u escape whose backslash is at *at. */
static bool
unicode_escape(jdoc_reader *r, const jdoc_place *place, size_t *at, char **out)
{
	int first = hex4(r, *at + 2);
	int second;

	if (first < 0)
		return jdoc_fail(r, JDOC_SYNTAX, *at, place, "four hex digits after \\u", NULL);
	if (first == 0 && !r->keep_nul)
		return jdoc_fail(r, JDOC_NUL, *at, place, "text without a NUL character", "\\u0000");
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
		return jdoc_fail(r, JDOC_SURROGATE, *at, place, "a pair of surrogates",
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
string_decode(jdoc_reader *r, const jdoc_place *place, size_t close,
			  const char **text, uint32_t *count)
{
	size_t at = r->at + 1;
	char *bytes = arena_take(r->memory, close - at + 1);
	char *out = bytes;

	if (bytes == NULL)
		return jdoc_fail_memory(r, place);
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
				return jdoc_fail(r, JDOC_SYNTAX, at + 1, place, "one of \" \\ / b f n r t u after a backslash", NULL);
			*out++ = plain;
			at += 2;
		}
	}
	*text = bytes;
	*count = (uint32_t) (out - bytes);
	return true;
}

/* Reads the string at r->at and steps behind it. */
bool
jdoc_read_string(jdoc_reader *r, const jdoc_place *place, const char **text, uint32_t *count)
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
