/*
 * jwt.c - takes a token apart, checks its claims, verifies its signature.
 *
 * The algorithm of the header only picks among keys; what a key can do is the key's (jwk.h). So neither "none" nor a
 * secret made of a public key leads anywhere.
 */
#include "oauth/jwt.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "json/scan.h"
#include "oauth/base64url.h"

/* Of r and of s, for P-256. */
#define ES256_PART_BYTES 32
/* In DER: two integers of at most 33 bytes, with their frames. */
#define ES256_DER_BYTES 80
#define KEY_ID_BYTES 256
#define SUBJECT_BYTES 1024
#define NUMBER_BYTES 32
/* Times beyond the year 5000 are none. */
#define TIME_MOST 1e11

/* All levels are looked at, so that no member stands twice anywhere. */
static const struct scan_limits limits = {.levels = 8, .nodes = 500, .depth = 8};

struct parts
{
	struct slice header;
	struct slice claims;
	struct slice signature;
	struct slice signed_text; /* header and claims with their dot */
};

static bool
refuse(const char **why, const char *words)
{
	*why = words;
	return false;
}

static bool
cut(struct slice text, struct parts *parts)
{
	const char *end = text.at + text.length;
	const char *first = text.length > 0 ? memchr(text.at, '.', text.length) : NULL;
	const char *second = first != NULL ? memchr(first + 1, '.', (size_t) (end - first - 1)) : NULL;

	if (second == NULL || memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
		return false;
	parts->header = (struct slice){text.at, (size_t) (first - text.at)};
	parts->claims = (struct slice){first + 1, (size_t) (second - first - 1)};
	parts->signature = (struct slice){second + 1, (size_t) (end - second - 1)};
	parts->signed_text = (struct slice){text.at, (size_t) (second - text.at)};
	return true;
}

bool
jwt_looks_like(struct slice text)
{
	struct parts parts;

	/* '{"' in this alphabet */
	return slice_starts(text, "ey") && cut(text, &parts);
}

static const struct scan_node *
read_object(struct arena *arena, struct slice encoded)
{
	struct scan_fault fault;
	struct slice text;
	const struct scan_node *object;

	if (!base64url_decode(arena, encoded, &text))
		return NULL;
	object = scan_text(arena, text, &limits, &fault);
	return object != NULL && object->kind == SCAN_OBJECT ? object : NULL;
}

/* typ, when it is there, is that of a token for access. */
static bool
typ_fits(struct arena *arena, const struct scan_node *header)
{
	struct slice type;

	if (scan_member(header, "typ") == NULL)
		return true;
	return scan_string(arena, scan_member(header, "typ"), &type) &&
		   (slice_is_caseless(type, "JWT") || slice_is_caseless(type, "at+jwt") || slice_is_caseless(type, "application/at+jwt"));
}

static bool
read_header(struct arena *arena, const struct scan_node *header, struct jwt *jwt, const char **why)
{
	struct slice algorithm;

	if (header == NULL)
		return refuse(why, "the header of the token cannot be read");
	if (!scan_string(arena, scan_member(header, "alg"), &algorithm) || (!slice_is(algorithm, "RS256") && !slice_is(algorithm, "ES256")))
		return refuse(why, "the token is signed neither by RS256 nor by ES256");
	jwt->algorithm = slice_is(algorithm, "RS256") ? JWK_RS256 : JWK_ES256;
	if (!typ_fits(arena, header))
		return refuse(why, "the token is of another type");
	if (scan_member(header, "crit") != NULL)
		return refuse(why, "the header of the token demands what is not known here");
	if (scan_member(header, "kid") == NULL)
		return true;
	if (!scan_string(arena, scan_member(header, "kid"), &jwt->key_id) || jwt->key_id.length > KEY_ID_BYTES)
		return refuse(why, "the token names its key by no text");
	return true;
}

/* A NumericDate (RFC 7519, section 2): seconds, also parts of them. */
static bool
read_time(struct arena *arena, const struct scan_node *node, double *seconds)
{
	if (node == NULL || node->kind != SCAN_NUMBER || node->raw.length > NUMBER_BYTES)
		return false;
	*seconds = strtod(arena_copy(arena, node->raw.at, node->raw.length), NULL);
	return *seconds >= 0 && *seconds <= TIME_MOST;
}

static bool
check_times(struct arena *arena, const struct scan_node *claims, const struct jwt_expectation *expected, int64_t now_s, struct jwt *jwt,
			const char **why)
{
	const struct scan_node *begin = scan_member(claims, "nbf");
	double time;

	if (!read_time(arena, scan_member(claims, "exp"), &time))
		return refuse(why, "the token does not say when it ends");
	jwt->expires_s = (int64_t) time + 1;
	if (time + (double) expected->leeway_s <= (double) now_s)
		return refuse(why, "the token has ended");
	if (begin == NULL)
		return true;
	if (!read_time(arena, begin, &time))
		return refuse(why, "the token does not say rightly when it begins");
	if (time - (double) expected->leeway_s > (double) now_s)
		return refuse(why, "the token has not begun");
	return true;
}

/* One audience, or a list of them; every item has to be a text. */
static bool
is_for(struct arena *arena, const struct scan_node *audience, const char *name)
{
	struct slice text;
	bool found = false;

	if (audience == NULL)
		return false;
	if (audience->kind != SCAN_ARRAY)
		return scan_string(arena, audience, &text) && slice_is(text, name);
	for (const struct scan_node *item = audience->first; item != NULL; item = item->next)
	{
		if (!scan_string(arena, item, &text))
			return false;
		found = found || slice_is(text, name);
	}
	return found;
}

/* Texts of a list, with blanks between them; at NULL when one of them is no text. */
static struct slice
join_words(struct arena *arena, const struct scan_node *list)
{
	const char *joined = "";
	struct slice text;

	for (const struct scan_node *item = list->first; item != NULL; item = item->next)
	{
		if (!scan_string(arena, item, &text))
			return (struct slice){NULL, 0};
		joined = arena_format(arena, "%s%s%s", joined, joined[0] != '\0' ? " " : "", arena_copy(arena, text.at, text.length));
	}
	return slice_of(joined);
}

/* What it may be used for: scope (RFC 9068, section 2.2.3), or scp, as some issuers call it, a text or a list. */
static bool
read_scope(struct arena *arena, const struct scan_node *claims, struct jwt *jwt, const char **why)
{
	const struct scan_node *scope = scan_member(claims, "scope");

	if (scope == NULL)
		scope = scan_member(claims, "scp");
	if (scope == NULL)
		return true;
	if (scope->kind == SCAN_ARRAY)
		jwt->scope = join_words(arena, scope);
	else if (!scan_string(arena, scope, &jwt->scope))
		jwt->scope = (struct slice){NULL, 0};
	return jwt->scope.at != NULL || refuse(why, "the token does not say rightly what it is for");
}

static bool
check_claims(struct arena *arena, const struct scan_node *claims, const struct jwt_expectation *expected, int64_t now_s, struct jwt *jwt,
			 const char **why)
{
	if (claims == NULL)
		return refuse(why, "the claims of the token cannot be read");
	if (!scan_string(arena, scan_member(claims, "iss"), &jwt->issuer) || !slice_is(jwt->issuer, expected->issuer))
		return refuse(why, "the token is of another issuer");
	if (!is_for(arena, scan_member(claims, "aud"), expected->audience))
		return refuse(why, "the token is for another server");
	if (!scan_string(arena, scan_member(claims, "sub"), &jwt->subject) || jwt->subject.length == 0 ||
		jwt->subject.length > SUBJECT_BYTES || memchr(jwt->subject.at, '\0', jwt->subject.length) != NULL)
		return refuse(why, "the token does not say whom it means");
	return read_scope(arena, claims, jwt, why) && check_times(arena, claims, expected, now_s, jwt, why);
}

bool
jwt_read(struct arena *arena, struct slice text, const struct jwt_expectation *expected, int64_t now_s, struct jwt *jwt, const char **why)
{
	struct parts parts;

	*jwt = (struct jwt){.algorithm = JWK_RS256};
	if (text.length > JWT_BYTES)
		return refuse(why, "the token is too long");
	if (!cut(text, &parts))
		return refuse(why, "the token does not have three parts");
	jwt->signed_text = parts.signed_text;
	if (!read_header(arena, read_object(arena, parts.header), jwt, why))
		return false;
	if (!base64url_decode(arena, parts.signature, &jwt->signature) || jwt->signature.length == 0)
		return refuse(why, "the signature of the token cannot be read");
	return check_claims(arena, read_object(arena, parts.claims), expected, now_s, jwt, why);
}

/* The signature of ES256 as OpenSSL wants it, from r and s one behind the other; 0 when it is none. */
static size_t
curve_signature(struct slice raw, unsigned char der[ES256_DER_BYTES])
{
	const unsigned char *bytes = (const unsigned char *) raw.at;
	ECDSA_SIG *signature;
	BIGNUM *r;
	BIGNUM *s;
	int length = 0;

	if (raw.length != (size_t) 2 * ES256_PART_BYTES)
		return 0;
	signature = ECDSA_SIG_new();
	r = BN_bin2bn(bytes, ES256_PART_BYTES, NULL);
	s = BN_bin2bn(bytes + ES256_PART_BYTES, ES256_PART_BYTES, NULL);
	if (signature != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(signature, r, s) == 1)
	{
		length = i2d_ECDSA_SIG(signature, &der);
		r = s = NULL; /* the signature's now */
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(signature);
	return length > 0 ? (size_t) length : 0;
}

bool
jwt_verify(const struct jwt *jwt, const struct jwk *key)
{
	unsigned char der[ES256_DER_BYTES];
	const unsigned char *signature = (const unsigned char *) jwt->signature.at;
	size_t length = jwt->signature.length;
	EVP_MD_CTX *context;
	bool good;

	if (key->algorithm != jwt->algorithm)
		return false;
	if (key->algorithm == JWK_ES256)
	{
		length = curve_signature(jwt->signature, der);
		signature = der;
	}
	if (length == 0)
		return false;
	context = EVP_MD_CTX_new();
	/* RSA signs in the form of PKCS #1 unless told otherwise, which is that of RS256 */
	good = context != NULL && EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key->key, NULL) == 1 &&
		   EVP_DigestVerify(context, signature, length, (const unsigned char *) jwt->signed_text.at, jwt->signed_text.length) == 1;
	EVP_MD_CTX_free(context);
	/* libpq looks for errors of its own there */
	ERR_clear_error();
	return good;
}
