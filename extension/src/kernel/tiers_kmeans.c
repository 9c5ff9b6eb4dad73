/*
 * tiers_kmeans.c: optimal one-dimensional k-means for three groups.
 *
 * Equal prices never part, so the problem is one of m distinct values x with weights. The sum of squared distances of a
 * group with weight W, sum S and sum of squares Q is Q - S^2/W; Q adds up to the same for every grouping, so the best
 * grouping has the greatest sum of S^2/W. Let gain2(j) be the best of two groups over x[0..j); the answer is the j with the
 * greatest gain2(j) + S^2/W of x[j..m). The best split of x[0..j) never moves left as j grows (quadrangle inequality), so
 * all gain2 come from one divide-and-conquer pass of m log m evaluations (Gronlund et al. 2017 give the theory; no further
 * layer is needed for three groups).
 *
 * Most of the pass is not needed. With the third group at some j between a and b, the cost is at least that of two groups
 * over x[0..a) and one over x[b..m), as if everything between were free. Where that is more than a grouping already known
 * costs, no j between is looked at. A few rounds of Lloyd's iteration, each two binary searches, give a good first one.
 *
 * Evaluations are in double. Two that differ by less than its error could be told apart wrongly, so those are compared as
 * exact 128-bit fractions when (n x n x range)^2 fits, else in long double. Values are taken relative to the lowest.
 */
#include "tiers_kmeans.h"

#include <math.h>

#include "exact.h"

#define LLOYD_ROUNDS 50
#define LOG_UNIT 1073741824.0 /* 2^30 units for one step of e */

/* Prefixes: [i] is over the first i distinct values. */
typedef struct kmeans
{
	size_t m;
	const int64_t *sum;
	const int64_t *weight;
	const double *real_sum;
	const double *real_weight;
	const double *head;    /* sum^2 / weight of the first i */
	const double *squares; /* sum of squares of the first i */
	size_t *split;         /* best first value of the second group, for x[0..j); 0 where j was not looked at */
	double *gain2;
	double known; /* gain of the best grouping known */
	double error; /* two gains closer than this are not told apart in double */
	bool exact;
} kmeans;

/* ---- near ties ------------------------------------------------------------------------------------------------------------- */

static kernel_int128
square(const kmeans *k, size_t from, size_t to)
{
	kernel_int128 sum = k->sum[to] - k->sum[from];

	return sum * sum;
}

static kernel_int128
weight(const kmeans *k, size_t from, size_t to)
{
	return k->weight[to] - k->weight[from];
}

/* Gain of the groups [0,i) [i,j) [j,end) as a fraction; j == end leaves the third out. */
static exact
exact_gain(const kmeans *k, size_t i, size_t j, size_t end)
{
	kernel_int128 w1 = weight(k, 0, i);
	kernel_int128 w2 = weight(k, i, j);
	kernel_int128 w3 = j < end ? weight(k, j, end) : 1;
	kernel_int128 third = j < end ? square(k, j, end) : 0;

	return (exact){square(k, 0, i) * w2 * w3 + square(k, i, j) * w1 * w3 + third * w1 * w2, w1 * w2 * w3};
}

static long double
part_gain(const kmeans *k, size_t from, size_t to)
{
	long double sum = (long double) (k->sum[to] - k->sum[from]);

	return from < to ? sum * sum / (long double) (k->weight[to] - k->weight[from]) : 0;
}

static long double
long_gain(const kmeans *k, size_t i, size_t j, size_t end)
{
	return part_gain(k, 0, i) + part_gain(k, i, j) + part_gain(k, j, end);
}

/* Is grouping (i, j) strictly better than (other_i, other_j)? Called only for near ties. */
static bool
better(const kmeans *k, size_t i, size_t j, size_t other_i, size_t other_j, size_t end)
{
	if (k->exact)
		return exact_compare(exact_gain(k, i, j, end), exact_gain(k, other_i, other_j, end)) > 0;
	return long_gain(k, i, j, end) > long_gain(k, other_i, other_j, end);
}

/* ---- two groups ---------------------------------------------------------------------------------------------------------------- */

/* Gain of x[0..j) split at i, in double. */
static inline double
gain_at(const kmeans *k, size_t i, size_t j)
{
	double rest = k->real_sum[j] - k->real_sum[i];

	return k->head[i] + rest * rest / (k->real_weight[j] - k->real_weight[i]);
}

