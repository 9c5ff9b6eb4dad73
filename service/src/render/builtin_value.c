/*
 * builtin_value.c - filters of numbers and of any value: abs, default, dump, float, int, round.
 */
#include "render/builtin_inside.h"

#include "render/value_json.h"
#include "render/number_text.h"

static struct value
filter_abs(struct render *run, const struct arguments *arguments)
{
	return value_number(fabs(value_to_number(run, argument(arguments, 0))));
}

/* default(otherwise, falsy): instead of undefined, or of all that is falsy */
static struct value
filter_default(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	bool falsy = value_truth(argument_named(arguments, 2, "boolean"));

	(void) run;
	if (falsy ? value_truth(value) : value.kind != VALUE_UNDEFINED)
		return value;
	return argument_named(arguments, 1, "default_value");
}

static struct value
filter_dump(struct render *run, const struct arguments *arguments)
{
	return value_json(run, argument(arguments, 0), argument_named(arguments, 1, "spaces"));
}

static struct value
filter_float(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_string(run, argument(arguments, 0));
	double number = number_prefix_float(text.at, text.length);

	return isnan(number) ? argument_named(arguments, 1, "default") : value_number(number);
}

/* JavaScript's ToInt32 of a base; what no base can be is 1, which number_prefix_int refuses. */
static int
base_of(struct render *run, struct value given)
{
	double base = given.kind == VALUE_UNDEFINED ? 10 : value_to_number(run, given);

	if (isnan(base) || isinf(base))
		return 0;
	return base >= -1 && base < 100 ? (int) base : 1;
}

static struct value
filter_int(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_string(run, argument(arguments, 0));
	int base = base_of(run, argument_named(arguments, 2, "base"));
	double number = number_prefix_int(text.at, text.length, base);

	return isnan(number) ? argument_named(arguments, 1, "default") : value_number(number);
}

/* JavaScript's Math.round: a half goes up. */
static double
round_half_up(double number)
{
	double below = floor(number);

	return number - below >= 0.5 ? below + 1 : below;
}

/* round(precision, method): method is "ceil", "floor" or anything else for the nearest */
static struct value
filter_round(struct render *run, const struct arguments *arguments)
{
	struct value precision = argument_named(arguments, 1, "precision");
	struct value method = argument_named(arguments, 2, "method");
	double factor = value_truth(precision) ? pow(10, value_to_number(run, precision)) : 1;
	double scaled = value_to_number(run, argument(arguments, 0)) * factor;

	if (method.kind == VALUE_STRING && slice_is(value_slice(method), "ceil"))
		return value_number(ceil(scaled) / factor);
	if (method.kind == VALUE_STRING && slice_is(value_slice(method), "floor"))
		return value_number(floor(scaled) / factor);
	return value_number(round_half_up(scaled) / factor);
}

static const struct builtin filters[] = {
	{"abs", filter_abs},
	{"d", filter_default},
	{"default", filter_default},
	{"dump", filter_dump},
	{"float", filter_float},
	{"int", filter_int},
	{"round", filter_round},
};

struct builtin_table
filters_of_values(void)
{
	return BUILTIN_TABLE(filters);
}
