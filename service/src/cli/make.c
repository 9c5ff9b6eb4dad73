/*
 * make.c - `voygen make`: the process that makes documents for jobs (job/maker.h starts it).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "job/mailing.h"
#include "job/make.h"
#include "job/proposal.h"

static enum command_status
run_make(const struct command *self, struct session *session, int argc, char **argv)
{
	struct failure failure;
	struct documents *documents = documents_open(session->arena);
	struct proposal_maker *proposals = proposal_maker_open(session->arena, documents, getenv("VOYGEN_IMAGE_ALLOW"), &failure);
	const struct make_kind kinds[] = {
		{"proposal", proposal_make, proposals},
		{"mail", mailing_make, documents},
		{NULL, NULL, NULL},
	};
	struct arena orders;
	bool sound;
	int out;

	(void) argv;
	if (argc > 1)
		return command_misused(self, "it takes no arguments");
	if (proposals == NULL)
		return command_failed(self, &failure);
	/* What a library prints must not get between the answers. */
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
	{
		failure_set(&failure, "unavailable", "standard output cannot be used", NULL);
		return command_failed(self, &failure);
	}
	arena_open(&orders, session->arena->fail);
	sound = make_serve(&orders, STDIN_FILENO, out, kinds);
	arena_close(&orders);
	proposal_maker_close(proposals);
	documents_close(documents);
	if (sound)
		return COMMAND_DONE;
	failure_set(&failure, "unavailable", "what came in is no order", NULL);
	return command_failed(self, &failure);
}

const struct command make_command = {
	.name = "make",
	.summary = NULL,
	.help = "usage: voygen make\n"
			"\n"
			"Makes documents for jobs and mails them: `voygen serve` and `voygen work` start it when there is one to make, and keep it.\n"
			"Not for people: orders come in on standard input, answers go out on standard output, each as a number of\n"
			"pieces of bytes (src/job/message.h), the first of which is JSON. It ends with its input, knows no database\n"
			"and no token.\n",
	.run = run_make,
};
