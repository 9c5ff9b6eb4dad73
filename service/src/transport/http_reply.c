/*
 * http_reply.c - answers on the wire: a plain body of known length, or a stream of events in chunks whose last event
 * is the answer.
 */
#include "transport/http_inside.h"

#include <inttypes.h>
#include <stdio.h>

/* More than the head of a stream and the frame of an event take, with the headers a handler may add. */
#define FRAME_BYTES ((size_t) 4096)
/* Events a client may leave unread before it gets no more. */
#define EVENTS_UNREAD_BYTES ((size_t) 1024 * 1024)
/* A request that has been under way for so long, and whose answer can be resumed, is answered by a stream. */
#define DUE_MS 2000
/* When a client may come back, in milliseconds. */
#define RETRY "retry: 1000\n"

static struct http_exchange *
http_exchange_of(struct exchange *exchange)
{
	return (struct http_exchange *) exchange;
}

/* Where there is no memory for it, the rest is left out, too. */
static void
add(struct http_exchange *x, struct slice bytes)
{
	x->starved = x->starved || !bytes_add(&x->ready, bytes.at, bytes.length);
}

static void
add_word(struct http_exchange *x, const char *word)
{
	add(x, slice_of(word));
}

static const char *
status_words(int status)
{
	static const struct
	{
		int status;
		const char *words;
	} known[] = {
#define STATUS_WORDS(number, name, words) {number, #words},
		HTTP_STATUS_MAP(STATUS_WORDS)
#undef STATUS_WORDS
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (known[i].status == status)
			return known[i].words;
	}
	return "Answer";
}

/* The status line and the headers every answer has. */
static void
begin_head(struct http_exchange *x, int status, const char *type)
{
	char line[160];

	if (status == 200)
		add(x, SLICE_OF("HTTP/1.1 200 OK\r\nDate: "));
	else
	{
		snprintf(line, sizeof(line), "HTTP/1.1 %d %s\r\nDate: ", status, status_words(status));
		add_word(x, line);
	}
	add_word(x, http_date(x->http));
	if (type != NULL)
	{
		add(x, SLICE_OF("\r\nContent-Type: "));
		add_word(x, type);
	}
	for (int i = 0; i < x->exchange.extra_count; i++)
	{
		add(x, SLICE_OF("\r\n"));
		add(x, x->exchange.extra[i].name);
		add(x, SLICE_OF(": "));
		add(x, x->exchange.extra[i].value);
	}
	if (x->last)
		add(x, SLICE_OF("\r\nConnection: close"));
}

static void
end_plain_head(struct http_exchange *x, size_t length)
{
	char line[48];

	snprintf(line, sizeof(line), "\r\nContent-Length: %zu\r\n\r\n", length);
	add_word(x, line);
}

#define EVENT_BEGIN "event: message\ndata: "
#define EVENT_END "\n\n"

static void
begin_chunk(struct http_exchange *x, size_t length)
{
	char line[24];

	snprintf(line, sizeof(line), "%zx\r\n", length);
	add_word(x, line);
}

/* The line of an event's id, empty where the stream has none. */
static size_t
write_id(const struct http_exchange *x, int number, char line[64])
{
	line[0] = '\0';
	return x->trail != NULL ? (size_t) snprintf(line, 64, "id: %s-%d\n", http_trail_key(x->trail), number) : 0;
}

/* The frame of one event whose data has this length, up to the data. */
static void
begin_event(struct http_exchange *x, int number, size_t length)
{
	char id[64];
	size_t id_length = write_id(x, number, id);

	begin_chunk(x, id_length + sizeof(EVENT_BEGIN) - 1 + length + sizeof(EVENT_END) - 1);
	add(x, (struct slice){id, id_length});
	add(x, SLICE_OF(EVENT_BEGIN));
	x->spoke_ms = x->http->loop->now_ms;
}

/* What a client needs to come back, before there is any message: when, and with which id. */
static void
prime(struct http_exchange *x)
{
	const bool empty = x->exchange.resumption == EXCHANGE_PRIMED;
	char event[128];
	char id[64];

	write_id(x, 0, id);
	snprintf(event, sizeof(event), RETRY "%s%s\n", empty ? id : "", empty ? "data: \n" : "");
	begin_chunk(x, strlen(event));
	add_word(x, event);
	add(x, SLICE_OF("\r\n"));
}

