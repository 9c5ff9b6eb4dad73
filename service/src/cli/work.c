/*
 * work.c - `voygen work`: does jobs and keeps facts fresh, without serving anybody.
 */
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/options.h"
#include "db/connection.h"
#include "job/work.h"

#define LOOK_MS 50
#define MOST_JOBS 100

/* One run of the command. */
struct working
{
	struct loop loop;
	struct canceller *canceller;
	struct listener *listener;
	struct work *work;
	bool once;
	bool draining;
};

static void
on_terminate(void *context)
{
	struct working *working = context;

	if (working->draining)
		loop_stop(&working->loop);
	working->draining = true;
	work_drain(working->work);
}

static void
look_whether_done(void *context)
{
	struct working *working = context;

	if (working->once && !working->draining && work_idle(working->work))
		on_terminate(working);
	if (working->draining && work_quiet(working->work))
		loop_stop(&working->loop);
}

/* On a loop of its own. A database that is not there is a failure now, and waited for later. */
static bool
work_on_loop(struct session *session, struct working *working, const struct work_settings *settings, struct failure *failure)
{
	PGconn *first = connection_open(session->arena, settings->url, failure);

	if (first == NULL)
		return false;
	PQfinish(first);
	if (!loop_open(&working->loop, session->arena, false, failure))
		return false;
	working->canceller = canceller_open(&working->loop);
	working->listener = listener_open(&working->loop, settings->url);
	working->work = work_open(&working->loop, working->listener, working->canceller, settings);
	listener_start(working->listener);
	loop_on_signal(&working->loop, SIGTERM, on_terminate, working);
	loop_on_signal(&working->loop, SIGINT, on_terminate, working);
	loop_every(&working->loop, LOOK_MS, look_whether_done, working);
	loop_run(&working->loop);
	listener_close(working->listener);
	work_close(working->work);
	canceller_close(working->canceller);
	loop_close(&working->loop);
	return true;
}

static bool
read_jobs(const char *text, int *jobs)
{
	char *end;
	long value = strtol(text, &end, 10);

	*jobs = (int) value;
	return end != text && *end == '\0' && value >= 0 && value <= MOST_JOBS;
}

static enum command_status
run_work(const struct command *self, struct session *session, int argc, char **argv)
{
	struct working working = {0};
	struct work_settings settings = {.url = session->settings.gateway_url, .refresh = true};
	const char *jobs = "2";
	bool no_refresh = false;
	const struct option_value options[] = {
		{"--jobs", &jobs, NULL},
		{"--no-refresh", NULL, &no_refresh},
		{"--once", NULL, &working.once},
		{NULL, NULL, NULL},
	};
	struct failure failure;

	if (!options_read(self, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	if (!read_jobs(jobs, &settings.jobs))
		return command_misused(self, "--jobs is a number from 0 to %d, not \"%s\"", MOST_JOBS, jobs);
	settings.refresh = !no_refresh;
	if (settings.jobs == 0 && no_refresh)
		return command_misused(self, "--jobs 0 and --no-refresh leave nothing to do");
	if (settings.url == NULL)
		failure_set(&failure, "precondition_failed", "VOYGEN_GATEWAY_URL is not set",
					"`make up` writes it to .voygen/env; run there or set it in the environment");
	if (settings.url == NULL || !work_on_loop(session, &working, &settings, &failure))
		return command_failed(self, &failure);
	return command_finished(self);
}

const struct command work_command = {
	.name = "work",
	.summary = "do long work (jobs) and keep the facts of trips fresh",
	.help = "usage: voygen work [--once] [--jobs N] [--no-refresh]\n"
			"\n"
			"Does the jobs that tools begin, for every agency and as whoever began them, and refreshes the facts of\n"
			"changed trips within moments. `voygen serve` does the same beside answering; this is for machines that\n"
			"serve nobody, and for scripts. Any number of processes share the work. The database is\n"
			"VOYGEN_GATEWAY_URL.\n"
			"\n"
			"  --once        ends when there is nothing left to do\n"
			"  --jobs N      jobs at once (2); 0: none\n"
			"  --no-refresh  leaves the facts to others\n"
			"\n"
			"SIGTERM and Ctrl-C end it when the step at hand of each job has ended (half a second, as a rule); what is\n"
			"left of the jobs goes to others. A second one ends it at once; then others wait for voygen.job_lease.\n",
	.run = run_work,
};
