/*
 * base64.h - bytes as text (RFC 4648, section 4), read strictly.
 */
#ifndef VOYGEN_BASE64_H
#define VOYGEN_BASE64_H

#include <stdbool.h>

#include "memory/arena.h"
#include "text/slice.h"

/* The bytes, in the arena; false for a text that is no base64 with its whole padding, line ends included. */
bool base64_decode(struct arena *arena, struct slice text, struct slice *bytes);

#endif
