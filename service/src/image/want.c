/*
 * want.c - checks wishes and names results.
 */
#include "image/want.h"

#include <stdio.h>

const char *
image_want_fault(const struct image_want *want)
{
	bool crop = want->crop != IMAGE_CROP_NONE;

	if (want->width < 1 || want->width > IMAGE_WIDTH_MOST)
		return "its width must be 1 to 4096 pixels";
	if (crop && (want->aspect_width < 1 || want->aspect_width > IMAGE_ASPECT_MOST || want->aspect_height < 1 ||
				 want->aspect_height > IMAGE_ASPECT_MOST))
		return "the proportions of its slot must be two numbers from 1 to 10000";
	return NULL;
}

void
image_hash(const void *bytes, size_t length, char hash[IMAGE_HASH_TEXT])
{
	unsigned char digest[DIGEST_BYTES];

	digest_of(bytes, length, digest);
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

static int
common_divisor(int a, int b)
{
	while (b != 0)
	{
		int rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void
image_key(const char *hash, const struct image_want *want, char key[IMAGE_KEY_TEXT])
{
	const char *format = want->format == IMAGE_WEBP ? "webp" : "jpeg";

	if (want->crop == IMAGE_CROP_NONE)
	{
		snprintf(key, IMAGE_KEY_TEXT, "%s-%d-whole-%s-v%d", hash, want->width, format, IMAGE_SETTINGS_VERSION);
		return;
	}
	int divisor = common_divisor(want->aspect_width, want->aspect_height);

	snprintf(key, IMAGE_KEY_TEXT, "%s-%d-%dx%d-%s-%s-v%d", hash, want->width, want->aspect_width / divisor,
			 want->aspect_height / divisor, want->crop == IMAGE_CROP_ATTENTION ? "attention" : "centre", format,
			 IMAGE_SETTINGS_VERSION);
}
