/*
 * optimize_frontier.c: exact multiple-choice knapsack.
 *
 * Prices and gains are taken relative to the cheapest item of each leg, so the empty selection costs and gains nothing and
 * `room` is what the budget leaves above the cheapest selection. A first selection comes from the relaxation
 * (optimize_relaxation.c); items that cannot be in one as good are left out; then legs are merged from the last to the first
 * (optimize_merge.c). A state is a selection of the legs from some leg on. Of states of equal price and gain the first by
 * keys is kept, which is why the order is from the back: the newest leg's rank decides before the older state's.
 */
#include "optimize_search.h"

/* ---- first selection, and items that can be in the best ------------------------------------------------------------------------------ */

/* Takes steps by slope while they fit, going past those that do not: the first lower bound. */
static bool
greedy(search *s)
{
	bool *closed = kernel_arena_take(s->where, s->n_legs, sizeof(bool));
	int64_t rest = s->room;

	if (closed == NULL)
		return false;
	for (size_t i = 0; i < s->n_increments; i++)
	{
		const increment *step = &s->increments[i];

		if (closed[step->leg])
			continue;
		if (step->price > rest)
		{
			closed[step->leg] = true;
			continue;
		}
		rest -= step->price;
		s->best += step->gain;
	}
	s->best_price = s->room - rest;
	return true;
}

/* Keeps the items that could be in a selection as good as the best known. */
static bool
reduce(search *s, relaxation *r)
{
	s->live = kernel_arena_take(s->where, s->n_legs, sizeof(frontier_leg));
	if (s->live == NULL)
		return false;
	for (size_t leg = 0; leg < s->n_legs; leg++)
	{
		const frontier_leg *all = &s->legs[leg];
		frontier_leg *live = &s->live[leg];

		live->items = kernel_arena_take(s->where, all->n, sizeof(frontier_item));
		if (live->items == NULL)
			return false;
		relaxation_set(s, r, s->n_legs, leg);
		for (size_t i = 0; i < all->n; i++)
		{
			frontier_item item = all->items[i];

			item.price -= all->items[0].price;
			item.gain -= all->items[0].gain;
			if (item.price <= s->room && relaxation_hopeful(s, r, item.gain, item.price))
				live->items[live->n++] = item;
		}
	}
	return true;
}

/* frontiers[n_legs] is the empty selection; frontiers[i] holds the selections of legs i and on. */
static kernel_status
merge_all(search *s, relaxation *r, frontier *frontiers)
{
	static state nothing = {0, 0, 0, 0};

	frontiers[s->n_legs] = (frontier){&nothing, 1};
	for (size_t leg = s->n_legs; leg-- > 0;)
	{
		kernel_status status;

		relaxation_set(s, r, leg, SIZE_MAX);
		status = optimize_merge_leg(s, &s->live[leg], r, &frontiers[leg + 1], &frontiers[leg]);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

/* The greatest common divisor of all gains, at least 1. */
static kernel_int128
common_unit(const search *s)
{
	kernel_int128 unit = 0;

	for (size_t leg = 0; leg < s->n_legs; leg++)
	{
		for (size_t i = 1; i < s->legs[leg].n && unit != 1; i++)
		{
			kernel_int128 rest = s->legs[leg].items[i].gain - s->legs[leg].items[0].gain;

			while (rest != 0)
			{
				kernel_int128 held = unit % rest;

				unit = rest;
				rest = held;
			}
		}
	}
	return unit > 0 ? unit : 1;
}

kernel_status
frontier_solve(const frontier_leg *legs, size_t n_legs, int64_t budget, uint64_t limit, arena *where, size_t *picked,
			   uint64_t *work)
{
	search s = {.legs = legs, .n_legs = n_legs, .room = budget, .limit = limit, .where = where};
	frontier *frontiers = kernel_arena_take(where, n_legs + 1, sizeof(frontier));
	relaxation r;
	kernel_status status;
	size_t at;

	for (size_t leg = 0; leg < n_legs; leg++)
		s.room -= legs[leg].items[0].price;
	s.unit = common_unit(&s);
	if (frontiers == NULL || !relaxation_find_steps(&s) || !relaxation_begin(&s, &r) || !greedy(&s) || !reduce(&s, &r) ||
		!optimize_merge_begin(&s, &r))
		return KERNEL_NO_MEMORY;
	status = merge_all(&s, &r, frontiers);
	*work = s.work;
	if (status != KERNEL_OK)
		return status;
	at = frontiers[0].n - 1; /* the dearest state of the frontier gains most */
	for (size_t leg = 0; leg < n_legs; leg++)
	{
		const state *taken = &frontiers[leg].states[at];

		picked[leg] = s.live[leg].items[taken->item].offer;
		at = taken->parent;
	}
	return KERNEL_OK;
}
