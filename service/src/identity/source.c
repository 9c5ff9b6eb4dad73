/*
 * source.c - the list of identity sources, and the one for the tokens of our own.
 */
#include "identity/source.h"

#include "identity/token.h"

void
identity_add(struct identity_sources *sources, const struct identity_source *source)
{
	if (sources->count < IDENTITY_SOURCES)
		sources->sources[sources->count++] = *source;
}

enum identity_verdict
identity_find(const struct identity_sources *sources, struct arena *arena, struct slice credentials,
			  struct identity *identity, const char **reason)
{
	*reason = NULL;
	for (int i = 0; i < sources->count; i++)
	{
		const struct identity_source *source = &sources->sources[i];
		enum identity_verdict verdict = source->identify(source->context, arena, credentials, identity, reason);

		if (verdict == IDENTITY_KNOWN || verdict == IDENTITY_REFUSED)
			return verdict;
	}
	if (credentials.length == 0)
		return IDENTITY_MISSING;
	*reason = "these credentials are of a kind that is not known here";
	return IDENTITY_REFUSED;
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
identify_bearer(void *context, struct arena *arena, struct slice credentials, struct identity *identity, const char **reason)
{
	struct slice secret = identity_bearer_secret(credentials);
	struct failure failure;

	(void) context;
	if (credentials.length == 0)
		return IDENTITY_MISSING;
	if (secret.at == NULL || !slice_starts(secret, "vg_"))
		return IDENTITY_OTHER;
	if (identity_of_token(arena_copy(arena, secret.at, secret.length), identity, &failure))
		return IDENTITY_KNOWN;
	*reason = "the token is cut or altered";
	return IDENTITY_REFUSED;
}

const struct identity_source identity_bearer = {"bearer", identify_bearer, NULL};
