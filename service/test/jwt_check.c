/*
 * jwt_check.c: signed tokens: which are taken, and every way in which one may be wrong. Tokens are made and signed here by
 * OpenSSL, with keys of this run.
 */
#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "oauth/base64url.h"
#include "oauth/jwt.h"

#define NOW 1800000000
#define ISS "\"iss\":\"https://issuer.example\","
#define AUD "\"aud\":\"https://travel.example/mcp\","
#define CLAIMS "\"iss\":\"https://issuer.example\",\"aud\":\"https://travel.example/mcp\",\"sub\":\"ann\""
#define GOOD_CLAIMS "{" CLAIMS ",\"exp\":1800000100}"

static const struct jwt_expectation expected = {.issuer = "https://issuer.example",
												.audience = "https://travel.example/mcp",
												.leeway_s = 30};

static struct arena arena;
static EVP_PKEY *rsa;
static EVP_PKEY *curve;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
setup(void)
{
	arena_open(&arena, no_memory);
	rsa = EVP_RSA_gen(2048);
	curve = EVP_EC_gen("P-256");
}

static void
teardown(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(curve);
	arena_close(&arena);
}

static const char *
encode(const void *bytes, size_t length)
{
	char *text = arena_alloc(&arena, length / 3 * 4 + 8);
	size_t end = (size_t) EVP_EncodeBlock((unsigned char *) text, bytes, (int) length);

	for (size_t i = 0; i < end; i++)
		text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_'
														: text[i];
	while (end > 0 && text[end - 1] == '=')
		text[--end] = '\0';
	return text;
}

static const char *
number(EVP_PKEY *key, const char *name)
{
	unsigned char bytes[1024];
	BIGNUM *value = NULL;
	int length;

	ck_assert(EVP_PKEY_get_bn_param(key, name, &value) == 1);
	length = strcmp(name, OSSL_PKEY_PARAM_EC_PUB_X) == 0 || strcmp(name,
																   OSSL_PKEY_PARAM_EC_PUB_Y) == 0
				 ? BN_bn2binpad(value, bytes, (EVP_PKEY_get_bits(key) + 7) / 8)
				 : BN_bn2bin(value, bytes);
	BN_free(value);
	return encode(bytes, (size_t) length);
}

static const char *
rsa_jwk(EVP_PKEY *key, const char *more)
{
	return arena_format(&arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}", number(key, OSSL_PKEY_PARAM_RSA_N),
						number(key, OSSL_PKEY_PARAM_RSA_E), more);
}

static const char *
curve_jwk(EVP_PKEY *key, const char *more)
{
	return arena_format(&arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}", number(key, OSSL_PKEY_PARAM_EC_PUB_X),
						number(key, OSSL_PKEY_PARAM_EC_PUB_Y), more);
}

static struct jwk_set *
read_set(const char *keys)
{
	const char *why;

	return jwk_set_read(slice_of(arena_format(&arena, "{\"keys\":[%s]}", keys)), no_memory, &why);
}

/* The signature of OpenSSL, for a curve as DER or as r and s. */
static const char *
sign(EVP_PKEY *key, const char *text, bool raw)
{
	unsigned char bytes[1024];
	unsigned char parts[64];
	size_t length = sizeof(bytes);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const unsigned char *at = bytes;
	ECDSA_SIG *signature;

	ck_assert(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1);
	ck_assert(EVP_DigestSign(context, bytes, &length, (const unsigned char *) text, strlen(text)) == 1);
	EVP_MD_CTX_free(context);
	if (!raw)
		return encode(bytes, length);
	signature = d2i_ECDSA_SIG(NULL, &at, (long) length);
	BN_bn2binpad(ECDSA_SIG_get0_r(signature), parts, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), parts + 32, 32);
	ECDSA_SIG_free(signature);
	return encode(parts, sizeof(parts));
}

static const char *
token(const char *header, const char *claims, EVP_PKEY *key)
{
	const char *text = arena_format(&arena, "%s.%s", encode(header, strlen(header)), encode(claims, strlen(claims)));

	return arena_format(&arena, "%s.%s", text, sign(key, text, key == curve));
}

