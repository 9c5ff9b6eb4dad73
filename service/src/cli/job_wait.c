/*
 * job_wait.c - waits for a job.
 *
 * The news of the database (channel voygen_job) says when to look; what there is to see is asked for with get_job, as
 * any caller would. Without news it looks every second.
 */
#include "cli/job_wait.h"

#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "json/reading.h"
#include "json/scan.h"

#define LOOK_MS 1000

/* A job nobody has taken for so long lacks somebody who does jobs. */
#define UNTAKEN_LOOKS 5

struct waiting
{
	struct session *session;
	struct caller *caller;
	const char *job;
	const char *text; /* the last answer, as it came */
	const char *last; /* progress told last */
	int signals;      /* signalfd */
	int asked;        /* how often a signal came */
	int untaken;
};

const char *
job_begun(struct arena *arena, const char *result)
{
	/* Two members; the scan of another result ends at the third. */
	const struct scan_limits limits = {.levels = 1, .nodes = 2, .depth = 2};
	struct scan_fault fault;
	const struct scan_node *begun = scan_text(arena, slice_of(result), &limits, &fault);
	struct slice job;

	if (scan_member(begun, "status") == NULL || !scan_string(arena, scan_member(begun, "job_id"), &job))
		return NULL;
	return arena_copy(arena, job.at, job.length);
}

