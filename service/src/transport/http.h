/*
 * http.h - HTTP/1.1: connections in, exchanges out. It knows paths and headers, no method of the protocol above.
 *
 * Answers leave in the order of their requests, also when a client sends several at once. A client that closes its
 * connection abandons what it has asked for.
 */
#ifndef VOYGEN_HTTP_H
#define VOYGEN_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "identity/source.h"
#include "loop/loop.h"
#include "mcp/exchange.h"

struct http;
struct limits;

/* What a route asks for before its handler is called. */
enum http_demands
{
	HTTP_IDENTITY = 1, /* credentials that a source knows; else 401 */
	HTTP_JSON = 2,     /* a body in JSON, and a client that takes JSON or an event stream */
	HTTP_BELOW = 4,    /* nothing, but all paths that begin like the route's are its own */
	HTTP_PAGES = 8     /* nothing: pages for people, which judge the Origin themselves and are not for pages of others */
};

struct http_route
{
	const char *method; /* NULL: all of them, which the handler tells apart */
	const char *path;
	int demands; /* of enum http_demands */
	/* Answers the exchange, now or later. */
	void (*handle)(void *owner, struct exchange *exchange);
	void *owner;
	size_t body_bytes; /* the largest request; 0: that of the settings */
	/* Answers what the transport refuses, in words of its own; NULL: an error object of JSON-RPC. */
	void (*refuse)(void *owner, struct exchange *exchange, int status, const char *words);
};

struct http_settings
{
	const char *hosts;   /* names this server goes by, between commas; of Host and of Origin */
	const char *origins; /* whole origins that may call from a browser, between commas; NULL for none beside these */
	size_t body_bytes;   /* the largest request */
	size_t held_bytes;   /* all requests that are under way together */
	int connections;     /* at once */
	int idle_ms;         /* an unused connection is closed after so long */
	int pace_ms;         /* in each such window a client whose turn it is gets on by 4 kB, or is cut off */
	int per_address;     /* of these, from one address */
	int resume_ms;       /* how long a stream waits for a client who has lost it; 0: it does not */
	struct limits *limits;
	/* What a 401 or 403 adds in WWW-Authenticate, NULL for nothing. */
	const char *challenge;
};

/* For metrics. */
struct http_state
{
	int connections;
	size_t held_bytes; /* of the requests that are under way */
	int exchanges;     /* requests that are being worked on or answered */
	int parted;        /* of these, streams whose client may come back */
	long long requests;
	long long refused; /* connections beyond the limit */
};

/* Both settings and sources are kept, not copied. It lies in the arena of the loop. */
struct http *http_open(struct loop *loop, const struct http_settings *settings, const struct identity_sources *sources);
void http_close(struct http *http);

/* A route; the text of method and path is kept. */
void http_add_route(struct http *http, const struct http_route *route);

/* Other settings from now on; kept, as at the beginning. */
void http_change(struct http *http, const struct http_settings *settings);

/* Takes over a connected socket: a visitor of door.h. */
void http_visit(void *http, int socket);

/* From now on every connection is closed as soon as its last answer has left; idle ones at once. */
void http_drain(struct http *http);

struct http_state http_look(const struct http *http);

#endif
