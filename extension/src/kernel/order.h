/*
 * order.h: sorts an array in place without memory of its own (heap sort). The C library's qsort may call malloc, which a
 * kernel must not. `before` must be a strict total order where the result has to be the same on every machine.
 */
#ifndef VOYGEN_KERNEL_ORDER_H
#define VOYGEN_KERNEL_ORDER_H

#include "kernel.h"

#define ORDER_MAX_ITEM 64 /* bytes of an item at most */

typedef bool (*order_before)(const void *a, const void *b, const void *context);

void order_sort(void *items, size_t n, size_t size, order_before before, const void *context);

#endif
