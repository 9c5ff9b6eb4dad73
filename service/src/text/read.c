/*
 * read.c - whole texts from files and from standard input, which may be pipes: nothing is asked of their size.
 */
#include "text/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Collects the stream in a growing block and copies it to the arena once its length is known. */
static bool
read_stream(struct arena *arena, FILE *stream, const char *name, struct text *text, struct failure *failure)
{
	size_t size = 65536;
	size_t length = 0;
	char *block = malloc(size);

	if (block == NULL)
		return failure_set(failure, "unavailable", "memory ran out while a file was read", NULL);
	for (;;)
	{
		size_t got = fread(block + length, 1, size - length, stream);
		char *larger;

		length += got;
		if (length < size)
			break;
		if (size > READ_LIMIT_BYTES)
		{
			free(block);
			return failure_set(
				failure, "invalid_argument",
				arena_format(arena, "%s is larger than the %zu bytes one call can carry", name, READ_LIMIT_BYTES),
				"send it in several calls");
		}
		size *= 2;
		larger = realloc(block, size);
		if (larger == NULL)
		{
			free(block);
			return failure_set(failure, "unavailable", "memory ran out while a file was read", NULL);
		}
		block = larger;
	}
	if (ferror(stream))
	{
		free(block);
		return failure_set(failure, "invalid_argument",
						   arena_format(arena, "cannot read %s: %s", name, strerror(errno)), NULL);
	}
	text->bytes = arena_copy(arena, block, length);
	text->length = length;
	free(block);
	return true;
}

bool
read_text(struct arena *arena, const char *path, struct text *text, struct failure *failure)
{
	FILE *file;
	bool done;

	if (path == NULL)
		return read_stream(arena, stdin, "standard input", text, failure);
	file = fopen(path, "rb");
	if (file == NULL)
		return failure_set(failure, "invalid_argument",
						   arena_format(arena, "cannot open %s: %s", path, strerror(errno)), NULL);
	done = read_stream(arena, file, path, text, failure);
	fclose(file);
	return done;
}
