/*
 * job_wait.c - waits for a job.
 *
 * The news of the database (channel voygen_job) says when to look; what there is to see is asked for with get_job, as
 * any caller would. Without news it looks every second.
 */
#include "cli/job_wait.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "json/scan.h"

#define LOOK_MS 1000

/* A job nobody has taken for so long lacks somebody who does jobs. */
#define UNTAKEN_LOOKS 5

struct waiting
{
	struct session *session;
	struct caller *caller;
	const char *job;
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

/* --- reading answers, which json-c would not survive without memory ------------- */

/* The members of an object, each as it stands in the text. */
static const struct scan_node *
members_of(struct arena *arena, struct slice text)
{
	const struct scan_limits limits = {.levels = 1, .nodes = 64, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;

	return text.at != NULL ? scan_text(arena, text, &limits, &fault) : NULL;
}

static const struct scan_node *
inside(struct arena *arena, const struct scan_node *object, const char *name)
{
	const struct scan_node *member = scan_member(object, name);

	return member != NULL ? members_of(arena, member->raw) : NULL;
}

/* A text, or a number as its digits; `missing` for what is not there or null. */
static const char *
text_of(struct arena *arena, const struct scan_node *object, const char *name, const char *missing)
{
	const struct scan_node *member = scan_member(object, name);
	struct slice text;

	if (scan_string(arena, member, &text))
		return arena_copy(arena, text.at, text.length);
	if (member == NULL || member->kind == SCAN_NULL)
		return missing;
	return arena_copy(arena, member->raw.at, member->raw.length);
}

/* Calls a tool that takes the job alone; the members of its result, NULL with the failure filled. */
static const struct scan_node *
ask(struct waiting *waiting, const char *tool, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const char *arguments = arena_format(arena, "{\"job_id\": \"%s\"}", waiting->job);
	const struct scan_node *answer;
	PGresult *result = caller_call(waiting->session, waiting->caller, tool, arguments, strlen(arguments), failure);

	if (result == NULL)
		return NULL;
	answer = members_of(arena, slice_of(arena_string(arena, PQgetvalue(result, 0, 0))));
	PQclear(result);
	if (answer == NULL)
		failure_set(failure, "internal", arena_format(arena, "the answer of %s is no object", tool), NULL);
	return answer;
}

/* --- telling --------------------------------------------------------------------- */

static void
tell_progress(struct waiting *waiting, const struct scan_node *job)
{
	struct arena *arena = waiting->session->arena;
	const struct scan_node *progress = inside(arena, job, "progress");
	const char *total = text_of(arena, progress, "total", NULL);
	const char *line;

	if (total == NULL)
		return;
	line = arena_format(arena, "%s of %s: %s", text_of(arena, progress, "done", "0"), total, text_of(arena, progress, "message", ""));
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

static const char *
end_failed(struct waiting *waiting, const struct scan_node *job, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const struct scan_node *error = inside(arena, job, "error");

	failure_set(failure, text_of(arena, error, "code", "internal"), text_of(arena, error, "message", "the job failed"),
				text_of(arena, error, "hint", NULL));
	failure->path = text_of(arena, error, "path", NULL);
	failure->expected = text_of(arena, error, "expected", NULL);
	failure->got = text_of(arena, error, "got", NULL);
	return NULL;
}

static const char *
end_asking(struct waiting *waiting, const struct scan_node *job, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const struct scan_node *requests = inside(arena, job, "input_requests");
	const struct scan_node *first = requests != NULL ? requests->first : NULL;
	const struct scan_node *request = first != NULL ? members_of(arena, first->raw) : NULL;
	const char *name = first != NULL ? arena_copy(arena, first->name.at, first->name.length) : "";

	failure_set(failure, "precondition_failed",
				arena_format(arena, "job %s waits for an answer: %s", waiting->job, text_of(arena, request, "message", name)),
				arena_format(arena, "voygen call answer_job '{\"job_id\": \"%s\", \"answers\": {\"%s\": {\"confirm\": true}}}'",
							 waiting->job, name));
	failure->expected = arena_format(arena, "{\"%s\": %s}", name, text_of(arena, request, "schema", "{}"));
	return NULL;
}

/* True when there is no more to wait for. */
static bool
has_ended(struct waiting *waiting, const struct scan_node *job, const char **result, struct failure *failure)
{
	struct arena *arena = waiting->session->arena;
	const char *status = text_of(arena, job, "status", "");

	*result = NULL;
	if (strcmp(status, "done") == 0)
		*result = text_of(arena, job, "result", "null"); /* as the database wrote it */
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
	if (waiting->asked == before)
		return true;
	if (waiting->asked > 1)
		return failure_set(failure, "timeout", arena_format(waiting->session->arena, "left job %s alone", waiting->job),
						   "it goes on until its step has been stopped; get_job tells");
	fprintf(stderr, "job %s: cancelling\n", waiting->job);
	return ask(waiting, "cancel_job", failure) != NULL;
}

static const char *
wait_to_the_end(struct waiting *waiting, struct failure *failure)
{
	for (;;)
	{
		const struct scan_node *job = ask(waiting, "get_job", failure);
		const char *result = NULL;
		int before = waiting->asked;
		bool ended = false;

		if (job != NULL)
		{
			tell_progress(waiting, job);
			ended = has_ended(waiting, job, &result, failure);
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
