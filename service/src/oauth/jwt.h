/*
 * jwt.h - a signed token (RFC 7519, in the compact form of RFC 7515): RS256 or ES256, nothing else.
 *
 * Reading and verifying are two steps, since the key may have to be fetched between them. Until jwt_verify says so,
 * nothing of what was read is true.
 */
#ifndef VOYGEN_JWT_H
#define VOYGEN_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/arena.h"
#include "oauth/jwk.h"
#include "text/slice.h"

/* A longer token is none. */
#define JWT_BYTES ((size_t) 16 * 1024)

/* What a token has to say. */
struct jwt_expectation
{
	const char *issuer;
	const char *audience;
	int64_t leeway_s; /* clocks may differ by so many seconds */
};

struct jwt
{
	/* the header's */
	enum jwk_algorithm algorithm;
	struct slice key_id; /* at NULL: not said */
	/* the claims */
	struct slice issuer;
	struct slice subject;
	int64_t expires_s;  /* of Unix's clock, rounded up */
	struct slice scope; /* words between blanks; at NULL: not said */
	/* for the signature */
	struct slice signed_text;
	struct slice signature;
};

/* True when the text has the form of one: two dots, and the beginning of a JSON object. */
bool jwt_looks_like(struct slice text);

/* Reads a token and checks all its claims against the time (seconds of Unix's clock); false with *why (static). What comes
 * back lies in the arena or in the text. */
bool jwt_read(struct arena *arena, struct slice text, const struct jwt_expectation *expected, int64_t now_s, struct jwt *jwt,
			  const char **why);

/* Whether the key has signed it. */
bool jwt_verify(const struct jwt *jwt, const struct jwk *key);

#endif
