/*
 * optimize_frontier.c: exact multiple-choice knapsack.
 *
 * Prices and gains are taken relative to the cheapest item of each leg, so the empty selection costs and gains nothing and
 * `room` is what the budget leaves above the cheapest selection.
 *
 * Upper bound. Walking the upper hull of a leg's (price, gain) points gives increments of falling slope. All legs'
 * increments sorted by slope and taken while they fit, the last one in part, is the linear relaxation: no selection gains
 * more. The whole increments alone are a selection that exists, so they are a lower bound too. An item (with any others)
 * or a partial selection whose upper bound is below the best lower bound is in no best selection. Equal bounds stay: the
 * tie may be decided by price or key.
 *
 * Frontier. Legs are merged from the last to the first; a state is a selection of the legs from some leg on. Of states of
 * equal price and gain the first by keys is kept, which is why the order is from the back: the newest leg's rank decides
 * before the older state's.
 */
#include "optimize_frontier.h"

#include <string.h>

#include "order.h"

typedef struct increment
{
	int64_t price; /* above 0 */
	kernel_int128 gain;
	uint32_t leg;
	uint32_t step; /* order inside the leg */
} increment;

/* Prefix sums over increments in order of slope. */
typedef struct relaxation
{
	size_t n;
	const increment **steps;
	int64_t *price; /* [i]: first i steps */
	kernel_int128 *gain;
} relaxation;

typedef struct state
{
	kernel_int128 gain;
	int64_t price;
	uint32_t parent; /* in the frontier before */
	uint32_t item;
} state;

typedef struct frontier
{
	state *states;
	size_t n;
} frontier;

typedef struct search
{
	const frontier_leg *legs;
	size_t n_legs;
	int64_t room;
	frontier_leg *live; /* items that can be in a best selection, relative to the cheapest */
	increment *increments;
	size_t n_increments;
	kernel_int128 best; /* gain of the best selection known */
	uint64_t limit;
	uint64_t work;
	arena *where;
} search;

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
		s->increments[s->n_increments++] = (increment) {hull[i]->price - hull[i - 1]->price,
														hull[i]->gain - hull[i - 1]->gain, leg, (uint32_t) i};
}

static bool
find_increments(search *s)
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

static bool
relaxation_begin(const search *s, relaxation *r)
{
	r->steps = kernel_arena_take(s->where, s->n_increments, sizeof *r->steps);
	r->price = kernel_arena_take(s->where, s->n_increments + 1, sizeof *r->price);
	r->gain = kernel_arena_take(s->where, s->n_increments + 1, sizeof *r->gain);
	return r->steps != NULL && r->price != NULL && r->gain != NULL;
}

/* The legs below `end`, without `leg`. Prefixes beyond the room are never asked for. */
static void
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
static size_t
steps_within(const relaxation *r, int64_t rest)
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

/* Nothing gains more within rest; *reached, when asked, is what a selection that exists gains. */
static kernel_int128
bound(const relaxation *r, int64_t rest, kernel_int128 *reached)
{
	size_t whole = steps_within(r, rest);
	kernel_int128 gain = r->gain[whole];

	if (reached != NULL)
		*reached = gain;
	if (whole < r->n)
		gain += r->steps[whole]->gain * (rest - r->price[whole]) / r->steps[whole]->price;
	return gain;
}

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
			if (item.price <= s->room && item.gain + bound(r, s->room - item.price, NULL) >= s->best)
				live->items[live->n++] = item;
		}
	}
	return true;
}

/* ---- merging ------------------------------------------------------------------------------------------------------------------------- */

/* One item added to every state of the frontier before, read in order of price. */
typedef struct cursor
{
	kernel_int128 gain;
	int64_t price;
	uint32_t item;
	uint32_t rank;
	size_t at;
} cursor;

static bool
cursor_before(const cursor *a, const cursor *b)
{
	if (a->price != b->price)
		return a->price < b->price;
	return a->gain != b->gain ? a->gain > b->gain : a->rank < b->rank;
}