/* Calls a tool that takes the job alone; its result, parsed, to be put back. */
static struct json_object *
ask(struct waiting *waiting, const char *tool, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const char *arguments = arena_format(arena, "{\"job_id\": \"%s\"}", waiting->job);
	PGresult *result = caller_call(waiting->session, waiting->caller, tool, arguments, strlen(arguments), failure);

	if (result == NULL)
		return NULL;
	waiting->text = arena_string(arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	return json_read(waiting->text, strlen(waiting->text));
}

/* --- telling --------------------------------------------------------------------- */

static void
tell_progress(struct waiting *waiting, struct json_object *job)
{
	struct arena *arena = waiting->session->arena;
	struct json_object *progress = json_member(job, "progress");
	const char *total = json_text(arena, progress, "total", NULL);
	const char *line;

	if (total == NULL)
		return;
	line = arena_format(arena, "%s of %s: %s", json_text(arena, progress, "done", "0"), total, json_text(arena, progress, "message", ""));
	if (waiting->last != NULL && strcmp(line, waiting->last) == 0)
		return;
	waiting->last = line;
	fprintf(stderr, "job %s: %s\n", waiting->job, line);
}

static void
tell_untaken(struct waiting *waiting, const char *status)
{
	if (strcmp(status, "queued") == 0 && ++waiting->untaken == UNTAKEN_LOOKS)
		fprintf(stderr, "job %s: waits to be taken; `voygen work` or `voygen serve` does jobs\n", waiting->job);
}

/* --- how it ended ------------------------------------------------------------------ */

/* The result as the database wrote it, digit for digit. */
static const char *
end_done(struct waiting *waiting)
{
	const struct scan_limits limits = {.levels = 1, .nodes = 64, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;
	const struct scan_node *job = scan_text(waiting->session->arena, slice_of(waiting->text), &limits, &fault);
	struct slice raw = scan_member(job, "result")->raw;

	return arena_copy(waiting->session->arena, raw.at, raw.length);
}

static const char *
end_failed(struct waiting *waiting, struct json_object *job, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	struct json_object *error = json_member(job, "error");

	failure_set(failure, json_text(arena, error, "code", "internal"), json_text(arena, error, "message", "the job failed"),
				json_text(arena, error, "hint", NULL));
	failure->path = json_text(arena, error, "path", NULL);
	failure->expected = json_text(arena, error, "expected", NULL);
	failure->got = json_text(arena, error, "got", NULL);
	return NULL;
}

static const char *
end_asking(struct waiting *waiting, struct json_object *job, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	struct json_object *requests = json_member(job, "input_requests");

	json_object_object_foreach(requests, name, request)
	{
		failure_set(failure, "precondition_failed",
					arena_format(arena, "job %s waits for an answer: %s", waiting->job, json_text(arena, request, "message", name)),
					arena_format(arena, "voygen call answer_job '{\"job_id\": \"%s\", \"answers\": {\"%s\": {\"confirm\": true}}}'",
								 waiting->job, name));
		failure->expected = arena_format(arena, "{\"%s\": %s}", name,
										 json_object_to_json_string(json_object_object_get(request, "schema")));
		return NULL;
	}
	failure_set(failure, "precondition_failed", arena_format(arena, "job %s waits for an answer", waiting->job), NULL);
	return NULL;
}

/* True when there is no more to wait for. */
static bool
has_ended(struct waiting *waiting, struct json_object *job, const char **result, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const char *status = json_text(arena, job, "status", "");

	*result = NULL;
	if (strcmp(status, "done") == 0)
		*result = end_done(waiting);
	else if (strcmp(status, "failed") == 0)
		end_failed(waiting, job, failure);
	else if (strcmp(status, "cancelled") == 0)
		failure_set(failure, "timeout", arena_format(arena, "job %s was cancelled", waiting->job), "what its finished steps did is done");
	else if (strcmp(status, "input_required") == 0)
		end_asking(waiting, job, failure);
	else
	{
		tell_untaken(waiting, status);
		return false;
	}
	return true;
}

/* --- waiting ---------------------------------------------------------------------------- */

static bool
told_of_job(struct waiting *waiting)
{
	PGconn *connection = waiting->caller->connection;
	const char *own = arena_format(waiting->session->arena, "%lld %s ", (long long) waiting->caller->agency_id, waiting->job);
	PGnotify *news;
	bool told = false;

	while ((news = PQnotifies(connection)) != NULL)
	{
		told = told || strncmp(news->extra, own, strlen(own)) == 0;
		PQfreemem(news);
	}
	return told;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until there is news of the job, the time is up, or a signal came. */
static void
wait_for_news(struct waiting *waiting)
{
	int64_t end = milliseconds() + LOOK_MS;
	PGconn *connection = waiting->caller->connection;

	while (!told_of_job(waiting) && milliseconds() < end)
	{
		struct pollfd waits[] = {{.fd = PQsocket(connection), .events = POLLIN}, {.fd = waiting->signals, .events = POLLIN}};
		struct signalfd_siginfo signal;

		if (poll(waits, 2, (int) (end - milliseconds())) <= 0)
			return;
		if (waits[1].revents != 0 && read(waiting->signals, &signal, sizeof(signal)) > 0)
		{
			waiting->asked++;
			return;
		}
		if (waits[0].revents != 0 && !PQconsumeInput(connection))
			return;
	}
}

/* The first signal cancels; the job then ends by itself. */
static bool
obey_signals(struct waiting *waiting, int before, struct failure *failure)
{
	struct json_object *answer;

	if (waiting->asked == before)
		return true;
	if (waiting->asked > 1)
		return failure_set(failure, "timeout", arena_format(waiting->session->arena, "left job %s alone", waiting->job),
						   "it goes on until its step has been stopped; get_job tells");
	fprintf(stderr, "job %s: cancelling\n", waiting->job);
	answer = ask(waiting, "cancel_job", failure);
	json_object_put(answer);
	return answer != NULL;
}

static const char *
wait_to_the_end(struct waiting *waiting, struct failure *failure)
{
	for (;;)
	{
		struct json_object *job = ask(waiting, "get_job", failure);
		const char *result = NULL;
		int before = waiting->asked;
		bool ended = false;

		if (job != NULL)
		{
			tell_progress(waiting, job);
			ended = has_ended(waiting, job, &result, failure);
			json_object_put(job);
			if (!ended)
				wait_for_news(waiting);
		}
		else if (strcmp(failure->code, "timeout") == 0)
			waiting->asked++; /* the signal came while this was asked */
		else
			return NULL;
		if (ended)
			return result;
		if (!obey_signals(waiting, before, failure))
			return NULL;
	}
}

static void
signals_that_cancel(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
}

void
job_hold_signals(void)
{
	sigset_t signals;

	signals_that_cancel(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

const char *
job_wait(struct session *session, struct caller *caller, const char *job, struct failure *failure)
{
	struct waiting waiting = {.session = session, .caller = caller, .job = job};
	const char *result;
	sigset_t signals;

	signals_that_cancel(&signals);
	waiting.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	PQclear(PQexec(caller->connection, "listen voygen_job"));
	result = wait_to_the_end(&waiting, failure);
	if (waiting.signals >= 0)
		close(waiting.signals);
	return result;
}
