/*
 * browser.h - a headless Chromium with its DevTools pipe, started without a window and cut off from the machine.
 *
 * Nothing here waits for longer than its deadline. The program must ignore SIGPIPE: a browser can go at any moment.
 */
#ifndef VOYGEN_BROWSER_H
#define VOYGEN_BROWSER_H

#include <stddef.h>
#include <stdint.h>

#include "browser/isolation.h"
#include "browser/keeper.h"
#include "failure/failure.h"

struct browser_settings
{
	const char *program; /* NULL: where Debian's packages have it */
	const char *user;    /* whose processes a browser started by root has; NULL: nobody */
	const char *folder;  /* where its own folder is made, which that user must reach; NULL: /tmp */
};

/* One that runs. */
struct browser
{
	int to; /* DevTools pipe, our ends; not blocking */
	int from;
	int control; /* closing it ends the browser and its keeper */
	pid_t keeper;
	pid_t pid; /* of the browser's first process */
	struct isolation isolation;
};

/* Starts one; false with the failure filled (`unavailable`, with the browser's own words where it had any). That it runs
 * does not mean yet that it answers. The arena is needed for the call alone. */
bool browser_start(struct browser *browser, const struct browser_settings *settings, struct arena *arena, int64_t deadline,
				   struct failure *failure);

/* Ends it at once and waits until its processes and its folder are gone; also for one that is gone already. */
void browser_stop(struct browser *browser);

/* Why it has gone, in words, for one whose pipe has ended; waits for the keeper to know, until the deadline. */
const char *browser_end(struct browser *browser, struct arena *arena, int64_t deadline);

/* Bytes its processes have to themselves (no files, nothing shared); 0 when that cannot be told. */
size_t browser_memory(const struct browser *browser);

#endif
