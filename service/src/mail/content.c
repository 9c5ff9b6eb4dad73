/*
 * content.c - quoted-printable and base64.
 */
#include "mail/content.h"

#include <openssl/evp.h>

#define LINE 76
#define LINE_BYTES 57 /* of base64: 76 characters */

/* A blank at the end of a line would get lost. */
static bool
stays_as_it_is(struct slice text, size_t at)
{
	unsigned char byte = (unsigned char) text.at[at];
	bool last = at + 1 == text.length || text.at[at + 1] == '\n' || text.at[at + 1] == '\r';

	if (byte == ' ' || byte == '\t')
		return !last;
	return byte > 0x20 && byte < 0x7F && byte != '=';
}

static bool
ends_line(struct slice text, size_t at)
{
	return text.at[at] == '\n' || (text.at[at] == '\r' && at + 1 < text.length && text.at[at + 1] == '\n');
}

void
content_text(struct output *out, struct slice text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t column = 0;

	for (size_t at = 0; at < text.length; at++)
	{
		unsigned char byte = (unsigned char) text.at[at];
		const char written[] = {'=', digits[byte >> 4], digits[byte & 15]};
		size_t length = stays_as_it_is(text, at) ? 1 : sizeof(written);

		if (ends_line(text, at))
		{
			output_word(out, "\r\n");
			at += byte == '\r';
			column = 0;
			continue;
		}
		/* the last place of a line is for the = of a line that goes on */
		if (column + length > LINE - 1)
		{
			output_word(out, "=\r\n");
			column = 0;
		}
		output_add(out, length == 1 ? (struct slice){text.at + at, 1} : (struct slice){written, sizeof(written)});
		column += length;
	}
}

void
content_bytes(struct output *out, struct slice bytes)
{
	size_t lines = (bytes.length + LINE_BYTES - 1) / LINE_BYTES;
	unsigned char *text = arena_alloc(out->arena, lines * (LINE + 2) + 1);
	size_t length = 0;

	for (size_t at = 0; at < bytes.length; at += LINE_BYTES)
	{
		size_t left = bytes.length - at;
		int taken = (int) (left < LINE_BYTES ? left : LINE_BYTES);

		length += (size_t) EVP_EncodeBlock(text + length, (const unsigned char *) bytes.at + at, taken);
		text[length++] = '\r';
		text[length++] = '\n';
	}
	output_refer(out, (struct slice){(const char *) text, length});
}
