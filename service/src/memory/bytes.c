/*
 * bytes.c - a block that doubles as it fills.
 */
#include "memory/bytes.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t) 1024)

bool
bytes_reserve(struct bytes *bytes, size_t more)
{
	size_t room = bytes->room > FIRST_BYTES ? bytes->room : FIRST_BYTES;
	char *larger;

	if (bytes->room - bytes->length >= more)
		return true;
	while (room - bytes->length < more)
		room *= 2;
	larger = realloc(bytes->at, room);
	if (larger == NULL)
		return false;
	bytes->at = larger;
	bytes->room = room;
	return true;
}

bool
bytes_add(struct bytes *bytes, const char *more, size_t length)
{
	if (!bytes_reserve(bytes, length))
		return false;
	if (length > 0)
		memcpy(bytes->at + bytes->length, more, length);
	bytes->length += length;
	return true;
}

void
bytes_drop(struct bytes *bytes, size_t length)
{
	bytes->length -= length;
	if (bytes->length > 0)
		memmove(bytes->at, bytes->at + length, bytes->length);
}

void
bytes_free(struct bytes *bytes)
{
	free(bytes->at);
	*bytes = (struct bytes){0};
}
