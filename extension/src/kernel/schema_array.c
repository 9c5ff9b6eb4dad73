/*
 * schema_array.c: rules for arrays.
 */
#include "schema_inside.h"

#include <stdio.h>
#include <string.h>

static bool
check_items(jschema_run *run, const jschema_arrays *a, const jdoc_value *value,
			const jdoc_place *place, jschema_marks *marks)
{
	for (uint32_t i = 0; i < value->count; i++)
	{
		jdoc_place here = {place, NULL, 0, i};
		const jschema_node *rule = i < a->prefix.count ? a->prefix.list[i] : a->items;

		if (rule == NULL)
			continue;
		if (!jschema_run_node(run, rule, &value->is.items[i], &here, NULL))
			return false;
		if (marks != NULL)
			marks->seen[i] = 1;
	}
	return true;
}

static bool
check_contains(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			   const jdoc_place *place, jschema_marks *marks)
{
	const jschema_arrays *a = node->arrays;
	uint64_t least = a->min_contains.given ? a->min_contains.value : 1;
	uint64_t found = 0;

	for (uint32_t i = 0; i < value->count; i++)
	{
		jdoc_place here = {place, NULL, 0, i};

		if (!jschema_run_quietly(run, a->contains, &value->is.items[i], &here, NULL))
			continue;
		found++;
		if (marks != NULL)
			marks->seen[i] = 1;
	}
	if (found < least)
		return jschema_fail(run, node, "contains", value, place,
							"a list with more items of the kind asked for");
	if (a->max_contains.given && found > a->max_contains.value)
		return jschema_fail(run, node, "maxContains", value, place,
							"a list with fewer items of the kind asked for");
	return true;
}

typedef struct hashed
{
	uint64_t hash;
	uint32_t index;
} hashed;

static bool
hashed_after(const hashed *a, const hashed *b)
{
	return a->hash != b->hash ? a->hash > b->hash : a->index > b->index;
}

static void
hashed_sink(hashed *heap, uint32_t root, uint32_t count)
{
	for (;;)
	{
		uint32_t largest = root;
		hashed kept;

		for (uint32_t child = 2 * root + 1; child <= 2 * root + 2; child++)
			if (child < count && hashed_after(&heap[child], &heap[largest]))
				largest = child;
		if (largest == root)
			return;
		kept = heap[root];
		heap[root] = heap[largest];
		heap[largest] = kept;
		root = largest;
	}
}

static void
hashed_sort(hashed *list, uint32_t count)
{
	for (uint32_t i = count / 2; i-- > 0;)
		hashed_sink(list, i, count);
	for (uint32_t last = count; last-- > 1;)
	{
		hashed top = list[0];

		list[0] = list[last];
		list[last] = top;
		hashed_sink(list, 0, last);
	}
}

/* Equal items have equal hashes, so only neighbours in order of hash are
 * compared. */
static bool
check_unique(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			 const jdoc_place *place)
{
	hashed *list = arena_take_many(run->scratch, value->count, sizeof(hashed));

	if (list == NULL)
		return jschema_give_up(run);
	for (uint32_t i = 0; i < value->count; i++)
	{
		list[i].hash = jdoc_hash(&value->is.items[i]);
		list[i].index = i;
	}
	hashed_sort(list, value->count);
	for (uint32_t i = 1; i < value->count; i++)
		for (uint32_t j = i; j-- > 0 && list[j].hash == list[i].hash;)
			if (jdoc_equal(&value->is.items[list[i].index], &value->is.items[list[j].index]))
			{
				jdoc_place here = {place, NULL, 0, list[i].index};

				return jschema_fail(run, node, "uniqueItems", &value->is.items[list[i].index],
									&here, "each item once in the list");
			}
	return true;
}

bool
jschema_check_array(jschema_run *run, const jschema_node *node, const jdoc_value *value,
					const jdoc_place *place, jschema_marks *marks)
{
	const jschema_arrays *a = node->arrays;

	if (a->min_items.given && value->count < a->min_items.value)
		return jschema_fail(run, node, "minItems", value, place, NULL);
	if (a->max_items.given && value->count > a->max_items.value)
		return jschema_fail(run, node, "maxItems", value, place, NULL);
	if ((a->items != NULL || a->prefix.count > 0) && !check_items(run, a, value, place, marks))
		return false;
	if (a->contains != NULL && !check_contains(run, node, value, place, marks))
		return false;
	return !a->unique || check_unique(run, node, value, place);
}
