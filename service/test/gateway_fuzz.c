/*
 * gateway_fuzz.c: any bytes from a client, over HTTP and as lines, into the gateway as it is: connections, parser, policy,
 * the ladder of the protocol and its methods, with the fixtures of the conformance suite in the place of the database.
 *
 * What must hold whatever comes in: the bytes that go out are answers of HTTP one behind the other, or lines, and every
 * message among them is JSON; when the client is gone, nothing of his is left.
 *
 * Layout of an input: one byte of switches, one byte for how it is cut, then what the client sends. Several requests may
 * stand one behind the other.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/fixtures.h"
#include "json/scan.h"
#include "limits/limits.h"
#include "log/log.h"
#include "mcp/mcp.h"
#include "mcp/news.h"
#include "transport/http_inside.h"
#include "transport/stdio.h"

enum switches
{
	LINES = 1,     /* standard input instead of HTTP */
	CUT = 2,       /* the bytes come in pieces */
	READ_LATE = 4, /* the client reads nothing until it has sent everything */
	NARROW = 8,    /* the socket takes little at once */
	WHO = 16,      /* the server asks for a token */
	HANG_UP = 32,  /* the client goes without reading the rest */
	WAIT = 64,     /* the clock goes on meanwhile */
	STOP = 128     /* the server is told to end in the middle */
};

#define BODY_BYTES 3000
#define PAGE_BYTES 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct server
{
	struct arena arena;
	struct loop loop;
	struct limits limits;
	struct mcp *mcp;
	struct identity_sources identities;
	struct http *http;
	struct stdio *stdio;
};

/* The client's side. */
struct client
{
	int socket;
	struct bytes got;
};

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

/* --- the server ----------------------------------------------------------------------- */

static void
open_server(struct server *server)
{
	static const struct limits_settings limits = {.rate = 1000, .burst = 8, .failures = 3};
	const struct mcp_settings settings = {
		.state_key = "the same key every time",
		.state_ms = 1000,
		.strict_sessions = true,
		.methods = fixture_methods,
		.tasks = &fixture_task_source,
	};
	struct failure failure;

	*server = (struct server){0};
	arena_open(&server->arena, no_memory);
	if (!loop_open(&server->loop, &server->arena, false, &failure))
		abort();
	server->mcp = mcp_open(&server->loop, NULL, NULL, &settings);
	limits_open(&server->limits, &server->loop, &limits);
	server->mcp->limits = &server->limits;
	identity_add(&server->identities, &identity_bearer);
}

/* Pages for people, as those of links are: all paths below, all methods, in words of its own. */
static void
answer_page(struct exchange *exchange, int status)
{
	struct output body;

	output_start(&body, exchange->arena);
	output_word(&body, "{\"status\":");
	output_number(&body, status);
	output_word(&body, "}");
	exchange->content_type = "text/html";
	exchange_answer(exchange, status, &body);
}

static void
handle_page(void *owner, struct exchange *exchange)
{
	(void) owner;
	if (!slice_starts(exchange->target, "/p/") || exchange->method.length == 0 || exchange->body.length > PAGE_BYTES)
		abort();
	answer_page(exchange, 200);
}

static void
refuse_page(void *owner, struct exchange *exchange, int status, const char *words)
{
	(void) owner;
	(void) words;
	if (status < 400)
		abort();
	answer_page(exchange, status);
}

