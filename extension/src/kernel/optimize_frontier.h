/*
 * optimize_frontier.h: multiple-choice knapsack over prepared legs, shared by the files of the optimize kernel and by
 * nobody else.
 */
#ifndef VOYGEN_KERNEL_OPTIMIZE_FRONTIER_H
#define VOYGEN_KERNEL_OPTIMIZE_FRONTIER_H

#include "kernel_arena.h"

/* An offer that counts: price and gain both ascend strictly inside a leg. */
typedef struct frontier_item
{
	int64_t price;
	kernel_int128 gain;
	size_t offer;  /* position among the offers of the leg */
	uint32_t rank; /* of its key among the items of the leg: decides ties */
} frontier_item;

typedef struct frontier_leg
{
	frontier_item *items;
	size_t n; /* at least 1 */
} frontier_leg;

/*
 * picked[leg] receives the offer taken: greatest sum of gains within the budget, then lowest price, then ranks leg by leg.
 * The cheapest items together must fit the budget. KERNEL_TOO_LARGE when more than `limit` partial selections come up;
 * *work counts them.
 */
kernel_status frontier_solve(const frontier_leg *legs, size_t n_legs, int64_t budget, uint64_t limit, arena *where,
							 size_t *picked, uint64_t *work);

#endif
