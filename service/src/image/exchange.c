/*
 * exchange.c - what both ends of the exchange do.
 */
#include "image/exchange.h"

#include <errno.h>
#include <unistd.h>

bool
exchange_write(int file, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0)
	{
		ssize_t written = write(file, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		length -= (size_t) written;
	}
	return true;
}
