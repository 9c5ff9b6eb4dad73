/*
 * space.c - blanks of ECMAScript (WhiteSpace and LineTerminator), in UTF-8.
 */
#include "render/space.h"

#include <string.h>

size_t
space_at(const char *at, const char *end)
{
	const unsigned char *byte = (const unsigned char *) at;
	size_t left = (size_t) (end - at);

	if (left == 0)
		return 0;
	if (byte[0] == ' ' || (byte[0] >= '\t' && byte[0] <= '\r'))
		return 1;
	if (byte[0] == 0xC2)
		return left >= 2 && byte[1] == 0xA0 ? 2 : 0;
	if (left < 3)
		return 0;
	if (byte[0] == 0xE1)
		return byte[1] == 0x9A && byte[2] == 0x80 ? 3 : 0;
	if (byte[0] == 0xE2 && byte[1] == 0x80)
		return (byte[2] >= 0x80 && byte[2] <= 0x8A) || byte[2] == 0xA8 || byte[2] == 0xA9 || byte[2] == 0xAF ? 3 : 0;
	if (byte[0] == 0xE2)
		return byte[1] == 0x81 && byte[2] == 0x9F ? 3 : 0;
	if (byte[0] == 0xE3)
		return byte[1] == 0x80 && byte[2] == 0x80 ? 3 : 0;
	if (byte[0] == 0xEF)
		return byte[1] == 0xBB && byte[2] == 0xBF ? 3 : 0;
	return 0;
}

const char *
space_skip(const char *at, const char *end)
{
	size_t length;

	while ((length = space_at(at, end)) > 0)
		at += length;
	return at;
}

const char *
space_skip_back(const char *start, const char *end)
{
	for (;;)
	{
		size_t length = 0;

		for (size_t back = 1; back <= 3 && back <= (size_t) (end - start); back++)
		{
			if (space_at(end - back, end) == back)
				length = back;
		}
		if (length == 0)
			return end;
		end -= length;
	}
}
