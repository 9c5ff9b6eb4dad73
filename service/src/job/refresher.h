/*
 * refresher.h - keeps the facts of trips fresh: works off the marks of changed trips, a moment after they were made.
 */
#ifndef VOYGEN_REFRESHER_H
#define VOYGEN_REFRESHER_H

#include <stdbool.h>

#include "db/pool.h"
#include "loop/loop.h"

struct refresher;

/* It lies in the arena of the loop and uses one connection of the pool. */
struct refresher *refresher_open(struct loop *loop, struct pool *pool);

void refresher_drain(struct refresher *refresher);

/* True when nothing of it runs. */
bool refresher_quiet(const struct refresher *refresher);

/* True when it found nothing to do the last time it looked. */
bool refresher_idle(const struct refresher *refresher);

#endif
