/*
 * work.h - what a process does for all agencies beside answering calls: jobs, and the facts of trips. The same on the
 * loop of the gateway as on one of its own (`voygen work`).
 */
#ifndef VOYGEN_WORK_H
#define VOYGEN_WORK_H

#include <stdbool.h>

#include "db/canceller.h"
#include "db/listener.h"
#include "job/worker.h"
#include "loop/loop.h"

struct work;

struct work_settings
{
	const char *url; /* of the gateway's login */
	int jobs;        /* at once; 0: none */
	bool refresh;
};

/* Begins at once, on connections of its own. It lies in the arena of the loop; the listener is not started yet. */
struct work *work_open(struct loop *loop, struct listener *listener, struct canceller *canceller, const struct work_settings *settings);
void work_close(struct work *work);

/* Begins nothing new; what runs comes to the end of its step. */
void work_drain(struct work *work);
bool work_quiet(const struct work *work);

/* True when there was nothing to do the last time it looked. */
bool work_idle(const struct work *work);

/* All zero where no jobs are done. */
struct worker_state work_look(const struct work *work);

#endif
