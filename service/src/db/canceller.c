/*
 * canceller.c - the only thread beside the loop. The two share two lists of jobs under one mutex, and a pipe by which
 * the thread wakes the loop.
 */
#include "db/canceller.h"

#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"

/* How long the end waits for what has been asked. */
#define CLOSE_SECONDS 3

struct job
{
	struct job *next;
	PGcancel *cancel; /* NULL when there was no memory for it */
	loop_callback *done;
	void *owner;
};

struct canceller
{
	struct loop *loop;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t news;
	struct job *asked;    /* oldest first; under the mutex */
	struct job *answered; /* under the mutex */
	bool ends;            /* when nothing is asked any more; under the mutex */
	int wake[2];
	struct event *awake;
};

static void
push(struct job **list, struct job *job)
{
	while (*list != NULL)
		list = &(*list)->next;
	job->next = NULL;
	*list = job;
}

static void
ask_server(const struct job *job)
{
	char reason[256] = "no memory";

	if (job->cancel == NULL || !PQcancel(job->cancel, reason, sizeof(reason)))
		log_say(LOG_LEVEL_WARNING, "a statement could not be cancelled: %s", reason);
	PQfreeCancel(job->cancel);
}

static void *
work(void *context)
{
	struct canceller *c = context;

	pthread_mutex_lock(&c->mutex);
	for (;;)
	{
		struct job *job = c->asked;

		if (job == NULL && c->ends)
			break;
		if (job == NULL)
		{
			pthread_cond_wait(&c->news, &c->mutex);
			continue;
		}
		c->asked = job->next;
		pthread_mutex_unlock(&c->mutex);
		ask_server(job);
		pthread_mutex_lock(&c->mutex);
		push(&c->answered, job);
		/* the pipe is full when the loop is to be woken anyway */
		if (write(c->wake[1], "", 1) < 0)
			continue;
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

static void
on_answers(evutil_socket_t socket, short what, void *context)
{
	struct canceller *c = context;
	struct job *job;
	char bytes[64];

	(void) what;
	while (read(socket, bytes, sizeof(bytes)) == (ssize_t) sizeof(bytes))
		continue;
	pthread_mutex_lock(&c->mutex);
	job = c->answered;
	c->answered = NULL;
	pthread_mutex_unlock(&c->mutex);
	loop_look_at_clock(c->loop);
	while (job != NULL)
	{
		struct job *next = job->next;

		job->done(job->owner);
		free(job);
		job = next;
	}
}

struct canceller *
canceller_open(struct loop *loop)
{
	struct canceller *c = arena_alloc(loop->arena, sizeof(*c));
	sigset_t all;
	sigset_t before;

	c->loop = loop;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->news, NULL);
	if (pipe2(c->wake, O_NONBLOCK | O_CLOEXEC) != 0)
		loop->arena->fail(sizeof(*c));
	c->awake = event_new(loop->base, c->wake[0], EV_READ | EV_PERSIST, on_answers, c);
	if (c->awake == NULL || event_add(c->awake, NULL) != 0)
		loop->arena->fail(sizeof(*c));
	/* signals are the loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&c->thread, NULL, work, c) != 0)
		loop->arena->fail(sizeof(*c));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return c;
}

static void
free_jobs(struct job *job)
{
	while (job != NULL)
	{
		struct job *next = job->next;

		free(job);
		job = next;
	}
}

void
canceller_close(struct canceller *c)
{
	struct timespec late;

	pthread_mutex_lock(&c->mutex);
	c->ends = true;
	pthread_cond_signal(&c->news);
	pthread_mutex_unlock(&c->mutex);
	event_free(c->awake);
	clock_gettime(CLOCK_REALTIME, &late);
	late.tv_sec += CLOSE_SECONDS;
	/* a server that does not answer must not hold up the end: the thread goes with the process then */
	if (pthread_timedjoin_np(c->thread, NULL, &late) != 0)
	{
		pthread_detach(c->thread);
		return;
	}
	free_jobs(c->answered);
	close(c->wake[0]);
	close(c->wake[1]);
}

bool
canceller_ask(struct canceller *c, PGconn *connection, loop_callback *done, void *owner)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return false;
	*job = (struct job){.cancel = PQgetCancel(connection), .done = done, .owner = owner};
	pthread_mutex_lock(&c->mutex);
	push(&c->asked, job);
	pthread_cond_signal(&c->news);
	pthread_mutex_unlock(&c->mutex);
	return true;
}
