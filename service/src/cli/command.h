/*
 * command.h - what a subcommand is. Each lives in a file of its own named after it; main.c holds the list.
 */
#ifndef VOYGEN_COMMAND_H
#define VOYGEN_COMMAND_H

#include <stdio.h>

#include "config/settings.h"
#include "failure/failure.h"
#include "memory/arena.h"

/* Exit statuses of the program. */
enum command_status
{
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1, /* the request failed; the message is on stderr */
	COMMAND_USAGE = 2   /* the command line was wrong */
};

struct session
{
	struct arena *arena; /* lives until the subcommand ends */
	struct settings settings;
};

struct command
{
	const char *name;
	const char *summary; /* one line, for `voygen -h`; NULL: programs call it, and it stands behind the others */
	const char *help;    /* the whole page of `voygen NAME -h` */
	/* argv[0] is the subcommand's name. */
	enum command_status (*run)(const struct command *self, struct session *session, int argc, char **argv);
};

extern const struct command call_command;
extern const struct command tools_command;
extern const struct command work_command;
extern const struct command doctor_command;
extern const struct command agency_command;
extern const struct command user_command;
extern const struct command token_command;
extern const struct command demo_command;
extern const struct command serve_command;
extern const struct command render_command;
extern const struct command image_command;
extern const struct command pdf_command;
extern const struct command proposal_command;
extern const struct command make_command;

/* Prints the reason and the usage lines of the help on stderr; always COMMAND_USAGE. */
enum command_status command_misused(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints the failure as text on stderr; always COMMAND_FAILED. */
enum command_status command_failed(const struct command *command, const struct failure *failure);

/* Flushes stdout: a full disk or a closed pipe is a failure, too. */
enum command_status command_finished(const struct command *command);

#endif
