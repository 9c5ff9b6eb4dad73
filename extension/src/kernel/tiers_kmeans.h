/*
 * tiers_kmeans.h: the best three groups of sorted prices, shared by the files of the tiers kernel and by nobody else.
 */
#ifndef VOYGEN_KERNEL_TIERS_KMEANS_H
#define VOYGEN_KERNEL_TIERS_KMEANS_H

#include "tiers.h"

/* Where the second and the third group begin, as positions in the sorted prices; n when there is no such group. */
typedef struct tiers_groups
{
	size_t second;
	size_t third;
} tiers_groups;

/* prices ascending, n >= 1; logarithmic takes distances between logarithms (prices above 0 then). */
kernel_status tiers_kmeans_groups(const int64_t *sorted, size_t n, bool logarithmic, const kernel_alloc *alloc,
								  tiers_groups *groups);

#endif
