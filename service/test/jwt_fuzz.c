/*
 * jwt_fuzz.c: any bytes as a token, as a set of keys and as base64url. No token is taken that nobody has signed; what is
 * read lies inside what was given; decoding and encoding again gives the same text.
 *
 * Layout of an input: one byte for which of them (token, set, base64url, claims of a well-formed token), then the text.
 */
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>

#include "oauth/base64url.h"
#include "oauth/jwt.h"

#define NOW 1800000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key of nobody: the modulus has no known factors. */
static const char set_text[] =
	"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\""
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
	"n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbIS"
	"D08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\"},"
	"{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
	"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
encode(struct arena *arena, struct slice bytes, char **text)
{
	size_t end;

	*text = arena_alloc(arena, bytes.length / 3 * 4 + 8);
	end = (size_t) EVP_EncodeBlock((unsigned char *) *text, (const unsigned char *) bytes.at, (int) bytes.length);
	for (size_t i = 0; i < end; i++)
		(*text)[i] = (*text)[i] == '+' ? '-' : (*text)[i] == '/' ? '_'
																 : (*text)[i];
	while (end > 0 && (*text)[end - 1] == '=')
		(*text)[--end] = '\0';
}

static void
try_base64url(struct arena *arena, struct slice text)
{
	struct slice bytes;
	char *again;

	if (!base64url_decode(arena, text, &bytes))
		return;
	encode(arena, bytes, &again);
	if (!slice_is(text, again))
		abort();
}

static void
try_token(struct arena *arena, struct slice text, const struct jwk_set *set)
{
	static const struct jwt_expectation expected = {.issuer = "i", .audience = "a", .leeway_s = 30};
	struct jwt jwt;
	const char *why = NULL;
	const struct jwk *key;

	jwt_looks_like(text);
	if (!jwt_read(arena, text, &expected, NOW, &jwt, &why))
	{
		if (why == NULL)
			abort();
		return;
	}
	if (!slice_is(jwt.issuer, "i") || jwt.subject.length == 0 || jwt.expires_s + 30 < NOW || jwt.signed_text.length >= text.length)
		abort();
	key = jwk_find(set, jwt.key_id, jwt.algorithm);
	if (key != NULL && jwt_verify(&jwt, key))
		abort();
}

/* The text as the claims of a token whose form is right. */
static void
try_claims(struct arena *arena, struct slice text, const struct jwk_set *set)
{
	char *claims;

	encode(arena, text, &claims);
	try_token(arena, slice_of(arena_format(arena, "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.%s.AAAA", claims)), set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct jwk_set *set;
	struct arena arena;
	const char *why;
	struct slice text;
	char *copy;

	if (set == NULL)
		set = jwk_set_read(slice_of(set_text), no_memory, &why);
	if (set == NULL || set->count != 2)
		abort();
	if (size == 0)
		return 0;
	/* a block of its own, so that a byte too far is seen */
	copy = malloc(size);
	memcpy(copy, data + 1, size - 1);
	text = (struct slice){copy, size - 1};
	arena_open(&arena, no_memory);
	if (data[0] % 4 == 0)
		try_token(&arena, text, set);
	else if (data[0] % 4 == 1)
		jwk_set_free(jwk_set_read(text, no_memory, &why));
	else if (data[0] % 4 == 2)
		try_base64url(&arena, text);
	else
		try_claims(&arena, text, set);
	arena_close(&arena);
	free(copy);
	return 0;
}
