/*
 * builtin.c - the built-ins by name.
 *
 * A name is sought when a template is compiled (methods: when it runs), in the sorted table of its subject.
 */
#include "render/builtin_inside.h"

static const struct builtin *
find(struct builtin_table table, const char *name, size_t length)
{
	size_t low = 0;
	size_t high = table.count;

	while (low < high)
	{
		size_t middle = (low + high) / 2;
		const char *there = table.at[middle].name;
		int order = strncmp(there, name, length);

		if (order == 0 && there[length] == '\0')
			return table.at + middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct builtin *
builtin_filter(const char *name, size_t length)
{
	const struct builtin_table tables[] = {filters_of_text(), filters_of_markup(), filters_of_lists(), filters_of_choice(),
										   filters_of_order(), filters_of_values(), filters_of_trade()};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
	{
		const struct builtin *found = find(tables[i], name, length);

		if (found != NULL)
			return found;
	}
	return NULL;
}

const struct builtin *
builtin_test(const char *name, size_t length)
{
	return find(tests_of_values(), name, length);
}

const struct builtin *
builtin_global(const char *name, size_t length)
{
	return find(globals_of_templates(), name, length);
}

const struct builtin *
builtin_method(struct value value, const char *name, size_t length)
{
	switch (value.kind)
	{
		case VALUE_STRING:
			return find(methods_of_strings(), name, length);
		case VALUE_LIST:
			return find(methods_of_lists(), name, length);
		case VALUE_DICT:
			return find(methods_of_dicts(), name, length);
		case VALUE_NUMBER:
			return find(methods_of_numbers(), name, length);
		case VALUE_REGEX:
			return find(methods_of_regexes(), name, length);
		default:
			return NULL;
	}
}
