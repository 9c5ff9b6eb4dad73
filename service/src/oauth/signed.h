/*
 * signed.h - callers whom an issuer has identified: an identity source for signed tokens.
 *
 * What is verified is the issuer's word; whom it means here is the database's: issuer and subject have a digest
 * (voygen.identity_digest), which stands for a row of voygen.tokens as that of a token of our own does. Role, scopes,
 * expiry and end of that row are looked up by every call, as ever.
 */
#ifndef VOYGEN_OAUTH_SIGNED_H
#define VOYGEN_OAUTH_SIGNED_H

#include "db/pool.h"
#include "identity/source.h"
#include "loop/loop.h"
#include "oauth/jwt.h"
#include "oauth/keys.h"

struct signed_tokens;

struct signed_settings
{
	struct jwt_expectation expected;
	const char *keys; /* path or address of the issuer's keys */
};

/* For metrics. */
struct signed_state
{
	long long verified; /* signatures that were good */
	long long refused;  /* tokens of any fault */
	long long kept;     /* known from before */
	struct keys_state keys;
};

/* NULL with the failure filled when the keys cannot be read. It lies in the arena of the loop. */
struct signed_tokens *signed_open(struct loop *loop, struct pool *pool, const struct signed_settings *settings, struct failure *failure);
void signed_close(struct signed_tokens *tokens);

/* Clocks may differ by so many seconds from now on. */
void signed_change(struct signed_tokens *tokens, int leeway_s);

/* Reads the keys anew. */
void signed_reload(struct signed_tokens *tokens);

/* The source to be added. */
struct identity_source signed_source(struct signed_tokens *tokens);

struct signed_state signed_look(const struct signed_tokens *tokens);

#endif
