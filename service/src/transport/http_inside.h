/*
 * http_inside.h - what the files of the HTTP transport share, and nobody else.
 *
 *	http.c             the server: connections, their clock, the routes
 *	http_connection.c  one connection: bytes in, requests in order, the end
 *	http_request.c     the parser's callbacks: a request is collected and checked
 *	http_policy.c      what is let in: Host, Origin, types
 *	http_identity.c    who asks, at once or after a look elsewhere
 *	http_reply.c       an answer, or a stream of events, becomes bytes
 *	http_resume.c      streams that outlive their connection
 */
#ifndef VOYGEN_HTTP_INSIDE_H
#define VOYGEN_HTTP_INSIDE_H

#include <http_parser.h>

#include "loop/stream.h"
#include "memory/bytes.h"
#include "transport/http.h"

#define HTTP_ROUTES 16
#define HTTP_HEADERS 64
#define HTTP_HEAD_BYTES 32768
/* Requests of one connection that are worked on at once; more stay unread. */
#define HTTP_PIPELINE 16

enum http_phase
{
	HTTP_RECEIVING, /* the request comes in */
	HTTP_WORKING,   /* its handler has it */
	HTTP_STREAMING, /* an event stream has begun */
	HTTP_ANSWERED   /* all is said; it leaves as the client takes it */
};

struct http_connection;
struct http_trail;

/* Where a header stands in the bytes of the head, which may move while they come in. */
struct http_field
{
	size_t name;
	size_t name_length;
	size_t value;
	size_t value_length;
};

/* A request and its answer. Kept for the next one when it is over (http.c). */
struct http_exchange
{
	struct exchange exchange; /* first: ops get this */
	struct http_exchange *next;
	struct http *http;
	struct http_connection *connection; /* NULL while its client is away (http_resume.c) */
	enum http_phase phase;
	struct arena arena;
	/* the request */
	const struct http_route *route; /* NULL: none is known */
	struct bytes head;              /* target, then names and values of headers, one behind the other */
	size_t target_length;
	struct slice method;
	int field_count;
	bool in_value; /* the last header has begun its value */
	struct bytes body;
	int refusal; /* status to answer once the request has come in, 0 for none */
	const char *refusal_words;
	struct identity_ask ask;
	bool asking;       /* who it is will be known later */
	bool preflight;    /* a browser asks whether a page may send its request */
	bool head_alone;   /* HEAD: the answer has no body */
	bool last;         /* the connection ends with this answer */
	bool takes_json;   /* so the client says in Accept */
	bool takes_events; /* the same, and the connection can carry a stream without a known end */
	/* the answer */
	struct bytes ready;   /* goes out first: the head, events */
	struct output output; /* then this */
	bool starved;         /* there was no memory for all of it */
	bool framed;          /* output is the data of an event: its end is still to come */
	int64_t spoke_ms;     /* when the event stream last said something */
	/* resumption */
	struct http_trail *trail; /* what can be said again; NULL: nothing */
	bool parting;             /* the connection is done with it once what is ready has gone out */
	/* last, since nobody clears them */
	struct http_field fields[HTTP_HEADERS];
	struct exchange_header headers[HTTP_HEADERS];
};

struct http_connection
{
	struct http_connection *next;
	struct http_connection *previous;
	struct http *http;
	struct stream stream;
	uint64_t address; /* of the client, as a number */
	http_parser parser;
	struct http_exchange *receiving; /* NULL between requests */
	struct http_exchange *first;     /* to be answered next; receiving is not among them */
	struct http_exchange *last;
	int count;
	struct bytes unread; /* what came in behind a full pipeline */
	bool closing;        /* reads nothing more as requests */
	bool finished;       /* all has been said; waits for the client to close */
	bool inside;         /* in the middle of its own work: the end waits (see http_connection.c) */
	bool doomed;
	/* the clock */
	int64_t since_ms;  /* of the last thing that happened */
	int64_t pace_ms;   /* the beginning of the window in which its pace is measured */
	size_t pace_bytes; /* in both directions, at that time */
	size_t received_total;
};