/* Best split of x[0..j) among low..high, the leftmost of equals. */
static void
best_split(kmeans *k, size_t j, size_t low, size_t high)
{
	size_t best = low;
	double gain = gain_at(k, low, j);

	for (size_t i = low + 1; i <= high; i++)
	{
		double candidate = gain_at(k, i, j);

		if (candidate <= gain - k->error)
			continue;
		if (candidate >= gain + k->error || better(k, i, j, best, j, j))
		{
			best = i;
			gain = candidate;
		}
	}
	k->split[j] = best;
	k->gain2[j] = gain;
}

/* ---- three groups ---------------------------------------------------------------------------------------------------------------- */

/* Gain of x[j..m) as one group, in double. */
static inline double
tail_gain(const kmeans *k, size_t j)
{
	double rest = k->real_sum[k->m] - k->real_sum[j];

	return j < k->m ? rest * rest / (k->real_weight[k->m] - k->real_weight[j]) : 0;
}

/* No third group that begins after `before` and before `after`, both looked at, can gain more than this. */
static double
most_between(const kmeans *k, size_t before, size_t after)
{
	return k->gain2[before] + tail_gain(k, after) + k->squares[after] - k->squares[before];
}

/* Looks at the j between `before` and `after`; their splits lie in low..high. Depth is log2 of the range. */
static void
look_between(kmeans *k, size_t before, size_t after, size_t low, size_t high)
{
	while (after - before > 1 && most_between(k, before, after) >= k->known - 4 * k->error)
	{
		size_t middle = before + (after - before) / 2;
		double gain;

		best_split(k, middle, low, high < middle ? high : middle - 1);
		gain = k->gain2[middle] + tail_gain(k, middle);
		k->known = gain > k->known ? gain : k->known;
		look_between(k, before, middle, low, k->split[middle]);
		before = middle;
		low = k->split[middle];
	}
}

