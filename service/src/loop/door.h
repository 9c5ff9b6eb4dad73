/*
 * door.h - a listening TCP socket.
 */
#ifndef VOYGEN_DOOR_H
#define VOYGEN_DOOR_H

#include <stdbool.h>

#include "failure/failure.h"
#include "loop/loop.h"

/* Owns the accepted socket from then on (not blocking, closed on exec). */
typedef void door_visitor(void *context, int socket);

struct door
{
	struct loop *loop;
	int socket;
	struct event *event;
	door_visitor *visitor;
	void *context;
	char address[80]; /* as it is reached, ADDR:PORT */
};

/* Listens on ADDR:PORT, [ADDR6]:PORT or localhost:PORT; port 0 takes a free one. */
bool door_open(struct door *door, struct loop *loop, const char *where, door_visitor *visitor, void *context,
			   struct failure *failure);

/* Accepts no more; harmless when it is closed already. */
void door_close(struct door *door);

/* True for an address that only this machine reaches. */
bool door_is_local(const struct door *door);

#endif
