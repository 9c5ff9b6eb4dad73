/*
 * header.c - encodes and folds.
 *
 * A text of printable ASCII stays as it is, broken at its blanks; any other is written as encoded words of base64, each of whole
 * characters. Nothing of a text comes out but through put(), which has seen no control.
 */
#include "mail/header.h"

#include <openssl/evp.h>
#include <string.h>

#include "text/unicode.h"

#define LINE 78
#define ENCODED_WORD_TEXT 45 /* bytes; 60 characters of base64, 72 with what is around them */
#define ENCODED_WORD_AROUND 12
#define LONGEST_WORD 60    /* of a text that stays as it is */
#define PARAMETER_PIECE 40 /* encoded characters of one piece of a parameter; each ends with a whole one */
#define ADDRESS_MOST 254
#define LOCAL_MOST 64
#define LABEL_MOST 63

/* A header under way. */
struct line
{
	struct output *out;
	size_t column;
};

static void
put(struct line *line, struct slice bytes)
{
	output_add(line->out, bytes);
	line->column += bytes.length;
}

static void
put_word(struct line *line, const char *word)
{
	put(line, slice_of(word));
}

static void
begin(struct line *line, struct output *out, const char *name)
{
	*line = (struct line){.out = out};
	put_word(line, name);
	put_word(line, ":");
}

static void
end(struct line *line)
{
	output_word(line->out, "\r\n");
}

/* A blank, or a new line that begins with one when `next` bytes would not fit. */
static void
put_blank(struct line *line, size_t next)
{
	if (line->column + 1 + next > LINE)
	{
		output_word(line->out, "\r\n");
		line->column = 0;
	}
	put_word(line, " ");
}

/* --- characters -------------------------------------------------------------------- */

/* C0, DEL, C1, and the separators of lines and paragraphs. */
static bool
is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x2028 || character == 0x2029;
}

/* A text in UTF-8 without a control in it. */
static struct slice
cleaned(struct arena *arena, const char *text)
{
	const struct slice given = slice_of(text);
	char *clean = arena_alloc(arena, 3 * given.length + 1);
	size_t length = 0;

	for (size_t at = 0; at < given.length;)
	{
		uint32_t character = unicode_next(given, &at);

		length += unicode_write(is_control(character) ? ' ' : character, clean + length);
	}
	return slice_trimmed((struct slice){clean, length});
}

static bool
is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.length; i++)
	{
		if ((unsigned char) text.at[i] >= 0x80)
			return false;
	}
	return true;
}

/* --- encoded words ------------------------------------------------------------------- */

/* How much of a text of whole characters is taken, at most so many bytes. */
static size_t
whole_characters(struct slice text, size_t most)
{
	size_t length = text.length < most ? text.length : most;

	while (length < text.length && length > 0 && ((unsigned char) text.at[length] & 0xC0) == 0x80)
		length--;
	return length;
}

/* At most ENCODED_WORD_TEXT bytes. */
static void
put_base64(struct line *line, struct slice bytes)
{
	unsigned char text[ENCODED_WORD_TEXT / 3 * 4 + 1];
	int length = EVP_EncodeBlock(text, (const unsigned char *) bytes.at, (int) bytes.length);

	put(line, (struct slice){(const char *) text, (size_t) length});
}

/* Bytes that an encoded word on the rest of the line holds; those of a new line when that is next to nothing. */
static size_t
room_for_text(const struct line *line)
{
	size_t taken = line->column + 1 + ENCODED_WORD_AROUND;
	size_t room = taken < LINE ? (LINE - taken) / 4 * 3 : 0;

	return room < 12 || room > ENCODED_WORD_TEXT ? ENCODED_WORD_TEXT : room;
}

/* Blanks between encoded words are not part of the text, those within are. */
static void
put_encoded(struct line *line, struct slice text)
{
	while (text.length > 0)
	{
		size_t taken = whole_characters(text, room_for_text(line));

		put_blank(line, (taken + 2) / 3 * 4 + ENCODED_WORD_AROUND);
		put_word(line, "=?UTF-8?B?");
		put_base64(line, (struct slice){text.at, taken});
		put_word(line, "?=");
		text.at += taken;
		text.length -= taken;
	}
}

/* --- texts ------------------------------------------------------------------------------ */

/* Printable ASCII whose words are short and that nobody takes for an encoded word; two blanks in a row might get lost. */
static bool
stays_as_it_is(struct slice text)
{
	size_t word = 0;

	if (!is_ascii(text) || text.length == 0)
		return false;
	for (size_t i = 0; i < text.length; i++)
	{
		bool blank = text.at[i] == ' ';

		if ((blank && word == 0) || word == LONGEST_WORD || (text.at[i] == '=' && i + 1 < text.length && text.at[i + 1] == '?'))
			return false;
		word = blank ? 0 : word + 1;
	}
	return true;
}

static void
put_folded(struct line *line, struct slice text)
{
	while (text.length > 0)
	{
		const char *blank = memchr(text.at, ' ', text.length);
		size_t word = blank != NULL ? (size_t) (blank - text.at) : text.length;

		put_blank(line, word);
		put(line, (struct slice){text.at, word});
		word += blank != NULL;
		text.at += word;
		text.length -= word;
	}
}

