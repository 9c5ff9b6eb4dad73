/*
 * builtin_list_method.c - what can be called on a list: methods of JavaScript, and those of Python that Nunjucks' Jinja
 * compatibility knows (append, count, find, index, insert, pop with a position, remove).
 */
#include "render/builtin_order.h"

static struct list *
self_list(const struct arguments *arguments)
{
	return arguments->self.list;
}

/* The list, of which something is about to be changed. */
static struct list *
changing(struct render *run, const struct arguments *arguments)
{
	list_change(run, arguments->self.list);
	return arguments->self.list;
}

/* The position of an item that is equal (===), from `from` on; the count of items when there is none. */
static uint32_t
find_item(struct render *run, const struct list *list, struct value item, size_t from)
{
	uint32_t at = (uint32_t) from;

	while (at < list->count && !value_same(list->items[at], item))
	{
		render_step(run, 1);
		at++;
	}
	return at;
}

static bool
is_nan(struct value value)
{
	return value.kind == VALUE_NUMBER && isnan(value.number);
}

/* Takes `removed` items away at a position and puts others there; answers those taken. */
static struct value
splice(struct render *run, struct list *list, size_t at, size_t removed, const struct value *added, unsigned added_count)
{
	struct list *taken = list_new(run, (uint32_t) removed);
	struct list *rest = list_new(run, (uint32_t) (list->count - at - removed));

	render_step(run, 1 + list->count - at);
	for (size_t i = at; i < at + removed; i++)
		list_add(run, taken, list->items[i]);
	for (size_t i = at + removed; i < list->count; i++)
		list_add(run, rest, list->items[i]);
	list->count = (uint32_t) at;
	for (unsigned i = 0; i < added_count; i++)
		list_add(run, list, added[i]);
	for (uint32_t i = 0; i < rest->count; i++)
		list_add(run, list, rest->items[i]);
	return value_list(taken);
}

static struct value
list_append(struct render *run, const struct arguments *arguments)
{
	list_add(run, changing(run, arguments), argument(arguments, 0));
	return value_number(self_list(arguments)->count);
}

static struct value
list_push(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);

	for (unsigned i = 0; i < arguments->count; i++)
		list_add(run, list, arguments->at[i]);
	return value_number(list->count);
}

static struct value
list_at(struct render *run, const struct arguments *arguments)
{
	double index = trunc(builtin_number(run, arguments, 0, 0));
	double count = self_list(arguments)->count;

	if (isnan(index))
		index = 0;
	if (index < 0)
		index += count;
	return index >= 0 && index < count ? self_list(arguments)->items[(size_t) index] : value_undefined();
}

static struct value
list_concat(struct render *run, const struct arguments *arguments)
{
	struct list *joined = list_new(run, self_list(arguments)->count + arguments->count);

	for (unsigned i = 0; i <= arguments->count; i++)
	{
		struct value part = i == 0 ? arguments->self : arguments->at[i - 1];

		render_step(run, part.kind == VALUE_LIST ? part.list->count : 1);
		if (part.kind != VALUE_LIST)
			list_add(run, joined, part);
		for (uint32_t k = 0; part.kind == VALUE_LIST && k < part.list->count; k++)
			list_add(run, joined, part.list->items[k]);
	}
	return value_list(joined);
}

static struct value
list_count(struct render *run, const struct arguments *arguments)
{
	const struct list *list = self_list(arguments);
	double count = 0;

	for (uint32_t at = find_item(run, list, argument(arguments, 0), 0); at < list->count;
		 at = find_item(run, list, argument(arguments, 0), at + 1))
		count++;
	return value_number(count);
}

static struct value
list_includes(struct render *run, const struct arguments *arguments)
{
	const struct list *list = self_list(arguments);
	struct value item = argument(arguments, 0);
	uint32_t at = (uint32_t) builtin_index(builtin_number(run, arguments, 1, 0), list->count);

	if (is_nan(item))
		while (at < list->count && !is_nan(list->items[at]))
			at++;
	else
		at = find_item(run, list, item, at);
	return value_boolean(at < list->count);
}

static struct value
list_index_of(struct render *run, const struct arguments *arguments)
{
	const struct list *list = self_list(arguments);
	uint32_t found = find_item(run, list, argument(arguments, 0), builtin_index(builtin_number(run, arguments, 1, 0), list->count));

	return value_number(found < list->count ? (double) found : -1);
}

/* Python's find has no position to begin at. */
static struct value
list_find(struct render *run, const struct arguments *arguments)
{
	uint32_t found = find_item(run, self_list(arguments), argument(arguments, 0), 0);

	return value_number(found < self_list(arguments)->count ? (double) found : -1);
}

static struct value
list_index(struct render *run, const struct arguments *arguments)
{
	struct value found = list_find(run, arguments);

	if (found.number < 0)
		render_fail(run, "ValueError");
	return found;
}

static struct value
list_last_index_of(struct render *run, const struct arguments *arguments)
{
	const struct list *list = self_list(arguments);
	double from = trunc(builtin_number(run, arguments, 1, (double) list->count - 1));

	if (from < 0)
		from += list->count;
	for (size_t at = from < list->count - 1.0 ? (size_t) fmax(from + 1, 0) : list->count; at-- > 0;)
	{
		render_step(run, 1);
		if (value_same(list->items[at], argument(arguments, 0)))
			return value_number((double) at);
	}
	return value_number(-1);
}

