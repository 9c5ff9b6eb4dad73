/*
 * digest.c - SHA-256 by the plain functions of libcrypto: its newer interface looks for implementations first, and
 * crashes without memory.
 */
#include "identity/digest.h"

#include <openssl/sha.h>

void
digest_of(const void *bytes, size_t length, unsigned char digest[DIGEST_BYTES])
{
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, bytes, length);
	SHA256_Final(digest, &context);
}