/* Why a token is refused; NULL when it is taken. */
static const char *
judge(const char *text, const struct jwk_set *set)
{
	struct jwt jwt;
	const char *why = "unknown key";
	const struct jwk *key;

	if (!jwt_read(&arena, slice_of(text), &expected, NOW, &jwt, &why))
		return why;
	key = jwk_find(set, jwt.key_id, jwt.algorithm);
	if (key == NULL)
		return "unknown key";
	return jwt_verify(&jwt, key) ? NULL : "bad signature";
}

#define RS256 "{\"alg\":\"RS256\",\"kid\":\"r\"}"
#define ES256 "{\"alg\":\"ES256\",\"kid\":\"e\"}"

static struct jwk_set *
both_keys(void)
{
	return read_set(arena_format(&arena, "%s,%s", rsa_jwk(rsa, ",\"kid\":\"r\""), curve_jwk(curve, ",\"kid\":\"e\"")));
}

START_TEST(test_taken)
{
	struct jwk_set *set = both_keys();
	const struct
	{
		const char *header;
		const char *claims;
		EVP_PKEY *key;
	} good[] = {
		{RS256, GOOD_CLAIMS, rsa},
		{ES256, GOOD_CLAIMS, curve},
		{"{\"alg\":\"RS256\"}", GOOD_CLAIMS, rsa},
		{"{\"alg\":\"ES256\",\"typ\":\"at+JWT\"}", GOOD_CLAIMS, curve},
		{"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"r\",\"jku\":\"https://evil.example\"}", GOOD_CLAIMS, rsa},
		{RS256,
		 "{" ISS "\"aud\":[\"https://other.example\",\"https://travel.example/mcp\"],\"sub\":\"ann\",\"exp\":1800000100.5}", rsa},
		{RS256, "{" CLAIMS ",\"exp\":1799999971}", rsa},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"nbf\":1800000030}", rsa},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"scope\":\"read\",\"realm\":{\"roles\":[\"a\"]}}", rsa},
	};

	ck_assert_ptr_nonnull(set);
	ck_assert_int_eq(set->count, 2);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		const char *why = judge(token(good[i].header, good[i].claims, good[i].key), set);

		ck_assert_msg(why == NULL, "%zu: %s", i, why);
	}
	jwk_set_free(set);
}
END_TEST

START_TEST(test_refused)
{
	struct jwk_set *set = both_keys();
	EVP_PKEY *other = EVP_RSA_gen(2048);
	const struct
	{
		const char *header;
		const char *claims;
		EVP_PKEY *key;
		const char *why;
	} bad[] = {
		{RS256, GOOD_CLAIMS, other, "bad signature"},
		{"{\"alg\":\"none\",\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"alg\":\"HS256\",\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"alg\":\"rs256\",\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"alg\":\"PS256\",\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"alg\":[\"RS256\"]}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "neither"},
		{"{\"alg\":\"ES256\",\"kid\":\"r\"}", GOOD_CLAIMS, rsa, "unknown key"},
		{"{\"alg\":\"RS256\",\"kid\":\"x\"}", GOOD_CLAIMS, rsa, "unknown key"},
		{"{\"alg\":\"RS256\",\"kid\":7}", GOOD_CLAIMS, rsa, "names its key"},
		{"{\"alg\":\"none\",\"alg\":\"RS256\"}", GOOD_CLAIMS, rsa, "header"},
		{"{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", GOOD_CLAIMS, rsa, "demands"},
		{"{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}", GOOD_CLAIMS, rsa, "another type"},
		{"[]", GOOD_CLAIMS, rsa, "header"},
		{RS256,
		 "{\"iss\":\"https://issuer.example/\",\"aud\":\"https://travel.example/mcp\",\"sub\":\"ann\",\"exp\":1800000100}", rsa, "issuer"},
		{RS256, "{\"aud\":\"https://travel.example/mcp\",\"sub\":\"ann\",\"exp\":1800000100}", rsa, "issuer"},
		{RS256, "{\"iss\":\"https://evil.example\"," CLAIMS ",\"exp\":1800000100}", rsa, "claims"},
		{RS256,
		 "{" ISS "\"aud\":\"https://travel.example\",\"sub\":\"ann\",\"exp\":1800000100}", rsa, "another server"},
		{RS256, "{" ISS "\"aud\":[],\"sub\":\"ann\",\"exp\":1800000100}", rsa, "another server"},
		{RS256,
		 "{" ISS "\"aud\":[\"https://travel.example/mcp\",1],\"sub\":\"ann\",\"exp\":1800000100}", rsa, "another server"},
		{RS256, "{" ISS "\"sub\":\"ann\",\"exp\":1800000100}", rsa, "another server"},
		{RS256, "{" ISS AUD "\"exp\":1800000100}", rsa, "whom"},
		{RS256,
		 "{" ISS AUD "\"sub\":\"\",\"exp\":1800000100}", rsa, "whom"},
		{RS256,
		 "{" ISS AUD "\"sub\":\"a\\u0000b\",\"exp\":1800000100}", rsa, "whom"},
		{RS256, "{" CLAIMS "}", rsa, "when it ends"},
		{RS256, "{" CLAIMS ",\"exp\":\"1800000100\"}", rsa, "when it ends"},
		{RS256, "{" CLAIMS ",\"exp\":1e300}", rsa, "when it ends"},
		{RS256, "{" CLAIMS ",\"exp\":-1}", rsa, "when it ends"},
		{RS256, "{" CLAIMS ",\"exp\":1799999970}", rsa, "has ended"},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"nbf\":1800000031}", rsa, "not begun"},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"nbf\":\"now\"}", rsa, "rightly"},
		{RS256, "{" CLAIMS ",\"exp\":1,\"exp\":1800000100}", rsa, "claims"},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"a\":{\"b\":1,\"b\":2}}", rsa, "claims"},
		{RS256, "{" CLAIMS ",\"exp\":1800000100} ,", rsa, "claims"},
		{RS256, "{" CLAIMS ",\"exp\":1800000100,\"scope\":[[\"read\"]]}", rsa, "what it is for"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		const char *why = judge(token(bad[i].header, bad[i].claims, bad[i].key), set);

		ck_assert_msg(why != NULL && strstr(why, bad[i].why) != NULL, "%zu: %s", i, why != NULL ? why : "taken");
	}
	EVP_PKEY_free(other);
	jwk_set_free(set);
}
END_TEST