static struct value
list_insert(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);
	struct value item = argument(arguments, 1);

	return splice(run, list, builtin_index(builtin_number(run, arguments, 0, 0), list->count), 0, &item, 1);
}

static struct value
list_join(struct render *run, const struct arguments *arguments)
{
	struct value between = argument(arguments, 0);

	return builtin_join(run, self_list(arguments), between.kind == VALUE_UNDEFINED ? SLICE_OF(",") : builtin_string(run, between));
}

/* The last item; with a position, as in Nunjucks, a list of the one item there. */
static struct value
list_pop(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);
	double index = builtin_number(run, arguments, 0, NAN);

	if (argument(arguments, 0).kind == VALUE_UNDEFINED)
		return list->count > 0 ? list->items[--list->count] : value_undefined();
	if (index >= list->count || index < 0)
		render_fail(run, "KeyError");
	return splice(run, list, builtin_index(index, list->count), list->count > 0, NULL, 0);
}

static struct value
list_remove(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);
	uint32_t found = find_item(run, list, argument(arguments, 0), 0);

	if (found == list->count)
		render_fail(run, "ValueError");
	return splice(run, list, found, 1, NULL, 0);
}

static struct value
list_reverse(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);

	render_step(run, list->count);
	for (uint32_t low = 0, high = list->count; low + 1 < high; low++)
	{
		struct value item = list->items[low];

		list->items[low] = list->items[--high];
		list->items[high] = item;
	}
	return arguments->self;
}

static struct value
list_shift(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);

	return list->count > 0 ? splice(run, list, 0, 1, NULL, 0).list->items[0] : value_undefined();
}

static struct value
list_unshift(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);

	splice(run, list, 0, 0, arguments->at, arguments->count);
	return value_number(list->count);
}

static struct value
list_slice(struct render *run, const struct arguments *arguments)
{
	const struct list *list = self_list(arguments);
	size_t from = builtin_index(builtin_number(run, arguments, 0, 0), list->count);
	size_t to = builtin_index(builtin_number(run, arguments, 1, INFINITY), list->count);
	struct list *part = list_new(run, to > from ? (uint32_t) (to - from) : 0);

	render_step(run, 1 + (to > from ? to - from : 0));
	for (; from < to; from++)
		list_add(run, part, list->items[from]);
	return value_list(part);
}

static struct value
list_splice(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);
	size_t at = builtin_index(builtin_number(run, arguments, 0, 0), list->count);
	double removed = builtin_number(run, arguments, 1, arguments->count == 1 ? INFINITY : 0);
	size_t left = list->count - at;
	unsigned added = arguments->count > 2 ? arguments->count - 2 : 0;

	if (arguments->count == 0)
		left = 0;
	return splice(run, list, at, removed > 0 ? (removed < (double) left ? (size_t) removed : left) : 0,
				  added > 0 ? arguments->at + 2 : NULL, added);
}

/* JavaScript sorts by the texts of the items. */
static int
compare_texts(struct render *run, const struct order *order, const struct sortable *a, const struct sortable *b)
{
	(void) order;
	if (a->item.kind == VALUE_UNDEFINED || b->item.kind == VALUE_UNDEFINED)
		return (a->item.kind == VALUE_UNDEFINED) - (b->item.kind == VALUE_UNDEFINED);
	return value_compare(run, a->key, b->key);
}

static struct value
list_sort(struct render *run, const struct arguments *arguments)
{
	struct list *list = changing(run, arguments);
	struct order order = {.compare = compare_texts};
	struct sortable *sorted = order_room(run, list->count);

	if (argument(arguments, 0).kind != VALUE_UNDEFINED)
		builtin_wrong(run, "sort", "no comparison (the filter sort takes an attribute)", argument(arguments, 0));
	for (uint32_t i = 0; i < list->count; i++)
		sorted[i] = (struct sortable){.item = list->items[i], .key = value_to_string(run, list->items[i])};
	order_sort(run, &order, sorted, list->count);
	for (uint32_t i = 0; i < list->count; i++)
		list->items[i] = sorted[i].item;
	return arguments->self;
}

static struct value
list_to_string(struct render *run, const struct arguments *arguments)
{
	return value_to_string(run, arguments->self);
}

static const struct builtin methods[] = {
	{"append", list_append},
	{"at", list_at},
	{"concat", list_concat},
	{"count", list_count},
	{"find", list_find},
	{"includes", list_includes},
	{"index", list_index},
	{"indexOf", list_index_of},
	{"insert", list_insert},
	{"join", list_join},
	{"lastIndexOf", list_last_index_of},
	{"pop", list_pop},
	{"push", list_push},
	{"remove", list_remove},
	{"reverse", list_reverse},
	{"shift", list_shift},
	{"slice", list_slice},
	{"sort", list_sort},
	{"splice", list_splice},
	{"toString", list_to_string},
	{"unshift", list_unshift},
};

struct builtin_table
methods_of_lists(void)
{
	return BUILTIN_TABLE(methods);
}
