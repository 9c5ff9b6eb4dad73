/*
 * mail_fuzz.c: any bytes as a subject, a name, the name of a file, an address and a text. Each makes one header and no line more, of
 * printable ASCII and short lines; what was encoded is what was meant, controls blanked; texts and bytes come back as they were.
 *
 * Layout of an input: one byte for which of them, then the bytes.
 */
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/content.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static char *
text_of(struct output *out, size_t *length)
{
	char *text = arena_alloc(&arena, out->length + 17);
	size_t wanted = out->length;
	size_t got;

	*length = 0;
	while ((got = output_read(out, text + *length, wanted + 16 - *length)) > 0)
		*length += got;
	if (*length != wanted)
		abort();
	return text;
}

/* Printable ASCII, CRLF at the end and within only in front of a blank; no line of nothing, none too long. */
static void
expect_one_header(const char *text, size_t length, const char *name)
{
	size_t column = 0;

	if (strncmp(text, name, strlen(name)) != 0 || length < 2 || strcmp(text + length - 2, "\r\n") != 0)
		abort();
	for (size_t i = 0; i < length - 2; i++)
	{
		if (text[i] == '\r')
		{
			if (text[i + 1] != '\n' || i + 2 >= length - 2 || text[i + 2] != ' ' || column == 0)
				abort();
			i++;
			column = 0;
			continue;
		}
		if (text[i] < 0x20 || text[i] > 0x7E || ++column > 78)
			abort();
	}
}

/* --- another reader of encoded words ----------------------------------------------------- */

static size_t
read_word(const char *at, const char *end, char *into)
{
	unsigned char *bytes = arena_alloc(&arena, (size_t) (end - at) + 4);
	int length = EVP_DecodeBlock(bytes, (const unsigned char *) at, (int) (end - at));

	if (length < 0)
		abort();
	while (end > at && end[-1] == '=')
	{
		length--;
		end--;
	}
	memcpy(into, bytes, (size_t) length);
	return (size_t) length;
}

/* A folded header's text. */
static struct slice
decoded(const char *text, size_t length)
{
	char *into = arena_alloc(&arena, length + 1);
	size_t to = 0;
	bool after_word = false;

	for (size_t i = 0; i + 2 < length;)
	{
		const char *end;

		if (text[i] == '\r' && text[i + 1] == '\n')
		{
			i += 2;
			continue;
		}
		if (strncmp(text + i, "=?UTF-8?B?", 10) == 0)
		{
			end = strstr(text + i + 10, "?=");
			if (end == NULL || (size_t) (end + 2 - text) - i > 75)
				abort();
			to -= after_word && to > 0 && into[to - 1] == ' ';
			to += read_word(text + i + 10, end, into + to);
			i = (size_t) (end + 2 - text);
			after_word = true;
			continue;
		}
		after_word = after_word && text[i] == ' ';
		into[to++] = text[i++];
	}
	return (struct slice){into, to};
}

/* Bytes of a character that begins so; 0: none does. */
static int
announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >> 5 == 6)
		return 2;
	if (first >> 4 == 14)
		return 3;
	return first >> 3 == 30 ? 4 : 0;
}

/* What is meant by a text: UTF-8 with controls blanked, by a reader of its own. */
static struct slice
meant(const char *text)
{
	size_t length = strlen(text);
	char *into = arena_alloc(&arena, 3 * length + 1);
	size_t to = 0;

	for (size_t i = 0; i < length;)
	{
		static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
		unsigned char first = (unsigned char) text[i];
		int count = announced(first);
		unsigned value = count == 1 ? first : first & (0x7Fu >> count);
		bool sound = count > 0;

		for (int j = 1; sound && j < count; j++)
		{
			sound = ((unsigned char) text[i + (size_t) j] & 0xC0) == 0x80;
			value = value << 6 | ((unsigned char) text[i + (size_t) j] & 0x3F);
		}
		sound = sound && value >= least[count] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
		if (!sound)
		{
			memcpy(into + to, "\xEF\xBF\xBD", 3);
			to += 3;
			i++;
			continue;
		}
		if (value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029)
			into[to++] = ' ';
		else
		{
			memcpy(into + to, text + i, (size_t) count);
			to += (size_t) count;
		}
		i += (size_t) count;
	}
	return slice_trimmed((struct slice){into, to});
}

