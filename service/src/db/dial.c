/*
 * dial.c - libpq's connecting, step by step.
 */
#include "db/dial.h"

#include <event2/event.h>
#include <stdio.h>

#include "db/greeting.h"

static void
drop_notice(void *context, const PGresult *notice)
{
	(void) context;
	(void) notice;
}

static void step(struct dial *dial);

static void
on_ready(evutil_socket_t socket, short what, void *context)
{
	struct dial *dial = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(dial->loop);
	event_free(dial->event);
	dial->event = NULL;
	step(dial);
}

/* False when there is no memory. */
static bool
wait_for(struct dial *dial, short what)
{
	dial->event = event_new(dial->loop->base, PQsocket(dial->connection), what, on_ready, dial);
	return dial->event != NULL && event_add(dial->event, NULL) == 0;
}

static void
go_on(struct dial *dial, short what)
{
	if (!wait_for(dial, what))
		dial->done(dial->owner, "no memory for a connection");
}

static void
step(struct dial *dial)
{
	switch (PQconnectPoll(dial->connection))
	{
		case PGRES_POLLING_READING:
			go_on(dial, EV_READ);
			return;
		case PGRES_POLLING_OK:
			PQsetnonblocking(dial->connection, 1);
			PQsetNoticeReceiver(dial->connection, drop_notice, NULL);
			dial->done(dial->owner, NULL);
			return;
		case PGRES_POLLING_FAILED:
			dial->done(dial->owner, PQerrorMessage(dial->connection));
			return;
		default:
			go_on(dial, EV_WRITE);
			return;
	}
}

PGconn *
dial_start(struct dial *dial, struct loop *loop, const char *url, dial_done *done, void *owner)
{
	/* the server looks whether this program is still there while it works for it; an address may say otherwise */
	char options[GREETING_BYTES + 64];
	const char *const keywords[] = {"options", "dbname", "client_encoding", "fallback_application_name", NULL};
	const char *const values[] = {options, url, "UTF8", "voygen gateway", NULL};
	PGconn *connection;

	snprintf(options, sizeof(options), "-c client_connection_check_interval=2000 %s", greeting_option());
	connection = PQconnectStartParams(keywords, values, 1);
	*dial = (struct dial){.loop = loop, .connection = connection, .done = done, .owner = owner};
	/* libpq asks to be called as if it had to write first; with a fault it has no socket yet */
	if (connection == NULL || PQstatus(connection) == CONNECTION_BAD || wait_for(dial, EV_WRITE))
		return connection;
	dial_stop(dial);
	PQfinish(connection);
	return NULL;
}

void
dial_stop(struct dial *dial)
{
	if (dial->event != NULL)
		event_free(dial->event);
	dial->event = NULL;
}
