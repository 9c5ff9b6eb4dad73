/* identity.c: when two listings inside one trip are the same hotel; see identity.h. */
#include "identity.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static kernel_text
trimmed(kernel_text text)
{
	if (text.bytes == NULL)
		return (kernel_text){NULL, 0};
	while (text.length > 0 && is_blank(text.bytes[0]))
	{
		text.bytes++;
		text.length--;
	}
	while (text.length > 0 && is_blank(text.bytes[text.length - 1]))
		text.length--;
	return text;
}

/* Lower-cased ASCII letter, digit or byte of a longer character; 0 for what a name does not need. */
static char
kept(char c)
{
	unsigned char byte = (unsigned char) c;

	if (byte >= 'A' && byte <= 'Z')
		return (char) (byte + ('a' - 'A'));
	if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80)
		return c;
	return 0;
}

size_t
identity_hotel(kernel_text giata_id, kernel_text name, char *out)
{
	size_t length = 2;

	giata_id = trimmed(giata_id);
	if (giata_id.length > 0)
	{
		memcpy(out, "g:", 2);
		memcpy(out + 2, giata_id.bytes, giata_id.length);
		return 2 + giata_id.length;
	}
	if (name.bytes == NULL)
		return 0;
	memcpy(out, "n:", 2);
	for (size_t i = 0; i < name.length; i++)
	{
		char c = kept(name.bytes[i]);

		if (c != 0)
			out[length++] = c;
	}
	return length > 2 ? length : 0;
}
