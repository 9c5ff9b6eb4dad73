/*
 * link.c - the life of one connection.
 */
#include "db/link.h"

#include <event2/event.h>
#include <string.h>

#include "db/refusal.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 2000
#define CONNECT_MS 10000
#define ASK_AGAIN_MS 100

static void
become(struct link *link, enum link_state state)
{
	link->state = state;
	link->since_ms = link->loop->now_ms;
}

/* Gives the connection back to the system. */
static void
hang_up(struct link *link)
{
	dial_stop(&link->dial);
	if (link->reading != NULL)
		event_free(link->reading);
	if (link->writing != NULL)
		event_free(link->writing);
	link->reading = link->writing = NULL;
	PQclear(link->result);
	link->result = NULL;
	PQfinish(link->connection);
	link->connection = NULL;
	become(link, LINK_DOWN);
}

/* A server that goes away between the row and the end of the transaction leaves it open whether that was committed. */
static void
fill_refusal(struct link *link, struct query_outcome *outcome)
{
	const char *sqlstate = PQresultErrorField(link->result, PG_DIAG_SQLSTATE);
	bool lost = sqlstate == NULL || (link->had_rows && strncmp(sqlstate, "57P", 3) == 0);

	outcome->fate = lost ? QUERY_LOST : QUERY_REFUSED;
	if (!lost)
		memcpy(outcome->sqlstate, sqlstate, 5);
	refusal_read(link->scratch, link->connection, lost ? NULL : link->result, false, &outcome->failure);
}

/* What the statement that runs has come to; takes its result. */
static void
read_outcome(struct link *link, struct query_outcome *outcome)
{
	*outcome = (struct query_outcome){0};
	if (PQresultStatus(link->result) == PGRES_TUPLES_OK && link->answered)
	{
		outcome->fate = QUERY_DONE;
		outcome->result = link->result;
	}
	else
	{
		fill_refusal(link, outcome);
		PQclear(link->result);
	}
	link->result = NULL;
}

/* The connection broke or cannot be made. */
static void
fall(struct link *link, const char *why)
{
	struct query *query = link->query;
	struct query_outcome outcome;

	if (query != NULL)
		read_outcome(link, &outcome);
	link->events->down(link->owner, why);
	hang_up(link);
	link->query = NULL;
	if (query != NULL)
	{
		query->link = NULL;
		link->events->ended(link->owner, query, &outcome);
	}
}

static void connect_anew(struct link *link);

/* Sends what libpq holds back; false when the connection broke. */
static bool
flush(struct link *link)
{
	int left = PQflush(link->connection);

	if (left > 0)
		event_add(link->writing, NULL);
	return left >= 0;
}

static void
prepare_next(struct link *link)
{
	const struct prepared *statement = prepared_all[link->preparing];

	if (statement == NULL)
	{
		link->backoff_ms = 0;
		become(link, LINK_IDLE);
		link->events->ready(link->owner, link);
		return;
	}
	if (!PQsendPrepare(link->connection, statement->name, statement->sql, statement->count, statement->types) || !flush(link))
		fall(link, PQerrorMessage(link->connection));
}

static void
end_preparing(struct link *link)
{
	bool done = PQresultStatus(link->result) == PGRES_COMMAND_OK;

	if (!done)
	{
		fall(link, PQresultErrorMessage(link->result));
		return;
	}
	PQclear(link->result);
	link->result = NULL;
	link->preparing++;
	prepare_next(link);
}

/* A statement has ended and so has its cancellation: the link is free. */
static void
settle(struct link *link)
{
	struct query *query = link->query;
	struct query_outcome outcome;

	if (!link->answered || link->cancelling)
		return;
	read_outcome(link, &outcome);
	if (outcome.result != NULL && PQgetlength(outcome.result, 0, 0) > link->kept_bytes)
		link->large = true;
	link->query = NULL;
	if (query != NULL)
		query->link = NULL;
	if (link->large)
	{
		hang_up(link);
		connect_anew(link);
	}
	else
	{
		become(link, LINK_IDLE);
		link->events->ready(link->owner, link);
	}
	if (query != NULL)
		link->events->ended(link->owner, query, &outcome);
	else
		PQclear(outcome.result);
}

/* Of several results the error counts: a transaction can still fail when its rows have been sent. */
static void
keep_result(struct link *link, PGresult *result)
{
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		link->had_rows = true;
	else if (PQresultStatus(link->result) == PGRES_TUPLES_OK)
	{
		PQclear(link->result);
		link->result = NULL;
	}
	if (link->result == NULL)
		link->result = result;
	else
		PQclear(result);
}

