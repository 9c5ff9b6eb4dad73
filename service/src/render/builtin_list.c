/*
 * builtin_list.c - filters that take lists apart or put them together.
 */
#include "render/builtin_inside.h"

#include <stdlib.h>

#include "render/number_text.h"
#include "text/unicode.h"

/* Fails for undefined and null, of which JavaScript cannot ask anything. */
static struct value
something(struct render *run, const char *who, struct value value)
{
	if (value_is_nothing(value))
		builtin_wrong(run, who, "a list", value);
	return value;
}

static struct value
filter_batch(struct render *run, const struct arguments *arguments)
{
	struct list *items = builtin_items(run, something(run, "batch", argument(arguments, 0)));
	double most = value_to_number(run, argument_named(arguments, 1, "linecount"));
	struct value fill = argument_named(arguments, 2, "fill_with");
	struct list *batches = list_new(run, 4);
	struct list *batch = NULL;

	for (uint32_t i = 0; i < items->count; i++)
	{
		if (batch == NULL || fmod(i, most) == 0)
		{
			batch = list_new(run, 4);
			list_add(run, batches, value_list(batch));
		}
		list_add(run, batch, items->items[i]);
	}
	if (batch != NULL && value_truth(fill))
		while (batch->count < most)
		{
			render_step(run, 1);
			list_add(run, batch, fill);
		}
	return value_list(batches);
}

static struct value
filter_first(struct render *run, const struct arguments *arguments)
{
	return builtin_own(run, something(run, "first", argument(arguments, 0)), value_number(0));
}

/* The item in front of the end, "length" of a dict being its entry. */
static struct value
last_item(struct render *run, struct value value)
{
	if (value.kind == VALUE_STRING && value.length > 0)
	{
		size_t start = unicode_before(value_slice(value), value.length);

		return value_string(value.bytes + start, value.length - start);
	}
	return builtin_own(run, value, value_number(builtin_count(run, value) - 1));
}

static struct value
filter_last(struct render *run, const struct arguments *arguments)
{
	return last_item(run, something(run, "last", argument(arguments, 0)));
}

static struct value
filter_random(struct render *run, const struct arguments *arguments)
{
	struct value value = something(run, "random", argument(arguments, 0));
	double count = builtin_count(run, value);

	if (!(count >= 1) || count > UINT32_MAX)
		return value_undefined();
	return builtin_own(run, value, value_number(arc4random_uniform((uint32_t) count)));
}

static struct value
filter_length(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);

	(void) run;
	if (value_is_nothing(value) || (value.kind == VALUE_BOOLEAN && !value.boolean))
		return value_number(0);
	if (value.kind == VALUE_DICT)
		return value_number(value.dict->count);
	return builtin_length(value);
}

/* Of every item what stands under `name` in it, or the items themselves when no name is given. */
static struct list *
members(struct render *run, const char *who, struct value value, struct value name)
{
	struct list *items;
	struct list *found;

	if (!value_truth(name))
		return builtin_list(run, who, value);
	items = builtin_items(run, value);
	found = list_new(run, items->count);
	for (uint32_t i = 0; i < items->count; i++)
	{
		if (value_is_nothing(items->items[i]))
			builtin_wrong(run, who, "items that have attributes", items->items[i]);
		list_add(run, found, builtin_own(run, items->items[i], name));
	}
	return found;
}

static struct value
filter_join(struct render *run, const struct arguments *arguments)
{
	struct value between = argument_named(arguments, 1, "d");
	struct list *items = members(run, "join", argument(arguments, 0), argument_named(arguments, 2, "attribute"));

	return builtin_join(run, items, value_truth(between) ? builtin_string(run, between) : (struct slice){"", 0});
}

static struct value
pair_of(struct render *run, struct dict_entry entry)
{
	struct dict *pair = dict_new(run, 2);

	dict_set(run, pair, key_of_word("key"), value_string(entry.key.bytes, entry.key.length));
	dict_set(run, pair, key_of_word("value"), entry.value);
	return value_dict(pair);
}

static struct value
filter_list(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	struct list *list;

	if (value.kind == VALUE_LIST || value.kind == VALUE_STRING)
		return value_list(builtin_items(run, value));
	if (value.kind != VALUE_DICT)
		render_fail(run, "list filter: type not iterable");
	dict_order(run, value.dict);
	list = list_new(run, value.dict->count);
	for (uint32_t i = 0; i < value.dict->count; i++)
	{
		render_step(run, 1);
		list_add(run, list, pair_of(run, value.dict->entries[i]));
	}
	return value_list(list);
}

