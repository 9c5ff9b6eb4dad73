/*
 * canceller.h - asks the server to stop statements. libpq 15 can only wait for that, so it is done in a thread of its
 * own, one after the other; the answer comes back through the loop.
 */
#ifndef VOYGEN_CANCELLER_H
#define VOYGEN_CANCELLER_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "loop/loop.h"

struct canceller;

struct canceller *canceller_open(struct loop *loop);

/* Asks what is left to be asked, for a few seconds at most. `done` is called no more. */
void canceller_close(struct canceller *canceller);

/*
 * Asks the server to stop what this connection runs; `done` is called when the server has been asked, or could not be.
 * The next statement may be sent on the connection only then: what was asked earlier would hit it. False when there is no memory to
 * ask: then nothing is under way, and it may be tried again.
 */
bool canceller_ask(struct canceller *canceller, PGconn *connection, loop_callback *done, void *owner);

#endif
