/*
 * state.c - sealing: base64url of eight bytes of time (milliseconds since 1970, the end of its validity), the state, the seal.
 */
#include "mcp/state.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#define SEAL_BYTES 32
#define TIME_BYTES 8

/* Adds a text with its length in front, so that no two lists of texts look the same. */
static void
add_text(struct output *out, struct slice text)
{
	output_number(out, (int64_t) text.length);
	output_word(out, ":");
	output_add(out, text);
}

static struct slice
parameter(const struct mcp_request *request, const char *name)
{
	const struct scan_node *node = scan_member(request->params, name);

	return node != NULL ? node->raw : SLICE_OF("");
}

static struct slice
read_all(struct arena *arena, struct output *out)
{
	char *text = arena_alloc(arena, out->length + 16);

	return (struct slice){text, output_read(out, text, out->length + 16)};
}

/* The seal of a time and a state, bound to the request. */
static void
seal_of(const struct mcp_request *request, struct slice content, unsigned char seal[SEAL_BYTES])
{
	struct arena *arena = request->exchange->arena;
	struct slice arguments = parameter(request, "arguments");
	unsigned char digest[DIGEST_BYTES];
	struct output out;
	struct slice text;
	unsigned length = SEAL_BYTES;

	digest_of(arguments.at, arguments.length, digest);
	output_start(&out, arena);
	output_number(&out, request->exchange->identity.agency_id);
	add_text(&out, (struct slice){(const char *) request->exchange->identity.digest, DIGEST_BYTES});
	add_text(&out, request->method_name);
	add_text(&out, parameter(request, "name"));
	add_text(&out, parameter(request, "uri"));
	add_text(&out, (struct slice){(const char *) digest, DIGEST_BYTES});
	add_text(&out, content);
	text = read_all(arena, &out);
	HMAC(EVP_sha256(), request->mcp->settings.state_key, MCP_KEY_BYTES, (const unsigned char *) text.at, text.length, seal, &length);
}

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct slice
encode(struct arena *arena, struct slice bytes)
{
	char *text = arena_alloc(arena, bytes.length * 4 / 3 + 4);
	size_t length = 0;
	unsigned bits = 0;
	int count = 0;

	for (size_t i = 0; i < bytes.length; i++)
	{
		bits = bits << 8 | (unsigned char) bytes.at[i];
		for (count += 8; count >= 6; count -= 6)
			text[length++] = letters[bits >> (count - 6) & 63];
	}
	if (count > 0)
		text[length++] = letters[bits << (6 - count) & 63];
	return (struct slice){text, length};
}

static bool
decode(struct arena *arena, struct slice text, struct slice *bytes)
{
	char *out = arena_alloc(arena, text.length + 1);
	size_t length = 0;
	unsigned bits = 0;
	int count = 0;

	for (size_t i = 0; i < text.length; i++)
	{
		const char *letter = text.at[i] != '\0' ? strchr(letters, text.at[i]) : NULL;

		if (letter == NULL)
			return false;
		bits = bits << 6 | (unsigned) (letter - letters);
		count += 6;
		if (count >= 8)
		{
			count -= 8;
			out[length++] = (char) (bits >> count);
		}
	}
	*bytes = (struct slice){out, length};
	/* what is left over has to be empty, so that there is one text for each state */
	return (bits & ((1u << count) - 1)) == 0 && count < 6;
}

static int64_t
wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct slice
state_seal(const struct mcp_request *request, struct slice state)
{
	struct arena *arena = request->exchange->arena;
	uint64_t until = (uint64_t) (wall_ms() + request->mcp->settings.state_ms);
	char *bytes = arena_alloc(arena, TIME_BYTES + state.length + SEAL_BYTES);
	size_t length = TIME_BYTES + state.length;

	for (int i = 0; i < TIME_BYTES; i++)
		bytes[i] = (char) (until >> (56 - 8 * i));
	memcpy(bytes + TIME_BYTES, state.at, state.length);
	seal_of(request, (struct slice){bytes, length}, (unsigned char *) bytes + length);
	return encode(arena, (struct slice){bytes, length + SEAL_BYTES});
}

bool
state_open(const struct mcp_request *request, struct slice text, struct slice *state)
{
	unsigned char seal[SEAL_BYTES];
	struct slice bytes;
	uint64_t until = 0;

	if (!decode(request->exchange->arena, text, &bytes) || bytes.length < TIME_BYTES + SEAL_BYTES)
		return false;
	bytes.length -= SEAL_BYTES;
	seal_of(request, bytes, seal);
	if (CRYPTO_memcmp(seal, bytes.at + bytes.length, SEAL_BYTES) != 0)
		return false;
	for (int i = 0; i < TIME_BYTES; i++)
		until = until << 8 | (unsigned char) bytes.at[i];
	*state = (struct slice){bytes.at + TIME_BYTES, bytes.length - TIME_BYTES};
	return (int64_t) until >= wall_ms();
}
