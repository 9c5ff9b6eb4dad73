/*
 * message.h - what a process and the one that makes documents for it say to each other: a few pieces of bytes, the
 * first of which is JSON. On the line: the number of pieces, then the length and the bytes of each; numbers are four
 * bytes, the highest first.
 */
#ifndef VOYGEN_MESSAGE_H
#define VOYGEN_MESSAGE_H

#include <stdbool.h>

#include "memory/bytes.h"
#include "text/slice.h"

#define MESSAGE_PIECES 256
#define MESSAGE_BYTES ((size_t) 128 * 1024 * 1024)

struct message
{
	int count;
	struct slice pieces[MESSAGE_PIECES]; /* in the bytes it was read from */
};

enum message_reading
{
	MESSAGE_WHOLE,
	MESSAGE_UNFINISHED, /* more bytes are to come */
	MESSAGE_BROKEN      /* no pieces, too many, or too long */
};

/* Reads the message the bytes begin with. */
enum message_reading message_read(struct slice bytes, struct message *message);

/* Adds a message of these pieces; false when there is no memory. */
bool message_write(struct bytes *out, const struct slice *pieces, int count);

#endif
