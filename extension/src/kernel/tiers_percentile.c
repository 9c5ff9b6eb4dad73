/*
 * tiers_percentile.c: percentile cuts, of sorted prices and of prices in any order.
 *
 * A cut needs two neighbouring prices, so both cuts need four of n. Without sorting: one pass counts the prices in 2,048
 * equal steps of their range, which says in which steps the four lie; a second gathers the prices of those steps, usually
 * a few in a thousand, and only these are sorted. At worst, with all prices in one step, that is a sort of all.
 */
#include "tiers_percentile.h"

#include <string.h>

#define POSITIONS 10000 /* a whole, in hundredths of a percent */
#define STEP_BITS 11
#define STEPS (1u << STEP_BITS)
#define WANTED 4 /* two neighbours for each of two cuts */

/* Where a cut lies: between the prices at `below` and `below` + 1, part/10,000 of the way. */
typedef struct position
{
	size_t below;
	size_t above;
	int32_t part;
} position;

static position
position_of(size_t n, int32_t percent)
{
	kernel_uint128 at = (kernel_uint128) (n - 1) * (kernel_uint128) percent;
	size_t below = (size_t) (at / POSITIONS);
	int32_t part = (int32_t) (at % POSITIONS);

	return (position){below, part > 0 ? below + 1 : below, part};
}

/* Type 7: between the two neighbours in proportion. */
static tiers_cut
between(int64_t below, int64_t above, int32_t part)
{
	kernel_int128 scaled = (kernel_int128) below * POSITIONS + ((kernel_int128) above - below) * part;
	tiers_cut cut = {(int64_t) (scaled / POSITIONS), (int32_t) (scaled % POSITIONS)};

	if (cut.ten_thousandths < 0)
	{
		cut.ten_thousandths += POSITIONS;
		cut.whole--;
	}
	return cut;
}

void
tiers_percentile_sorted(const int64_t *sorted, size_t n, const tiers_options *options, tiers_cut *low, tiers_cut *high)
{
	position first = position_of(n, options->low_position);
	position second = position_of(n, options->high_position);

	*low = between(sorted[first.below], sorted[first.above], first.part);
	*high = between(sorted[second.below], sorted[second.above], second.part);
}

/* ---- prices in any order ------------------------------------------------ */

/* The prices' range in steps of 2^shift, and how many prices lie in each. */
typedef struct steps
{
	uint64_t lowest;
	int shift;
	size_t count[STEPS];
} steps;

/* Where the prices wanted are: their step, and their place among the prices of the step. */
typedef struct wanted
{
	unsigned step[WANTED];
	size_t place[WANTED];
	uint8_t group[STEPS]; /* 0: no price of the step is wanted; else its group, from 1 */
	size_t start[WANTED + 1];
	unsigned groups;
} wanted;

static void
steps_count(steps *s, const int64_t *prices, size_t n)
{
	int64_t lowest = prices[0];
	int64_t highest = prices[0];

	for (size_t i = 1; i < n; i++)
	{
		lowest = prices[i] < lowest ? prices[i] : lowest;
		highest = prices[i] > highest ? prices[i] : highest;
	}
	s->lowest = (uint64_t) lowest;
	s->shift = 0;
	while (((uint64_t) highest - s->lowest) >> s->shift >= STEPS)
		s->shift++;
	memset(s->count, 0, sizeof s->count);
	for (size_t i = 0; i < n; i++)
		s->count[((uint64_t) prices[i] - s->lowest) >> s->shift]++;
}

/* Finds the steps of the positions and gives each step a group and room for its prices. */
static void
steps_find(const steps *s, const size_t at[WANTED], wanted *w)
{
	size_t before = 0;
	unsigned step = 0;

	memset(w->group, 0, sizeof w->group);
	w->groups = 0;
	w->start[0] = 0;
	for (int i = 0; i < WANTED; i++)
	{
		if (at[i] < before) /* positions ascend, but for cuts between the same two prices */
			before = step = 0;
		while (before + s->count[step] <= at[i])
			before += s->count[step++];
		w->step[i] = step;
		w->place[i] = at[i] - before;
		if (w->group[step] > 0)
			continue;
		w->start[w->groups + 1] = w->start[w->groups] + s->count[step];
		w->group[step] = (uint8_t) ++w->groups;
	}
}

static void
gather(const steps *s, const wanted *w, const int64_t *prices, size_t n, int64_t *gathered)
{
	size_t next[WANTED];

	memcpy(next, w->start, sizeof next);
	for (size_t i = 0; i < n; i++)
	{
		unsigned group = w->group[((uint64_t) prices[i] - s->lowest) >> s->shift];

		if (group > 0)
			gathered[next[group - 1]++] = prices[i];
	}
}

/* The prices that would stand at the positions if all were sorted. */
static kernel_status
prices_at(const int64_t *prices, size_t n, const size_t at[WANTED], const kernel_alloc *alloc, int64_t found[WANTED])
{
	steps s;
	wanted w;
	int64_t *gathered;
	kernel_status status = KERNEL_OK;

	steps_count(&s, prices, n);
	steps_find(&s, at, &w);
	gathered = alloc->allocate(alloc->context, w.start[w.groups] * sizeof(int64_t));
	if (gathered == NULL)
		return KERNEL_NO_MEMORY;
	gather(&s, &w, prices, n, gathered);
	for (unsigned g = 0; g < w.groups && status == KERNEL_OK; g++)
		status = tiers_sort(gathered + w.start[g], w.start[g + 1] - w.start[g], alloc);
	for (int i = 0; i < WANTED; i++)
		found[i] = gathered[w.start[w.group[w.step[i]] - 1] + w.place[i]];
	alloc->release(alloc->context, gathered);
	return status;
}

kernel_status
tiers_percentile_any(const int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc,
					 tiers_cut *low, tiers_cut *high)
{
	position first = position_of(n, options->low_position);
	position second = position_of(n, options->high_position);
	size_t at[WANTED] = {first.below, first.above, second.below, second.above};
	int64_t found[WANTED];
	kernel_status status = prices_at(prices, n, at, alloc, found);

	if (status != KERNEL_OK)
		return status;
	*low = between(found[0], found[1], first.part);
	*high = between(found[2], found[3], second.part);
	return KERNEL_OK;
}