static void
try_text(const char *text)
{
	struct output out;
	struct slice got;
	size_t length;
	char *header;

	output_start(&out, &arena);
	header_text(&out, "Subject", text);
	header = text_of(&out, &length);
	expect_one_header(header, length, "Subject:");
	got = decoded(header + 8, length - 8);
	if (!slice_equal(slice_trimmed(got), meant(text)))
		abort();
}

/* The address behind any name is the one that was given. */
static void
try_name(const char *name)
{
	const struct mailbox boxes[] = {{name, "a@b.example"}, {name, "c@d.example"}};
	struct output out;
	size_t length;
	char *header;

	output_start(&out, &arena);
	header_mailboxes(&out, "To", boxes, 2);
	header = text_of(&out, &length);
	expect_one_header(header, length, "To:");
	if (strstr(header, "a@b.example") == NULL || strstr(header, "c@d.example") == NULL)
		abort();
}

static void
try_file(const char *name)
{
	struct output out;
	size_t length;
	char *header;

	output_start(&out, &arena);
	header_attachment(&out, name);
	header = text_of(&out, &length);
	expect_one_header(header, length, "Content-Disposition: attachment;");
}

static void
try_address(const char *address)
{
	const char *at = strchr(address, '@');

	if (!mailbox_sound(address))
		return;
	if (at == NULL || strchr(at + 1, '@') != NULL || strpbrk(address, " \t\r\n<>()[],;:\\\"") != NULL || strlen(address) > 254)
		abort();
	for (; *address != '\0'; address++)
	{
		if (*address < 0x21 || *address > 0x7E)
			abort();
	}
}

/* --- contents ------------------------------------------------------------------------------ */

static int
digit(char letter)
{
	return letter >= 'A' ? letter - 'A' + 10 : letter - '0';
}

/* Another reader of quoted-printable: LF for each line end. */
static void
try_content(struct slice text)
{
	struct output out;
	size_t length;
	size_t column = 0;
	size_t at = 0;
	char *written;

	output_start(&out, &arena);
	content_text(&out, text);
	written = text_of(&out, &length);
	for (size_t i = 0; i < length;)
	{
		char got = written[i];

		if (strncmp(written + i, "=\r\n", 3) == 0)
		{
			if (column + 1 > 76)
				abort();
			i += 3;
			column = 0;
			continue;
		}
		if (strncmp(written + i, "\r\n", 2) == 0)
		{
			if (i > 0 && (written[i - 1] == ' ' || written[i - 1] == '\t'))
				abort();
			at += at < text.length && text.at[at] == '\r';
			got = '\n';
			i += 2;
			column = 0;
		}
		else if (got == '=')
		{
			got = (char) (digit(written[i + 1]) << 4 | digit(written[i + 2]));
			i += 3;
			column += 3;
		}
		else
		{
			if ((got < 0x20 && got != '\t') || got > 0x7E)
				abort();
			i++;
			column++;
		}
		if (column > 76 || at >= text.length || text.at[at] != got)
			abort();
		at++;
	}
	if (at != text.length)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size == 0)
		return 0;
	arena_open(&arena, no_memory);
	/* a block of its own, so that a byte too far is seen */
	copy = malloc(size);
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = '\0';
	if (data[0] % 5 == 0)
		try_text(copy);
	else if (data[0] % 5 == 1)
		try_name(copy);
	else if (data[0] % 5 == 2)
		try_file(copy);
	else if (data[0] % 5 == 3)
		try_address(copy);
	else
		try_content((struct slice){copy, size - 1});
	free(copy);
	arena_close(&arena);
	return 0;
}
