/*
 * pictures.h - pictures for proposals: fetched, checked, made smaller, several at once; each is its result or a sentence
 * that says why there is none.
 *
 * For processes that work on jobs: a call waits until the last picture is done. Downloads share this process (download.h);
 * decoding is done by short-lived processes of the same program without rights (decoder.h), which are waited for by their
 * number and end with the thread that called.
 */
#ifndef VOYGEN_IMAGE_PICTURES_H
#define VOYGEN_IMAGE_PICTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "image/address.h"
#include "image/want.h"
#include "memory/arena.h"
#include "text/slice.h"

struct picture_request
{
	const char *url;    /* http:// or https://; NULL: the bytes are given */
	struct slice bytes; /* of a picture that is here already, when there is no URL */
	struct image_want want;
};

struct picture
{
	struct slice bytes;         /* without any: there is no picture */
	const char *mime;           /* image/jpeg or image/webp */
	int width, height;          /* pixels */
	char hash[IMAGE_HASH_TEXT]; /* SHA-256 of what was fetched; empty when it could not be */
	char key[IMAGE_KEY_TEXT];   /* the name of the result (want.h); empty likewise */
	const char *error;          /* NULL, or a sentence for a note, as "The picture could not be fetched: the server answered 404" */
};

struct picture_options
{
	struct address_ranges allowed; /* beside public addresses; VOYGEN_IMAGE_ALLOW */
	int total_ms;                  /* for fetching one picture */
	int stall_s;                   /* seconds without 1 kB/s after which a server is given up */
	int fetches;                   /* at once, 1 to 64 */
	int decoders;                  /* processes at once, 1 to 16 */
};

/* 20 s, 5 s, five fetches, two decoders; no ranges. */
extern const struct picture_options picture_options_default;

#define PICTURE_BYTES_MOST ((size_t) 20000000)

/*
 * Fills one picture for each request; what they refer to lives in the arena. Equal addresses are fetched once, equal
 * bytes wanted alike are worked on once. A picture fails for itself alone. Must not run in an event loop's thread: it waits.
 */
void pictures_prepare(struct arena *arena, const struct picture_request *requests, struct picture *pictures, size_t count,
					  const struct picture_options *options);

#endif
