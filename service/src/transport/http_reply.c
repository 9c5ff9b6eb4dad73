/*
 * http_reply.c - answers on the wire: a plain body of known length, or a stream of events in chunks whose last event
 * is the answer.
 */
#include "transport/http_inside.h"

#include <inttypes.h>
#include <stdio.h>

/* Events a client may leave unread before it gets no more. */
#define EVENTS_UNREAD_BYTES ((size_t) 1024 * 1024)

static struct http_exchange *
http_exchange_of(struct exchange *exchange)
{
	return (struct http_exchange *) exchange;
}

static void
add(struct http_exchange *x, struct slice bytes)
{
	if (!bytes_add(&x->ready, bytes.at, bytes.length))
		x->arena.fail(bytes.length);
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
	add_word(x, http_date(x->connection->http));
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

static void
begin_events(struct http_exchange *x)
{
	x->last = x->last || x->connection->http->draining;
	begin_head(x, 200, "text/event-stream");
	add(x, SLICE_OF("\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"));
	x->phase = HTTP_STREAMING;
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

/* The frame of one event whose data has this length, up to the data. */
static void
begin_event(struct http_exchange *x, size_t length)
{
	begin_chunk(x, sizeof(EVENT_BEGIN) - 1 + length + sizeof(EVENT_END) - 1);
	add(x, SLICE_OF(EVENT_BEGIN));
	x->spoke_ms = x->connection->http->loop->now_ms;
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

	if (!x->takes_events)
		return false;
	if (x->phase != HTTP_STREAMING)
	{
		begin_events(x);
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

	if (!x->takes_events || x->ready.length > EVENTS_UNREAD_BYTES)
		return false;
	if (x->phase != HTTP_STREAMING)
		begin_events(x);
	begin_event(x, length);
	if (!bytes_reserve(&x->ready, length + 16))
		x->arena.fail(length);
	/* an escape may need more room than the text has left, so that it is read in several turns */
	for (size_t got; (got = output_read(message, x->ready.at + x->ready.length, length + 16)) > 0;)
	{
		join_lines(x->ready.at + x->ready.length, got);
		x->ready.length += got;
	}
	add(x, SLICE_OF(EVENT_END "\r\n"));
	http_connection_flush(x->connection);
	return true;
}

static void
answer(struct exchange *exchange, int status, struct output *body)
{
	struct http_exchange *x = http_exchange_of(exchange);
	const char *type = exchange->content_type != NULL ? exchange->content_type : "application/json";
	bool events = x->phase == HTTP_STREAMING || (status == 200 && !x->takes_json && x->takes_events && body->length > 0);

	if (events)
	{
		if (x->phase != HTTP_STREAMING)
			begin_events(x);
		if (body->length > 0)
			begin_event(x, body->length);
		else
			add(x, SLICE_OF("0\r\n\r\n"));
		x->framed = body->length > 0;
	}
	else
	{
		x->last = x->last || x->connection->http->draining;
		begin_head(x, status, body->length > 0 ? type : NULL);
		if (status != 204)
			end_plain_head(x, body->length);
		else
			add(x, SLICE_OF("\r\n\r\n"));
	}
	x->output = *body;
	if (x->head_alone)
		output_start(&x->output, exchange->arena);
	x->phase = HTTP_ANSWERED;
	http_connection_flush(x->connection);
}

const struct exchange_ops http_reply_ops = {answer, notify, begin};

void
http_reply_refuse(struct http_exchange *x, int status, const char *words)
{
	struct output body;

	output_start(&body, &x->arena);
	output_word(&body, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":");
	output_quoted(&body, slice_of(words));
	output_word(&body, "}}");
	if (status == 503)
		exchange_say(&x->exchange, "Retry-After", SLICE_OF("1"));
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
	*over = false;
	if (x->phase != HTTP_ANSWERED || x->ready.length > 0)
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
	add(x, SLICE_OF("3\r\n:\n\n\r\n"));
	x->spoke_ms = x->connection->http->loop->now_ms;
}