/* First value nearer to the mean of the second of two groups than to that of the first. */
static size_t
boundary(const kmeans *k, double first_mean, double second_mean)
{
	double middle = (first_mean + second_mean) / 2;
	size_t low = 1;
	size_t high = k->m - 1;

	while (low < high)
	{
		size_t at = low + (high - low) / 2;
		double value = (k->real_sum[at + 1] - k->real_sum[at]) / (k->real_weight[at + 1] - k->real_weight[at]);

		if (value < middle)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

static double
mean(const kmeans *k, size_t from, size_t to)
{
	return (k->real_sum[to] - k->real_sum[from]) / (k->real_weight[to] - k->real_weight[from]);
}

/* Gain of a grouping that Lloyd's iteration finds from three equal parts. */
static double
first_gain(const kmeans *k)
{
	size_t second = k->m / 3 > 0 ? k->m / 3 : 1;
	size_t third = second + (k->m - second) / 2;

	for (int round = 0; round < LLOYD_ROUNDS; round++)
	{
		double middle = mean(k, second, third);
		size_t next_second = boundary(k, mean(k, 0, second), middle);
		size_t next_third = boundary(k, middle, mean(k, third, k->m));

		if (next_third <= next_second || (next_second == second && next_third == third))
			break;
		second = next_second;
		third = next_third;
	}
	return gain_at(k, second, third) + tail_gain(k, third);
}

static size_t
best_third(const kmeans *k)
{
	size_t best = 2;
	double gain = k->gain2[2] + tail_gain(k, 2);

	for (size_t j = 3; j < k->m; j++)
	{
		double candidate;

		if (k->split[j] == 0)
			continue;
		candidate = k->gain2[j] + tail_gain(k, j);
		if (candidate <= gain - k->error)
			continue;
		if (candidate >= gain + k->error || better(k, k->split[j], j, k->split[best], best, k->m))
		{
			best = j;
			gain = candidate;
		}
	}
	return best;
}

/* Every j from 2 to m - 1 that could be the best. */
static void
look_at_thirds(kmeans *k)
{
	for (size_t j = 0; j <= k->m; j++)
		k->split[j] = 0;
	k->known = first_gain(k);
	best_split(k, 2, 1, 1);
	look_between(k, 2, k->m, 1, k->m - 2);
}

/* ---- preparation -------------------------------------------------------------------------------------------------------------------- */

static size_t
count_distinct(const int64_t *sorted, size_t n)
{
	size_t m = 1;

	for (size_t i = 1; i < n; i++)
		m += sorted[i] != sorted[i - 1];
	return m;
}

/* Distance from the lowest price, in minor units or in logarithmic units. */
static int64_t
distance(int64_t price, int64_t lowest, bool logarithmic)
{
	if (!logarithmic)
		return price - lowest;
	return llround((log((double) price) - log((double) lowest)) * LOG_UNIT);
}

/* The compiler's conversion of 128 bits is a call; most sums need half of them. */
static inline double
real_of(kernel_int128 value)
{
	return value >> 63 == 0 ? (double) (int64_t) value : (double) value;
}

static void
fill(kmeans *k, const int64_t *sorted, size_t n, bool logarithmic, int64_t *sum, int64_t *weights, double *reals)
{
	double *real_sum = reals;
	double *real_weight = reals + k->m + 1;
	double *head = reals + 2 * (k->m + 1);
	double *squares = reals + 3 * (k->m + 1);
	kernel_int128 all_squares = 0;
	size_t i = 0;

	sum[0] = weights[0] = 0;
	real_sum[0] = real_weight[0] = head[0] = squares[0] = 0;
	for (size_t at = 1; at <= k->m; at++)
	{
		size_t begin = i;
		int64_t value = distance(sorted[begin], sorted[0], logarithmic);

		while (i < n && sorted[i] == sorted[begin])
			i++;
		weights[at] = (int64_t) i;
		sum[at] = sum[at - 1] + value * (int64_t) (i - begin);
		all_squares += (kernel_int128) value * value * (int64_t) (i - begin);
		squares[at] = real_of(all_squares);
		real_sum[at] = (double) sum[at];
		real_weight[at] = (double) weights[at];
		head[at] = real_sum[at] * real_sum[at] / real_weight[at];
	}
	k->sum = sum;
	k->weight = weights;
	k->real_sum = real_sum;
	k->real_weight = real_weight;
	k->head = head;
	k->squares = squares;
	k->gain2 = reals + 4 * (k->m + 1);
}

/* How far double can be trusted, and whether 128 bits hold the exact fractions. */
static void
set_error(kmeans *k, size_t n, int64_t range)
{
	/* A gain is at most sum x range; each of its few operations is off by at most 2^-53 of that. */
	k->error = ldexp(k->real_sum[k->m] * (double) range, -49);
	k->exact = (double) n * (double) n * (double) range < 0x1p63;
}

/* The best three groups; the weight before a value is its place among the prices. */
static kernel_status
solve(kmeans *k, const int64_t *sorted, size_t n, bool logarithmic, const kernel_alloc *alloc, tiers_groups *groups)
{
	size_t slots = k->m + 1;
	size_t third;
	int64_t *whole;

	if (n > SIZE_MAX / (8 * sizeof(double)) - 1)
		return KERNEL_NO_MEMORY;
	whole = alloc->allocate(alloc->context, slots * (2 * sizeof(int64_t) + sizeof(size_t) + 5 * sizeof(double)));
	if (whole == NULL)
		return KERNEL_NO_MEMORY;
	k->split = (size_t *) (whole + 2 * slots);
	/* cppcheck-suppress invalidPointerCast ; one block serves numbers of the same size */
	fill(k, sorted, n, logarithmic, whole, whole + slots, (double *) (k->split + slots));
	set_error(k, n, distance(sorted[n - 1], sorted[0], logarithmic));
	look_at_thirds(k);
	third = best_third(k);
	*groups = (tiers_groups){(size_t) k->weight[k->split[third]], (size_t) k->weight[third]};
	alloc->release(alloc->context, whole);
	return KERNEL_OK;
}

kernel_status
tiers_kmeans_groups(const int64_t *sorted, size_t n, bool logarithmic, const kernel_alloc *alloc, tiers_groups *groups)
{
	kmeans k = {.m = count_distinct(sorted, n)};
	size_t second = 0;

	*groups = (tiers_groups){n, n};
	if (k.m == 1)
		return KERNEL_OK;
	if (k.m > 2)
		return solve(&k, sorted, n, logarithmic, alloc, groups);
	while (sorted[second] == sorted[0])
		second++;
	*groups = (tiers_groups){second, second};
	return KERNEL_OK;
}