struct http
{
	struct loop *loop;
	struct http_settings settings;
	const struct identity_sources *sources;
	struct http_route routes[HTTP_ROUTES];
	int route_count;
	struct http_connection *connections;
	struct http_exchange *spare; /* exchanges of before, for the next requests */
	int spare_count;
	struct http_trail *trails; /* of all streams that can be resumed */
	struct http_state state;
	bool draining;
	bool starving; /* memory is short: what is under way comes first */
	char date[40]; /* the Date of this second */
	int64_t date_ms;
};

/* http.c */
struct http_exchange *http_exchange_take(struct http *http);
void http_exchange_give(struct http *http, struct http_exchange *x);
const char *http_date(struct http *http);
/* The route of a request; NULL with *status 404 or 405. */
const struct http_route *http_find_route(const struct http *http, struct slice method, struct slice path, int *status);
/* The methods a path knows, for Allow. */
struct slice http_allowed(const struct http *http, struct arena *arena, struct slice path);

/* http_connection.c */
struct http_connection *http_connection_open(struct http *http, int socket, uint64_t address);
/* At once, whatever is under way. */
void http_connection_close(struct http_connection *c);
void http_connection_flush(struct http_connection *c);
/* Puts the request that has come in, as far as it has, into the row of those to be answered. */
void http_connection_enqueue(struct http_connection *c, struct http_exchange *x);
/* Puts another in the place of an exchange, which is nobody's then. */
void http_connection_replace(struct http_connection *c, struct http_exchange *x, struct http_exchange *other);
/* Takes an exchange out, which is nobody's then, and closes the connection. */
void http_connection_rob(struct http_connection *c, struct http_exchange *x);
void http_connection_tick(struct http_connection *c);

/* http_request.c */
extern const http_parser_settings http_request_parser;
/* The request is whole and it is known who asks: hands it to its route, or refuses it. */
void http_request_work(struct http_exchange *x);

/* http_policy.c: the path asked for, without the query behind it. */
struct slice http_policy_path(const struct http_exchange *x);
/* 0, or the status of the refusal with *words saying why. */
int http_policy_check(struct http *http, struct http_exchange *x, const char **words);

/* http_identity.c: the same; 0 also while x->asking. */
int http_identity_check(struct http *http, struct http_exchange *x, const char **words);

/* http_reply.c */
extern const struct exchange_ops http_reply_ops;
/* Answers with a status in the words of the route, or else with an error object of JSON-RPC without id. */
void http_reply_refuse(struct http_exchange *x, int status, const char *words);
/* Tells a browser that the page it has open may read the answer. */
void http_reply_share(struct http_exchange *x, struct slice origin);
/* Tells a browser what its page may send. */
void http_reply_preflight(struct http_exchange *x);
/* The next bytes of the answer into the room; sets *over when that was all. */
size_t http_reply_fill(struct http_exchange *x, char *into, size_t room, bool *over);
/* A comment that keeps a quiet event stream alive. */
void http_reply_keep_alive(struct http_exchange *x);
/* Begins an event stream. */
void http_reply_begin_events(struct http_exchange *x);
/* The answer as the last event of the stream, up to its data; also once more. */
void http_reply_frame_answer(struct http_exchange *x);
/* Whether a request has been under way for so long that its event stream begins before there is anything to say, so that its
 * client may lose the connection. */
bool http_reply_is_due(const struct http_exchange *x);

/* http_resume.c */
/* From here on the stream's events have ids. */
void http_trail_begin(struct http_exchange *x);
/* The id of an event: its stream, and its number there. */
const char *http_trail_key(const struct http_trail *trail);
int http_trail_next(struct http_trail *trail);
/* The number of the answer, which is the last. */
int http_trail_answer(const struct http_trail *trail);
/* Keeps an event as it goes over the wire. */
void http_trail_keep(struct http_trail *trail, struct slice event);
/* Gives it back; also for an exchange without one. */
void http_trail_end(struct http_exchange *x);
/* The connection is done with an exchange: true when it waits for its client, else it is the caller's. */
bool http_resume_keep(struct http_exchange *x);
/* An answer for a client who is away. */
void http_resume_answered(struct http_exchange *x);
bool http_resume(struct exchange *exchange, struct slice event_id);
void http_resume_tick(struct http *http);
/* Nobody can come back any more: what is only kept for that is given back; with `all` what still runs, too. */
void http_resume_drain(struct http *http, bool all);

#endif
