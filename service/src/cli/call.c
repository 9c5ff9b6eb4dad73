/*
 * call.c - `voygen call`: runs one tool as the token's owner and prints its structured result.
 *
 * The result's text is handed on as the database wrote it, not parsed and rebuilt: amounts keep every digit.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/caller.h"
#include "cli/job_wait.h"
#include "text/read.h"

/* The arguments of the tool: the JSON itself, @FILE, or - for standard input; none is an empty object. */
static bool
read_arguments(struct session *session, const char *given, struct text *text, struct failure *failure)
{
	if (given == NULL)
		given = "{}";
	if (given[0] == '@')
		return read_text(session->arena, given + 1, text, failure);
	if (strcmp(given, "-") == 0)
		return read_text(session->arena, NULL, text, failure);
	text->bytes = given;
	text->length = strlen(given);
	return true;
}

/* A tool that begins a job has done its work when the job is done. */
static bool
print_end_of_job(struct session *session, struct caller *caller, const char *job, struct failure *failure)
{
	const char *text = job_wait(session, caller, job, failure);

	if (text != NULL)
		puts(text);
	return text != NULL;
}

static bool
print_result(struct session *session, const char *tool, const struct text *arguments, struct failure *failure)
{
	struct caller caller;
	PGresult *result = NULL;
	const char *job = NULL;
	bool done;

	if (caller_open(session, &caller, failure))
	{
		/* From here on a signal is heard by whoever waits: for a statement, or for a job. */
		job_hold_signals();
		result = caller_call(session, &caller, tool, arguments->bytes, arguments->length, failure);
	}
	done = result != NULL;
	if (done)
		job = job_begun(session->arena, PQgetvalue(result, 0, 0));
	if (job != NULL)
		done = print_end_of_job(session, &caller, job, failure);
	else if (done)
	{
		fwrite(PQgetvalue(result, 0, 0), 1, (size_t) PQgetlength(result, 0, 0), stdout);
		putchar('\n');
	}
	PQclear(result);
	caller_close(&caller);
	return done;
}

static enum command_status
run_call(const struct command *self, struct session *session, int argc, char **argv)
{
	struct failure failure;
	struct text arguments;

	if (argc < 2 || argv[1][0] == '\0')
		return command_misused(self, "which tool? `voygen tools` lists them");
	if (argv[1][0] == '-')
		return command_misused(self, "unknown option \"%s\"", argv[1]);
	if (argc > 3)
		return command_misused(self, "unexpected argument \"%s\"; quote the JSON as one argument", argv[3]);
	if (!read_arguments(session, argc == 3 ? argv[2] : NULL, &arguments, &failure) ||
		!print_result(session, argv[1], &arguments, &failure))
	{
		failure_print_json(stderr, &failure);
		return COMMAND_FAILED;
	}
	return command_finished(self);
}

const struct command call_command = {
	.name = "call",
	.summary = "run one tool and print its result as JSON",
	.help = "usage: voygen call TOOL [JSON | @FILE | -]\n"
			"\n"
			"Runs the tool with the rights of VOYGEN_TOKEN. Its arguments are one JSON object: given as it is, read\n"
			"from FILE, or from standard input for \"-\"; none means {}.\n"
			"The result is printed as JSON on stdout. A failure is one JSON object\n"
			"{code, message, path, expected, got, hint} on stderr with exit status 1.\n"
			"A tool that begins a job is waited for: its progress is told on stderr, its result is printed in the end.\n"
			"Ctrl-C cancels the job; a second one leaves it alone.\n"
			"\n"
			"  voygen call find_trips '{\"query\": \"dublin\"}'\n"
			"  voygen call ingest_hotels @hotels.json\n",
	.run = run_call,
};
