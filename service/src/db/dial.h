/*
 * dial.h - makes a connection without waiting, on the loop.
 */
#ifndef VOYGEN_DIAL_H
#define VOYGEN_DIAL_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "loop/loop.h"

struct event;

/* `why` is NULL when the connection stands (not blocking, quiet about notices); else it is to be finished. */
typedef void dial_done(void *owner, const char *why);

struct dial
{
	struct loop *loop;
	PGconn *connection;
	struct event *event; /* of the socket, which may be another one at each step */
	dial_done *done;
	void *owner;
};

/* Begins; answers the connection, which is the caller's from the start, or NULL when there is no memory. */
PGconn *dial_start(struct dial *dial, struct loop *loop, const char *url, dial_done *done, void *owner);

/* Gives up; harmless when it has ended. */
void dial_stop(struct dial *dial);

#endif
