/*
 * stream.c - takes a stream of DevTools in by pieces.
 */
#include "browser/stream.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "json/reading.h"

#define PIECE_BYTES 1048576

/* Adds a piece; false when it is not what it should be, or there is no memory. */
static bool
add_piece(struct bytes *bytes, struct json_object *piece)
{
	struct json_object *data = json_member(piece, "data");
	const char *text = json_object_get_string(data);
	int length = json_object_get_string_len(data);
	int decoded;

	if (text == NULL || length == 0)
		return true;
	if (!json_object_get_boolean(json_member(piece, "base64Encoded")))
		return bytes_add(bytes, text, (size_t) length);
	if (length % 4 != 0 || !bytes_reserve(bytes, (size_t) length / 4 * 3 + 1))
		return false;
	decoded = EVP_DecodeBlock((unsigned char *) bytes->at + bytes->length, (const unsigned char *) text, length);
	if (decoded < 0)
		return false;
	/* It counts the bytes that padding stands for. */
	decoded -= (text[length - 1] == '=') + (text[length - 2] == '=');
	bytes->length += (size_t) decoded;
	return true;
}

bool
stream_read(struct devtools *devtools, struct arena *arena, const char *session, const char *handle, size_t most, struct bytes *bytes)
{
	for (bool last = false; !last;)
	{
		struct output params;
		struct json_object *piece;
		bool added;

		output_start(&params, arena);
		output_word(&params, "{\"size\":");
		output_number(&params, PIECE_BYTES);
		output_word(&params, ",\"handle\":");
		output_quoted(&params, slice_of(handle));
		output_word(&params, "}");
		piece = devtools_call(devtools, arena, session, "IO.read", &params);
		if (piece == NULL)
			return false;
		added = add_piece(bytes, piece);
		last = json_object_get_boolean(json_member(piece, "eof")) || bytes->length > most;
		json_object_put(piece);
		if (!added)
		{
			devtools->fault = DEVTOOLS_REFUSED;
			snprintf(devtools->said, sizeof(devtools->said), "a piece of a stream cannot be taken in");
			return false;
		}
	}
	return true;
}
