/*
 * key.h - the secret of a link to a proposal: "vs_<agency>_<64 hexadecimal digits>", made by voygen.create_share. The database
 * knows its SHA-256 alone.
 */
#ifndef VOYGEN_SHARE_KEY_H
#define VOYGEN_SHARE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/digest.h"
#include "text/slice.h"

struct share_key
{
	int64_t agency_id;
	unsigned char digest[DIGEST_BYTES];
	struct slice text; /* as it was given: never into a log */
};

/* False for what is no key. */
bool share_key_read(struct slice text, struct share_key *key);

/* So many bytes from twice as many hexadecimal digits; false for anything else. */
bool share_hex_read(struct slice text, unsigned char *bytes, size_t count);

#endif
