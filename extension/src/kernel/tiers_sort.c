/*
 * tiers_sort.c: sorts prices. They are cents: their spread is small against 64 bits, so a radix sort over the digits that
 * differ needs two or three passes; where there are as many prices as possible values, counting them needs one.
 */
#include "tiers.h"

#include <string.h>

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
#define SMALL_DIGIT_BITS 8 /* counters of 11 bits cost more than they save below this many prices: */
#define SMALL_DIGITS_BELOW 4096

static void
insertion_sort(int64_t *prices, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		int64_t price = prices[i];
		size_t at = i;

		for (; at > 0 && prices[at - 1] > price; at--)
			prices[at] = prices[at - 1];
		prices[at] = price;
	}
}

static void
counting_sort(int64_t *prices, size_t n, int64_t lowest, size_t values, uint32_t *counts)
{
	size_t at = 0;

	memset(counts, 0, values * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
		counts[(uint64_t) prices[i] - (uint64_t) lowest]++;
	for (size_t value = 0; value < values; value++)
	{
		for (uint32_t left = counts[value]; left > 0; left--)
			prices[at++] = (int64_t) ((uint64_t) lowest + value);
	}
}

/* One stable pass by the digit at `shift`. */
#define DEFINE_PASS(name, type)                                                      \
	static void name(const type *from, type *to, size_t n, int shift, unsigned mask) \
	{                                                                                \
		size_t starts[DIGITS];                                                       \
		size_t sum = 0;                                                              \
                                                                                     \
		memset(starts, 0, ((size_t) mask + 1) * sizeof(size_t));                     \
		for (size_t i = 0; i < n; i++)                                               \
			starts[(from[i] >> shift) & mask]++;                                     \
		for (unsigned digit = 0; digit <= mask; digit++)                             \
		{                                                                            \
			size_t count = starts[digit];                                            \
                                                                                     \
			starts[digit] = sum;                                                     \
			sum += count;                                                            \
		}                                                                            \
		for (size_t i = 0; i < n; i++)                                               \
			to[starts[(from[i] >> shift) & mask]++] = from[i];                       \
	}

DEFINE_PASS(pass_32, uint32_t)
DEFINE_PASS(pass_64, uint64_t)

static int
digit_bits(size_t n)
{
	return n < SMALL_DIGITS_BELOW ? SMALL_DIGIT_BITS : DIGIT_BITS;
}

static void
radix_sort_32(int64_t *prices, size_t n, uint64_t lowest, uint32_t range, uint32_t *from, uint32_t *to)
{
	int bits = digit_bits(n);

	for (size_t i = 0; i < n; i++)
		from[i] = (uint32_t) ((uint64_t) prices[i] - lowest);
	for (int shift = 0; shift < 32 && range >> shift > 0; shift += bits)
	{
		uint32_t *held = from;

		pass_32(from, to, n, shift, (1u << bits) - 1);
		from = to;
		to = held;
	}
	for (size_t i = 0; i < n; i++)
		prices[i] = (int64_t) (lowest + from[i]);
}

static void
radix_sort_64(int64_t *prices, size_t n, uint64_t lowest, uint64_t range, uint64_t *from, uint64_t *to)
{
	int bits = digit_bits(n);

	for (size_t i = 0; i < n; i++)
		from[i] = (uint64_t) prices[i] - lowest;
	for (int shift = 0; shift < 64 && range >> shift > 0; shift += bits)
	{
		uint64_t *held = from;

		pass_64(from, to, n, shift, (1u << bits) - 1);
		from = to;
		to = held;
	}
	for (size_t i = 0; i < n; i++)
		prices[i] = (int64_t) (lowest + from[i]);
}

kernel_status
tiers_sort(int64_t *prices, size_t n, const kernel_alloc *alloc)
{
	int64_t lowest;
	int64_t highest;
	uint64_t range;
	bool dense;
	bool narrow;
	size_t size;
	void *scratch;

	if (n <= TIERS_SMALL)
	{
		insertion_sort(prices, n);
		return KERNEL_OK;
	}
	lowest = highest = prices[0];
	for (size_t i = 1; i < n; i++)
	{
		lowest = prices[i] < lowest ? prices[i] : lowest;
		highest = prices[i] > highest ? prices[i] : highest;
	}
	range = (uint64_t) highest - (uint64_t) lowest;
	dense = range < n && n < UINT32_MAX;
	narrow = range <= UINT32_MAX;
	size = narrow ? sizeof(uint32_t) : sizeof(uint64_t);
	if (n > SIZE_MAX / (2 * size))
		return KERNEL_NO_MEMORY;
	scratch = alloc->allocate(alloc->context, 2 * n * size);
	if (scratch == NULL)
		return KERNEL_NO_MEMORY;
	if (dense)
		counting_sort(prices, n, lowest, (size_t) range + 1, scratch);
	else if (narrow)
		radix_sort_32(prices, n, (uint64_t) lowest, (uint32_t) range, scratch, (uint32_t *) scratch + n);
	else
		radix_sort_64(prices, n, (uint64_t) lowest, range, scratch, (uint64_t *) scratch + n);
	alloc->release(alloc->context, scratch);
	return KERNEL_OK;
}
