/*
 * fuzz_input.h: turns a fuzzer's bytes into numbers and choices. When the bytes run out everything is zero.
 */
#ifndef VOYGEN_TEST_FUZZ_INPUT_H
#define VOYGEN_TEST_FUZZ_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

typedef struct fuzz_input
{
	const uint8_t *bytes;
	size_t left;
} fuzz_input;

static inline uint64_t
fuzz_bits(fuzz_input *input, size_t bytes)
{
	uint64_t value = 0;

	if (bytes > input->left)
		bytes = input->left;
	memcpy(&value, input->bytes, bytes);
	input->bytes += bytes;
	input->left -= bytes;
	return value;
}

/* 0 .. below - 1 */
static inline size_t
fuzz_below(fuzz_input *input, size_t below)
{
	return (size_t) (fuzz_bits(input, below > 256 ? 4 : 1) % below);
}

static inline bool
fuzz_bool(fuzz_input *input)
{
	return (fuzz_bits(input, 1) & 1) != 0;
}

/* Now an ordinary amount, now one at the end of the range. */
static inline int64_t
fuzz_amount(fuzz_input *input)
{
	switch (fuzz_below(input, 4))
	{
		case 0:
			return (int64_t) fuzz_bits(input, 8);
		case 1:
			return (int64_t) fuzz_bits(input, 1) * 100;
		default:
			return (int64_t) fuzz_bits(input, 3);
	}
}

/* An invariant broken is a crash, which is what the fuzzer looks for. */
#define FUZZ_DEMAND(condition) \
	do                         \
	{                          \
		if (!(condition))      \
			abort();           \
	} while (0)

#endif
