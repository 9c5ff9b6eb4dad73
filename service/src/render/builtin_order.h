/*
 * builtin_order.h - sorting inside of a render: stable, and ended by its limits.
 */
#ifndef VOYGEN_RENDER_BUILTIN_ORDER_H
#define VOYGEN_RENDER_BUILTIN_ORDER_H

#include "render/builtin_inside.h"

struct sortable
{
	struct value item;
	struct value key;    /* by which it is sorted */
	struct value folded; /* the same, a text in one case */
};

struct order
{
	/* below 0: a stands in front of b; above 0: behind it */
	int (*compare)(struct render *run, const struct order *order, const struct sortable *a, const struct sortable *b);
	bool reversed;
	bool by_item; /* items that are undefined go to the end */
};

/* Room for so many. */
struct sortable *order_room(struct render *run, size_t count);

void order_sort(struct render *run, const struct order *order, struct sortable *items, size_t count);

#endif
