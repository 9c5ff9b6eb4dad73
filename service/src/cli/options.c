/*
 * options.c - reads --name VALUE options of a subcommand.
 */
#include "cli/options.h"

#include <string.h>

static const struct option_value *
find_option(const struct option_value *options, const char *argument)
{
	size_t length = strcspn(argument, "=");

	for (; options->name != NULL; options++)
	{
		if (strlen(options->name) == length && strncmp(options->name, argument, length) == 0)
			return options;
	}
	return NULL;
}

/* Takes one option; returns how many arguments it was, 0 when it is wrong. */
static int
take_option(const struct command *command, const struct option_value *options, int left, char **argv)
{
	const struct option_value *option = find_option(options, argv[0]);
	const char *equals = strchr(argv[0], '=');

	if (option == NULL)
	{
		command_misused(command, "unknown option \"%s\"", argv[0]);
		return 0;
	}
	if (option->given != NULL && equals == NULL)
	{
		*option->given = true;
		return 1;
	}
	if (option->given != NULL || (equals == NULL && left < 2))
	{
		command_misused(command, option->given != NULL ? "%s takes no value" : "%s needs a value", option->name);
		return 0;
	}
	*option->value = equals != NULL ? equals + 1 : argv[1];
	return equals != NULL ? 1 : 2;
}

bool
options_read(const struct command *command, int argc, char **argv, const struct option_value *options,
			 const char **words, int most)
{
	int taken = 0;

	for (int at = 1; at < argc;)
	{
		int used;

		if (argv[at][0] != '-' || strcmp(argv[at], "-") == 0)
		{
			if (taken == most)
			{
				command_misused(command, "unexpected argument \"%s\"", argv[at]);
				return false;
			}
			words[taken++] = argv[at++];
			continue;
		}
		used = take_option(command, options, argc - at, argv + at);
		if (used == 0)
			return false;
		at += used;
	}
	return true;
}
