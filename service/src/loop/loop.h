/*
 * loop.h - the one event loop: sockets, timers, signals. Nothing in it may wait.
 *
 * All of the gateway runs in this one thread, so nothing needs a lock. The exception is cancelling a statement, which
 * libpq can only do by waiting: that has a thread of its own (db/canceller.c).
 */
#ifndef VOYGEN_LOOP_H
#define VOYGEN_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure/failure.h"
#include "memory/arena.h"

struct event;
struct event_base;
struct loop_job;

typedef void loop_callback(void *context);

#define LOOP_SCRATCH_BYTES ((size_t) 65536)

struct loop
{
	struct event_base *base;
	struct arena *arena;   /* outlives the loop; for what is made once */
	struct loop_job *jobs; /* timers and signals */
	int64_t now_ms;        /* monotonic; set anew before callbacks of sockets and timers */
	/* Free for use within one callback: nothing in it survives. */
	char *received; /* LOOP_SCRATCH_BYTES, for what is read */
	char *sending;  /* LOOP_SCRATCH_BYTES, for what is written */
};

/* `files` tells that regular files may be watched (standard input), which the fastest method cannot. */
bool loop_open(struct loop *loop, struct arena *arena, bool files, struct failure *failure);
void loop_close(struct loop *loop);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Calls back every so many milliseconds, as long as the loop lives. */
void loop_every(struct loop *loop, int milliseconds, loop_callback *callback, void *context);

/* A clock that rings once. All zero at first; it may be started anew when it has rung or has been stopped. Starting it fails
 * where there is no memory. */
struct loop_timer
{
	struct event *event;
	struct loop *loop;
	loop_callback *callback;
	void *context;
};

bool loop_timer_start(struct loop_timer *timer, struct loop *loop, int milliseconds, loop_callback *callback, void *context);

/* Rings no more; also for one that was never started. */
void loop_timer_stop(struct loop_timer *timer);

/* Calls back in the loop when the process gets the signal. Several may wait for one signal. */
void loop_on_signal(struct loop *loop, int signal, loop_callback *callback, void *context);

/* Sets now_ms. */
void loop_look_at_clock(struct loop *loop);

#endif
