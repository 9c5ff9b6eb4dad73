/*
 * digest.h - SHA-256 of any bytes, for what is compared or recorded without being kept itself.
 */
#ifndef VOYGEN_DIGEST_H
#define VOYGEN_DIGEST_H

#include <stddef.h>

#define DIGEST_BYTES 32

void digest_of(const void *bytes, size_t length, unsigned char digest[DIGEST_BYTES]);

#endif