/* The public key as the secret of a symmetric algorithm, whatever the header calls it. */
START_TEST(test_confused)
{
	struct jwk_set *set = both_keys();
	static const char *const headers[] = {"{\"alg\":\"HS256\",\"kid\":\"r\"}", RS256, ES256};
	BIO *pem = BIO_new(BIO_s_mem());
	char *secret;
	long length;

	PEM_write_bio_PUBKEY(pem, rsa);
	length = BIO_get_mem_data(pem, &secret);
	for (size_t i = 0; i < 3; i++)
	{
		const char *text = arena_format(&arena, "%s.%s", encode(headers[i], strlen(headers[i])), encode(GOOD_CLAIMS, strlen(GOOD_CLAIMS)));
		unsigned char mac[32];

		HMAC(EVP_sha256(), secret, (int) length, (const unsigned char *) text, strlen(text), mac, NULL);
		ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s.%s", text, encode(mac, sizeof(mac))), set));
	}
	BIO_free(pem);
	jwk_set_free(set);
}
END_TEST

/* Every bit of a good token counts; signatures of curves are r and s, not DER. */
START_TEST(test_altered)
{
	struct jwk_set *set = both_keys();
	const char *good[] = {token(RS256, GOOD_CLAIMS, rsa), token(ES256, GOOD_CLAIMS, curve)};
	const char *text = arena_format(&arena, "%s.%s", encode(ES256, strlen(ES256)), encode(GOOD_CLAIMS, strlen(GOOD_CLAIMS)));
	char *longer = arena_alloc(&arena, 2 * JWT_BYTES);

	for (size_t i = 0; i < 2; i++)
	{
		size_t length = strlen(good[i]);

		ck_assert_ptr_null(judge(good[i], set));
		for (size_t at = 0; at < length; at++)
		{
			char *altered = arena_string(&arena, good[i]);

			altered[at] = altered[at] == 'A' ? 'B' : 'A';
			ck_assert_msg(judge(altered, set) != NULL, "byte %zu", at);
		}
		for (size_t cut = 0; cut < length; cut++)
			ck_assert_msg(judge(arena_copy(&arena, good[i], cut), set) != NULL, "cut at %zu", cut);
		ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s=", good[i]), set));
		ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s.", good[i]), set));
		ck_assert_ptr_nonnull(judge(arena_format(&arena, " %s", good[i]), set));
	}
	ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s.%s", text, sign(curve, text, false)), set));
	ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s.", text), set));
	ck_assert_ptr_nonnull(judge(arena_format(&arena, "%s.%s", text, encode((char[64]){0}, 64)), set));
	memset(longer, 'A', 2 * JWT_BYTES - 1);
	ck_assert_str_eq(judge(longer, set), "the token is too long");
	jwk_set_free(set);
}
END_TEST

