/*
 * http_request.c - the parser's callbacks. They collect one request in its http_exchange, refuse it when its headers
 * say enough for that, and hand it to its route when it is whole.
 *
 * A callback that answers anything but 0 stops the parser for good; the connection is closing then.
 */
#include "transport/http_inside.h"

#include <inttypes.h>
#include <limits.h>

/* A refused request's body is read and thrown away up to this size; beyond, closing is cheaper. */
#define DISCARDED_BYTES ((uint64_t) 65536)
#define RESERVED_BYTES ((uint64_t) 65536)

#define STOP (-1)

static struct http_connection *
connection_of(const http_parser *parser)
{
	return parser->data;
}

/* Answers before the whole request has come in; the rest of it is not read. */
static int
refuse_now(struct http_connection *c, int status, const char *words)
{
	struct http_exchange *x = c->receiving;

	c->receiving = NULL;
	c->closing = true;
	x->last = true;
	http_connection_enqueue(c, x);
	http_reply_refuse(x, status, words);
	return STOP;
}

static int
on_message_begin(http_parser *parser)
{
	struct http_connection *c = connection_of(parser);

	c->receiving = http_exchange_take(c->http);
	if (c->receiving == NULL)
		return STOP;
	c->receiving->connection = c;
	c->receiving->exchange.address = c->address;
	return 0;
}

static int
add_head(struct http_connection *c, const char *at, size_t length)
{
	struct http_exchange *x = c->receiving;

	if (x->head.length + length > HTTP_HEAD_BYTES)
		return refuse_now(c, 431, "the headers are too long");
	return bytes_add(&x->head, at, length) ? 0 : refuse_now(c, 503, "no memory for the request");
}

static int
on_url(http_parser *parser, const char *at, size_t length)
{
	struct http_connection *c = connection_of(parser);

	c->receiving->target_length += length;
	return add_head(c, at, length);
}

static int
on_header_field(http_parser *parser, const char *at, size_t length)
{
	struct http_connection *c = connection_of(parser);
	struct http_exchange *x = c->receiving;

	if (x->field_count == 0 || x->in_value)
	{
		if (x->field_count == HTTP_HEADERS)
			return refuse_now(c, 431, "there are too many headers");
		x->fields[x->field_count++] = (struct http_field){.name = x->head.length};
		x->in_value = false;
	}
	x->fields[x->field_count - 1].name_length += length;
	return add_head(c, at, length);
}

static int
on_header_value(http_parser *parser, const char *at, size_t length)
{
	struct http_connection *c = connection_of(parser);
	struct http_exchange *x = c->receiving;
	struct http_field *field;

	/* trailers behind a chunked body count for nothing */
	if (x->field_count == 0)
		return 0;
	field = &x->fields[x->field_count - 1];
	if (!x->in_value)
		field->value = x->head.length;
	x->in_value = true;
	field->value_length += length;
	return add_head(c, at, length);
}

/* The bytes of the head stand still from here on. */
static void
place_headers(struct http_exchange *x)
{
	for (int i = 0; i < x->field_count; i++)
	{
		const struct http_field *field = &x->fields[i];

		x->headers[i].name = (struct slice){x->head.at + field->name, field->name_length};
		x->headers[i].value = (struct slice){x->head.at + field->value, field->value_length};
	}
	x->exchange.headers = x->headers;
	x->exchange.header_count = x->field_count;
}

static bool
has_body(const http_parser *parser)
{
	return (parser->flags & F_CHUNKED) != 0 || (parser->content_length != ULLONG_MAX && parser->content_length > 0);
}

/* Of the body of the request that comes in. */
static size_t
most_bytes(const struct http_connection *c)
{
	const struct http_route *route = c->receiving->route;

	return route != NULL && route->body_bytes != 0 ? route->body_bytes : c->http->settings.body_bytes;
}

