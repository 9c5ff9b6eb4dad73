/*
 * exact.h: fractions of 128-bit integers, for sums that are rounded once at their end. The denominator is above zero. An
 * operation that does not fit, even after reducing, answers false and leaves its target as it was.
 */
#ifndef VOYGEN_KERNEL_EXACT_H
#define VOYGEN_KERNEL_EXACT_H

#include "kernel.h"

typedef struct exact
{
	kernel_int128 numerator;
	kernel_int128 denominator;
} exact;

static inline exact
exact_of(int64_t whole)
{
	return (exact){whole, 1};
}

/* x times up / down; down > 0. */
bool exact_scale(exact *x, int64_t up, int64_t down);
bool exact_add(exact *x, exact y);

/* -1, 0 or 1; never overflows (compares by continued fraction). */
int exact_compare(exact x, exact y);

/* x in units of 1/scale, cut towards zero; false when it does not fit. */
bool exact_show(exact x, int64_t scale, int64_t *shown);

/* The fractions over one denominator, all in 64 bits; false when they do not fit. */
bool exact_common(const exact *fractions, size_t n, int64_t *numerators, int64_t *denominator);

#endif