START_TEST(test_keys)
{
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	EVP_PKEY *p384 = EVP_EC_gen("P-384");
	const char *const unfit[] = {
		rsa_jwk(weak, ""),
		rsa_jwk(rsa, ",\"use\":\"enc\""),
		rsa_jwk(rsa, ",\"key_ops\":[\"encrypt\"]"),
		rsa_jwk(rsa, ",\"alg\":\"HS256\""),
		rsa_jwk(rsa, ",\"alg\":\"ES256\""),
		rsa_jwk(rsa, ",\"kid\":1"),
		curve_jwk(curve, ",\"alg\":\"RS256\""),
		arena_format(&arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQ\"}", number(rsa, OSSL_PKEY_PARAM_RSA_N)),
		arena_format(&arena, "{\"kty\":\"RSA\",\"n\":\"%s=\",\"e\":\"AQAB\"}", number(rsa, OSSL_PKEY_PARAM_RSA_N)),
		arena_format(&arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", number(curve, OSSL_PKEY_PARAM_EC_PUB_X),
					 number(curve, OSSL_PKEY_PARAM_EC_PUB_X)),
		arena_format(&arena, "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\",\"y\":\"%s\"}", number(p384, OSSL_PKEY_PARAM_EC_PUB_X),
					 number(p384, OSSL_PKEY_PARAM_EC_PUB_Y)),
		"{\"kty\":\"oct\",\"k\":\"AAAA\"}",
		"{\"kty\":\"RSA\"}",
		"{}",
		"7",
	};
	const char *const no_sets[] = {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]"};
	struct jwk_set *set;
	const char *why;

	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
	{
		set = read_set(unfit[i]);
		ck_assert_msg(set != NULL && set->count == 0 && set->skipped == 1, "%zu", i);
		jwk_set_free(set);
	}
	for (size_t i = 0; i < sizeof(no_sets) / sizeof(no_sets[0]); i++)
		ck_assert_ptr_null(jwk_set_read(slice_of(no_sets[i]), no_memory, &why));
	/* without a kid, a token means the only key there is */
	set = read_set(arena_format(&arena, "%s,%s", rsa_jwk(rsa, ",\"kid\":\"a\",\"use\":\"sig\""),
								rsa_jwk(rsa, ",\"kid\":\"b\",\"key_ops\":[\"verify\"],\"alg\":\"RS256\"")));
	ck_assert_int_eq(set->count, 2);
	ck_assert_str_eq(judge(token("{\"alg\":\"RS256\"}", GOOD_CLAIMS, rsa), set), "unknown key");
	ck_assert_ptr_null(judge(token("{\"alg\":\"RS256\",\"kid\":\"b\"}", GOOD_CLAIMS, rsa), set));
	jwk_set_free(set);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(p384);
}
END_TEST

START_TEST(test_base64url)
{
	static const char *const bad[] = {"A", "AAAAA", "AA=", "AA==", "A A", "AB", "AAB", "A+", "A/", "\xc3\xa9", "AA\n"};
	static const char *const good[][2] = {
		{"", ""},
		{"Zg", "f"},
		{"Zm8", "fo"},
		{"Zm9vYg", "foob"},
		{"-_-_", "\xfb\xff\xbf"},
	};
	struct slice bytes;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!base64url_decode(&arena, slice_of(bad[i]), &bytes), "%s", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(base64url_decode(&arena, slice_of(good[i][0]), &bytes) && slice_is(bytes, good[i][1]), "%s", good[i][0]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jwt");
	TCase *tests = tcase_create("jwt");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, test_taken);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_confused);
	tcase_add_test(tests, test_altered);
	tcase_add_test(tests, test_keys);
	tcase_add_test(tests, test_base64url);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
