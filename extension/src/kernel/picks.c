/* picks.c: which hotels to show of each tier; see picks.h. */
#include "picks.h"

#include <string.h>

#include "money.h"
#include "order.h"

#define FAR_M 10000           /* beyond 10 km nearness counts nothing */
#define COMMISSION_MOST 20000 /* thousandths */
#define REFUNDABLE_POINTS 15000

static int64_t
nearness(int64_t distance_m)
{
	if (distance_m < 0)
		distance_m = 0;
	return distance_m >= FAR_M ? 0 : (FAR_M - distance_m) * 10;
}

/* min(commission / 10, 20) in thousandths: minor x 100 / 10^exponent. */
static int64_t
commission_points(int64_t minor, int exponent)
{
	kernel_int128 points = (kernel_int128) minor * 100 / money_scale(exponent);

	if (points < 0)
		return 0;
	return points > COMMISSION_MOST ? COMMISSION_MOST : (int64_t) points;
}

void
picks_score_of(const picks_candidate *candidate, picks_score *score)
{
	memset(score, 0, sizeof *score);
	if (candidate->distance_m == PICKS_UNKNOWN)
		score->unknown |= PICKS_DISTANCE;
	else
		score->distance = nearness(candidate->distance_m);
	if (candidate->review_hundredths == PICKS_UNKNOWN)
		score->unknown |= PICKS_REVIEW;
	else
		score->review = candidate->review_hundredths * 100;
	if (candidate->commission == PICKS_UNKNOWN)
		score->unknown |= PICKS_COMMISSION;
	else
		score->commission = commission_points(candidate->commission, candidate->commission_exponent);
	if (candidate->refundable == KERNEL_UNKNOWN)
		score->unknown |= PICKS_REFUNDABLE;
	else if (candidate->refundable == KERNEL_YES)
		score->refundable = REFUNDABLE_POINTS;
	if (candidate->stars_tenths == PICKS_UNKNOWN)
		score->unknown |= PICKS_STARS;
	else
		score->stars = candidate->stars_tenths * 500;
	score->total = score->distance + score->review + score->commission + score->refundable + score->stars;
}

const char *
picks_reason_text(picks_reason reason)
{
	switch (reason)
	{
		case PICKS_VARIETY:
			return "best of another chain and place";
		case PICKS_SAME_PLACE:
			return "best of another chain, no other place left";
		case PICKS_SAME_CHAIN:
			return "best left, no other chain left";
		case PICKS_BEST_SCORE:
			break;
	}
	return "best score";
}

/* ---- order ------------------------------------------------------------------------------------------------------------------- */

typedef struct ranked
{
	size_t index;
	int64_t total;
} ranked;

static int
compare_texts(kernel_text a, kernel_text b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;

	if (order != 0)
		return order;
	return a.length == b.length ? 0 : (a.length < b.length ? -1 : 1);
}

/* Unknown prices come last. */
static bool
ranked_before(const void *left, const void *right, const void *context)
{
	const picks_candidate *candidates = context;
	const ranked *x = left;
	const ranked *y = right;
	const picks_candidate *a = &candidates[x->index];
	const picks_candidate *b = &candidates[y->index];
	int order;

	if (x->total != y->total)
		return x->total > y->total;
	if (a->price != b->price)
		return b->price == PICKS_UNKNOWN || (a->price != PICKS_UNKNOWN && a->price < b->price);
	order = compare_texts(a->key, b->key);
	return order != 0 ? order < 0 : x->index < y->index;
}

/* ---- variety ------------------------------------------------------------------------------------------------------------------ */

static bool
same(kernel_text a, kernel_text b)
{
	return a.length > 0 && a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* What a candidate shares with those picked of its tier. */
enum clash
{
	CLASH_PLACE = 1,
	CLASH_CHAIN = 2,
	CLASH_HOTEL = 4
};

static unsigned
clash_with(const picks_candidate *candidates, size_t index, const picks_pick *picked, size_t n)
{
	const picks_candidate *a = &candidates[index];
	unsigned clash = 0;

	for (size_t i = 0; i < n; i++)
	{
		const picks_candidate *b = &candidates[picked[i].index];

		if (index == picked[i].index || same(a->same_as, b->same_as))
			return CLASH_HOTEL;
		clash |= same(a->chain, b->chain) ? CLASH_CHAIN : 0;
		clash |= same(a->place, b->place) ? CLASH_PLACE : 0;
	}
	return clash;
}

/* The best candidate of the tier for the next pick; false when none is left. */
static bool
next_pick(const picks_candidate *candidates, const ranked *order, size_t n, tiers_tier tier, const picks_pick *picked,
		  size_t n_picked, picks_pick *pick)
{
	size_t first = n; /* best that is left, whatever it shares */
	size_t chosen = n;
	unsigned least = CLASH_HOTEL;

	for (size_t i = 0; i < n && least > 0; i++)
	{
		unsigned clash;

		if (candidates[order[i].index].tier != tier)
			continue;
		clash = clash_with(candidates, order[i].index, picked, n_picked);
		if (clash == CLASH_HOTEL)
			continue;
		/* Another chain matters more than another place: of two chains in one place both may be shown. */
		clash = (clash & CLASH_CHAIN) != 0 ? CLASH_CHAIN : clash;
		if (first == n)
			first = i;
		if (clash >= least)
			continue;
		least = clash;
		chosen = i;
	}
	if (chosen == n)
		return false;
	pick->index = order[chosen].index;
	pick->tier = tier;
	pick->has_passed_over = chosen != first;
	pick->passed_over = pick->has_passed_over ? order[first].index : 0;
	picks_score_of(&candidates[pick->index], &pick->score);
	if (least == 0)
		pick->reason = chosen == first ? PICKS_BEST_SCORE : PICKS_VARIETY;
	else
		pick->reason = least == CLASH_PLACE ? PICKS_SAME_PLACE : PICKS_SAME_CHAIN;
	return true;
}

kernel_status
picks_choose(const picks_candidate *candidates, size_t n, size_t per_tier, const kernel_alloc *alloc, picks_pick *picks,
			 size_t *n_picks)
{
	ranked *order;

	*n_picks = 0;
	if (n == 0)
		return KERNEL_OK;
	if (n > SIZE_MAX / sizeof(ranked))
		return KERNEL_NO_MEMORY;
	order = alloc->allocate(alloc->context, n * sizeof(ranked));
	if (order == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
	{
		picks_score score;

		picks_score_of(&candidates[i], &score);
		order[i] = (ranked){i, score.total};
	}
	order_sort(order, n, sizeof(ranked), ranked_before, candidates);
	for (int tier = TIERS_LOW; tier <= TIERS_HIGH; tier++)
	{
		picks_pick *begin = picks + *n_picks;
		size_t picked = 0;

		while (picked < per_tier &&
			   next_pick(candidates, order, n, (tiers_tier) tier, begin, picked, &begin[picked]))
			picked++;
		*n_picks += picked;
	}
	alloc->release(alloc->context, order);
	return KERNEL_OK;
}
