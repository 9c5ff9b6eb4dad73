/*
 * source.c - the list of identity sources, and the one for the tokens of our own.
 */
#include "identity/source.h"

#include <ctype.h>

#include "identity/token.h"

void
identity_add(struct identity_sources *sources, const struct identity_source *source)
{
	if (sources->count < IDENTITY_SOURCES)
		sources->sources[sources->count++] = *source;
}

/* The characters a secret behind Bearer is made of (RFC 6750, section 2.1). */
static bool
well_formed(struct slice secret)
{
	size_t at = 0;

	while (at < secret.length && (isalnum((unsigned char) secret.at[at]) || (secret.at[at] != '\0' &&
																			 strchr("-._~+/", secret.at[at]) != NULL)))
		at++;
	if (at == 0)
		return false;
	while (at < secret.length && secret.at[at] == '=')
		at++;
	return at == secret.length;
}

enum identity_verdict
identity_find(const struct identity_sources *sources, struct identity_ask *ask)
{
	bool bearer = slice_is_caseless(ask->credentials, "Bearer") ||
				  (ask->credentials.length > 6 && strncasecmp(ask->credentials.at, "Bearer ", 7) == 0);

	if (ask->credentials.length == 0)
		return IDENTITY_MISSING;
	ask->reason = "what follows Bearer is no token";
	if (bearer && !well_formed(identity_bearer_secret(ask->credentials)))
		return IDENTITY_MALFORMED;
	for (int i = 0; i < sources->count; i++)
	{
		enum identity_verdict verdict;

		ask->source = &sources->sources[i];
		verdict = ask->source->identify(ask->source->context, ask);
		if (verdict != IDENTITY_OTHER)
			return verdict;
	}
	ask->reason = "these credentials are of a kind that is not known here";
	return IDENTITY_REFUSED;
}

void
identity_stop(struct identity_ask *ask)
{
	ask->source->stop(ask->source->context, ask);
}

struct slice
identity_bearer_secret(struct slice credentials)
{
	const size_t scheme = sizeof("Bearer ") - 1;

	if (credentials.length <= scheme || strncasecmp(credentials.at, "Bearer ", scheme) != 0)
		return (struct slice){NULL, 0};
	return slice_trimmed((struct slice){credentials.at + scheme, credentials.length - scheme});
}

bool
identity_of_token(const char *token, struct identity *identity, struct failure *failure)
{
	if (!token_agency(token, &identity->agency_id, failure))
		return false;
	token_digest(token, identity->digest);
	return true;
}

static enum identity_verdict
identify_bearer(void *context, struct identity_ask *ask)
{
	struct slice secret = identity_bearer_secret(ask->credentials);
	struct failure failure;

	(void) context;
	if (secret.at == NULL || !slice_starts(secret, "vg_"))
		return IDENTITY_OTHER;
	if (identity_of_token(arena_copy(ask->arena, secret.at, secret.length), ask->identity, &failure))
		return IDENTITY_KNOWN;
	ask->reason = "the token is cut or altered";
	return IDENTITY_REFUSED;
}

const struct identity_source identity_bearer = {"bearer", identify_bearer, NULL, NULL};