static void
open_http(struct server *server, int demands)
{
	const struct http_settings settings = {
		.hosts = "localhost",
		.origins = "https://app.example",
		.body_bytes = BODY_BYTES,
		.held_bytes = 2 * BODY_BYTES,
		.connections = 4,
		.idle_ms = 1000,
		.pace_ms = 15000,
		.per_address = 4,
		.limits = &server->limits,
		.challenge = "resource_metadata=\"http://localhost/\"",
	};
	const struct http_route routes[] = {
		{.method = "POST", .path = "/mcp", .demands = demands | HTTP_JSON, .handle = mcp_receive, .owner = server->mcp},
		{.method = "GET", .path = "/mcp", .demands = demands, .handle = news_open_stream, .owner = server->mcp},
		{.method = "DELETE", .path = "/mcp", .demands = demands, .handle = news_end_session, .owner = server->mcp},
		{.path = "/p/",
		 .demands = HTTP_BELOW | HTTP_PAGES,
		 .handle = handle_page,
		 .body_bytes = PAGE_BYTES,
		 .refuse = refuse_page},
	};

	server->http = http_open(&server->loop, &settings, &server->identities);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		http_add_route(server->http, &routes[i]);
}

static void
on_ended(void *owner)
{
	(void) owner;
}

/* Its descriptors are those of standard input and output. */
static void
open_lines(struct server *server, int socket)
{
	const struct stdio_settings settings = {
		.line_bytes = BODY_BYTES,
		.receive = mcp_receive,
		.receiver = server->mcp,
		.ended = on_ended,
	};

	dup2(socket, STDIN_FILENO);
	dup2(socket, STDOUT_FILENO);
	close(socket);
	server->stdio = stdio_open(&server->loop, &settings);
	server->mcp->standing = stdio_standing(server->stdio);
}

/* Standard input and output stay taken, so that nobody else gets their numbers. */
static void
occupy(void)
{
	int nothing = open("/dev/null", O_RDWR);

	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	if (nothing > STDOUT_FILENO)
		close(nothing);
}

static void
close_server(struct server *server)
{
	if (server->http != NULL)
		http_close(server->http);
	if (server->stdio != NULL)
	{
		stdio_close(server->stdio);
		occupy();
	}
	mcp_close(server->mcp);
	fixture_tasks_close();
	if (server->mcp->running_count != 0)
		abort();
	loop_close(&server->loop);
	arena_close(&server->arena);
}

static void
turn(struct server *server)
{
	event_base_loop(server->loop.base, EVLOOP_NONBLOCK);
}

/* Later, for the clock of connections alone. */
static void
let_time_pass(struct server *server)
{
	struct http_connection *next;

	if (server->http == NULL)
		return;
	server->loop.now_ms += 16000;
	for (struct http_connection *c = server->http->connections; c != NULL; c = next)
	{
		next = c->next;
		http_connection_tick(c);
	}
}

/* --- the client ----------------------------------------------------------------------- */

static void
read_all(struct server *server, struct client *client)
{
	char room[4096];
	ssize_t got;

	do
	{
		turn(server);
		got = recv(client->socket, room, sizeof(room), MSG_DONTWAIT);
		if (got > 0 && !bytes_add(&client->got, room, (size_t) got))
			abort();
	} while (got > 0);
}

/* The next piece of what is left: a few bytes or many. */
static size_t
piece(uint32_t *state, size_t left)
{
	size_t length;

	*state = *state * 1664525 + 1013904223;
	length = (*state >> 16) % 4 == 0 ? 1 + (*state >> 20) % 400 : 1 + (*state >> 20) % 12;
	return length < left ? length : left;
}

/* False when the server has gone. */
static bool
send_piece(struct server *server, struct client *client, const uint8_t *bytes, size_t length)
{
	while (length > 0)
	{
		ssize_t sent = send(client->socket, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN)
			return false;
		/* the server is waiting for this client to read */
		if (sent < 0)
			read_all(server, client);
		else
		{
			bytes += sent;
			length -= (size_t) sent;
		}
		turn(server);
	}
	return true;
}

static void
talk(struct server *server, struct client *client, int how, uint32_t cut, const uint8_t *bytes, size_t size)
{
	size_t at = 0;
	size_t half = size / 2;

	while (at < size)
	{
		size_t length = how & CUT ? piece(&cut, size - at) : size - at;

		if (!send_piece(server, client, bytes + at, length))
			return;
		if (!(how & READ_LATE))
			read_all(server, client);
		if ((how & STOP) && at < half && at + length >= half)
			server->http != NULL ? http_drain(server->http) : mcp_wind_up(server->mcp);
		at += length;
	}
}

