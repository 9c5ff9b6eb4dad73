/*
 * command.c - the ways a subcommand can end.
 */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum command_status
command_misused(const struct command *command, const char *format, ...)
{
	va_list arguments;
	const char *blank_line = strstr(command->help, "\n\n");
	int usage = blank_line != NULL ? (int) (blank_line - command->help) : (int) strlen(command->help);

	fprintf(stderr, "voygen %s: ", command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n%.*s\n", usage, command->help);
	return COMMAND_USAGE;
}

enum command_status
command_failed(const struct command *command, const struct failure *failure)
{
	fflush(stdout);
	failure_print_text(stderr, command->name, failure);
	return COMMAND_FAILED;
}

enum command_status
command_finished(const struct command *command)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return COMMAND_DONE;
	fprintf(stderr, "voygen %s: cannot write the answer to standard output: %s\n", command->name, strerror(errno));
	return COMMAND_FAILED;
}
