/*
 * signed.c - from a signed token to a caller: what is kept of it, its signature, its agency.
 *
 * A token that was verified is kept by its digest until it ends, in a table of fixed size, so that a signature is checked
 * once and not at every call. What was verified by keys that have been replaced does not count any more.
 */
#include "oauth/signed.h"

#include <stdlib.h>
#include <time.h>

#define SETS 256
#define WAYS 4
/* How long the agency of an identity may be taken for what it was. */
#define AGENCY_MS 5000

struct kept_token
{
	unsigned char token[DIGEST_BYTES];  /* of the text */
	unsigned char digest[DIGEST_BYTES]; /* of issuer and subject */
	int64_t agency_id;
	char *scope; /* owned; NULL: not said */
	int64_t expires_s;
	int64_t agency_until_ms;
	uint32_t generation; /* of the keys; 0: the place is free */
};

struct signed_tokens
{
	struct loop *loop;
	struct pool *pool;
	struct signed_settings settings;
	struct keys *keys;
	struct signed_state state;
	struct kept_token kept[SETS][WAYS];
};

/* A question that is answered later. */
struct lookup
{
	struct keys_wait wait; /* first */
	struct signed_tokens *tokens;
	struct identity_ask *ask;
	struct jwt jwt;
	unsigned char token[DIGEST_BYTES];
	unsigned char digest[DIGEST_BYTES];
	bool waits_for_keys;
	struct query query;
};

static int64_t
now_s(void)
{
	return (int64_t) time(NULL);
}

/* --- what is kept --------------------------------------------------------------------- */

static struct kept_token *
find_kept(struct signed_tokens *tokens, const unsigned char digest[DIGEST_BYTES])
{
	struct kept_token *set = tokens->kept[digest[0]];

	for (int i = 0; i < WAYS; i++)
	{
		struct kept_token *kept = &set[i];

		if (kept->generation == keys_generation(tokens->keys) && memcmp(kept->token, digest, DIGEST_BYTES) == 0 &&
			kept->expires_s + tokens->settings.expected.leeway_s > now_s())
			return kept;
	}
	return NULL;
}

/* A place of the set: that of this token, or the one whose agency is known for the shortest time, as free ones are. */
static struct kept_token *
place_for(struct signed_tokens *tokens, const unsigned char digest[DIGEST_BYTES])
{
	struct kept_token *set = tokens->kept[digest[0]];
	struct kept_token *found = &set[0];

	for (int i = 0; i < WAYS; i++)
	{
		if (memcmp(set[i].token, digest, DIGEST_BYTES) == 0)
			return &set[i];
		if (set[i].agency_until_ms < found->agency_until_ms)
			found = &set[i];
	}
	return found;
}

/* SHA-256 of a NUL, the length of the issuer as four bytes, highest first, issuer and subject: voygen.identity_digest. */
static void
identity_digest(struct arena *arena, const struct jwt *jwt, unsigned char digest[DIGEST_BYTES])
{
	size_t length = 5 + jwt->issuer.length + jwt->subject.length;
	char *text = arena_alloc(arena, length);

	for (int i = 0; i < 4; i++)
		text[1 + i] = (char) ((uint32_t) jwt->issuer.length >> (24 - 8 * i));
	memcpy(text + 5, jwt->issuer.at, jwt->issuer.length);
	memcpy(text + 5 + jwt->issuer.length, jwt->subject.at, jwt->subject.length);
	digest_of(text, length, digest);
}

static struct identity
identity_of(struct arena *arena, int64_t agency_id, const unsigned char digest[DIGEST_BYTES], struct slice scope)
{
	struct identity identity = {
		.agency_id = agency_id,
		.scope = scope.at != NULL ? arena_copy(arena, scope.at, scope.length) : NULL,
	};

	memcpy(identity.digest, digest, DIGEST_BYTES);
	return identity;
}

/* --- its agency ----------------------------------------------------------------------- */

