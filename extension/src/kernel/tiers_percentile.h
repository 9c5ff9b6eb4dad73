/*
 * tiers_percentile.h: percentile cuts of prices in any order, shared by the files of the tiers kernel and by nobody else.
 */
#ifndef VOYGEN_KERNEL_TIERS_PERCENTILE_H
#define VOYGEN_KERNEL_TIERS_PERCENTILE_H

#include "tiers.h"

/* From so many prices on, finding the few that decide the cuts is cheaper than sorting all. */
#define TIERS_SELECT_FROM 1024

/* n >= 1. */
void tiers_percentile_sorted(const int64_t *sorted, size_t n, const tiers_options *options, tiers_cut *low, tiers_cut *high);

/* The same of prices in any order; n >= 1. */
kernel_status tiers_percentile_any(const int64_t *prices, size_t n, const tiers_options *options, const kernel_alloc *alloc,
								   tiers_cut *low, tiers_cut *high);

#endif
