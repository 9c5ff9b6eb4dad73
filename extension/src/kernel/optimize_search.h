/*
 * optimize_search.h: one search for the best selection under way, shared by the files of the optimize kernel and by nobody
 * else.
 */
#ifndef VOYGEN_KERNEL_OPTIMIZE_SEARCH_H
#define VOYGEN_KERNEL_OPTIMIZE_SEARCH_H

#include "optimize_frontier.h"

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

/* The cheapest state of each gain, in units. */
typedef struct table
{
	int64_t *price; /* INT64_MAX: none */
	uint32_t *parent;
	uint32_t *item;
	size_t n;
} table;

typedef struct search
{
	const frontier_leg *legs;
	size_t n_legs;
	int64_t room;
	frontier_leg *live; /* items that can be in a best selection, relative to the cheapest */
	increment *increments;
	size_t n_increments;
	kernel_int128 unit; /* every gain is a multiple of it */
	kernel_int128 best; /* gain and price of the best selection known */
	int64_t best_price;
	table *table; /* NULL: too many possible gains */
	uint64_t limit;
	uint64_t work;
	arena *where;
} search;

/* optimize_relaxation.c */
bool relaxation_begin(const search *s, relaxation *r);
bool relaxation_find_steps(search *s);
/* The legs below `end`, without `leg` (SIZE_MAX: all of them). */
void relaxation_set(const search *s, relaxation *r, size_t end, size_t without);
/* How many whole steps fit into the room `left`. */
size_t relaxation_steps_within(const relaxation *r, int64_t left);
/* Can a partial selection still become as good as the best known? rest is the relaxation of the legs it leaves open. On the
 * way the whole steps that fit are tried as its completion. */
bool relaxation_hopeful(search *s, const relaxation *rest, kernel_int128 gain, int64_t price);

/* optimize_merge.c */
bool optimize_merge_begin(search *s, relaxation *r);
/* Merges one leg into the frontier; rest is the relaxation of the legs still to come. */
kernel_status optimize_merge_leg(search *s, const frontier_leg *leg, const relaxation *rest, const frontier *from, frontier *to);

#endif
