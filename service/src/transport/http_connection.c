/*
 * http_connection.c - one client's connection.
 *
 * Handlers may answer at once, from inside the parser's callback, and an answer may end the connection. So while the
 * connection is at work on bytes that came in (`inside`), its end is only marked (`doomed`) and comes when it is done.
 */
#include "transport/http_inside.h"

#include <stdlib.h>

#include "memory/rescue.h"

/* In each window of pace_ms a client that sends or reads something must get on by so many bytes, or it is cut off. */
#define PACE_BYTES ((size_t) 4096)
/* How long the client may take to close after the last answer, before the connection is cut. */
#define LINGER_MS 2000
#define KEEP_ALIVE_MS 15000

static void
free_connection(struct http_connection *c)
{
	struct http *http = c->http;

	stream_close(&c->stream);
	bytes_free(&c->unread);
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		http->connections = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	http->state.connections--;
	free(c);
}

/* The connection is done with it. */
static void
let_go(struct http_exchange *x)
{
	if (http_resume_keep(x))
		return;
	exchange_abandon(&x->exchange);
	http_exchange_give(x->http, x);
}

void
http_connection_close(struct http_connection *c)
{
	c->doomed = true;
	c->closing = true;
	if (c->inside)
		return;
	c->inside = true;
	if (c->receiving != NULL)
		http_exchange_give(c->http, c->receiving);
	c->receiving = NULL;
	while (c->first != NULL)
	{
		struct http_exchange *x = c->first;

		c->first = x->next;
		let_go(x);
	}
	free_connection(c);
}

/* All has been said: tells the client, and waits a little for him to close, since a reset would destroy what he has
 * not read yet. */
static void
finish(struct http_connection *c)
{
	c->closing = true;
	c->finished = true;
	c->since_ms = c->http->loop->now_ms;
	stream_finish(&c->stream);
	stream_resume(&c->stream);
}

void
http_connection_enqueue(struct http_connection *c, struct http_exchange *x)
{
	x->connection = c;
	if (c->last != NULL)
		c->last->next = x;
	else
		c->first = x;
	c->last = x;
	c->count++;
}

/* Puts `other`, or nothing, in the place of an exchange. */
static void
put_in_place(struct http_connection *c, struct http_exchange *x, struct http_exchange *other)
{
	struct http_exchange *before = NULL;

	for (struct http_exchange *at = c->first; at != x; at = at->next)
		before = at;
	if (other != NULL)
		other->next = x->next;
	else
		other = x->next;
	if (before != NULL)
		before->next = other;
	else
		c->first = other;
	if (c->last == x)
		c->last = other != NULL ? other : before;
	x->next = NULL;
	x->connection = NULL;
}

void
http_connection_replace(struct http_connection *c, struct http_exchange *x, struct http_exchange *other)
{
	put_in_place(c, x, other);
	other->connection = c;
}

void
http_connection_rob(struct http_connection *c, struct http_exchange *x)
{
	put_in_place(c, x, NULL);
	c->count--;
	http_connection_close(c);
}

static void
pop(struct http_connection *c)
{
	struct http_exchange *x = c->first;

	c->first = x->next;
	if (c->first == NULL)
		c->last = NULL;
	c->count--;
	c->closing = c->closing || x->last;
	let_go(x);
	c->since_ms = c->http->loop->now_ms;
}

/* Fills the room from as many answers as are ready, in order. */
static size_t
fill(struct http_connection *c, char *into, size_t room)
{
	size_t used = 0;

	while (c->first != NULL && room - used > 1024)
	{
		bool over = false;

		used += http_reply_fill(c->first, into + used, room - used, &over);
		if (!over)
			break;
		pop(c);
	}
	return used;
}

static void read_on(struct http_connection *c);

void
http_connection_flush(struct http_connection *c)
{
	struct loop *loop = c->http->loop;

	if (c->inside)
		return;
	/* what is ready may be half of an answer */
	if (c->doomed)
	{
		http_connection_close(c);
		return;
	}
	c->inside = true;
	while (stream_clear(&c->stream) && !c->stream.failed && c->first != NULL)
	{
		size_t length = fill(c, loop->sending, LOOP_SCRATCH_BYTES);

		if (length == 0)
			break;
		stream_send(&c->stream, (struct slice){loop->sending, length});
	}
	c->inside = false;
	if (c->doomed)
		http_connection_close(c);
	else if (c->first == NULL && stream_clear(&c->stream) && !c->finished &&
			 (c->closing || (c->http->draining && c->receiving == NULL)))
		finish(c);
	else if (c->stream.paused && c->count < HTTP_PIPELINE && !c->finished)
		read_on(c);
}

/* --- bytes in ---------------------------------------------------------------- */

/* What came in is no request: says so behind the answers to the requests before, and reads no more. */
static void
refuse_bytes(struct http_connection *c, int status)
{
	struct http_exchange *x = c->receiving != NULL ? c->receiving : http_exchange_take(c->http);

	c->receiving = NULL;
	c->closing = true;
	if (x == NULL)
	{
		c->doomed = true;
		return;
	}
	x->last = true;
	http_connection_enqueue(c, x);
	http_reply_refuse(x, status, status == 431 ? "the headers are too long" : "this is no HTTP request");
}