void
http_reply_begin_events(struct http_exchange *x)
{
	x->last = x->last || x->http->draining;
	begin_head(x, 200, "text/event-stream");
	add(x, SLICE_OF("\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"));
	x->phase = HTTP_STREAMING;
	if (x->exchange.resumption != EXCHANGE_FLEETING)
		http_trail_begin(x);
	if (x->trail != NULL)
		prime(x);
}

void
http_reply_frame_answer(struct http_exchange *x)
{
	if (x->framed)
		begin_event(x, x->trail != NULL ? http_trail_answer(x->trail) : 0, x->output.length);
	else
		add(x, SLICE_OF("0\r\n\r\n"));
}

/* Whether what is said goes to a client at once. */
static bool
is_heard(const struct http_exchange *x)
{
	return x->connection != NULL && !x->parting;
}

/* JSON may have line ends between its tokens; inside an event they would end it. */
static void
join_lines(char *text, size_t length)
{
	char *end = text + length;

	for (char *at = text; (at = memchr(at, '\n', (size_t) (end - at))) != NULL; at++)
		*at = ' ';
	for (char *at = text; (at = memchr(at, '\r', (size_t) (end - at))) != NULL; at++)
		*at = ' ';
}

/* A comment comes first, so that the client sees that the stream is there. */
static bool
begin(struct exchange *exchange)
{
	struct http_exchange *x = http_exchange_of(exchange);

	if (!x->takes_events || !bytes_reserve(&x->ready, FRAME_BYTES))
		return false;
	if (x->phase != HTTP_STREAMING)
	{
		http_reply_begin_events(x);
		http_reply_keep_alive(x);
		http_connection_flush(x->connection);
	}
	return true;
}

static bool
notify(struct exchange *exchange, struct output *message)
{
	struct http_exchange *x = http_exchange_of(exchange);
	size_t length = message->length;
	size_t from;

	if (!x->takes_events || x->ready.length > EVENTS_UNREAD_BYTES || !bytes_reserve(&x->ready, FRAME_BYTES + length))
		return false;
	if (x->phase != HTTP_STREAMING)
		http_reply_begin_events(x);
	from = x->ready.length;
	begin_event(x, x->trail != NULL ? http_trail_next(x->trail) : 0, length);
	/* an escape may need more room than the text has left, so that it is read in several turns */
	for (size_t got; (got = output_read(message, x->ready.at + x->ready.length, length + 16)) > 0;)
	{
		join_lines(x->ready.at + x->ready.length, got);
		x->ready.length += got;
	}
	add(x, SLICE_OF(EVENT_END "\r\n"));
	if (x->trail != NULL)
		http_trail_keep(x->trail, (struct slice){x->ready.at + from, x->ready.length - from});
	if (is_heard(x))
		http_connection_flush(x->connection);
	else
		x->ready.length = from;
	return true;
}

/* The end of the connection's part, with which the stream does not end. */
static bool
part(struct exchange *exchange)
{
	struct http_exchange *x = http_exchange_of(exchange);

	if (!begin(exchange) || x->trail == NULL || !is_heard(x))
		return false;
	add(x, SLICE_OF("0\r\n\r\n"));
	x->parting = true;
	http_connection_flush(x->connection);
	return true;
}

/* The answer as the last event of a stream, for who is there and for who comes back. */
static void
answer_events(struct http_exchange *x)
{
	if (x->phase != HTTP_STREAMING)
		http_reply_begin_events(x);
	x->framed = x->output.length > 0;
	if (is_heard(x))
		http_reply_frame_answer(x);
}

static void
answer_plainly(struct http_exchange *x, int status)
{
	const char *type = x->exchange.content_type != NULL ? x->exchange.content_type : "application/json";

	x->last = x->last || x->http->draining;
	begin_head(x, status, x->output.length > 0 ? type : NULL);
	if (status != 204)
		end_plain_head(x, x->output.length);
	else
		add(x, SLICE_OF("\r\n\r\n"));
	if (x->head_alone)
		output_start(&x->output, &x->arena);
}

/* What is left of it is of no use, also to a client who could come back. */
static void
starve(struct exchange *exchange)
{
	struct http_exchange *x = http_exchange_of(exchange);

	http_trail_end(x);
	if (x->connection != NULL)
	{
		http_connection_close(x->connection);
		return;
	}
	exchange_abandon(exchange);
	http_exchange_give(x->http, x);
}