/* The token is known from now on, unless there is no memory for all of it. */
static void
keep(const struct lookup *lookup, int64_t agency_id)
{
	struct kept_token *kept = place_for(lookup->tokens, lookup->token);

	free(kept->scope);
	kept->scope = lookup->jwt.scope.at != NULL ? strndup(lookup->jwt.scope.at, lookup->jwt.scope.length) : NULL;
	memcpy(kept->token, lookup->token, DIGEST_BYTES);
	memcpy(kept->digest, lookup->digest, DIGEST_BYTES);
	kept->agency_id = agency_id;
	kept->expires_s = lookup->jwt.expires_s;
	kept->agency_until_ms = lookup->tokens->loop->now_ms + AGENCY_MS;
	kept->generation = lookup->jwt.scope.at == NULL || kept->scope != NULL ? keys_generation(lookup->tokens->keys) : 0;
}

static void
on_agency(void *owner, struct query_outcome *outcome)
{
	struct lookup *lookup = owner;
	struct identity_ask *ask = lookup->ask;
	int64_t agency_id;

	if (outcome->fate != QUERY_DONE)
	{
		ask->reason = "the database cannot be asked whom the token means";
		ask->answered(ask, IDENTITY_UNAVAILABLE);
		return;
	}
	if (PQgetisnull(outcome->result, 0, 0))
	{
		PQclear(outcome->result);
		ask->reason = "whom the token means has no access here";
		ask->answered(ask, IDENTITY_STRANGER);
		return;
	}
	agency_id = query_number(outcome->result, 0, 0);
	PQclear(outcome->result);
	keep(lookup, agency_id);
	*ask->identity = identity_of(ask->arena, agency_id, lookup->digest, lookup->jwt.scope);
	ask->answered(ask, IDENTITY_KNOWN);
}

static enum identity_verdict
ask_agency(struct lookup *lookup)
{
	query_start(&lookup->query, &prepared_agency_of_identity, on_agency, lookup);
	query_slice(&lookup->query, (struct slice){(const char *) lookup->digest, DIGEST_BYTES});
	if (pool_run(lookup->tokens->pool, &lookup->query))
		return IDENTITY_LATER;
	lookup->ask->reason = "there are too many calls at once";
	return IDENTITY_UNAVAILABLE;
}

/* --- its signature -------------------------------------------------------------------- */

static enum identity_verdict
refuse(struct lookup *lookup, const char *why)
{
	lookup->tokens->state.refused++;
	lookup->ask->reason = why;
	return IDENTITY_REFUSED;
}

static enum identity_verdict
verify(struct lookup *lookup, const struct jwk *key)
{
	if (!jwt_verify(&lookup->jwt, key))
		return refuse(lookup, "the signature of the token is wrong");
	lookup->tokens->state.verified++;
	identity_digest(lookup->ask->arena, &lookup->jwt, lookup->digest);
	return ask_agency(lookup);
}

static const struct jwk *
find_key(const struct lookup *lookup)
{
	return jwk_find(keys_set(lookup->tokens->keys), lookup->jwt.key_id, lookup->jwt.algorithm);
}

static enum identity_verdict
without_key(struct lookup *lookup)
{
	if (keys_set(lookup->tokens->keys) != NULL)
		return refuse(lookup, "the key of the token is not known");
	lookup->ask->reason = "the keys of the issuer cannot be had now";
	return IDENTITY_UNAVAILABLE;
}

static void
on_keys(struct keys_wait *wait)
{
	struct lookup *lookup = (struct lookup *) wait;
	const struct jwk *key = find_key(lookup);
	enum identity_verdict verdict = key != NULL ? verify(lookup, key) : without_key(lookup);

	lookup->waits_for_keys = false;
	if (verdict != IDENTITY_LATER)
		lookup->ask->answered(lookup->ask, verdict);
}

