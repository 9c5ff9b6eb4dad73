/*
 * builtin_global.c - functions that every template has: range, cycler, joiner, nights, plural.
 */
#include "render/builtin_inside.h"

/* range(stop), range(start, stop), range(start, stop, step) */
static struct value
global_range(struct render *run, const struct arguments *arguments)
{
	bool from_zero = argument(arguments, 1).kind == VALUE_UNDEFINED;
	double start = from_zero ? 0 : value_to_number(run, argument(arguments, 0));
	double stop = value_to_number(run, argument(arguments, from_zero ? 0 : 1));
	double step = from_zero || !value_truth(argument(arguments, 2)) ? 1 : value_to_number(run, argument(arguments, 2));
	struct list *numbers = list_new(run, 8);

	for (double number = start; step > 0 ? number < stop : number > stop; number += step)
	{
		render_step(run, 1);
		if (numbers->count == run->range_most)
			render_fail(run, "range: more than %u numbers", run->range_most);
		list_add(run, numbers, value_number(number));
	}
	return value_list(numbers);
}

/* What cycler() goes round. The dict it answers is the `self` of its functions, and shows the current item. */
struct cycle
{
	const struct value *items;
	unsigned count;
	unsigned next;
};

static struct value
cycler_next(struct render *run, const struct arguments *arguments)
{
	struct cycle *cycle = arguments->callee->state;
	struct value current = cycle->count > 0 ? cycle->items[cycle->next] : value_undefined();

	cycle->next = cycle->next + 1 < cycle->count ? cycle->next + 1 : 0;
	dict_set(run, arguments->callee->self.dict, key_of_word("current"), current);
	return current;
}

static struct value
cycler_reset(struct render *run, const struct arguments *arguments)
{
	struct cycle *cycle = arguments->callee->state;

	cycle->next = 0;
	dict_set(run, arguments->callee->self.dict, key_of_word("current"), value_null());
	return value_undefined();
}

static struct value
global_cycler(struct render *run, const struct arguments *arguments)
{
	static const struct builtin next = {"next", cycler_next};
	static const struct builtin reset = {"reset", cycler_reset};
	struct cycle *cycle = render_alloc(run, sizeof(*cycle));
	struct value *items = render_alloc(run, (arguments->count + 1) * sizeof(*items));
	struct dict *dict = dict_new(run, 4);

	if (arguments->count > 0)
		memcpy(items, arguments->at, arguments->count * sizeof(*items));
	*cycle = (struct cycle){items, arguments->count, 0};
	dict_set(run, dict, key_of_word("current"), value_null());
	dict_set(run, dict, key_of_word("reset"), callable_new(run, &reset, value_dict(dict), cycle));
	dict_set(run, dict, key_of_word("next"), callable_new(run, &next, value_dict(dict), cycle));
	return value_dict(dict);
}

struct joint
{
	struct value separator;
	bool used;
};

/* Nothing the first time, the separator from then on. */
static struct value
joiner_join(struct render *run, const struct arguments *arguments)
{
	struct joint *joint = arguments->callee->state;
	struct value between = joint->used ? joint->separator : value_word("");

	(void) run;
	joint->used = true;
	return between;
}

static struct value
global_joiner(struct render *run, const struct arguments *arguments)
{
	static const struct builtin join = {"joiner", joiner_join};
	struct value separator = argument(arguments, 0);
	struct joint *joint = render_alloc(run, sizeof(*joint));

	*joint = (struct joint){value_truth(separator) ? separator : value_word(","), false};
	return callable_new(run, &join, value_undefined(), joint);
}

static const struct builtin globals[] = {
	{"cycler", global_cycler},
	{"joiner", global_joiner},
	{"nights", builtin_nights},
	{"plural", builtin_plural},
	{"range", global_range},
};

struct builtin_table
globals_of_templates(void)
{
	return BUILTIN_TABLE(globals);
}
