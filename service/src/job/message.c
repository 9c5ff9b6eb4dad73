/*
 * message.c - pieces of bytes on a line.
 */
#include "job/message.h"

#include <stdint.h>

#define NUMBER_BYTES 4

static uint32_t
number_at(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < NUMBER_BYTES; i++)
		value = value << 8 | (unsigned char) at[i];
	return value;
}

enum message_reading
message_read(struct slice bytes, struct message *message)
{
	size_t at = NUMBER_BYTES;

	if (bytes.length < NUMBER_BYTES)
		return MESSAGE_UNFINISHED;
	if (number_at(bytes.at) - 1 >= MESSAGE_PIECES)
		return MESSAGE_BROKEN;
	message->count = (int) number_at(bytes.at);
	for (int i = 0; i < message->count; i++)
	{
		size_t length;

		if (bytes.length - at < NUMBER_BYTES)
			return MESSAGE_UNFINISHED;
		length = number_at(bytes.at + at);
		at += NUMBER_BYTES;
		if (at + length > MESSAGE_BYTES)
			return MESSAGE_BROKEN;
		if (bytes.length - at < length)
			return MESSAGE_UNFINISHED;
		message->pieces[i] = (struct slice){bytes.at + at, length};
		at += length;
	}
	return MESSAGE_WHOLE;
}

static bool
add_number(struct bytes *out, size_t value)
{
	char digits[NUMBER_BYTES];

	for (int i = 0; i < NUMBER_BYTES; i++)
		digits[i] = (char) (value >> (8 * (NUMBER_BYTES - 1 - i)));
	return bytes_add(out, digits, NUMBER_BYTES);
}

bool
message_write(struct bytes *out, const struct slice *pieces, int count)
{
	bool added = add_number(out, (size_t) count);

	for (int i = 0; added && i < count; i++)
		added = add_number(out, pieces[i].length) && bytes_add(out, pieces[i].at, pieces[i].length);
	return added;
}