static void
end_statement(struct link *link)
{
	if (link->state == LINK_PREPARING)
		end_preparing(link);
	else
	{
		link->answered = true;
		settle(link);
	}
}

/* What a broken connection still has to say. */
static void
drain_broken(struct link *link)
{
	PGresult *result;

	while ((link->state == LINK_BUSY || link->state == LINK_PREPARING) && !link->answered &&
		   (result = PQgetResult(link->connection)) != NULL)
		keep_result(link, result);
	fall(link, PQerrorMessage(link->connection));
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	struct link *link = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(link->loop);
	if (!PQconsumeInput(link->connection))
	{
		drain_broken(link);
		return;
	}
	while (!PQisBusy(link->connection))
	{
		PGresult *result;

		if (link->state == LINK_IDLE || link->answered)
			return;
		result = PQgetResult(link->connection);
		if (result == NULL)
		{
			end_statement(link);
			return;
		}
		keep_result(link, result);
	}
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct link *link = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(link->loop);
	if (!flush(link))
		drain_broken(link);
}

static void
on_connected(void *owner, const char *why)
{
	struct link *link = owner;
	int socket;

	if (why != NULL)
	{
		fall(link, why);
		return;
	}
	socket = PQsocket(link->connection);
	link->reading = event_new(link->loop->base, socket, EV_READ | EV_PERSIST, on_readable, link);
	link->writing = event_new(link->loop->base, socket, EV_WRITE, on_writable, link);
	if (link->reading == NULL || link->writing == NULL || event_add(link->reading, NULL) != 0)
	{
		fall(link, "no memory for a connection");
		return;
	}
	become(link, LINK_PREPARING);
	link->preparing = 0;
	prepare_next(link);
}

static void
connect_anew(struct link *link)
{
	link->answered = false;
	link->backoff_ms = link->backoff_ms == 0 ? BACKOFF_FIRST_MS : link->backoff_ms * 2;
	if (link->backoff_ms > BACKOFF_MOST_MS)
		link->backoff_ms = BACKOFF_MOST_MS;
	link->connection = dial_start(&link->dial, link->loop, link->url, on_connected, link);
	become(link, LINK_CONNECTING);
	if (link->connection == NULL || PQstatus(link->connection) == CONNECTION_BAD)
		fall(link, link->connection != NULL ? PQerrorMessage(link->connection) : "no memory for a connection");
}

void
link_open(struct link *link)
{
	connect_anew(link);
}

void
link_close(struct link *link)
{
	link->query = NULL;
	hang_up(link);
}

static bool
is_large(const struct link *link, const struct query *query)
{
	int64_t bytes = 0;

	for (int i = 0; i < query->count; i++)
		bytes += query->lengths[i];
	return bytes > link->kept_bytes;
}

void
link_run(struct link *link, struct query *query)
{
	static const int formats[PREPARED_PARAMETERS] = {1, 1, 1, 1, 1, 1, 1};

	link->query = query;
	link->caller = query->caller;
	link->answered = false;
	link->had_rows = false;
	link->large = is_large(link, query);
	query->link = link;
	become(link, LINK_BUSY);
	if (!PQsendQueryPrepared(link->connection, query->statement->name, query->count, query->values, query->lengths, formats, 1) ||
		!flush(link))
	{
		/* told by the loop, since the one who asks is in the middle of something */
		event_active(link->reading, EV_READ, 0);
	}
}

static void
on_cancelled(void *owner)
{
	struct link *link = owner;

	link->cancelling = false;
	link->asked_ms = link->loop->now_ms;
	if (link->state == LINK_BUSY)
		settle(link);
}

static void
ask_to_stop(struct link *link)
{
	if (link->cancelling)
		return;
	link->asked_ms = link->loop->now_ms;
	link->cancelling = canceller_ask(link->canceller, link->connection, on_cancelled, link);
}

void
link_stop(struct link *link)
{
	link->query->link = NULL;
	link->query = NULL;
	ask_to_stop(link);
}

void
link_tend(struct link *link)
{
	int64_t waited = link->loop->now_ms - link->since_ms;

	/* a cancellation that is under way still speaks of the connection of before */
	if (link->state == LINK_DOWN && !link->cancelling && waited >= link->backoff_ms)
		connect_anew(link);
	else if (link->state == LINK_CONNECTING && waited > CONNECT_MS)
		fall(link, "the server does not answer");
	/* the server forgets a cancellation that reaches it before the statement does */
	else if (link->state == LINK_BUSY && link->query == NULL && !link->answered && link->loop->now_ms - link->asked_ms > ASK_AGAIN_MS)
		ask_to_stop(link);
}