/* What may be sent as an event: not a page or a picture. */
static bool
is_message(const struct http_exchange *x, int status)
{
	return status == 200 && x->exchange.content_type == NULL;
}

static void
answer(struct exchange *exchange, int status, struct output *body)
{
	struct http_exchange *x = http_exchange_of(exchange);

	x->output = *body;
	if (x->phase == HTTP_STREAMING || (is_message(x, status) && !x->takes_json && x->takes_events && body->length > 0))
		answer_events(x);
	else
		answer_plainly(x, status);
	x->phase = HTTP_ANSWERED;
	if (x->starved)
		starve(exchange);
	else if (x->connection != NULL)
		http_connection_flush(x->connection);
	else
		http_resume_answered(x);
}

const struct exchange_ops http_reply_ops = {answer, notify, begin, http_resume, part, starve};

void
http_reply_refuse(struct http_exchange *x, int status, const char *words)
{
	struct output body;

	if (status == 503)
		exchange_say(&x->exchange, "Retry-After", SLICE_OF("1"));
	if (x->route != NULL && x->route->refuse != NULL)
	{
		x->route->refuse(x->route->owner, &x->exchange, status, words);
		return;
	}
	output_start(&body, &x->arena);
	output_word(&body, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":");
	output_quoted(&body, slice_of(words));
	output_word(&body, "}}");
	exchange_answer(&x->exchange, status, &body);
}

void
http_reply_share(struct http_exchange *x, struct slice origin)
{
	exchange_say(&x->exchange, "Access-Control-Allow-Origin", origin);
	exchange_say(&x->exchange, "Vary", SLICE_OF("Origin"));
	exchange_say(&x->exchange, "Access-Control-Expose-Headers", SLICE_OF("Mcp-Session-Id, WWW-Authenticate, Retry-After"));
}

void
http_reply_preflight(struct http_exchange *x)
{
	struct slice headers = exchange_header(&x->exchange, "Access-Control-Request-Headers");

	/* no cookie and no other credential of the browser's counts here, so any header may be sent */
	if (headers.length > 0)
		exchange_say(&x->exchange, "Access-Control-Allow-Headers", headers);
	exchange_say(&x->exchange, "Access-Control-Allow-Methods", SLICE_OF("GET, POST, DELETE"));
	exchange_say(&x->exchange, "Access-Control-Max-Age", SLICE_OF("600"));
	exchange_answer_empty(&x->exchange, 204);
}

size_t
http_reply_fill(struct http_exchange *x, char *into, size_t room, bool *over)
{
	size_t used = x->ready.length < room ? x->ready.length : room;

	if (used > 0)
	{
		memcpy(into, x->ready.at, used);
		bytes_drop(&x->ready, used);
	}
	*over = x->parting && x->ready.length == 0;
	if (x->parting || x->phase != HTTP_ANSWERED || x->ready.length > 0)
		return used;
	if (x->output.unread > 0)
	{
		size_t got = output_read(&x->output, into + used, room - used);

		if (x->framed)
			join_lines(into + used, got);
		used += got;
	}
	if (x->output.unread > 0)
		return used;
	if (x->framed)
	{
		const struct slice end = SLICE_OF(EVENT_END "\r\n0\r\n\r\n");

		if (room - used < end.length)
			return used;
		memcpy(into + used, end.at, end.length);
		used += end.length;
	}
	*over = true;
	return used;
}

void
http_reply_keep_alive(struct http_exchange *x)
{
	const struct slice comment = SLICE_OF("3\r\n:\n\n\r\n");

	/* the next time is as good */
	if (bytes_reserve(&x->ready, comment.length))
		add(x, comment);
	x->spoke_ms = x->http->loop->now_ms;
}

bool
http_reply_is_due(const struct http_exchange *x)
{
	const struct http *http = x->http;
	int64_t since;

	if (x->phase != HTTP_WORKING || !x->takes_events || x->exchange.resumption != EXCHANGE_PRIMED || http->settings.resume_ms == 0 ||
		http->draining)
		return false;
	since = x->exchange.under_way(&x->exchange);
	return since >= 0 && http->loop->now_ms - since >= DUE_MS;
}
