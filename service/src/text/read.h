/*
 * read.h - whole texts from files and from standard input.
 */
#ifndef VOYGEN_READ_H
#define VOYGEN_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "failure/failure.h"
#include "memory/arena.h"

/* What PostgreSQL takes as one text value, less room for its header. */
#define READ_LIMIT_BYTES ((size_t) 1000 * 1000 * 1000)

struct text
{
	const char *bytes; /* a NUL follows the last byte */
	size_t length;
};

/* Reads a file to its end; `path` NULL is standard input. False with the failure filled. */
bool read_text(struct arena *arena, const char *path, struct text *text, struct failure *failure);

#endif