void
header_text(struct output *out, const char *name, const char *text)
{
	struct slice clean = cleaned(out->arena, text);
	struct line line;

	begin(&line, out, name);
	if (stays_as_it_is(clean))
		put_folded(&line, clean);
	else
		put_encoded(&line, clean);
	end(&line);
}

void
header_plain(struct output *out, const char *name, const char *value)
{
	struct line line;

	begin(&line, out, name);
	put_word(&line, " ");
	put(&line, cleaned(out->arena, value));
	end(&line);
}

/* --- mailboxes ---------------------------------------------------------------------------- */

static bool
is_label(const char *at, size_t length)
{
	if (length == 0 || length > LABEL_MOST || at[0] == '-' || at[length - 1] == '-')
		return false;
	return strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") >= length;
}

static bool
is_domain(const char *at)
{
	while (true)
	{
		size_t length = strcspn(at, ".");

		if (!is_label(at, length))
			return false;
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
}

bool
mailbox_sound(const char *address)
{
	static const char atom[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-";
	size_t local = strspn(address, atom);

	if (local == 0 || local > LOCAL_MOST || address[local] != '@' || strlen(address) > ADDRESS_MOST)
		return false;
	return is_domain(address + local + 1);
}

static bool
needs_escape(char letter)
{
	return letter == '"' || letter == '\\';
}

static size_t
quoted_length(struct slice text)
{
	size_t length = text.length + 2;

	for (size_t i = 0; i < text.length; i++)
		length += needs_escape(text.at[i]);
	return length;
}

/* A quoted string, which one of ASCII may be. */
static void
put_quoted(struct line *line, struct slice text)
{
	put_word(line, "\"");
	for (size_t i = 0; i < text.length; i++)
	{
		if (needs_escape(text.at[i]))
			put_word(line, "\\");
		put(line, (struct slice){text.at + i, 1});
	}
	put_word(line, "\"");
}

static void
put_mailbox(struct line *line, const struct mailbox *box, const char *behind)
{
	struct slice name = cleaned(line->out->arena, box->name != NULL ? box->name : "");
	size_t length = strlen(box->address) + strlen(behind);

	if (name.length > 0 && is_ascii(name) && quoted_length(name) <= LONGEST_WORD)
	{
		put_blank(line, quoted_length(name));
		put_quoted(line, name);
	}
	else
		put_encoded(line, name);
	put_blank(line, length + 2 * (name.length > 0));
	put_word(line, name.length > 0 ? "<" : "");
	put_word(line, box->address);
	put_word(line, name.length > 0 ? ">" : "");
	put_word(line, behind);
}

void
header_mailboxes(struct output *out, const char *name, const struct mailbox *boxes, int count)
{
	struct line line;

	if (count == 0)
		return;
	begin(&line, out, name);
	for (int i = 0; i < count; i++)
		put_mailbox(&line, &boxes[i], i + 1 < count ? "," : "");
	end(&line);
}

/* --- attachments ------------------------------------------------------------------------------ */

/* Bytes that stand for themselves in a parameter of RFC 2231. */
static bool
is_attribute_char(unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' ||
		   byte == '_';
}

static void
put_attribute_byte(struct line *line, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	const char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
	const char plain = (char) byte;

	if (is_attribute_char(byte))
		put(line, (struct slice){&plain, 1});
	else
		put(line, (struct slice){escaped, 3});
}

static size_t
encoded_length(struct slice text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++)
		length += is_attribute_char((unsigned char) text.at[i]) ? 1 : 3;
	return length;
}

/* How much of a text of whole characters one piece takes: readers decode each by itself. */
static size_t
piece_of(struct slice text)
{
	size_t most = whole_characters(text, PARAMETER_PIECE);

	while (encoded_length((struct slice){text.at, most}) > PARAMETER_PIECE)
		most = whole_characters(text, most - 1);
	return most;
}

/* filename*=UTF-8''…, or in pieces filename*0*=UTF-8''…; filename*1*=…, each on a line of its own. */
static void
put_pieces(struct line *line, struct slice name)
{
	bool one = encoded_length(name) <= PARAMETER_PIECE;

	for (int number = 0; name.length > 0; number++)
	{
		size_t taken = piece_of(name);

		put_word(line, ";\r\n filename*");
		if (!one)
			put_word(line, arena_format(line->out->arena, "%d*", number));
		put_word(line, number == 0 ? "=UTF-8''" : "=");
		for (size_t i = 0; i < taken; i++)
			put_attribute_byte(line, (unsigned char) name.at[i]);
		name.at += taken;
		name.length -= taken;
	}
}

void
header_attachment(struct output *out, const char *file_name)
{
	struct slice name = cleaned(out->arena, file_name);
	struct line line;

	begin(&line, out, "Content-Disposition");
	put_word(&line, " attachment");
	if (is_ascii(name) && quoted_length(name) <= PARAMETER_PIECE)
	{
		put_word(&line, ";\r\n filename=");
		put_quoted(&line, name);
	}
	else
		put_pieces(&line, name);
	end(&line);
}
