/*
 * write.h - whole files.
 */
#ifndef VOYGEN_WRITE_H
#define VOYGEN_WRITE_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"
#include "text/slice.h"

/*
 * Writes a file whole or not at all: what was there stays until the new one has taken its place. What is no file (a
 * pipe, a device) is written to as it is. False with the failure filled.
 */
bool write_file(struct arena *arena, const char *path, struct slice bytes, struct failure *failure);

/* Whether such a file could be written, as far as can be told without doing it; false with the failure filled. */
bool write_possible(struct arena *arena, const char *path, struct failure *failure);

#endif
