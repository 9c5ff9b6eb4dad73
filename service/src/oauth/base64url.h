/*
 * base64url.h - the alphabet of signed tokens: base64url without padding (RFC 7515, section 2), strictly.
 */
#ifndef VOYGEN_BASE64URL_H
#define VOYGEN_BASE64URL_H

#include <stdbool.h>

#include "memory/arena.h"
#include "text/slice.h"

/* Decodes into the arena. False for any other character, padding, a length no bytes have, or bits left over: one value
 * has one spelling. */
bool base64url_decode(struct arena *arena, struct slice text, struct slice *bytes);

#endif
