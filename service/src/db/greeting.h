/*
 * greeting.h - what every connection of this program tells the server at its beginning: where the gateway is reached from
 * outside, so that tools can write whole links (voygen_lib.share_url reads the setting voygen_gateway.public_url).
 */
#ifndef VOYGEN_GREETING_H
#define VOYGEN_GREETING_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"

#define GREETING_BYTES 512

/* Before there is a connection; NULL: there is no such address. False with the failure filled when it is none. */
bool greeting_set(struct arena *arena, const char *public_url, struct failure *failure);

/* An option of libpq's `options`, shorter than GREETING_BYTES; "" when there is nothing to tell. */
const char *greeting_option(void);

#endif
