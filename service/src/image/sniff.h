/*
 * sniff.h - what kind of file bytes are, from how they begin. What a server or a name says of them is not asked.
 */
#ifndef VOYGEN_IMAGE_SNIFF_H
#define VOYGEN_IMAGE_SNIFF_H

#include "text/slice.h"

enum image_kind
{
	IMAGE_KIND_NONE, /* no picture that is taken */
	IMAGE_KIND_JPEG,
	IMAGE_KIND_PNG,
	IMAGE_KIND_WEBP,
	IMAGE_KIND_GIF,
	IMAGE_KIND_HEIF /* HEIC and AVIF */
};

/* So many bytes are enough to tell. */
#define IMAGE_SNIFF_BYTES ((size_t) 64)

enum image_kind image_sniff(struct slice bytes);

/* What it is when it is none of these: "an HTML page", … for people. */
const char *image_sniff_other(struct slice bytes);

#endif
