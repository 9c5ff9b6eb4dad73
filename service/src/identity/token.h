/*
 * token.h - the secret a caller shows: "vg_<agency>_<secret>". The database makes it (voygen.create_token) and keeps
 * only the SHA-256 digest of the whole text.
 *
 * The agency stands in the text because every call names its agency first: the database is cut by it.
 */
#ifndef VOYGEN_TOKEN_H
#define VOYGEN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "failure/failure.h"
#include "identity/digest.h"

#define TOKEN_DIGEST_BYTES DIGEST_BYTES

/* The agency a token names; false with the failure filled when the text is no token. */
bool token_agency(const char *token, int64_t *agency_id, struct failure *failure);

void token_digest(const char *token, unsigned char digest[TOKEN_DIGEST_BYTES]);

#endif
