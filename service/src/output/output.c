/*
 * output.c - parts of a text, and their reader.
 */
#include "output/output.h"

#include <inttypes.h>
#include <stdio.h>

#define ROOM_BYTES ((size_t) 1000)
/* Below this, copying costs less than a part of its own. */
#define COPIED_BYTES ((size_t) 2048)
/* The longest escape: \u001f. */
#define ESCAPE_BYTES ((size_t) 6)

struct output_part
{
	struct output_part *next;
	const char *bytes;
	size_t length;
	bool escaped; /* while it is read */
};

void
output_start(struct output *output, struct arena *arena)
{
	*output = (struct output){.arena = arena};
}

static struct output_part *
add_part(struct output *output, const char *bytes, size_t length, bool escaped)
{
	struct output_part *part = arena_alloc(output->arena, sizeof(*part));

	*part = (struct output_part){.bytes = bytes, .length = length, .escaped = escaped};
	if (output->last != NULL)
		output->last->next = part;
	else
		output->reading = output->first = part;
	output->last = part;
	output->room_left = 0;
	return part;
}

/* Room for `length` more bytes that follow the last part directly; *part grows as they are written. */
static char *
make_room(struct output *output, size_t length)
{
	if (output->room_left < length)
	{
		size_t room = length > ROOM_BYTES ? length : ROOM_BYTES;
		char *bytes = arena_alloc(output->arena, room);

		add_part(output, bytes, 0, false);
		output->room = bytes;
		output->room_left = room;
	}
	return output->room;
}

static void
take_room(struct output *output, size_t length)
{
	output->last->length += length;
	output->room += length;
	output->room_left -= length;
	output->length += length;
	output->unread += length;
}

void
output_add(struct output *output, struct slice bytes)
{
	if (bytes.length == 0)
		return;
	memcpy(make_room(output, bytes.length), bytes.at, bytes.length);
	take_room(output, bytes.length);
}

void
output_word(struct output *output, const char *word)
{
	output_add(output, slice_of(word));
}

void
output_number(struct output *output, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	output_word(output, digits);
}

/* How a byte of a JSON string is escaped: 0 not at all, 'u' as \u00XX, else as a backslash and that letter. */
static char
escape_of(unsigned char byte)
{
	if (byte >= 0x20)
		return byte == '"' || byte == '\\' ? (char) byte : 0;
	switch (byte)
	{
		case '\b':
			return 'b';
		case '\t':
			return 't';
		case '\n':
			return 'n';
		case '\f':
			return 'f';
		case '\r':
			return 'r';
		default:
			return 'u';
	}
}

static size_t
escaped_length(struct slice text)
{
	size_t length = text.length;

	for (size_t i = 0; i < text.length; i++)
	{
		char escape = escape_of((unsigned char) text.at[i]);

		if (escape != 0)
			length += escape == 'u' ? ESCAPE_BYTES - 1 : 1;
	}
	return length;
}

static char *
put_escape(char *out, unsigned char byte, char escape)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = '\\';
	*out++ = escape;
	if (escape == 'u')
	{
		*out++ = '0';
		*out++ = '0';
		*out++ = digits[byte >> 4];
		*out++ = digits[byte & 15];
	}
	return out;
}

/* Escapes until the text or the room ends; answers how many bytes of the text were taken. */
static size_t
escape_some(struct slice text, char **out, const char *out_end)
{
	char *at = *out;
	size_t taken = 0;

	while (taken < text.length)
	{
		unsigned char byte = (unsigned char) text.at[taken];
		char escape = escape_of(byte);

		if ((size_t) (out_end - at) < (escape == 0 ? 1 : ESCAPE_BYTES))
			break;
		if (escape == 0)
			*at++ = (char) byte;
		else
			at = put_escape(at, byte, escape);
		taken++;
	}
	*out = at;
	return taken;
}

void
output_quoted(struct output *output, struct slice text)
{
	size_t length = escaped_length(text) + 2;
	/* escape_some asks for the longest escape before it writes a short one */
	char *out = make_room(output, length + ESCAPE_BYTES);
	char *end = out + length + ESCAPE_BYTES;

	*out++ = '"';
	escape_some(text, &out, end);
	*out = '"';
	take_room(output, length);
}

void
output_refer(struct output *output, struct slice bytes)
{
	if (bytes.length <= COPIED_BYTES)
	{
		output_add(output, bytes);
		return;
	}
	add_part(output, bytes.at, bytes.length, false);
	output->length += bytes.length;
	output->unread += bytes.length;
}

void
output_refer_quoted(struct output *output, struct slice text)
{
	size_t length;

	if (text.length <= COPIED_BYTES)
	{
		output_quoted(output, text);
		return;
	}
	length = escaped_length(text);
	output_word(output, "\"");
	add_part(output, text.at, text.length, true);
	output->length += length;
	output->unread += length;
	output_word(output, "\"");
}

void
output_join(struct output *output, struct output *other)
{
	if (other->first == NULL)
		return;
	if (output->last != NULL)
		output->last->next = other->first;
	else
		output->reading = output->first = other->first;
	output->last = other->last;
	output->room_left = 0;
	output->length += other->length;
	output->unread += other->length;
	output_start(other, other->arena);
}

void
output_rewind(struct output *output)
{
	output->reading = output->first;
	output->read_at = 0;
	output->unread = output->length;
}

size_t
output_read(struct output *output, char *into, size_t room)
{
	char *out = into;
	const char *end = into + room;

	while (output->reading != NULL)
	{
		const struct output_part *part = output->reading;
		struct slice rest = {part->bytes + output->read_at, part->length - output->read_at};
		size_t taken;

		if (part->escaped)
			taken = escape_some(rest, &out, end);
		else
		{
			taken = rest.length < (size_t) (end - out) ? rest.length : (size_t) (end - out);
			memcpy(out, rest.at, taken);
			out += taken;
		}
		output->read_at += taken;
		if (taken < rest.length)
			break;
		output->reading = part->next;
		output->read_at = 0;
	}
	output->unread -= (size_t) (out - into);
	return (size_t) (out - into);
}