static void
cursor_sink(cursor *heap, size_t n, size_t at)
{
	cursor moved = heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child)
	{
		if (child + 1 < n && cursor_before(&heap[child + 1], &heap[child]))
			child++;
		if (!cursor_before(&heap[child], &moved))
			break;
		heap[at] = heap[child];
	}
	heap[at] = moved;
}

/* Reads the cursor's next state; false when none is left within the room. */
static bool
cursor_load(const search *s, cursor *c, const frontier_leg *leg, const frontier *from)
{
	const frontier_item *item = &leg->items[c->item];

	if (c->at == from->n || from->states[c->at].price > s->room - item->price)
		return false;
	c->price = from->states[c->at].price + item->price;
	c->gain = from->states[c->at].gain + item->gain;
	return true;
}

static bool
push_state(const search *s, frontier *to, size_t *size, const state *next)
{
	if (to->n == *size)
	{
		size_t larger = *size == 0 ? 64 : 2 * *size;
		state *states = kernel_arena_take(s->where, larger, sizeof(state));

		if (states == NULL)
			return false;
		if (to->n > 0)
			memcpy(states, to->states, to->n * sizeof(state));
		to->states = states;
		*size = larger;
	}
	to->states[to->n++] = *next;
	return true;
}

/* Takes a selection into the frontier unless one no dearer gains as much, or it cannot become as good as the best known. */
static bool
consider(search *s, const relaxation *rest, const cursor *c, kernel_int128 *greatest, frontier *to, size_t *size)
{
	state next = {c->gain, c->price, (uint32_t) c->at, c->item};
	kernel_int128 reached;

	if (c->gain <= *greatest)
		return true;
	*greatest = c->gain;
	if (c->gain + bound(rest, s->room - c->price, &reached) < s->best)
		return true;
	if (c->gain + reached > s->best)
		s->best = c->gain + reached;
	return push_state(s, to, size, &next);
}

/* Merges one leg into the frontier; rest is the relaxation of the legs still to come. */
static kernel_status
merge_leg(search *s, const frontier_leg *leg, const relaxation *rest, const frontier *from, frontier *to)
{
	cursor *heap = kernel_arena_take(s->where, leg->n, sizeof(cursor));
	kernel_int128 greatest = -1;
	size_t n = 0;
	size_t size = 0;

	if (heap == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < leg->n; i++)
	{
		heap[n] = (cursor) {.item = (uint32_t) i, .rank = leg->items[i].rank};
		n += cursor_load(s, &heap[n], leg, from);
	}
	for (size_t at = n / 2; at-- > 0;)
		cursor_sink(heap, n, at);
	*to = (frontier) {NULL, 0};
	while (n > 0)
	{
		if (++s->work > s->limit)
			return KERNEL_TOO_LARGE;
		if (!consider(s, rest, &heap[0], &greatest, to, &size))
			return KERNEL_NO_MEMORY;
		heap[0].at++;
		if (!cursor_load(s, &heap[0], leg, from))
			heap[0] = heap[--n];
		cursor_sink(heap, n, 0);
	}
	return KERNEL_OK;
}

/* frontiers[n_legs] is the empty selection; frontiers[i] holds the selections of legs i and on. */
static kernel_status
merge_all(search *s, relaxation *r, frontier *frontiers)
{
	static state nothing = {0, 0, 0, 0};

	frontiers[s->n_legs] = (frontier) {&nothing, 1};
	for (size_t leg = s->n_legs; leg-- > 0;)
	{
		kernel_status status;

		relaxation_set(s, r, leg, SIZE_MAX);
		status = merge_leg(s, &s->live[leg], r, &frontiers[leg + 1], &frontiers[leg]);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
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
	if (frontiers == NULL || !find_increments(&s) || !relaxation_begin(&s, &r) || !greedy(&s) || !reduce(&s, &r))
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
