/*
 * base64.c - strict base64 (RFC 4648, section 4): whole groups, no other characters, no bits left over.
 */
#include "text/base64.h"

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63
									: -1;
}

/* Four characters, the last one or two of which may be padding in the last group; answers the bytes, 0 for a fault. */
static size_t
decode_group(const char *in, bool last, char *out)
{
	int padding = last && in[3] == '=' ? (in[2] == '=' ? 2 : 1) : 0;
	unsigned bits = 0;

	for (int i = 0; i < 4 - padding; i++)
	{
		int value = value_of(in[i]);

		if (value < 0)
			return 0;
		bits |= (unsigned) value << (18 - 6 * i);
	}
	if ((padding == 1 && (bits & 0xff) != 0) || (padding == 2 && (bits & 0xffff) != 0))
		return 0;
	out[0] = (char) (bits >> 16);
	if (padding < 2)
		out[1] = (char) (bits >> 8);
	if (padding < 1)
		out[2] = (char) bits;
	return (size_t) (3 - padding);
}

bool
base64_decode(struct arena *arena, struct slice text, struct slice *bytes)
{
	char *out;
	size_t length = 0;

	if (text.length % 4 != 0)
		return false;
	out = arena_alloc(arena, text.length / 4 * 3 + 1);
	for (size_t i = 0; i < text.length; i += 4)
	{
		size_t got = decode_group(text.at + i, i + 4 == text.length, out + length);

		if (got == 0)
			return false;
		length += got;
	}
	*bytes = (struct slice){out, length};
	return true;
}