/* What stands between the client and the sending of its body. */
static int
invite_body(struct http_connection *c, const http_parser *parser)
{
	struct http_exchange *x = c->receiving;
	bool waits = slice_is_caseless(exchange_header(&x->exchange, "Expect"), "100-continue");
	uint64_t length = parser->content_length == ULLONG_MAX ? 0 : parser->content_length;

	if (x->refusal != 0)
	{
		if (waits || length > DISCARDED_BYTES)
			return refuse_now(c, x->refusal, x->refusal_words);
		return 0;
	}
	if (length > most_bytes(c))
		return refuse_now(c, 413, "the request is too large");
	if (!bytes_reserve(&x->body, length < RESERVED_BYTES ? length : RESERVED_BYTES))
		return refuse_now(c, 503, "no memory for the request");
	/* behind other answers it would come too early, and a client goes on without it after a while */
	if (waits && c->first == NULL)
		stream_send(&c->stream, SLICE_OF("HTTP/1.1 100 Continue\r\n\r\n"));
	return 0;
}

static int
on_headers_complete(http_parser *parser)
{
	struct http_connection *c = connection_of(parser);
	struct http_exchange *x = c->receiving;

	/* a client that offers another protocol is answered in this one */
	parser->upgrade = 0;
	place_headers(x);
	x->head_alone = parser->method == HTTP_HEAD;
	x->takes_events = parser->http_major > 1 || (parser->http_major == 1 && parser->http_minor >= 1);
	x->refusal = http_policy_check(c->http, x, &x->refusal_words);
	if (x->refusal == 0 && c->http->starving)
	{
		x->refusal = 503;
		x->refusal_words = "memory is short";
	}
	return has_body(parser) ? invite_body(c, parser) : 0;
}

static int
on_body(http_parser *parser, const char *at, size_t length)
{
	struct http_connection *c = connection_of(parser);
	struct http_exchange *x = c->receiving;

	if (x->refusal != 0)
		return 0;
	if (x->body.length + length > most_bytes(c))
		return refuse_now(c, 413, "the request is too large");
	if (c->http->state.held_bytes + length > c->http->settings.held_bytes)
		return refuse_now(c, 503, "there is too much under way");
	c->http->state.held_bytes += length;
	return bytes_add(&x->body, at, length) ? 0 : refuse_now(c, 503, "no memory for the request");
}

/* What the messages of one session have in common: the session's name, mixed with the secret of its owner. */
static uint64_t
conversation(const struct exchange *exchange)
{
	struct slice session = exchange_header(exchange, "Mcp-Session-Id");
	uint64_t sum = 0xcbf29ce484222325ULL;

	if (session.length == 0)
		return 0;
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		sum = (sum ^ exchange->identity.digest[i]) * 0x100000001b3ULL;
	for (size_t i = 0; i < session.length; i++)
		sum = (sum ^ (unsigned char) session.at[i]) * 0x100000001b3ULL;
	return sum | 1;
}

void
http_request_work(struct http_exchange *x)
{
	x->exchange.conversation = conversation(&x->exchange);
	x->exchange.method = x->method;
	x->exchange.target = (struct slice){x->head.at, x->target_length};
	if (x->refusal != 0)
		http_reply_refuse(x, x->refusal, x->refusal_words);
	else if (x->preflight)
		http_reply_preflight(x);
	else
		x->route->handle(x->route->owner, &x->exchange);
}

static int
on_message_complete(http_parser *parser)
{
	struct http_connection *c = connection_of(parser);
	struct http_exchange *x = c->receiving;

	c->receiving = NULL;
	x->phase = HTTP_WORKING;
	x->exchange.body = (struct slice){x->body.at != NULL ? x->body.at : "", x->body.length};
	x->exchange.takes_notices = x->takes_events;
	x->last = !http_should_keep_alive(parser) || c->http->draining;
	c->closing = c->closing || x->last;
	http_connection_enqueue(c, x);
	if (!x->asking)
		http_request_work(x);
	if (c->closing || c->count >= HTTP_PIPELINE)
		http_parser_pause(parser, 1);
	return 0;
}

const http_parser_settings http_request_parser = {
	.on_message_begin = on_message_begin,
	.on_url = on_url,
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};
