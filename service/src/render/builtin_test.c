/*
 * builtin_test.c - the tests of `is`. Each answers true or false.
 */
#include "render/builtin_inside.h"

static struct value
is_callable(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_CALLABLE);
}

static struct value
is_defined(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind != VALUE_UNDEFINED);
}

static struct value
is_undefined(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_UNDEFINED);
}

static struct value
is_null(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_NULL);
}

static struct value
is_escaped(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);

	(void) run;
	return value_boolean(value.kind == VALUE_STRING && value.safe);
}

static struct value
is_number(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_NUMBER);
}

static struct value
is_string(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_STRING);
}

static struct value
is_mapping(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(argument(arguments, 0).kind == VALUE_DICT);
}

static struct value
is_iterable(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);

	if (value_is_nothing(value))
		builtin_wrong(run, "iterable", "a value", value);
	return value_boolean(value.kind == VALUE_STRING || value.kind == VALUE_LIST);
}

static struct value
is_truthy(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(value_truth(argument(arguments, 0)));
}

static struct value
is_falsy(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(!value_truth(argument(arguments, 0)));
}

/* What remains of a division; the sign is that of the number divided. */
static double
remainder_by(struct render *run, const struct arguments *arguments, double divisor)
{
	return fmod(value_to_number(run, argument(arguments, 0)), divisor);
}

static struct value
is_divisibleby(struct render *run, const struct arguments *arguments)
{
	return value_boolean(remainder_by(run, arguments, value_to_number(run, argument(arguments, 1))) == 0);
}

static struct value
is_even(struct render *run, const struct arguments *arguments)
{
	return value_boolean(remainder_by(run, arguments, 2) == 0);
}

/* A negative number is never odd here: -3 % 2 is -1. */
static struct value
is_odd(struct render *run, const struct arguments *arguments)
{
	return value_boolean(remainder_by(run, arguments, 2) == 1);
}

static struct value
is_equal(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(value_same(argument(arguments, 0), argument(arguments, 1)));
}

static struct value
is_unequal(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return value_boolean(!value_same(argument(arguments, 0), argument(arguments, 1)));
}

static int
compare(struct render *run, const struct arguments *arguments)
{
	return value_compare(run, argument(arguments, 0), argument(arguments, 1));
}

static struct value
is_greater(struct render *run, const struct arguments *arguments)
{
	return value_boolean(compare(run, arguments) == 1);
}

static struct value
is_less(struct render *run, const struct arguments *arguments)
{
	return value_boolean(compare(run, arguments) == -1);
}

static struct value
is_greater_or_equal(struct render *run, const struct arguments *arguments)
{
	int compared = compare(run, arguments);

	return value_boolean(compared == 0 || compared == 1);
}

static struct value
is_less_or_equal(struct render *run, const struct arguments *arguments)
{
	int compared = compare(run, arguments);

	return value_boolean(compared == 0 || compared == -1);
}

static struct value
is_lower(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_slice(run, "lower", argument(arguments, 0));
	struct buffer lowered = {0};

	builtin_lower(run, &lowered, text);
	return value_boolean(slice_equal(text, (struct slice){lowered.at, lowered.length}));
}

static struct value
is_upper(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_slice(run, "upper", argument(arguments, 0));
	struct buffer raised = {0};

	builtin_upper(run, &raised, text);
	return value_boolean(slice_equal(text, (struct slice){raised.at, raised.length}));
}

/* "none" is the same word as "null" in templates. */
static const struct builtin tests[] = {
	{"callable", is_callable},
	{"defined", is_defined},
	{"divisibleby", is_divisibleby},
	{"eq", is_equal},
	{"equalto", is_equal},
	{"escaped", is_escaped},
	{"even", is_even},
	{"falsy", is_falsy},
	{"ge", is_greater_or_equal},
	{"greaterthan", is_greater},
	{"gt", is_greater},
	{"iterable", is_iterable},
	{"le", is_less_or_equal},
	{"lessthan", is_less},
	{"lower", is_lower},
	{"lt", is_less},
	{"mapping", is_mapping},
	{"ne", is_unequal},
	{"none", is_null},
	{"null", is_null},
	{"number", is_number},
	{"odd", is_odd},
	{"sameas", is_equal},
	{"string", is_string},
	{"truthy", is_truthy},
	{"undefined", is_undefined},
	{"upper", is_upper},
};

struct builtin_table
tests_of_values(void)
{
	return BUILTIN_TABLE(tests);
}
