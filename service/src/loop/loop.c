/*
 * loop.c - the event loop on libevent.
 */
#include "loop/loop.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

struct loop_job
{
	struct loop_job *next;
	struct loop *loop;
	struct event *event;
	loop_callback *callback;
	void *context;
};

bool
loop_open(struct loop *loop, struct arena *arena, bool files, struct failure *failure)
{
	struct event_config *config = event_config_new();

	*loop = (struct loop){.arena = arena};
	if (config == NULL)
		arena->fail(sizeof(config));
	if (files)
		event_config_require_features(config, EV_FEATURE_FDS);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->base == NULL)
		return failure_set(failure, "unavailable", "the system gives no event loop", "raise the limit of open files");
	loop->received = malloc(LOOP_SCRATCH_BYTES);
	loop->sending = malloc(LOOP_SCRATCH_BYTES);
	if (loop->received == NULL || loop->sending == NULL)
		arena->fail(LOOP_SCRATCH_BYTES);
	loop_look_at_clock(loop);
	return true;
}

void
loop_close(struct loop *loop)
{
	for (struct loop_job *job = loop->jobs; job != NULL; job = job->next)
		event_free(job->event);
	if (loop->base != NULL)
		event_base_free(loop->base);
	free(loop->received);
	free(loop->sending);
}

void
loop_run(struct loop *loop)
{
	event_base_dispatch(loop->base);
}

void
loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

void
loop_look_at_clock(struct loop *loop)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	loop->now_ms = (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
run_job(evutil_socket_t socket, short what, void *context)
{
	struct loop_job *job = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(job->loop);
	job->callback(job->context);
}

static void
add_job(struct loop *loop, int signal, short what, const struct timeval *every, loop_callback *callback, void *context)
{
	struct loop_job *job = arena_alloc(loop->arena, sizeof(*job));

	*job = (struct loop_job){.next = loop->jobs, .loop = loop, .callback = callback, .context = context};
	job->event = event_new(loop->base, signal, (short) (what | EV_PERSIST), run_job, job);
	if (job->event == NULL || event_add(job->event, every) != 0)
		loop->arena->fail(sizeof(*job));
	loop->jobs = job;
}

void
loop_every(struct loop *loop, int milliseconds, loop_callback *callback, void *context)
{
	struct timeval every = {milliseconds / 1000, milliseconds % 1000 * 1000};

	add_job(loop, -1, 0, &every, callback, context);
}

void
loop_on_signal(struct loop *loop, int signal, loop_callback *callback, void *context)
{
	add_job(loop, signal, EV_SIGNAL, NULL, callback, context);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	if (timer->event != NULL)
		event_free(timer->event);
	timer->event = NULL;
}

static void
ring(evutil_socket_t socket, short what, void *context)
{
	struct loop_timer *timer = context;
	loop_callback *callback = timer->callback;

	(void) socket;
	(void) what;
	loop_look_at_clock(timer->loop);
	loop_timer_stop(timer);
	callback(timer->context);
}

bool
loop_timer_start(struct loop_timer *timer, struct loop *loop, int milliseconds, loop_callback *callback, void *context)
{
	struct timeval delay = {milliseconds / 1000, milliseconds % 1000 * 1000};

	loop_timer_stop(timer);
	*timer = (struct loop_timer){.loop = loop, .callback = callback, .context = context};
	timer->event = event_new(loop->base, -1, 0, ring, timer);
	if (timer->event != NULL && event_add(timer->event, &delay) == 0)
		return true;
	loop_timer_stop(timer);
	return false;
}
