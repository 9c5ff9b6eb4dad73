/*
 * exchange.h - what a process that decodes one picture is given and what it gives back. Both ends are the same program.
 *
 * Given, as descriptor 0: a file in memory with struct decode_request and the bytes of the picture. Given back, on
 * descriptor 1: struct decode_reply and the bytes of the result.
 */
#ifndef VOYGEN_IMAGE_EXCHANGE_H
#define VOYGEN_IMAGE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "image/want.h"

/* The name of the subcommand that is such a process; no person calls it. */
#define DECODE_COMMAND "image-decoder"

#define DECODE_MAGIC 0x56494d47u
#define DECODE_WHY_BYTES 160

struct decode_request
{
	uint32_t magic;
	uint32_t cpu_s;       /* seconds of CPU it may take */
	uint64_t memory;      /* bytes of address space it may take beside the libraries */
	uint64_t pixels;      /* most of a picture that can be read row by row */
	uint64_t held_pixels; /* most of one that must be held whole: progressive JPEG, interlaced PNG */
	struct image_want want;
};

struct decode_reply
{
	uint32_t magic;
	uint32_t made;              /* 1: there is a result; 0: `why` says why not */
	uint64_t length;            /* of the bytes that follow */
	int32_t width, height;      /* of the result, in pixels */
	int32_t format;             /* enum image_format, of the result */
	char why[DECODE_WHY_BYTES]; /* words that follow "the picture could not be used:" */
};

/* All of the bytes; false when the file takes no more. */
bool exchange_write(int file, const void *bytes, size_t length);

#endif
