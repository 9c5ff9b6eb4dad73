/*
 * options.h - reads --name VALUE options of a subcommand.
 */
#ifndef VOYGEN_OPTIONS_H
#define VOYGEN_OPTIONS_H

#include <stdbool.h>

#include "cli/command.h"

struct option_value
{
	const char *name;   /* with its dashes */
	const char **value; /* where the value goes; `--name=VALUE` is understood as well */
	bool *given;        /* for an option without a value; else NULL */
};

/*
 * Takes the options out of argv (one without a name ends the list) and the other arguments into `words`, at most
 * `most` of them. False when the line is wrong; the reason has then been said.
 */
bool options_read(const struct command *command, int argc, char **argv, const struct option_value *options,
				  const char **words, int most);

#endif
