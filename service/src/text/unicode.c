/*
 * unicode.c - UTF-8 by characters.
 */
#include "text/unicode.h"

static bool
continues(char byte)
{
	return ((unsigned char) byte & 0xC0) == 0x80;
}

/* Bytes of the character that begins with this one; 0 when none does. */
static size_t
character_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3
										   : 4;
}

uint32_t
unicode_next(struct slice text, size_t *at)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char) text.at[*at];
	size_t length = character_length(first);
	uint32_t character = first;

	if (length > 1)
		character &= 0x7Fu >> length;
	for (size_t i = 1; i < length; i++)
	{
		if (*at + i >= text.length || !continues(text.at[*at + i]))
		{
			length = 0;
			break;
		}
		character = character << 6 | ((unsigned char) text.at[*at + i] & 0x3Fu);
	}
	if (length == 0 || character < least[length] || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
	{
		(*at)++;
		return UNICODE_BROKEN;
	}
	*at += length;
	return character;
}

size_t
unicode_before(struct slice text, size_t at)
{
	size_t start = at - 1;

	while (start > 0 && at - start < 4 && continues(text.at[start]))
		start--;
	return start;
}

size_t
unicode_write(uint32_t character, char bytes[4])
{
	if (character < 0x80)
	{
		bytes[0] = (char) character;
		return 1;
	}
	if (character < 0x800)
	{
		bytes[0] = (char) (0xC0 | character >> 6);
		bytes[1] = (char) (0x80 | (character & 0x3F));
		return 2;
	}
	if (character < 0x10000)
	{
		bytes[0] = (char) (0xE0 | character >> 12);
		bytes[1] = (char) (0x80 | (character >> 6 & 0x3F));
		bytes[2] = (char) (0x80 | (character & 0x3F));
		return 3;
	}
	bytes[0] = (char) (0xF0 | character >> 18);
	bytes[1] = (char) (0x80 | (character >> 12 & 0x3F));
	bytes[2] = (char) (0x80 | (character >> 6 & 0x3F));
	bytes[3] = (char) (0x80 | (character & 0x3F));
	return 4;
}
