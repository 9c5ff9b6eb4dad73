/*
 * render_batch.h - `voygen render --batch`: one template per line of standard input.
 */
#ifndef VOYGEN_RENDER_BATCH_H
#define VOYGEN_RENDER_BATCH_H

#include <stdbool.h>

#include "memory/arena.h"
#include "render/loader_directories.h"

/* Answers each line with a line on standard output; false when that or reading fails, which has then been said on stderr. */
bool render_batch(struct arena *arena, struct loader_directories *directories);

#endif
