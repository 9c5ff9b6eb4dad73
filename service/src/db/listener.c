/*
 * listener.c - the connection that waits for notifications.
 */
#include "db/listener.h"

#include <event2/event.h>
#include <string.h>

#include "db/dial.h"
#include "log/log.h"

#define RETRY_MS 500

struct subscription
{
	struct subscription *next;
	const char *channel;
	listener_news *news;
	void *owner;
};

struct listener
{
	struct loop *loop;
	const char *url;
	struct subscription *subscriptions;
	PGconn *connection;
	struct dial dial;
	struct event *reading;
	bool started;
	bool listening; /* the server has taken the LISTENs */
};

struct listener *
listener_open(struct loop *loop, const char *url)
{
	struct listener *listener = arena_alloc(loop->arena, sizeof(*listener));

	listener->loop = loop;
	listener->url = url;
	return listener;
}

static void
hang_up(struct listener *listener)
{
	dial_stop(&listener->dial);
	if (listener->reading != NULL)
		event_free(listener->reading);
	listener->reading = NULL;
	PQfinish(listener->connection);
	listener->connection = NULL;
	listener->listening = false;
}

void
listener_close(struct listener *listener)
{
	listener->started = false;
	hang_up(listener);
}

void
listener_subscribe(struct listener *listener, const char *channel, listener_news *news, void *owner)
{
	struct subscription *subscription = arena_alloc(listener->loop->arena, sizeof(*subscription));

	*subscription = (struct subscription){listener->subscriptions, channel, news, owner};
	listener->subscriptions = subscription;
}

static void
tell(struct listener *listener, const char *channel, const char *payload)
{
	for (struct subscription *s = listener->subscriptions; s != NULL; s = s->next)
	{
		if (channel == NULL || strcmp(channel, s->channel) == 0)
			s->news(s->owner, s->channel, payload);
	}
}

/* All channels in one message, which is one transaction. */
static bool
send_listens(struct listener *listener)
{
	struct arena arena;
	char *text;
	bool sent;

	arena_open(&arena, listener->loop->arena->fail);
	text = arena_string(&arena, "");
	for (struct subscription *s = listener->subscriptions; s != NULL; s = s->next)
	{
		char *name = PQescapeIdentifier(listener->connection, s->channel, strlen(s->channel));

		text = arena_format(&arena, "%slisten %s;", text, name != NULL ? name : "nothing");
		PQfreemem(name);
	}
	sent = PQsendQuery(listener->connection, text) != 0;
	arena_close(&arena);
	return sent && PQflush(listener->connection) >= 0;
}

static void
take_results(struct listener *listener)
{
	while (!PQisBusy(listener->connection))
	{
		PGresult *result = PQgetResult(listener->connection);

		if (result == NULL)
			break;
		PQclear(result);
	}
	if (!listener->listening && PQtransactionStatus(listener->connection) == PQTRANS_IDLE)
	{
		listener->listening = true;
		tell(listener, NULL, NULL);
	}
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	struct listener *listener = context;
	PGnotify *notice;

	(void) socket;
	(void) what;
	loop_look_at_clock(listener->loop);
	if (!PQconsumeInput(listener->connection))
	{
		hang_up(listener);
		return;
	}
	take_results(listener);
	while ((notice = PQnotifies(listener->connection)) != NULL)
	{
		tell(listener, notice->relname, notice->extra);
		PQfreemem(notice);
	}
}

static void
on_connected(void *owner, const char *why)
{
	struct listener *listener = owner;

	if (why != NULL)
	{
		hang_up(listener);
		return;
	}
	listener->reading =
		event_new(listener->loop->base, PQsocket(listener->connection), EV_READ | EV_PERSIST, on_readable, listener);
	if (listener->reading == NULL || event_add(listener->reading, NULL) != 0 || !send_listens(listener))
		hang_up(listener);
}

static void
tend(void *context)
{
	struct listener *listener = context;

	if (!listener->started || listener->connection != NULL)
		return;
	listener->connection = dial_start(&listener->dial, listener->loop, listener->url, on_connected, listener);
	if (listener->connection != NULL && PQstatus(listener->connection) == CONNECTION_BAD)
		hang_up(listener);
}

void
listener_start(struct listener *listener)
{
	/* without a channel there is nothing to hear */
	listener->started = listener->subscriptions != NULL;
	tend(listener);
	loop_every(listener->loop, RETRY_MS, tend, listener);
}
