/*
 * builtin_dict_method.c - what can be called on a dict (Python's methods, as Nunjucks' Jinja compatibility has them) and on a
 * number.
 */
#include "render/builtin_inside.h"

#include "render/number_text.h"

static struct dict *
self_dict(const struct arguments *arguments)
{
	return arguments->self.dict;
}

static struct dict *
changing(struct render *run, const struct arguments *arguments)
{
	dict_change(run, arguments->self.dict);
	return arguments->self.dict;
}

static struct key
key_argument(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_string(run, argument(arguments, 0));

	return key_of(text.at, text.length);
}

static struct value
key_value(struct key key)
{
	return value_string(key.bytes, key.length);
}

/* The dict with its entries in order. */
static struct dict *
ordered(struct render *run, const struct arguments *arguments)
{
	dict_order(run, arguments->self.dict);
	render_step(run, arguments->self.dict->count);
	return arguments->self.dict;
}

static struct value
pair(struct render *run, struct dict_entry entry)
{
	struct list *list = list_new(run, 2);

	list_add(run, list, key_value(entry.key));
	list_add(run, list, entry.value);
	return value_list(list);
}

static struct value
dict_items(struct render *run, const struct arguments *arguments)
{
	struct dict *dict = ordered(run, arguments);
	struct list *list = list_new(run, dict->count);

	for (uint32_t i = 0; i < dict->count; i++)
		list_add(run, list, pair(run, dict->entries[i]));
	return value_list(list);
}

static struct value
dict_keys(struct render *run, const struct arguments *arguments)
{
	struct dict *dict = ordered(run, arguments);
	struct list *list = list_new(run, dict->count);

	for (uint32_t i = 0; i < dict->count; i++)
		list_add(run, list, key_value(dict->entries[i].key));
	return value_list(list);
}

static struct value
dict_values(struct render *run, const struct arguments *arguments)
{
	struct dict *dict = ordered(run, arguments);
	struct list *list = list_new(run, dict->count);

	for (uint32_t i = 0; i < dict->count; i++)
		list_add(run, list, dict->entries[i].value);
	return value_list(list);
}

/* The value of the key of argument 0; undefined when there is none. */
static struct value
entry_value(struct render *run, const struct arguments *arguments)
{
	const struct value *found = dict_get(self_dict(arguments), key_argument(run, arguments));

	return found != NULL ? *found : value_undefined();
}

static struct value
dict_get_method(struct render *run, const struct arguments *arguments)
{
	struct value found = entry_value(run, arguments);

	return found.kind == VALUE_UNDEFINED ? argument(arguments, 1) : found;
}

static struct value
dict_has_key(struct render *run, const struct arguments *arguments)
{
	return value_boolean(dict_get(self_dict(arguments), key_argument(run, arguments)) != NULL);
}

static struct value
dict_pop(struct render *run, const struct arguments *arguments)
{
	struct value found = entry_value(run, arguments);

	if (found.kind != VALUE_UNDEFINED)
	{
		dict_remove(run, changing(run, arguments), key_argument(run, arguments));
		return found;
	}
	if (argument(arguments, 1).kind == VALUE_UNDEFINED)
		render_fail(run, "KeyError");
	return argument(arguments, 1);
}

static struct value
dict_popitem(struct render *run, const struct arguments *arguments)
{
	struct dict *dict = ordered(run, arguments);
	struct value first;

	if (dict->count == 0)
		render_fail(run, "KeyError");
	first = pair(run, dict->entries[0]);
	dict_remove(run, changing(run, arguments), dict->entries[0].key);
	return first;
}

static struct value
dict_setdefault(struct render *run, const struct arguments *arguments)
{
	struct key key = key_argument(run, arguments);
	struct value otherwise = argument(arguments, 1);

	if (dict_get(self_dict(arguments), key) == NULL)
		dict_set(run, changing(run, arguments), key, otherwise.kind == VALUE_UNDEFINED ? value_null() : otherwise);
	return entry_value(run, arguments);
}

static void
set_all(struct render *run, struct dict *dict, const struct dict *from)
{
	render_step(run, from->count);
	for (uint32_t i = 0; i < from->count; i++)
		dict_set(run, dict, from->entries[i].key, from->entries[i].value);
}

static struct value
dict_update(struct render *run, const struct arguments *arguments)
{
	struct dict *dict = changing(run, arguments);

	if (argument(arguments, 0).kind == VALUE_DICT && argument(arguments, 0).dict != dict)
		set_all(run, dict, argument(arguments, 0).dict);
	if (arguments->keywords != NULL)
		set_all(run, dict, arguments->keywords);
	return value_null();
}

static struct value
dict_to_string(struct render *run, const struct arguments *arguments)
{
	return value_to_string(run, arguments->self);
}

static const struct builtin dict_methods[] = {
	{"get", dict_get_method},
	{"hasOwnProperty", dict_has_key},
	{"has_key", dict_has_key},
	{"items", dict_items},
	{"iteritems", dict_items},
	{"iterkeys", dict_keys},
	{"itervalues", dict_values},
	{"keys", dict_keys},
	{"pop", dict_pop},
	{"popitem", dict_popitem},
	{"setdefault", dict_setdefault},
	{"toString", dict_to_string},
	{"update", dict_update},
	{"values", dict_values},
};

struct builtin_table
methods_of_dicts(void)
{
	return BUILTIN_TABLE(dict_methods);
}

static struct value
number_to_fixed(struct render *run, const struct arguments *arguments)
{
	struct value given = argument(arguments, 0);
	double decimals = given.kind == VALUE_UNDEFINED ? 0 : trunc(value_to_number(run, given));
	char text[NUMBER_FIXED_ROOM];

	if (isnan(decimals))
		decimals = 0;
	if (decimals < 0 || decimals > NUMBER_FIXED_MOST)
		render_fail(run, "RangeError: toFixed() digits argument must be between 0 and 100");
	return value_copy(run, text, number_fixed(arguments->self.number, (int) decimals, text));
}

/* In a base of 2 to 36; fractions in base 10 only. */
static struct value
number_to_string(struct render *run, const struct arguments *arguments)
{
	struct value given = argument(arguments, 0);
	double base = given.kind == VALUE_UNDEFINED ? 10 : trunc(value_to_number(run, given));
	double number = fabs(arguments->self.number);
	char digits[64];
	size_t at = sizeof(digits);

	if (!(base >= 2 && base <= 36))
		render_fail(run, "RangeError: toString() radix argument must be between 2 and 36");
	if (base == 10 || !isfinite(number))
		return value_to_string(run, arguments->self);
	if (number != trunc(number) || number > 0x1p53)
		builtin_wrong(run, "toString", "a whole number below 2^53 for another base than 10", arguments->self);
	do
	{
		digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int) fmod(number, base)];
		number = trunc(number / base);
	} while (number > 0);
	if (arguments->self.number < 0)
		digits[--at] = '-';
	return value_copy(run, digits + at, sizeof(digits) - at);
}

static const struct builtin number_methods[] = {
	{"toFixed", number_to_fixed},
	{"toString", number_to_string},
};

struct builtin_table
methods_of_numbers(void)
{
	return BUILTIN_TABLE(number_methods);
}
