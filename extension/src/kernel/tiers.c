/* tiers.c: low, medium, high; see tiers.h. Each method of some length has a file of its own. */
#include "tiers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tiers_kmeans.h"
#include "tiers_percentile.h"

#define POSITIONS 10000   /* a whole, in hundredths of a percent */
#define PERCENTILE_FROM 9 /* auto: prices from which quartiles mean something */
#define FEW_BELOW 3

static const char *const methods[] = {"auto", "percentile", "kmeans", "kmeans_log", "rank", "few"};
static const char *const tier_names[] = {"low", "medium", "high"};

bool
tiers_method_from_text(const char *text, size_t length, tiers_method *method)
{
	for (int i = TIERS_AUTO; i <= TIERS_RANK; i++)
	{
		if (strlen(methods[i]) != length || memcmp(methods[i], text, length) != 0)
			continue;
		*method = (tiers_method) i;
		return true;
	}
	return false;
}

const char *
tiers_method_text(tiers_method method)
{
	return methods[method];
}

const char *
tiers_tier_text(tiers_tier tier)
{
	return tier_names[tier];
}

/* ---- cuts -------------------------------------------------------------------------------------------------------------------- */

/* Lowest whole amount at or above the cut. A cut lies between two prices, so this never passes the highest. */
static int64_t
ceiling(tiers_cut cut)
{
	return cut.ten_thousandths > 0 ? cut.whole + 1 : cut.whole;
}

static void
set_cuts(tiers_cuts *cuts, tiers_cut low, tiers_cut high)
{
	cuts->has_cuts = true;
	cuts->low = low;
	cuts->high = high;
	cuts->low_below = ceiling(low);
	cuts->high_from = ceiling(high);
	cuts->high_open = false;
}

/* Cuts at the prices where the second and the third group begin; second <= third, n where there is no such group. */
static void
set_cuts_at(tiers_cuts *cuts, const int64_t *sorted, size_t n, size_t second, size_t third)
{
	int64_t highest = sorted[n - 1];
	bool open = third == n && highest == INT64_MAX;
	int64_t high = third < n ? sorted[third] : highest + (open ? 0 : 1);

	set_cuts(cuts, (tiers_cut){second < n ? sorted[second] : sorted[0], 0}, (tiers_cut){high, 0});
	cuts->high_open = open;
}

static void
set_few(tiers_cuts *cuts)
{
	memset(cuts, 0, sizeof *cuts);
	cuts->method = TIERS_FEW;
	cuts->low_below = INT64_MIN;
	cuts->high_from = INT64_MAX;
	cuts->high_open = true;
}

/* ---- rank --------------------------------------------------------------------------------------------------------------------- */

/* Thirds by rank; a run of equal prices goes where its middle falls: tier = floor(3 x middle / n). */
static void
rank_groups(const int64_t *sorted, size_t n, tiers_groups *groups)
{
	*groups = (tiers_groups){n, n};
	for (size_t first = 0, next; first < n; first = next)
	{
		kernel_uint128 tier;

		for (next = first + 1; next < n && sorted[next] == sorted[first];)
			next++;
		tier = (kernel_uint128) 3 * (first + next - 1) / ((kernel_uint128) 2 * n);
		if (tier >= 1 && groups->second == n)
			groups->second = first;
		if (tier >= 2 && groups->third == n)
			groups->third = first;
	}
}

/* ---- entries --------------------------------------------------------------------------------------------------------------------- */

static kernel_status
refuse(kernel_error *error, const char *path, const char *expected, int64_t got, const char *message)
{
	if (error == NULL)
		return KERNEL_INVALID;
	error->id = 0;
	snprintf(error->path, sizeof error->path, "%s", path);
	snprintf(error->expected, sizeof error->expected, "%s", expected);
	snprintf(error->got, sizeof error->got, "%" PRId64, got);
	snprintf(error->message, sizeof error->message, "%s", message);
	return KERNEL_INVALID;
}

static kernel_status
check_options(const tiers_options *options, kernel_error *error)
{
	if ((int) options->method < TIERS_AUTO || options->method > TIERS_RANK)
		return refuse(error, "method", "auto, percentile, kmeans, kmeans_log or rank", options->method,
					  "unknown method of segmentation");
	if (options->low_position <= 0 || options->low_position >= POSITIONS)
		return refuse(error, "cuts[0]", "a percentage above 0 and below 100", options->low_position / 100,
					  "the low cut must lie between 0 and 100 percent");
	if (options->high_position <= options->low_position || options->high_position >= POSITIONS)
		return refuse(error, "cuts[1]", "a percentage above the low cut and below 100", options->high_position / 100,
					  "the high cut must lie between the low cut and 100 percent");
	return KERNEL_OK;
}

/* Groups hold sums of distances in 64 bits. */
static kernel_status
check_kmeans(const int64_t *sorted, size_t n, bool logarithmic, kernel_error *error)
{
	kernel_int128 range = (kernel_int128) sorted[n - 1] - sorted[0];

	if (logarithmic && sorted[0] <= 0)
		return refuse(error, "prices", "prices above 0 for kmeans_log", sorted[0],
					  "a price of 0 or below has no logarithm; use kmeans or percentile");
	if (logarithmic || range <= ((kernel_int128) 1 << 62) / (kernel_int128) n)
		return KERNEL_OK;
	refuse(error, "prices", "prices whose range times their number stays below 2^62", (int64_t) (range >> 1),
		   "the prices lie too far apart for kmeans; use percentile or kmeans_log");
	return KERNEL_TOO_LARGE;
}

