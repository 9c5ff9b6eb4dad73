/* order.c: heap sort; see order.h. */
#include "order.h"

#include <string.h>

typedef struct heap
{
	char *items;
	size_t size;
	order_before before;
	const void *context;
} heap;

static bool
before_at(const heap *h, size_t a, size_t b)
{
	return h->before(h->items + a * h->size, h->items + b * h->size, h->context);
}

static void
swap_at(const heap *h, size_t a, size_t b)
{
	char held[ORDER_MAX_ITEM];

	memcpy(held, h->items + a * h->size, h->size);
	memcpy(h->items + a * h->size, h->items + b * h->size, h->size);
	memcpy(h->items + b * h->size, held, h->size);
}

/* Puts the item at `at` in its place in a heap of n whose root is the last in order. */
static void
sift_down(const heap *h, size_t at, size_t n)
{
	for (;;)
	{
		size_t child = 2 * at + 1;

		if (child >= n)
			return;
		if (child + 1 < n && before_at(h, child, child + 1))
			child++;
		if (!before_at(h, at, child))
			return;
		swap_at(h, at, child);
		at = child;
	}
}

void
order_sort(void *items, size_t n, size_t size, order_before before, const void *context)
{
	heap h = {items, size, before, context};

	for (size_t at = n / 2; at-- > 0;)
		sift_down(&h, at, n);
	for (size_t left = n; left > 1; left--)
	{
		swap_at(&h, 0, left - 1);
		sift_down(&h, 0, left - 1);
	}
}
