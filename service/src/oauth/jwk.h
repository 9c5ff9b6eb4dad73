/*
 * jwk.h - the public keys of an issuer, read from a JWK set (RFC 7517): RSA keys for RS256, P-256 keys for ES256. What a
 * key is good for is decided here, by the key; a token only says which one it means.
 */
#ifndef VOYGEN_JWK_H
#define VOYGEN_JWK_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "memory/arena.h"
#include "text/slice.h"

/* Keys of one set, and bytes of one set, at most. */
#define JWK_MOST 64
#define JWK_SET_BYTES ((size_t) 256 * 1024)

#define JWK_RSA_BITS_LEAST 2048
#define JWK_RSA_BITS_MOST 8192

enum jwk_algorithm
{
	JWK_RS256,
	JWK_ES256
};

struct jwk
{
	struct slice id; /* kid; at NULL: none */
	enum jwk_algorithm algorithm;
	EVP_PKEY *key; /* owned by the set */
};

struct jwk_set
{
	struct arena arena; /* holds the ids */
	struct jwk keys[JWK_MOST];
	int count;
	int skipped; /* keys of other kinds, for other uses, or too weak */
};

/* Reads a set; the text may go afterwards. NULL with *why (static) when it is no JWK set or there is no memory. Keys that
 * cannot be used are skipped: a set may hold keys for others. Freed by jwk_set_free. */
struct jwk_set *jwk_set_read(struct slice text, arena_failure *fail, const char **why);
void jwk_set_free(struct jwk_set *set);

/* The key a token means by its kid, of this algorithm; without a kid the only key of the algorithm. NULL for none. */
const struct jwk *jwk_find(const struct jwk_set *set, struct slice id, enum jwk_algorithm algorithm);

/* Whether a set has a key of that name at all, of any algorithm. */
bool jwk_names(const struct jwk_set *set, struct slice id);

#endif
