/*
 * builtin_order.c - filters that sort: sort, dictsort.
 *
 * Merging keeps equal items in their order, as JavaScript does, and needs no consistent comparison: templates may compare
 * numbers with texts. The lists are the heap's, so a limit may end the render in the middle.
 */
#include "render/builtin_order.h"

/* Merges two sorted runs that lie side by side, by way of `room`. */
static void
merge(struct render *run, const struct order *order, struct sortable *items, size_t middle, size_t count, struct sortable *room)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t at = 0; at < count; at++)
	{
		bool take_right = left == middle || (right < count && order->compare(run, order, &items[right], &items[left]) < 0);

		room[at] = items[take_right ? right++ : left++];
	}
	memcpy(items, room, count * sizeof(*items));
}

/* Below so many items they are put in place one by one. */
#define INSERTED 8

static void
insert_all(struct render *run, const struct order *order, struct sortable *items, size_t count)
{
	for (size_t i = 1; i < count; i++)
	{
		struct sortable item = items[i];
		size_t at = i;

		for (; at > 0 && order->compare(run, order, &item, &items[at - 1]) < 0; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

static void
sort_range(struct render *run, const struct order *order, struct sortable *items, size_t count, struct sortable *room)
{
	size_t middle = count / 2;

	render_step(run, count);
	if (count <= INSERTED)
	{
		insert_all(run, order, items, count);
		return;
	}
	sort_range(run, order, items, middle, room);
	sort_range(run, order, items + middle, count - middle, room);
	merge(run, order, items, middle, count, room);
}

void
order_sort(struct render *run, const struct order *order, struct sortable *items, size_t count)
{
	sort_range(run, order, items, count, render_alloc(run, (count + 1) * sizeof(*items)));
}

struct sortable *
order_room(struct render *run, size_t count)
{
	return render_alloc(run, (count + 1) * sizeof(struct sortable));
}

/* By the keys, texts without regard to case unless told; undefined last, whatever the direction. */
static int
compare_keys(struct render *run, const struct order *order, const struct sortable *a, const struct sortable *b)
{
	bool texts = a->key.kind == VALUE_STRING && b->key.kind == VALUE_STRING;
	int compared;

	if (order->by_item && (a->item.kind == VALUE_UNDEFINED || b->item.kind == VALUE_UNDEFINED))
		return (a->item.kind == VALUE_UNDEFINED) - (b->item.kind == VALUE_UNDEFINED);
	if (texts)
		render_step(run, (a->folded.length < b->folded.length ? a->folded.length : b->folded.length) / 64);
	compared = texts ? value_compare(run, a->folded, b->folded) : value_compare(run, a->key, b->key);
	if (compared != -1 && compared != 1)
		return 0;
	return order->reversed ? -compared : compared;
}

static struct value
in_lower_case(struct render *run, struct value text)
{
	struct buffer lowered = {0};

	builtin_lower(run, &lowered, value_slice(text));
	return buffer_value(&lowered, false);
}

/* sort(reverse, case_sensitive, attribute) */
static struct value
filter_sort(struct render *run, const struct arguments *arguments)
{
	struct list *items = builtin_items(run, argument(arguments, 0));
	bool case_sensitive = value_truth(argument_named(arguments, 2, "case_sensitive"));
	struct value attribute = argument_named(arguments, 3, "attribute");
	struct list *path = builtin_path(run, attribute);
	struct slice shown = builtin_string(run, attribute);
	struct order order = {.compare = compare_keys, .reversed = value_truth(argument_named(arguments, 1, "reverse")), .by_item = true};
	struct sortable *sorted = order_room(run, items->count);
	struct list *list = list_new(run, items->count);

	for (uint32_t i = 0; i < items->count; i++)
	{
		struct value key = builtin_at_path(run, items->items[i], path);

		if (key.kind == VALUE_UNDEFINED && path->count > 0 && run->throw_undefined && items->count > 1)
			render_fail(run, "sort: attribute \"%.*s\" resolved to undefined", (int) shown.length, shown.at);
		sorted[i] = (struct sortable){items->items[i], key, key};
		if (key.kind == VALUE_STRING && !case_sensitive)
			sorted[i].folded = in_lower_case(run, key);
	}
	order_sort(run, &order, sorted, items->count);
	for (uint32_t i = 0; i < items->count; i++)
		list_add(run, list, sorted[i].item);
	return value_list(list);
}

static int
compare_entries(struct render *run, const struct order *order, const struct sortable *a, const struct sortable *b)
{
	int compared = value_compare(run, a->folded, b->folded);

	(void) order;
	if (compared == 1)
		return 1;
	return value_same(a->folded, b->folded) ? 0 : -1;
}

/* dictsort(case_sensitive, by): a list of [key, value] */
static struct value
filter_dictsort(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	bool case_sensitive = value_truth(argument_named(arguments, 1, "case_sensitive"));
	struct value by = argument_named(arguments, 2, "by");
	bool by_value = by.kind == VALUE_STRING && slice_is(value_slice(by), "value");
	struct order order = {.compare = compare_entries};
	struct sortable *sorted;
	struct list *list;

	if (value.kind != VALUE_DICT)
		render_fail(run, "dictsort filter: val must be an object");
	if (!by_value && by.kind != VALUE_UNDEFINED && !(by.kind == VALUE_STRING && slice_is(value_slice(by), "key")))
		render_fail(run, "dictsort filter: You can only sort by either key or value");
	dict_order(run, value.dict);
	sorted = order_room(run, value.dict->count);
	list = list_new(run, value.dict->count);
	for (uint32_t i = 0; i < value.dict->count; i++)
	{
		struct dict_entry entry = value.dict->entries[i];
		struct list *pair = list_new(run, 2);

		list_add(run, pair, value_string(entry.key.bytes, entry.key.length));
		list_add(run, pair, entry.value);
		sorted[i] = (struct sortable){.item = value_list(pair), .folded = pair->items[by_value]};
		if (sorted[i].folded.kind == VALUE_STRING && !case_sensitive)
		{
			struct buffer upper = {0};

			builtin_upper(run, &upper, value_slice(sorted[i].folded));
			sorted[i].folded = buffer_value(&upper, false);
		}
	}
	order_sort(run, &order, sorted, value.dict->count);
	for (uint32_t i = 0; i < value.dict->count; i++)
		list_add(run, list, sorted[i].item);
	return value_list(list);
}

static const struct builtin filters[] = {
	{"dictsort", filter_dictsort},
	{"sort", filter_sort},
};

struct builtin_table
filters_of_order(void)
{
	return BUILTIN_TABLE(filters);
}
