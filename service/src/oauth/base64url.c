/*
 * base64url.c - four characters are three bytes; two or three at the end are one or two.
 */
#include "oauth/base64url.h"

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool
base64url_decode(struct arena *arena, struct slice text, struct slice *bytes)
{
	char *out;
	size_t length = 0;
	unsigned bits = 0;
	int held = 0; /* bits that make no byte yet */

	if (text.length % 4 == 1)
		return false;
	out = arena_alloc(arena, text.length / 4 * 3 + 3);
	for (size_t i = 0; i < text.length; i++)
	{
		int value = value_of(text.at[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (unsigned) value) & 0xffff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		out[length++] = (char) (bits >> held);
	}
	*bytes = (struct slice){out, length};
	return (bits & ((1u << held) - 1)) == 0;
}