/* Hands bytes to the parser; answers how many it has taken before the pipeline was full. */
static size_t
parse(struct http_connection *c, struct slice bytes)
{
	size_t taken = http_parser_execute(&c->parser, &http_request_parser, bytes.at, bytes.length);
	enum http_errno fault = HTTP_PARSER_ERRNO(&c->parser);

	if (fault == HPE_PAUSED)
	{
		http_parser_pause(&c->parser, 0);
		return taken;
	}
	if (fault == HPE_OK && taken == bytes.length)
		return taken;
	if (!c->closing)
		refuse_bytes(c, fault == HPE_HEADER_OVERFLOW ? 431 : 400);
	return bytes.length;
}

struct taking
{
	struct http_connection *connection;
	struct slice bytes;
};

/* Parses what can be taken now and keeps the rest. */
static void
take(void *context)
{
	struct taking *taking = context;
	struct http_connection *c = taking->connection;
	struct slice bytes = taking->bytes;
	size_t taken = 0;

	while (taken < bytes.length && !c->closing && c->count < HTTP_PIPELINE)
		taken += parse(c, (struct slice){bytes.at + taken, bytes.length - taken});
	if (taken < bytes.length && !c->closing)
	{
		c->doomed = c->doomed || !bytes_add(&c->unread, bytes.at + taken, bytes.length - taken);
		stream_pause(&c->stream);
	}
}

/* The same; a request that there is no memory for ends its connection. */
static void
take_bytes(struct http_connection *c, struct slice bytes)
{
	c->inside = true;
	if (!rescue_run(take, &(struct taking){c, bytes}))
	{
		c->doomed = c->closing = true;
		/* it was at work on the last: nobody comes back to that */
		if (c->last != NULL)
			http_trail_end(c->last);
	}
	c->inside = false;
}

/* There is room in the pipeline again. */
static void
read_on(struct http_connection *c)
{
	struct bytes before = c->unread;

	c->unread = (struct bytes){0};
	stream_resume(&c->stream);
	if (before.length > 0)
	{
		take_bytes(c, (struct slice){before.at, before.length});
		bytes_free(&before);
		http_connection_flush(c);
	}
}

static void
on_received(void *owner, struct slice bytes)
{
	struct http_connection *c = owner;

	if (c->finished)
		return;
	c->since_ms = c->http->loop->now_ms;
	c->received_total += bytes.length;
	if (!c->closing)
		take_bytes(c, bytes);
	http_connection_flush(c);
}

static void
on_drained(void *owner)
{
	http_connection_flush(owner);
}

static void
on_gone(void *owner)
{
	http_connection_close(owner);
}

static const struct stream_events events = {on_received, on_drained, on_gone};

struct http_connection *
http_connection_open(struct http *http, int socket, uint64_t address)
{
	struct http_connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->http = http;
	c->address = address;
	if (!stream_open(&c->stream, http->loop, socket, socket, &events, c))
	{
		free(c);
		return NULL;
	}
	http_parser_init(&c->parser, HTTP_REQUEST);
	c->parser.data = c;
	c->since_ms = c->pace_ms = http->loop->now_ms;
	c->next = http->connections;
	if (c->next != NULL)
		c->next->previous = c;
	http->connections = c;
	http->state.connections++;
	return c;
}

/* --- the clock --------------------------------------------------------------- */

/* True while it depends on the client how fast things go. */
static bool
client_has_turn(const struct http_connection *c)
{
	return c->receiving != NULL || !stream_clear(&c->stream);
}

/* False when the client neither sends nor reads as it should. */
static bool
keeps_pace(struct http_connection *c)
{
	size_t moved = c->received_total + c->stream.sent_total;
	int64_t now = c->http->loop->now_ms;
	bool slow;

	if (client_has_turn(c) && now - c->pace_ms < c->http->settings.pace_ms)
		return true;
	slow = client_has_turn(c) && moved - c->pace_bytes < PACE_BYTES;
	c->pace_ms = now;
	c->pace_bytes = moved;
	return !slow;
}

/* Begins a stream that is due; false when there is none. */
static bool
begin_due(struct http_connection *c)
{
	for (struct http_exchange *x = c->first; x != NULL; x = x->next)
	{
		if (http_reply_is_due(x))
			return exchange_begin(&x->exchange);
	}
	return false;
}

void
http_connection_tick(struct http_connection *c)
{
	int64_t quiet = c->http->loop->now_ms - c->since_ms;
	bool idle = c->first == NULL && c->receiving == NULL;

	/* sending may end the connection */
	if (begin_due(c))
		return;
	if (c->first != NULL && c->first->phase == HTTP_STREAMING && stream_clear(&c->stream) &&
		c->http->loop->now_ms - c->first->spoke_ms >= KEEP_ALIVE_MS)
	{
		http_reply_keep_alive(c->first);
		http_connection_flush(c);
		return;
	}
	if (!keeps_pace(c) || (c->finished && quiet > LINGER_MS) || (idle && !c->finished && quiet > c->http->settings.idle_ms))
		http_connection_close(c);
}
