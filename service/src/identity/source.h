/*
 * source.h - who asks: from what a client shows to the agency and the digest that the database knows him by.
 *
 * The gateway decides nothing about rights: it hands both to the database, which looks up role, scope and expiry at
 * every call. A kind of credentials (a token of ours, a signed one of somebody else's) is a source; the first that
 * knows the kind answers.
 */
#ifndef VOYGEN_IDENTITY_SOURCE_H
#define VOYGEN_IDENTITY_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "failure/failure.h"
#include "identity/digest.h"
#include "memory/arena.h"
#include "text/slice.h"

struct identity
{
	int64_t agency_id;
	unsigned char digest[DIGEST_BYTES];
	/* What a signed token leaves of the scopes of its row, words between blanks; NULL: all. As long-lived as the exchange. */
	const char *scope;
};

/* A number for tables; never 0. */
static inline uint64_t
identity_key(const struct identity *identity)
{
	uint64_t key;

	memcpy(&key, identity->digest, sizeof(key));
	return key | 1;
}

enum identity_verdict
{
	IDENTITY_KNOWN,
	IDENTITY_MISSING,     /* nothing was shown */
	IDENTITY_OTHER,       /* credentials of another kind than this source knows */
	IDENTITY_MALFORMED,   /* no credentials by their form */
	IDENTITY_REFUSED,     /* of this kind, and wrong */
	IDENTITY_STRANGER,    /* good ones, of somebody nobody here knows */
	IDENTITY_UNAVAILABLE, /* it cannot be told now */
	IDENTITY_LATER        /* it has to be looked up; the answer comes later */
};

struct identity_source;

/* One question who it is. It lies where the asker likes until it is answered or stopped. */
struct identity_ask
{
	struct arena *arena;
	struct slice credentials;  /* the value of Authorization, empty when there is none */
	struct identity *identity; /* filled on IDENTITY_KNOWN */
	const char *reason;        /* in plain words, never with the secret in it; of every verdict but KNOWN and MISSING */
	/* Called from the loop, once, after identity_find has said IDENTITY_LATER. */
	void (*answered)(struct identity_ask *ask, enum identity_verdict verdict);
	void *asker;
	const struct identity_source *source; /* the one that answers later */
	void *work;                           /* its own */
};

struct identity_source
{
	const char *name;
	enum identity_verdict (*identify)(void *context, struct identity_ask *ask);
	/* Forgets a question it would answer later; NULL for a source that never does. */
	void (*stop)(void *context, struct identity_ask *ask);
	void *context;
};

#define IDENTITY_SOURCES 4

struct identity_sources
{
	struct identity_source sources[IDENTITY_SOURCES];
	int count;
};

void identity_add(struct identity_sources *sources, const struct identity_source *source);

/* Asks one source after the other; never answers IDENTITY_OTHER. After IDENTITY_LATER the question is answered, or
 * stopped by identity_stop. */
enum identity_verdict identity_find(const struct identity_sources *sources, struct identity_ask *ask);
void identity_stop(struct identity_ask *ask);

/* "Bearer vg_<agency>_<secret>" */
extern const struct identity_source identity_bearer;

/* What follows "Bearer "; at is NULL when the credentials are of another scheme. */
struct slice identity_bearer_secret(struct slice credentials);

/* One identity for everybody who shows no credentials: standard input's, whose token is in the environment. False
 * with the failure filled when the text is no token. */
bool identity_of_token(const char *token, struct identity *identity, struct failure *failure);

#endif
