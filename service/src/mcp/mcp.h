/*
 * mcp.h - the protocol: exchanges in, methods run, answers out. It knows no transport, and of the database only the
 * pool and its prepared statements.
 *
 *	mcp.c        takes an exchange apart into requests and puts their answers together
 *	ladder.c     decides which revision a message speaks and whether it is well-formed, in the order of the specification
 *	methods.c    the list of all methods
 *	request.c    what every handler uses: results, errors, capabilities
 *	legacy.c     what only the revisions before 2026-07-28 know
 *	discover.c, tools_list.c, tools_call.c, cancel.c   methods
 *	admission.c  how many requests a caller may send
 *	catalogue.c  the tools of each caller
 */
#ifndef VOYGEN_MCP_H
#define VOYGEN_MCP_H

#include "db/pool.h"
#include "loop/loop.h"
#include "mcp/exchange.h"

struct catalogue;
struct metrics;
struct hearer;
struct mcp_method;
struct limits;
struct mcp_request;
struct records;
struct sessions;
struct task_source;

#define MCP_KEY_BYTES 32

struct mcp_settings
{
	/* Seals what clients carry from one round of a request to the next (state.h). */
	unsigned char state_key[MCP_KEY_BYTES];
	int state_ms;         /* how long such a state counts */
	bool strict_sessions; /* sessions nobody has begun are refused, instead of taken up */
	/* Lists of methods, ended by NULL, that come before the usual ones; NULL for none. */
	const struct mcp_method *const *methods;
	const struct task_source *tasks;
};

struct mcp
{
	struct loop *loop;
	struct pool *pool;
	struct records *records; /* every call goes there when it is over */
	struct mcp_settings settings;
	struct catalogue *catalogue;
	struct metrics *metrics;
	struct sessions *sessions;
	struct exchange *standing; /* of standard input: for news between answers; NULL for none */
	struct hearer *hearers;    /* streams that wait for news (news.h) */
	struct limits *limits;
	struct mcp_request *running; /* requests that have not been answered, newest first */
	int running_count;
};

/* It lies in the arena of the loop. */
struct mcp *mcp_open(struct loop *loop, struct pool *pool, struct records *records, const struct mcp_settings *settings);
void mcp_close(struct mcp *mcp);

/* Ends the requests that would go on without end. */
void mcp_wind_up(struct mcp *mcp);

/* Works on an exchange until it is answered: a handler for transports (`mcp` is a struct mcp). */
void mcp_receive(void *mcp, struct exchange *exchange);

#endif