static kernel_status
segment_kmeans(const int64_t *sorted, size_t n, bool logarithmic, const kernel_alloc *alloc, tiers_cuts *cuts,
			   kernel_error *error)
{
	tiers_groups groups;
	kernel_status status = check_kmeans(sorted, n, logarithmic, error);

	if (status == KERNEL_OK)
		status = tiers_kmeans_groups(sorted, n, logarithmic, alloc, &groups);
	if (status == KERNEL_OK)
		set_cuts_at(cuts, sorted, n, groups.second, groups.third);
	return status;
}

static tiers_method
method_of(size_t n, const tiers_options *options)
{
	if (n < FEW_BELOW)
		return TIERS_FEW;
	if (options->method != TIERS_AUTO)
		return options->method;
	return n >= PERCENTILE_FROM ? TIERS_PERCENTILE : TIERS_RANK;
}

static kernel_status
segment(const int64_t *sorted, size_t n, const tiers_options *options, const kernel_alloc *alloc, tiers_cuts *cuts,
		kernel_error *error)
{
	tiers_groups groups;
	tiers_cut low;
	tiers_cut high;

	set_few(cuts);
	cuts->method = method_of(n, options);
	switch (cuts->method)
	{
		case TIERS_KMEANS:
		case TIERS_KMEANS_LOG:
			return segment_kmeans(sorted, n, cuts->method == TIERS_KMEANS_LOG, alloc, cuts, error);
		case TIERS_PERCENTILE:
			tiers_percentile_sorted(sorted, n, options, &low, &high);
			set_cuts(cuts, low, high);
			return KERNEL_OK;
		case TIERS_RANK:
			rank_groups(sorted, n, &groups);
			set_cuts_at(cuts, sorted, n, groups.second, groups.third);
			return KERNEL_OK;
		default:
			return KERNEL_OK; /* too few: no cuts */
	}
}

/* The percentile cuts of many prices, without sorting them. */
static kernel_status
segment_many(const int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc, tiers_cuts *cuts)
{
	tiers_cut low;
	tiers_cut high;
	kernel_status status = tiers_percentile_any(prices, n, options, alloc, &low, &high);

	if (status != KERNEL_OK)
		return status;
	cuts->method = TIERS_PERCENTILE;
	set_cuts(cuts, low, high);
	return KERNEL_OK;
}

static bool
needs_no_order(size_t n, const tiers_options *options)
{
	return n >= TIERS_SELECT_FROM && method_of(n, options) == TIERS_PERCENTILE;
}

kernel_status
tiers_segment_sorted(const int64_t *sorted, size_t n, const tiers_options *options, const kernel_alloc *alloc,
					 tiers_cuts *cuts, kernel_error *error)
{
	kernel_status status = check_options(options, error);

	return status == KERNEL_OK ? segment(sorted, n, options, alloc, cuts, error) : status;
}

kernel_status
tiers_segment(const int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc, tiers_cuts *cuts,
			  kernel_error *error)
{
	int64_t few[TIERS_SMALL];
	int64_t *copy = few;
	kernel_status status = check_options(options, error);

	if (status != KERNEL_OK)
		return status;
	if (needs_no_order(n, options))
		return segment_many(prices, n, options, alloc, cuts);
	if (n > SIZE_MAX / sizeof(int64_t))
		return KERNEL_NO_MEMORY;
	if (n > TIERS_SMALL)
		copy = alloc->allocate(alloc->context, n * sizeof(int64_t));
	if (copy == NULL)
		return KERNEL_NO_MEMORY;
	if (n > 0)
		memcpy(copy, prices, n * sizeof(int64_t));
	status = tiers_sort(copy, n, alloc);
	if (status == KERNEL_OK)
		status = segment(copy, n, options, alloc, cuts, error);
	if (copy != few)
		alloc->release(alloc->context, copy);
	return status;
}

kernel_status
tiers_segment_here(int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc, tiers_cuts *cuts,
				   kernel_error *error)
{
	kernel_status status = check_options(options, error);

	if (status != KERNEL_OK)
		return status;
	if (needs_no_order(n, options))
		return segment_many(prices, n, options, alloc, cuts);
	status = tiers_sort(prices, n, alloc);
	return status == KERNEL_OK ? segment(prices, n, options, alloc, cuts, error) : status;
}

void
tiers_classify_all(const tiers_cuts *cuts, const int64_t *prices, size_t n, uint8_t *tier, size_t counts[3])
{
	size_t low = 0;
	size_t high = 0;

	bool any_high = !cuts->high_open;

	/* Prices come in no order: a branch on one would be guessed wrong as often as not. */
	for (size_t i = 0; i < n; i++)
	{
		bool is_low = prices[i] < cuts->low_below;
		bool is_high = (prices[i] >= cuts->high_from) & any_high & !is_low;

		low += is_low;
		high += is_high;
		if (tier != NULL)
			tier[i] = (uint8_t) (TIERS_MEDIUM - is_low + is_high);
	}
	if (counts != NULL)
	{
		counts[TIERS_LOW] = low;
		counts[TIERS_MEDIUM] = n - low - high;
		counts[TIERS_HIGH] = high;
	}
}
