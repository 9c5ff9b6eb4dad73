/*
 * bytes.h - bytes that are collected as they come in, of an end nobody knows.
 */
#ifndef VOYGEN_BYTES_H
#define VOYGEN_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes
{
	char *at; /* owned; bytes_free gives it back */
	size_t length;
	size_t room;
};

/* Adds a copy; false when there is no memory, the bytes of before stay. */
bool bytes_add(struct bytes *bytes, const char *more, size_t length);

/* Room for so many more without another allocation; false when there is no memory. */
bool bytes_reserve(struct bytes *bytes, size_t more);

/* Forgets the first bytes, which have been used. */
void bytes_drop(struct bytes *bytes, size_t length);

void bytes_free(struct bytes *bytes);

#endif
