/*
 * space.h - what counts as a blank: JavaScript's \s.
 */
#ifndef VOYGEN_RENDER_SPACE_H
#define VOYGEN_RENDER_SPACE_H

#include <stddef.h>

/* Bytes of the blank that begins at `at`, 0 when there is none. */
size_t space_at(const char *at, const char *end);

/* Where the text begins behind its blanks, and where it ends before them. */
const char *space_skip(const char *at, const char *end);
const char *space_skip_back(const char *start, const char *end);

#endif
