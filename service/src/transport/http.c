/*
 * http.c - the HTTP server as a whole.
 */
#include "transport/http_inside.h"

#include "log/log.h"
#include "memory/rescue.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000
/* Blocks for what is under way when memory runs out: one for each of so many exchanges. */
#define ASIDE_BLOCKS 32
#define SPARE_EXCHANGES 64
/* An exchange whose buffers have grown beyond this is not kept. */
#define SPARE_BYTES ((size_t) 65536)

/* As long as what was put aside for what is under way cannot be replaced, nothing new is begun. */
static void
look_at_memory(struct http *http)
{
	bool starving = !arena_put_aside(ASIDE_BLOCKS);

	if (starving != http->starving)
		log_say(starving ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, starving ? "memory is short: requests are refused" : "there is memory again");
	http->starving = starving;
}

static void
tick(void *context)
{
	struct http *http = context;
	struct http_connection *next;

	look_at_memory(http);
	for (struct http_connection *c = http->connections; c != NULL; c = next)
	{
		next = c->next;
		http_connection_tick(c);
	}
	http_resume_tick(http);
}

struct http *
http_open(struct loop *loop, const struct http_settings *settings, const struct identity_sources *sources)
{
	struct http *http = arena_alloc(loop->arena, sizeof(*http));

	http->loop = loop;
	http->settings = *settings;
	http->sources = sources;
	http->date_ms = -1000;
	rescue_open(loop->arena->fail);
	arena_put_aside(ASIDE_BLOCKS);
	loop_every(loop, TICK_MS, tick, http);
	return http;
}

static void
free_exchange(struct http_exchange *x)
{
	bytes_free(&x->head);
	bytes_free(&x->body);
	bytes_free(&x->ready);
	arena_close(&x->arena);
	free(x);
}

void
http_change(struct http *http, const struct http_settings *settings)
{
	http->settings = *settings;
}

void
http_close(struct http *http)
{
	http->draining = true;
	while (http->connections != NULL)
		http_connection_close(http->connections);
	http_resume_drain(http, true);
	while (http->spare != NULL)
	{
		struct http_exchange *next = http->spare->next;

		free_exchange(http->spare);
		http->spare = next;
	}
	arena_give_back_aside();
}

void
http_add_route(struct http *http, const struct http_route *route)
{
	if (http->route_count < HTTP_ROUTES)
		http->routes[http->route_count++] = *route;
}

/* The address of a client as a number, without his port; of IPv6 the network, of which one client has all addresses.
 * Never 0. */
static uint64_t
address_of(int socket)
{
	struct sockaddr_storage peer = {0};
	socklen_t length = sizeof(peer);
	uint64_t number = 0;

	getpeername(socket, (struct sockaddr *) &peer, &length);
	if (peer.ss_family == AF_INET6)
		memcpy(&number, &((struct sockaddr_in6 *) &peer)->sin6_addr, sizeof(number));
	else
		number = (uint64_t) ((struct sockaddr_in *) &peer)->sin_addr.s_addr << 32;
	return number | 1;
}

/* Whether there is room for one more from there. */
static bool
has_room(const struct http *http, uint64_t address)
{
	int count = 0;

	if (http->state.connections < http->settings.per_address)
		return true;
	for (const struct http_connection *c = http->connections; c != NULL; c = c->next)
		count += c->address == address;
	return count < http->settings.per_address;
}

void
http_visit(void *context, int socket)
{
	struct http *http = context;
	static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

	uint64_t address = address_of(socket);

	if (http->state.connections < http->settings.connections && has_room(http, address) &&
		http_connection_open(http, socket, address) != NULL)
		return;
	http->state.refused++;
	(void) !send(socket, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(socket);
}

void
http_drain(struct http *http)
{
	struct http_connection *next;

	http->draining = true;
	for (struct http_connection *c = http->connections; c != NULL; c = next)
	{
		next = c->next;
		if (c->first == NULL && c->receiving == NULL)
			http_connection_close(c);
	}
	http_resume_drain(http, false);
}

struct http_state
http_look(const struct http *http)
{
	return http->state;
}

struct http_exchange *
http_exchange_take(struct http *http)
{
	struct http_exchange *x = http->spare;

	if (x != NULL)
	{
		http->spare = x->next;
		http->spare_count--;
	}
	else
	{
		x = calloc(1, sizeof(*x));
		if (x == NULL)
			return NULL;
		arena_open(&x->arena, rescue_failure);
	}
	x->next = NULL;
	x->http = http;
	x->exchange = (struct exchange){.ops = &http_reply_ops, .arena = &x->arena, .has_headers = true};
	output_start(&x->output, &x->arena);
	http->state.exchanges++;
	http->state.requests++;
	return x;
}

/* Everything of the last request is forgotten, but for the memory it had. */
static void
clear_exchange(struct http_exchange *x)
{
	const size_t cleared = offsetof(struct http_exchange, fields);
	struct bytes head = x->head;
	struct bytes body = x->body;
	struct bytes ready = x->ready;
	struct arena arena = x->arena;

	memset(x, 0, cleared);
	arena_reset(&arena);
	head.length = body.length = ready.length = 0;
	x->head = head;
	x->body = body;
	x->ready = ready;
	x->arena = arena;
}

void
http_exchange_give(struct http *http, struct http_exchange *x)
{
	if (x->asking)
		identity_stop(&x->ask);
	exchange_end(&x->exchange);
	http_trail_end(x);
	http->state.held_bytes -= x->body.length;
	http->state.exchanges--;
	if (http->spare_count >= SPARE_EXCHANGES || x->body.room > SPARE_BYTES || x->ready.room > SPARE_BYTES)
	{
		free_exchange(x);
		return;
	}
	clear_exchange(x);
	x->next = http->spare;
	http->spare = x;
	http->spare_count++;
}

const char *
http_date(struct http *http)
{
	if (http->loop->now_ms - http->date_ms >= 1000)
	{
		time_t now = time(NULL);
		struct tm utc;

		gmtime_r(&now, &utc);
		strftime(http->date, sizeof(http->date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
		http->date_ms = http->loop->now_ms;
	}
	return http->date;
}

static bool
is_at(const struct http_route *route, struct slice path)
{
	return (route->demands & HTTP_BELOW) != 0 ? slice_starts(path, route->path) : slice_is(path, route->path);
}

const struct http_route *
http_find_route(const struct http *http, struct slice method, struct slice path, int *status)
{
	*status = 404;
	for (int i = 0; i < http->route_count; i++)
	{
		const struct http_route *route = &http->routes[i];

		if (!is_at(route, path))
			continue;
		if (route->method == NULL || slice_is(method, route->method))
			return route;
		*status = 405;
	}
	return NULL;
}

struct slice
http_allowed(const struct http *http, struct arena *arena, struct slice path)
{
	const char *allowed = "";

	for (int i = 0; i < http->route_count; i++)
	{
		if (slice_is(path, http->routes[i].path))
			allowed = arena_format(arena, "%s%s%s", allowed, allowed[0] != '\0' ? ", " : "", http->routes[i].method);
	}
	return slice_of(allowed);
}
