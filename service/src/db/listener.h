/*
 * listener.h - LISTEN on a connection of its own: news from the database, handed to whoever has asked for the channel.
 *
 * News, never a duty: what is missed while the connection is away is not sent again. So every subscriber is also called
 * when the connection comes back, without a payload: anything may have changed meanwhile.
 */
#ifndef VOYGEN_LISTENER_H
#define VOYGEN_LISTENER_H

#include "loop/loop.h"

struct listener;

/* `payload` is NULL after a gap, the first time too. */
typedef void listener_news(void *owner, const char *channel, const char *payload);

/* It lies in the arena of the loop. Subscribe first, then start. */
struct listener *listener_open(struct loop *loop, const char *url);
void listener_close(struct listener *listener);

void listener_subscribe(struct listener *listener, const char *channel, listener_news *news, void *owner);

/* Begins to connect; goes on trying for as long as it lives. */
void listener_start(struct listener *listener);

#endif
