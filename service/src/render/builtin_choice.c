/*
 * builtin_choice.c - filters that choose among the items of a list: select, reject, selectattr, rejectattr, groupby.
 */
#include "render/builtin_inside.h"

/* The items for which the test of argument 1 ("truthy" unless told) says `wanted`. */
static struct value
choose(struct render *run, const struct arguments *arguments, const char *who, bool wanted)
{
	struct value items = argument(arguments, 0);
	struct value name = argument(arguments, 1);
	struct slice test_name = name.kind == VALUE_UNDEFINED ? SLICE_OF("truthy") : builtin_string(run, name);
	const struct builtin *test = builtin_test(test_name.at, test_name.length);
	struct list *from;
	struct list *chosen;

	if (test == NULL)
		render_fail(run, "test not found: %.*s", (int) (test_name.length < 100 ? test_name.length : 100), test_name.at);
	if (value_is_nothing(items))
		builtin_wrong(run, who, "a list", items);
	from = builtin_items(run, items);
	chosen = list_new(run, 4);
	for (uint32_t i = 0; i < from->count; i++)
	{
		struct value asked[2] = {from->items[i], argument(arguments, 2)};
		struct arguments call = {.at = asked, .count = 2};

		if (test->call(run, &call).boolean == wanted)
			list_add(run, chosen, from->items[i]);
	}
	return value_list(chosen);
}

static struct value
filter_select(struct render *run, const struct arguments *arguments)
{
	return choose(run, arguments, "select", true);
}

static struct value
filter_reject(struct render *run, const struct arguments *arguments)
{
	return choose(run, arguments, "reject", false);
}

/* The items whose attribute of that name is true, or is not. */
static struct value
choose_by_attribute(struct render *run, const struct arguments *arguments, const char *who, bool wanted)
{
	struct list *from = builtin_list(run, who, argument(arguments, 0));
	struct value name = argument_named(arguments, 1, "attribute");
	struct list *chosen = list_new(run, 4);

	for (uint32_t i = 0; i < from->count; i++)
	{
		render_step(run, 1);
		if (value_is_nothing(from->items[i]))
			builtin_wrong(run, who, "items that have attributes", from->items[i]);
		if (value_truth(builtin_own(run, from->items[i], name)) == wanted)
			list_add(run, chosen, from->items[i]);
	}
	return value_list(chosen);
}

static struct value
filter_selectattr(struct render *run, const struct arguments *arguments)
{
	return choose_by_attribute(run, arguments, "selectattr", true);
}

static struct value
filter_rejectattr(struct render *run, const struct arguments *arguments)
{
	return choose_by_attribute(run, arguments, "rejectattr", false);
}

/* A dict of lists: the items by the text of what stands at the path of argument 1. */
static struct value
filter_groupby(struct render *run, const struct arguments *arguments)
{
	struct value items = argument(arguments, 0);
	struct value name = argument_named(arguments, 1, "attribute");
	struct list *path = builtin_path(run, name);
	struct slice shown = builtin_string(run, name);
	struct dict *groups = dict_new(run, 4);
	struct list *from;

	if (value_is_nothing(items))
		builtin_wrong(run, "groupby", "a list", items);
	from = builtin_items(run, items);
	for (uint32_t i = 0; i < from->count; i++)
	{
		struct value at = builtin_at_path(run, from->items[i], path);
		struct slice text = builtin_string(run, at);
		struct key key = key_of(text.at, text.length);
		const struct value *group = dict_get(groups, key);

		render_step(run, 1);
		if (at.kind == VALUE_UNDEFINED && run->throw_undefined)
			render_fail(run, "groupby: attribute \"%.*s\" resolved to undefined", (int) shown.length, shown.at);
		if (group == NULL)
			dict_set(run, groups, key, value_list(list_new(run, 4)));
		list_add(run, dict_get(groups, key)->list, from->items[i]);
	}
	return value_dict(groups);
}

static const struct builtin filters[] = {
	{"groupby", filter_groupby},
	{"reject", filter_reject},
	{"rejectattr", filter_rejectattr},
	{"select", filter_select},
	{"selectattr", filter_selectattr},
};

struct builtin_table
filters_of_choice(void)
{
	return BUILTIN_TABLE(filters);
}