/* Whether the issuer may have a key that is not here: a name that means another key, or none, is no reason to ask. */
static bool
may_be_new(const struct lookup *lookup)
{
	const struct jwk_set *set = keys_set(lookup->tokens->keys);

	return set == NULL || (lookup->jwt.key_id.at != NULL && !jwk_names(set, lookup->jwt.key_id));
}

static enum identity_verdict
find_out(struct lookup *lookup, struct slice token)
{
	const struct jwk *key;
	const char *why;

	if (!jwt_read(lookup->ask->arena, token, &lookup->tokens->settings.expected, now_s(), &lookup->jwt, &why))
		return refuse(lookup, why);
	key = find_key(lookup);
	if (key != NULL)
		return verify(lookup, key);
	lookup->wait.done = on_keys;
	lookup->waits_for_keys = may_be_new(lookup) && keys_want(lookup->tokens->keys, &lookup->wait);
	return lookup->waits_for_keys ? IDENTITY_LATER : without_key(lookup);
}

/* --- the source ------------------------------------------------------------------------ */

static enum identity_verdict
identify(void *context, struct identity_ask *ask)
{
	struct signed_tokens *tokens = context;
	struct slice token = identity_bearer_secret(ask->credentials);
	struct lookup *lookup;
	const struct kept_token *kept;

	if (token.at == NULL || !jwt_looks_like(token))
		return IDENTITY_OTHER;
	lookup = arena_alloc(ask->arena, sizeof(*lookup));
	lookup->tokens = tokens;
	lookup->ask = ask;
	ask->work = lookup;
	digest_of(token.at, token.length, lookup->token);
	kept = find_kept(tokens, lookup->token);
	if (kept == NULL)
		return find_out(lookup, token);
	tokens->state.kept++;
	if (kept->agency_until_ms > tokens->loop->now_ms)
	{
		*ask->identity = identity_of(ask->arena, kept->agency_id, kept->digest, slice_of(kept->scope));
		return IDENTITY_KNOWN;
	}
	memcpy(lookup->digest, kept->digest, DIGEST_BYTES);
	lookup->jwt.expires_s = kept->expires_s;
	lookup->jwt.scope = slice_of(kept->scope != NULL ? arena_string(ask->arena, kept->scope) : NULL);
	return ask_agency(lookup);
}

static void
stop(void *context, struct identity_ask *ask)
{
	struct signed_tokens *tokens = context;
	struct lookup *lookup = ask->work;

	if (lookup->waits_for_keys)
		keys_stop(tokens->keys, &lookup->wait);
	else
		pool_stop(tokens->pool, &lookup->query);
}

struct signed_tokens *
signed_open(struct loop *loop, struct pool *pool, const struct signed_settings *settings, struct failure *failure)
{
	struct signed_tokens *tokens = arena_alloc(loop->arena, sizeof(*tokens));

	tokens->loop = loop;
	tokens->pool = pool;
	tokens->settings = *settings;
	tokens->keys = keys_open(loop, settings->keys, failure);
	return tokens->keys != NULL ? tokens : NULL;
}

void
signed_close(struct signed_tokens *tokens)
{
	if (tokens == NULL)
		return;
	keys_close(tokens->keys);
	for (size_t i = 0; i < (size_t) SETS * WAYS; i++)
		free(tokens->kept[i / WAYS][i % WAYS].scope);
}

void
signed_change(struct signed_tokens *tokens, int leeway_s)
{
	tokens->settings.expected.leeway_s = leeway_s;
}

void
signed_reload(struct signed_tokens *tokens)
{
	keys_reload(tokens->keys);
}

struct identity_source
signed_source(struct signed_tokens *tokens)
{
	return (struct identity_source){"signed", identify, stop, tokens};
}

struct signed_state
signed_look(const struct signed_tokens *tokens)
{
	struct signed_state state = tokens->state;

	state.keys = keys_look(tokens->keys);
	return state;
}
