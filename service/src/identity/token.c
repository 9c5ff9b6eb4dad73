/*
 * token.c - reads the agency and the digest from a token.
 */
#include "identity/token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Shorter, it was cut when it was copied; the database makes 64 characters. */
#define SECRET_LEAST_CHARACTERS 43

bool
token_agency(const char *token, int64_t *agency_id, struct failure *failure)
{
	const char *hint = "a token reads vg_<agency>_<secret>; make one with `voygen token create`";
	const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *end = NULL;
	size_t secret;

	if (strncmp(token, "vg_", 3) != 0 || token[3] < '1' || token[3] > '9')
		return failure_set(failure, "not_allowed", "VOYGEN_TOKEN does not hold a token", hint);
	errno = 0;
	*agency_id = strtoll(token + 3, &end, 10);
	if (errno != 0 || *end != '_')
		return failure_set(failure, "not_allowed", "VOYGEN_TOKEN does not hold a token: no agency in it", hint);
	secret = strspn(end + 1, alphabet);
	if (secret < SECRET_LEAST_CHARACTERS || end[1 + secret] != '\0')
		return failure_set(failure, "not_allowed",
						   "VOYGEN_TOKEN does not hold a whole token: its secret is cut or altered", hint);
	return true;
}

void
token_digest(const char *token, unsigned char digest[TOKEN_DIGEST_BYTES])
{
	digest_of(token, strlen(token), digest);
}
