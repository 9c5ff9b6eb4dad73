/*
 * tiers.h: low, medium, high. Prices are int64_t minor units of one currency; the answer is two cuts: a price below `low`
 * is low, a price at or above `high` is high, every other one medium. Because a tier is decided by the price alone, equal
 * prices never fall in two tiers, whatever the method.
 *
 *   percentile  type 7 of Hyndman and Fan (1996), as percentile_cont: position (n - 1) p between the sorted prices,
 *               interpolated; exact, in 1/10,000 of a minor unit
 *   kmeans      three groups with the least sum of squared distances to their means; the true optimum by dynamic
 *               programming over distinct prices (Wang and Song 2011), one divide-and-conquer layer because the cost obeys
 *               the quadrangle inequality. Of equally good groupings the one with the lowest high cut, then lowest low cut.
 *               Two distinct prices: low and high; one: medium
 *   kmeans_log  the same on log(price): steps of equal ratio; prices must be above 0. The logarithm is taken to 2^-30
 *   rank        thirds by rank as ntile(3) makes them; a run of equal prices goes where its middle falls
 *   few         below 3 prices: all medium
 *   auto        percentile from 9 prices on, rank below
 *
 * Costs of kmeans are compared in double first; where two are closer than its error they are compared exactly in 128 bits
 * (n^2 (n range)^2 < 2^126: a thousand prices spread over 10^12, a million over 10^6), and beyond that in long double.
 */
#ifndef VOYGEN_KERNEL_TIERS_H
#define VOYGEN_KERNEL_TIERS_H

#include "kernel.h"

typedef enum tiers_method
{
	TIERS_AUTO = 0,
	TIERS_PERCENTILE,
	TIERS_KMEANS,
	TIERS_KMEANS_LOG,
	TIERS_RANK,
	TIERS_FEW /* only as an answer */
} tiers_method;

typedef enum tiers_tier
{
	TIERS_LOW = 0,
	TIERS_MEDIUM = 1,
	TIERS_HIGH = 2
} tiers_tier;

/* "auto", "percentile", "kmeans", "kmeans_log", "rank"; false for another text. */
bool tiers_method_from_text(const char *text, size_t length, tiers_method *method);
const char *tiers_method_text(tiers_method method); /* also "few" */
const char *tiers_tier_text(tiers_tier tier);

/* Positions of the percentile cuts in hundredths of a percent: 0 < low < high < 10000. */
typedef struct tiers_options
{
	tiers_method method;
	int32_t low_position;
	int32_t high_position;
} tiers_options;

#define TIERS_OPTIONS_DEFAULT ((tiers_options){TIERS_AUTO, 2500, 7500})

/* An exact cut: whole + ten_thousandths / 10,000 minor units, 0 <= ten_thousandths < 10,000. */
typedef struct tiers_cut
{
	int64_t whole;
	int32_t ten_thousandths;
} tiers_cut;

typedef struct tiers_cuts
{
	tiers_method method; /* the one used */
	bool has_cuts;       /* false for TIERS_FEW only */
	tiers_cut low;       /* low: price < low. Where no price is low it is the lowest price */
	tiers_cut high;      /* high: price >= high. Where no price is high it is one unit above the highest price */
	int64_t low_below;   /* the same as integers: low when price < low_below, */
	int64_t high_from;   /* high when price >= high_from. Without cuts INT64_MIN and INT64_MAX */
	bool high_open;      /* true when nothing can be high (no cuts, or a cut beyond INT64_MAX) */
} tiers_cuts;

static inline tiers_tier
tiers_classify(const tiers_cuts *cuts, int64_t price)
{
	if (price < cuts->low_below)
		return TIERS_LOW;
	return price >= cuts->high_from && !cuts->high_open ? TIERS_HIGH : TIERS_MEDIUM;
}

/* Room that tiers_segment needs without asking the allocator: up to this many prices. */
#define TIERS_SMALL 64

/*
 * Cuts of prices in any order (not changed). Takes temporary memory above TIERS_SMALL prices and for kmeans, gives it back.
 * KERNEL_INVALID: positions out of order, a price of 0 or below with kmeans_log, an unknown method. KERNEL_TOO_LARGE: kmeans
 * over n prices whose range times n passes 2^62. n = 0 is TIERS_FEW.
 */
kernel_status tiers_segment(const int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc,
							tiers_cuts *cuts, kernel_error *error);

/* The same for prices already sorted ascending; percentile, rank and auto need no memory then (alloc may be NULL). */
kernel_status tiers_segment_sorted(const int64_t *sorted, size_t n, const tiers_options *options,
								   const kernel_alloc *alloc, tiers_cuts *cuts, kernel_error *error);

/* The same for prices that may be put in another order, which saves the copy. */
kernel_status tiers_segment_here(int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc,
								 tiers_cuts *cuts, kernel_error *error);

/* Tier of each price in the order given, and how many of each; tier or counts may be NULL. */
void tiers_classify_all(const tiers_cuts *cuts, const int64_t *prices, size_t n, uint8_t *tier, size_t counts[3]);

/* Sorts ascending: insertion for few, else radix over the bytes that differ. KERNEL_NO_MEMORY leaves prices unsorted. */
kernel_status tiers_sort(int64_t *prices, size_t n, const kernel_alloc *alloc);

#endif