/* --- what must hold ---------------------------------------------------------------------- */

static void
check_json(struct slice text)
{
	const struct scan_limits limits = {.levels = 0, .nodes = 10, .depth = SCAN_DEPTH_MOST};
	struct scan_fault fault;
	struct arena arena;

	arena_open(&arena, no_memory);
	if (scan_text(&arena, text, &limits, &fault) == NULL)
		abort();
	arena_close(&arena);
}

/* Whole lines; those of a stream of events are messages when they say so. */
static void
check_lines(struct slice text, const char *prefix)
{
	const char *end;

	while ((end = text.length > 0 ? memchr(text.at, '\n', text.length) : NULL) != NULL)
	{
		struct slice line = {text.at, (size_t) (end - text.at)};

		text.length -= line.length + 1;
		text.at = end + 1;
		if (slice_starts(line, prefix))
			check_json((struct slice){line.at + strlen(prefix), line.length - strlen(prefix)});
	}
}

static int
on_body(http_parser *parser, const char *at, size_t length)
{
	return bytes_add(parser->data, at, length) ? 0 : -1;
}

static int
on_complete(http_parser *parser)
{
	struct bytes *body = parser->data;

	if (parser->flags & F_CHUNKED)
		check_lines((struct slice){body->at, body->length}, "data: ");
	else if (body->length > 0)
		check_json((struct slice){body->at, body->length});
	body->length = 0;
	return 0;
}

static void
check_answers(struct slice got)
{
	static const http_parser_settings events = {.on_body = on_body, .on_message_complete = on_complete};
	struct bytes body = {0};
	http_parser parser;

	http_parser_init(&parser, HTTP_RESPONSE);
	parser.data = &body;
	if (http_parser_execute(&parser, &events, got.at, got.length) != got.length)
		abort();
	bytes_free(&body);
}

static void
check(const struct server *server, const struct client *client, bool heads)
{
	struct slice got = {client->got.at != NULL ? client->got.at : "", client->got.length};

	if (server->stdio != NULL)
		check_lines(got, "");
	else if (!heads)
		check_answers(got);
}

static bool
is_empty(const struct http_state *state)
{
	return state->connections == 0 && state->exchanges == 0 && state->held_bytes == 0;
}

/* --- one input ------------------------------------------------------------------------- */

static void
connect_to(struct server *server, struct client *client, int how)
{
	int ends[2];
	int little = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	if (how & NARROW)
		setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
	client->socket = ends[0];
	if (how & LINES)
		open_lines(server, ends[1]);
	else
	{
		open_http(server, how & WHO ? HTTP_IDENTITY : 0);
		http_visit(server->http, ends[1]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct server server;
	struct client client = {0};

	if (!ready)
	{
		signal(SIGPIPE, SIG_IGN);
		log_configure(LOG_FORMAT_TEXT, LOG_LEVEL_ERROR);
		occupy();
		ready = true;
	}
	if (size < 2)
		return 0;
	open_server(&server);
	connect_to(&server, &client, data[0]);
	talk(&server, &client, data[0], data[1], data + 2, size - 2);
	if (!(data[0] & HANG_UP))
	{
		shutdown(client.socket, SHUT_WR);
		read_all(&server, &client);
	}
	if (data[0] & WAIT)
		let_time_pass(&server);
	/* an answer to HEAD tells of a body that does not come */
	check(&server, &client, memmem(data, size, "HEAD", 4) != NULL);
	close(client.socket);
	turn(&server);
	turn(&server);
	if (server.http != NULL && !is_empty(&server.http->state))
		abort();
	close_server(&server);
	bytes_free(&client.got);
	return 0;
}