static struct value
reverse_text(struct render *run, struct value text)
{
	struct buffer buffer = {0};
	size_t at = text.length;

	render_step(run, text.length / 8);
	while (at > 0)
	{
		size_t end = at;

		at = unicode_before(value_slice(text), at);
		buffer_add(run, &buffer, text.bytes + at, end - at);
	}
	return buffer_value(&buffer, text.safe);
}

static struct value
filter_reverse(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	struct list *items;
	struct list *reversed;

	if (value.kind == VALUE_STRING)
		return reverse_text(run, value);
	items = builtin_items(run, value);
	reversed = list_new(run, items->count);
	for (uint32_t i = items->count; i-- > 0;)
		list_add(run, reversed, items->items[i]);
	return value_list(reversed);
}

/* A piece of a list or a string, counted as JavaScript's slice does. */
static struct value
part(struct render *run, struct value whole, size_t length, double from, double to)
{
	size_t start = builtin_index(from, length);
	size_t end = builtin_index(to, length);
	struct slice text;
	struct list *list;

	render_step(run, 1 + (end > start ? end - start : 0));
	if (whole.kind == VALUE_STRING)
	{
		text = builtin_characters(value_slice(whole), start, end);
		return value_string(text.at, text.length);
	}
	list = list_new(run, end > start ? (uint32_t) (end - start) : 0);
	for (size_t i = start; i < end; i++)
		list_add(run, list, whole.list->items[i]);
	return value_list(list);
}

/* So many lists of equal length; the first ones have one item more when it does not come out even. */
static struct value
filter_slice(struct render *run, const struct arguments *arguments)
{
	struct value value = something(run, "slice", argument(arguments, 0));
	double slices = value_to_number(run, argument_named(arguments, 1, "slices"));
	struct value fill = argument_named(arguments, 2, "fill_with");
	double count = builtin_count(run, value);
	double length = floor(count / slices);
	double extra = fmod(count, slices);
	double offset = 0;
	struct list *parts = list_new(run, 4);

	if (slices > 0 && value.kind != VALUE_LIST && value.kind != VALUE_STRING)
		builtin_wrong(run, "slice", "a list", value);
	for (double i = 0; i < slices; i++)
	{
		double start = offset + i * length;
		struct value taken;

		if (i >= run->range_most)
			render_fail(run, "slice: more than %u slices", run->range_most);
		offset += i < extra;
		taken = part(run, value, (size_t) count, start, offset + (i + 1) * length);
		if (value_truth(fill) && i >= extra)
			list_add(run, builtin_list(run, "slice", taken), fill);
		list_add(run, parts, taken);
	}
	return value_list(parts);
}

static bool
adds_as_number(struct value value)
{
	return value.kind == VALUE_UNDEFINED || value.kind == VALUE_NULL || value.kind == VALUE_BOOLEAN || value.kind == VALUE_NUMBER;
}

/* JavaScript's + from item to item: numbers are added until something else comes, from there on texts are joined. */
static struct value
sum_of(struct render *run, const struct list *items)
{
	double sum = 0;
	uint32_t i = 0;
	struct buffer text = {0};

	for (; i < items->count && adds_as_number(items->items[i]); i++)
		sum += value_to_number(run, items->items[i]);
	if (i == items->count)
		return value_number(sum);
	for (value_append(run, &text, value_number(sum)); i < items->count; i++)
	{
		render_step(run, 1);
		value_append(run, &text, items->items[i]);
	}
	return buffer_value(&text, false);
}

static struct value
filter_sum(struct render *run, const struct arguments *arguments)
{
	struct value start = argument_named(arguments, 2, "start");
	struct list *items = members(run, "sum", argument(arguments, 0), argument_named(arguments, 1, "attribute"));
	struct value sum = sum_of(run, items);
	struct buffer text = {0};

	render_step(run, items->count);
	if (start.kind == VALUE_UNDEFINED)
		start = value_number(0);
	if (adds_as_number(start) && adds_as_number(sum))
		return value_number(value_to_number(run, start) + sum.number);
	value_append(run, &text, start);
	value_append(run, &text, sum);
	return buffer_value(&text, false);
}

static const struct builtin filters[] = {
	{"batch", filter_batch},
	{"first", filter_first},
	{"join", filter_join},
	{"last", filter_last},
	{"length", filter_length},
	{"list", filter_list},
	{"random", filter_random},
	{"reverse", filter_reverse},
	{"slice", filter_slice},
	{"sum", filter_sum},
};

struct builtin_table
filters_of_lists(void)
{
	return BUILTIN_TABLE(filters);
}
