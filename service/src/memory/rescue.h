/*
 * rescue.h - the way back out of work in which memory ran out, for whoever can do without what it was for.
 *
 * Small blocks never run out: the arena has some put aside (arena.h). What is too large for those ends here: the work is left
 * where it stands, and who began it gives up the one it was done for. Only the loop's thread may use it.
 */
#ifndef VOYGEN_RESCUE_H
#define VOYGEN_RESCUE_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/arena.h"

/* Where the way leads when nobody is there to be gone back to; must not return. */
void rescue_open(arena_failure *otherwise);

/* Does the work; false when memory ran out in it. What it has linked to other things by then stays linked. May be nested: the
 * innermost counts. */
bool rescue_run(void (*work)(void *context), void *context);

/* For arenas whose work is done inside of rescue_run. */
void rescue_failure(size_t wanted);

#endif
