/*
 * optimize_relaxation.c: how much a partial selection can still gain.
 *
 * Walking the upper hull of a leg's (price, gain) points gives increments of falling slope. All legs' increments sorted by
 * slope and taken while they fit, the last one in part, is the linear relaxation: no selection gains more. The whole
 * increments alone are a selection that exists. A partial selection whose most is below the best known is in no best
 * selection; where it equals the best known, the least price at which the relaxation reaches it decides. What could still
 * tie on both stays: the keys decide then.
 */
#include "optimize_search.h"

#include "order.h"

/* ---- hull ------------------------------------------------------------------------------------------------------------------------ */

/* Steeper first; increments of one leg have falling slopes, equal ones stay in order by step. */
static bool
steeper(const void *left, const void *right, const void *context)
{
	const increment *a = left;
	const increment *b = right;
	kernel_int128 x = a->gain * b->price;
	kernel_int128 y = b->gain * a->price;

	(void) context;
	if (x != y)
		return x > y;
	return a->leg != b->leg ? a->leg < b->leg : a->step < b->step;
}

/* Does the middle of three points lie on or below the line through the others? */
static bool
below_line(const frontier_item *a, const frontier_item *middle, const frontier_item *b)
{
	return (middle->gain - a->gain) * (b->price - middle->price) <= (b->gain - middle->gain) * (middle->price - a->price);
}

/* Adds the increments of one leg's hull. hull has room for all its items. */
static void
add_hull(search *s, uint32_t leg, const frontier_item **hull)
{
	const frontier_leg *items = &s->legs[leg];
	size_t n = 0;

	for (size_t i = 0; i < items->n; i++)
	{
		while (n >= 2 && below_line(hull[n - 2], hull[n - 1], &items->items[i]))
			n--;
		hull[n++] = &items->items[i];
	}
	for (size_t i = 1; i < n; i++)
		s->increments[s->n_increments++] = (increment){hull[i]->price - hull[i - 1]->price,
													   hull[i]->gain - hull[i - 1]->gain, leg, (uint32_t) i};
}

bool
relaxation_find_steps(search *s)
{
	size_t total = 0;
	size_t most = 0;
	const frontier_item **hull;

	for (size_t leg = 0; leg < s->n_legs; leg++)
	{
		total += s->legs[leg].n;
		most = s->legs[leg].n > most ? s->legs[leg].n : most;
	}
	hull = kernel_arena_take(s->where, most, sizeof *hull);
	s->increments = kernel_arena_take(s->where, total, sizeof(increment));
	if (hull == NULL || s->increments == NULL)
		return false;
	for (size_t leg = 0; leg < s->n_legs; leg++)
		add_hull(s, (uint32_t) leg, hull);
	order_sort(s->increments, s->n_increments, sizeof(increment), steeper, NULL);
	return true;
}

/* ---- relaxation ------------------------------------------------------------------------------------------------------------------- */

bool
relaxation_begin(const search *s, relaxation *r)
{
	r->steps = kernel_arena_take(s->where, s->n_increments, sizeof *r->steps);
	r->price = kernel_arena_take(s->where, s->n_increments + 1, sizeof *r->price);
	r->gain = kernel_arena_take(s->where, s->n_increments + 1, sizeof *r->gain);
	return r->steps != NULL && r->price != NULL && r->gain != NULL;
}

/* The legs below `end`, without `leg`. Prefixes beyond the room are never asked for. */
void
relaxation_set(const search *s, relaxation *r, size_t end, size_t without)
{
	r->n = 0;
	r->price[0] = 0;
	r->gain[0] = 0;
	for (size_t i = 0; i < s->n_increments; i++)
	{
		const increment *step = &s->increments[i];

		if (step->leg >= end || step->leg == without)
			continue;
		r->steps[r->n] = step;
		if (__builtin_add_overflow(r->price[r->n], step->price, &r->price[r->n + 1]))
			return; /* dearer than any room */
		r->gain[r->n + 1] = r->gain[r->n] + step->gain;
		r->n++;
	}
}

/* How many whole steps fit into rest. */
size_t
relaxation_steps_within(const relaxation *r, int64_t rest)
{
	size_t low = 0;
	size_t high = r->n;

	while (low < high)
	{
		size_t middle = low + (high - low + 1) / 2;

		if (r->price[middle] <= rest)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Least price at which the relaxation gains `gain`, rounded up; INT64_MAX when it never does. */
static int64_t
price_of(const relaxation *r, kernel_int128 gain)
{
	size_t low = 0;
	size_t high = r->n;
	kernel_int128 part;

	if (r->gain[high] < gain)
		return INT64_MAX;
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (r->gain[middle] >= gain)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == 0)
		return 0;
	part = (gain - r->gain[low - 1]) * r->steps[low - 1]->price;
	return r->price[low - 1] + (int64_t) ((part + r->steps[low - 1]->gain - 1) / r->steps[low - 1]->gain);
}

bool
relaxation_hopeful(search *s, const relaxation *rest, kernel_int128 gain, int64_t price)
{
	int64_t left = s->room - price;
	size_t whole = relaxation_steps_within(rest, left);
	kernel_int128 most = gain + rest->gain[whole];

	if (most > s->best || (most == s->best && price + rest->price[whole] < s->best_price))
	{
		s->best = most;
		s->best_price = price + rest->price[whole];
	}
	if (whole < rest->n)
		most += rest->steps[whole]->gain * (left - rest->price[whole]) / rest->steps[whole]->price;
	most -= most % s->unit;
	if (most != s->best)
		return most > s->best;
	return price_of(rest, s->best - gain) <= s->best_price - price;
}
