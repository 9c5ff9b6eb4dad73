/*
 * jwk.c - from JWK to keys of OpenSSL.
 */
#include "oauth/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#include "json/scan.h"
#include "oauth/base64url.h"

/* Exponents beyond are slow and nobody's. */
#define EXPONENT_BYTES 8
#define COORDINATE_BYTES 32
#define ID_BYTES 256

static const struct scan_limits limits = {.levels = 4, .nodes = 4000, .depth = 8};

static bool
text_member(struct arena *arena, const struct scan_node *object, const char *name, struct slice *text)
{
	return scan_string(arena, scan_member(object, name), text);
}

/* True when the member is missing or this word. */
static bool
missing_or(struct arena *arena, const struct scan_node *object, const char *name, const char *word)
{
	struct slice text;

	return scan_member(object, name) == NULL || (text_member(arena, object, name, &text) && slice_is(text, word));
}

/* key_ops, when it is there, is a list that has "verify". */
static bool
may_verify(struct arena *arena, const struct scan_node *object)
{
	const struct scan_node *uses = scan_member(object, "key_ops");
	struct slice word;

	if (uses == NULL)
		return true;
	for (const struct scan_node *use = uses->kind == SCAN_ARRAY ? uses->first : NULL; use != NULL; use = use->next)
	{
		if (scan_string(arena, use, &word) && slice_is(word, "verify"))
			return true;
	}
	return false;
}

static bool
bytes_member(struct arena *arena, const struct scan_node *object, const char *name, struct slice *bytes)
{
	struct slice text;

	return text_member(arena, object, name, &text) && base64url_decode(arena, text, bytes);
}

/* A key of OpenSSL from its parameters, which are given back here; NULL when they are none. */
static EVP_PKEY *
make_key(const char *type, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *
rsa_key(struct arena *arena, const struct scan_node *object)
{
	struct slice modulus;
	struct slice exponent;
	OSSL_PARAM_BLD *builder;
	BIGNUM *n;
	BIGNUM *e;
	EVP_PKEY *key = NULL;

	if (!bytes_member(arena, object, "n", &modulus) || !bytes_member(arena, object, "e", &exponent) ||
		modulus.length > JWK_RSA_BITS_MOST / 8 || exponent.length == 0 || exponent.length > EXPONENT_BYTES)
		return NULL;
	builder = OSSL_PARAM_BLD_new();
	n = BN_bin2bn((const unsigned char *) modulus.at, (int) modulus.length, NULL);
	e = BN_bin2bn((const unsigned char *) exponent.at, (int) exponent.length, NULL);
	if (builder != NULL && n != NULL && e != NULL && BN_num_bits(n) >= JWK_RSA_BITS_LEAST && BN_is_odd(n) && BN_is_odd(e) &&
		!BN_is_one(e) && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = make_key("RSA", builder);
	else
		OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return key;
}

/* A point that is not on the curve makes no key. */
static EVP_PKEY *
curve_key(struct arena *arena, const struct scan_node *object)
{
	unsigned char point[1 + 2 * COORDINATE_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
	struct slice x;
	struct slice y;
	struct slice curve;
	OSSL_PARAM_BLD *builder;

	if (!text_member(arena, object, "crv", &curve) || !slice_is(curve, "P-256") || !bytes_member(arena, object, "x", &x) ||
		!bytes_member(arena, object, "y", &y) || x.length != COORDINATE_BYTES || y.length != COORDINATE_BYTES)
		return NULL;
	memcpy(point + 1, x.at, COORDINATE_BYTES);
	memcpy(point + 1 + COORDINATE_BYTES, y.at, COORDINATE_BYTES);
	builder = OSSL_PARAM_BLD_new();
	if (builder != NULL && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1)
		return make_key("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	return NULL;
}

/* Reads one key; false when it is not for verifying tokens here. */
static bool
read_key(struct jwk_set *set, struct arena *scratch, const struct scan_node *object, struct jwk *jwk)
{
	struct slice type;
	struct slice id = {NULL, 0};

	if (!text_member(scratch, object, "kty", &type) || !missing_or(scratch, object, "use", "sig") || !may_verify(scratch, object))
		return false;
	if (scan_member(object, "kid") != NULL && (!text_member(scratch, object, "kid", &id) || id.length > ID_BYTES))
		return false;
	*jwk = (struct jwk){.algorithm = slice_is(type, "RSA") ? JWK_RS256 : JWK_ES256};
	if (slice_is(type, "RSA") && missing_or(scratch, object, "alg", "RS256"))
		jwk->key = rsa_key(scratch, object);
	else if (slice_is(type, "EC") && missing_or(scratch, object, "alg", "ES256"))
		jwk->key = curve_key(scratch, object);
	if (jwk->key == NULL)
		return false;
	if (id.at != NULL)
		jwk->id = (struct slice){arena_copy(&set->arena, id.at, id.length), id.length};
	return true;
}

static const struct scan_node *
list_of_keys(struct arena *scratch, struct slice text, const char **why)
{
	struct scan_fault fault;
	const struct scan_node *root = text.length <= JWK_SET_BYTES ? scan_text(scratch, text, &limits, &fault) : NULL;
	const struct scan_node *keys = scan_member(root, "keys");

	*why = root == NULL ? "it is no JSON, or too large" : "it has no list of keys";
	return keys != NULL && keys->kind == SCAN_ARRAY ? keys : NULL;
}

struct jwk_set *
jwk_set_read(struct slice text, arena_failure *fail, const char **why)
{
	struct jwk_set *set = calloc(1, sizeof(*set));
	struct arena scratch;
	const struct scan_node *keys;

	*why = "there is no memory";
	if (set == NULL)
		return NULL;
	arena_open(&set->arena, fail);
	arena_open(&scratch, fail);
	keys = list_of_keys(&scratch, text, why);
	for (const struct scan_node *key = keys != NULL ? keys->first : NULL; key != NULL; key = key->next)
	{
		if (set->count < JWK_MOST && read_key(set, &scratch, key, &set->keys[set->count]))
			set->count++;
		else
			set->skipped++;
	}
	arena_close(&scratch);
	/* libpq looks for errors of its own there */
	ERR_clear_error();
	if (keys != NULL)
		return set;
	jwk_set_free(set);
	return NULL;
}

void
jwk_set_free(struct jwk_set *set)
{
	if (set == NULL)
		return;
	for (int i = 0; i < set->count; i++)
		EVP_PKEY_free(set->keys[i].key);
	arena_close(&set->arena);
	free(set);
}

bool
jwk_names(const struct jwk_set *set, struct slice id)
{
	for (int i = 0; i < set->count; i++)
	{
		if (set->keys[i].id.at != NULL && slice_equal(set->keys[i].id, id))
			return true;
	}
	return false;
}

const struct jwk *
jwk_find(const struct jwk_set *set, struct slice id, enum jwk_algorithm algorithm)
{
	const struct jwk *found = NULL;

	for (int i = 0; set != NULL && i < set->count; i++)
	{
		const struct jwk *key = &set->keys[i];

		if (key->algorithm != algorithm)
			continue;
		if (id.at == NULL && found != NULL)
			return NULL;
		if (id.at == NULL || (key->id.at != NULL && slice_equal(key->id, id)))
			found = key;
		if (id.at != NULL && found != NULL)
			return found;
	}
	return found;
}
