/*
 * want.h - what shall become of a picture, and the name of the result.
 */
#ifndef VOYGEN_IMAGE_WANT_H
#define VOYGEN_IMAGE_WANT_H

#include <stdbool.h>
#include <stddef.h>

#include "identity/digest.h"

enum image_format
{
	IMAGE_JPEG, /* quality 85, progressive: for print and screen */
	IMAGE_WEBP  /* for the screen: WebP of quality 80 where that is smaller, or the picture is transparent; else JPEG */
};

/* Where a slot of other proportions than the picture's is cut out. */
enum image_crop
{
	IMAGE_CROP_NONE,
	IMAGE_CROP_CENTRE,
	IMAGE_CROP_ATTENTION /* where the eye goes first: skin, colour, edges */
};

#define IMAGE_WIDTH_DEFAULT 1200
#define IMAGE_WIDTH_MOST 4096
#define IMAGE_ASPECT_MOST 10000

struct image_want
{
	int width; /* pixels that neither side exceeds; a picture is never enlarged */
	enum image_crop crop;
	int aspect_width, aspect_height; /* proportions of the slot, 1 to IMAGE_ASPECT_MOST, as 3 and 2; 0 without a crop */
	enum image_format format;
};

/*
 * Part of every key: to be raised whenever the same bytes and wishes would give another result (quality, limits,
 * encoder settings), so that what was stored before is not taken for it.
 */
#define IMAGE_SETTINGS_VERSION 1

/* Why that cannot be wanted, NULL when it can. */
const char *image_want_fault(const struct image_want *want);

#define IMAGE_HASH_TEXT (2 * DIGEST_BYTES + 1)
#define IMAGE_KEY_TEXT (IMAGE_HASH_TEXT + 64)

/* SHA-256 of the bytes as they were fetched, in lower-case hex. */
void image_hash(const void *bytes, size_t length, char hash[IMAGE_HASH_TEXT]);

/* "<hash>-1200-3x2-centre-jpeg-v1": equal for equal bytes wanted alike; 6:4 is the same slot as 3:2. */
void image_key(const char *hash, const struct image_want *want, char key[IMAGE_KEY_TEXT]);

#endif
