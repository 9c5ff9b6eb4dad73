/*
 * optimize_merge.c: adds a leg to the frontier, the selections that no other beats on both price and gain.
 *
 * By a heap: one cursor for each item walks the frontier in order of price, the cheapest candidate comes out first, and it
 * stays when it gains more than all before. By a table: the cheapest candidate of each possible gain. Gains are multiples
 * of a common unit (a cent, as a rule), so there are often few; that is what keeps offers that all earn the same
 * percentage, the hard case of this problem, from taking long.
 */
#include "optimize_search.h"

#include <string.h>

#define TABLE_MOST (UINT64_C(1) << 21)

/* ---- merging ----------------------------------------------------------------------------------------------------- */

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

	if (c->gain <= *greatest)
		return true;
	*greatest = c->gain;
	return !relaxation_hopeful(s, rest, c->gain, c->price) || push_state(s, to, size, &next);
}

/* Merges one leg into the frontier by price; rest is the relaxation of the legs still to come. */
static kernel_status
merge_by_heap(search *s, const frontier_leg *leg, const relaxation *rest, const frontier *from, frontier *to)
{
	cursor *heap = kernel_arena_take(s->where, leg->n, sizeof(cursor));
	kernel_int128 greatest = -1;
	size_t n = 0;
	size_t size = 0;

	if (heap == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < leg->n; i++)
	{
		heap[n] = (cursor){.item = (uint32_t) i, .rank = leg->items[i].rank};
		n += cursor_load(s, &heap[n], leg, from);
	}
	for (size_t at = n / 2; at-- > 0;)
		cursor_sink(heap, n, at);
	*to = (frontier){NULL, 0};
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

/* ---- merging by gain --------------------------------------------------------------------------------------------- */

/* A table for every gain up to what the relaxation says is possible; s->table stays NULL when those are too many. */
bool
optimize_merge_begin(search *s, relaxation *r)
{
	kernel_int128 most;
	size_t whole;
	table *t;

	relaxation_set(s, r, s->n_legs, SIZE_MAX);
	whole = relaxation_steps_within(r, s->room);
	most = r->gain[whole] + (whole < r->n ? r->steps[whole]->gain : 0);
	if (most / s->unit >= (kernel_int128) TABLE_MOST)
		return true;
	t = kernel_arena_take(s->where, 1, sizeof *t);
	if (t == NULL)
		return false;
	t->n = (size_t) (most / s->unit) + 1;
	t->price = kernel_arena_take(s->where, t->n, sizeof *t->price);
	t->parent = kernel_arena_take(s->where, t->n, sizeof *t->parent);
	t->item = kernel_arena_take(s->where, t->n, sizeof *t->item);
	s->table = t;
	return t->price != NULL && t->parent != NULL && t->item != NULL;
}

/* Adds one item to every state it fits. */
static kernel_status
table_add(search *s, const frontier_leg *leg, uint32_t item, const frontier *from)
{
	table *t = s->table;
	const frontier_item *added = &leg->items[item];
	int64_t left = s->room - added->price;
	size_t i;

	for (i = 0; i < from->n && from->states[i].price <= left; i++)
	{
		int64_t price = from->states[i].price + added->price;
		size_t at = (size_t) ((int64_t) (from->states[i].gain / s->unit) + (int64_t) (added->gain / s->unit));

		if (price > t->price[at] || (price == t->price[at] && leg->items[t->item[at]].rank < added->rank))
			continue;
		t->price[at] = price;
		t->parent[at] = (uint32_t) i;
		t->item[at] = item;
	}
	s->work += i;
	return s->work > s->limit ? KERNEL_TOO_LARGE : KERNEL_OK;
}

/* The states of the table that nothing beats and that may lead to the best, by ascending gain and so price. */
static bool
table_collect(search *s, const relaxation *rest, frontier *to)
{
	const table *t = s->table;
	int64_t cheapest = INT64_MAX;
	size_t size = 0;

	for (size_t at = t->n; at-- > 0;)
	{
		state next = {(kernel_int128) at * s->unit, t->price[at], t->parent[at], t->item[at]};

		if (t->price[at] >= cheapest)
			continue;
		cheapest = t->price[at];
		if (relaxation_hopeful(s, rest, next.gain, next.price) && !push_state(s, to, &size, &next))
			return false;
	}
	for (size_t i = 0; i < to->n / 2; i++)
	{
		state held = to->states[i];

		to->states[i] = to->states[to->n - 1 - i];
		to->states[to->n - 1 - i] = held;
	}
	return true;
}

static kernel_status
merge_by_table(search *s, const frontier_leg *leg, const relaxation *rest, const frontier *from, frontier *to)
{
	*to = (frontier){NULL, 0};
	for (size_t at = 0; at < s->table->n; at++)
		s->table->price[at] = INT64_MAX;
	for (size_t item = 0; item < leg->n; item++)
	{
		kernel_status status = table_add(s, leg, (uint32_t) item, from);

		if (status != KERNEL_OK)
			return status;
	}
	return table_collect(s, rest, to) ? KERNEL_OK : KERNEL_NO_MEMORY;
}

/* ---- all legs ---------------------------------------------------------------------------------------------------- */

kernel_status
optimize_merge_leg(search *s, const frontier_leg *leg, const relaxation *rest, const frontier *from, frontier *to)
{
	/* A table costs a sweep over all its gains, a heap several steps for each candidate. */
	if (s->table != NULL && from->n * leg->n >= s->table->n / 8)
		return merge_by_table(s, leg, rest, from, to);
	return merge_by_heap(s, leg, rest, from, to);
}
