/*
 * request.h - one request of the protocol, and what its handler does with it.
 *
 * A handler is called with a request that is well-formed. It ends it with exactly one of mcp_finish, mcp_error or
 * mcp_refuse, at once or later. One that answers later sets `stop`, which is called when nobody waits any more; then it
 * must not end the request. Memory of the exchange's arena is free to use and lives until the answer has left.
 *
 *	static void
 *	handle_ping(struct mcp_request *request)
 *	{
 *		mcp_finish(request);
 *	}
 *
 * A result is written member by member:
 *
 *	output_number(mcp_member(request, "total"), 3);
 *	output_word(mcp_member(request, "names"), "[\"a\"]");
 *	mcp_finish(request);
 */
#ifndef VOYGEN_MCP_REQUEST_H
#define VOYGEN_MCP_REQUEST_H

#include <stdint.h>

#include "failure/failure.h"
#include "json/scan.h"
#include "mcp/mcp.h"

/* The revisions before 2026-07-28 open with a handshake; from then on every request speaks for itself. */
enum mcp_era
{
	MCP_LEGACY = 1,
	MCP_MODERN = 2,
	MCP_BOTH = MCP_LEGACY | MCP_MODERN
};

struct mcp_asking;
struct mcp_turn;

struct mcp_method
{
	const char *name;
	int eras; /* of enum mcp_era */
	void (*handle)(struct mcp_request *request);
	/* The parameter that the header Mcp-Name repeats: "name", "uri", "taskId"; NULL for none. */
	const char *named_by;
};

struct mcp_request
{
	struct mcp *mcp;
	struct exchange *exchange;
	struct mcp_turn *turn;
	enum mcp_era era;
	struct slice version; /* the revision it speaks; at NULL: not said */
	struct slice method_name;
	const struct mcp_method *method;
	struct slice id;                /* as it stands in the message; at NULL: a notification */
	const struct scan_node *params; /* an object, or NULL; its members have nodes, what is inside them has none */
	const struct scan_node *meta;   /* params._meta with nodes for its members, or NULL */
	struct slice progress_token;    /* as it stands in the message; at NULL: no progress is wanted */
	int64_t progress;               /* the last that was told (notice.h) */
	bool progress_told;
	/* Called when the client has gone or has cancelled. */
	void (*stop)(struct mcp_request *request);
	/* Called when the gateway is about to end, for a request that goes on without end by itself: it ends it. */
	void (*wind_up)(struct mcp_request *request);
	void *work; /* the handler's */
	/* how far it has come, for who asks whether it may still be refused */
	const struct query *query; /* the last that was run for it, NULL for none (calling.h) */
	int64_t job_since_ms;      /* when it had begun a job, which no refusal takes back; 0: it has not */
	/* what the client has answered to questions of ours (ask.h) */
	const struct scan_node *responses; /* an object, or NULL */
	struct slice state;                /* what was kept for this round; at NULL: this is the first one */
	struct mcp_asking *asking;
	/* the answer */
	struct output answer;
	int members; /* of the result, so far */
	bool ended;
	struct mcp_request *next; /* in mcp->running */
	struct mcp_request *previous;
	struct mcp_request *sibling; /* the next of the same batch */
};

/* Codes of JSON-RPC and of the protocol. */
enum mcp_code
{
	MCP_PARSE_ERROR = -32700,
	MCP_INVALID_REQUEST = -32600,
	MCP_METHOD_NOT_FOUND = -32601,
	MCP_INVALID_PARAMS = -32602,
	MCP_INTERNAL_ERROR = -32603,
	MCP_RESOURCE_NOT_FOUND = -32002, /* of older revisions */
	MCP_HEADER_MISMATCH = -32020,
	MCP_MISSING_CAPABILITY = -32021,
	MCP_UNSUPPORTED_VERSION = -32022
};

/* --- results ------------------------------------------------------------------ */

/* Begins the next member of the result; write its value to what comes back. The first call begins the result. */
struct output *mcp_member(struct mcp_request *request, const char *name);

/* The same for members that somebody else writes, with their names and commas. */
struct output *mcp_members(struct mcp_request *request);

/* How long a result may be kept, and that it is for this caller alone: lists and what is read need it in the newest
 * revision; nothing is written for older ones. */
void mcp_member_freshness(struct mcp_request *request, int ttl_ms);

/* Ends the request with the result; one without members is empty. */
void mcp_finish(struct mcp_request *request);

/* The same without what every result of the newest revision has: the members are complete. */
void mcp_finish_bare(struct mcp_request *request);

/* The same with another resultType than "complete". */
void mcp_finish_as(struct mcp_request *request, const char *result_type);

/* --- errors ------------------------------------------------------------------- */

/* Ends the request with an error of JSON-RPC inside an answer that is fine by HTTP. `data` is JSON, or empty. */
void mcp_error(struct mcp_request *request, enum mcp_code code, const char *message, struct slice data);

/* The same with a status of HTTP. */
void mcp_refuse(struct mcp_request *request, int status, enum mcp_code code, const char *message, struct slice data);

/* Ends the request with what the database said instead of a result: 503 when it did not run, 401 when it does not know
 * the token (any more), else an error inside a fine answer. Details of the server are logged, not told. */
void mcp_end_failed(struct mcp_request *request, struct query_outcome *outcome);

/* Ends a call with a result that says why it failed: what the caller, or his model, can mend or repeat. */
void mcp_finish_failed(struct mcp_request *request, const struct failure *failure);

/* True when the answer is one of HTTP for this request alone, so that its status can speak. */
bool mcp_is_alone(const struct mcp_request *request);

/* Ends the request because there are too many: 503, and when to come back. */
void mcp_end_overloaded(struct mcp_request *request);

/* True when the database refused the token, not the call. */
bool mcp_is_token_refusal(const struct query_outcome *outcome);

/* Ends the request with 403 when the token lacks a scope, and says which it needs; false when that is not why it failed, or
 * where there is no status to say it by. */
bool mcp_end_out_of_scope(struct mcp_request *request, const struct query_outcome *outcome);

/* Replaces what is not for the caller to know by a number, under which it is in the log. */
void mcp_hide_internals(struct mcp_request *request, struct query_outcome *outcome);

/* A failure as the JSON object of the tools, in the arena. */
struct slice mcp_failure_json(struct arena *arena, const struct failure *failure);

/* Ends the request without an answer. */
void mcp_drop(struct mcp_request *request);

/* --- parameters --------------------------------------------------------------- */

/* A parameter's text, decoded. When it is missing or no string the request is ended with an error and false comes back. */
bool mcp_param_text(struct mcp_request *request, const char *name, struct slice *text);

/* True when the client declared the capability with this request (newest revision): "sampling", or with a name inside:
 * "extensions", "io.modelcontextprotocol/tasks". `inner` may be NULL. */
bool mcp_client_can(struct mcp_request *request, const char *capability, const char *inner);

/* Ends the request with what is missing; for handlers that cannot do without. `required` is JSON: {"sampling":{}}. */
void mcp_refuse_capability(struct mcp_request *request, const char *required);

/* A node for the inside of a slice of the message, which is known to be JSON. */
const struct scan_node *mcp_inside(struct mcp_request *request, struct slice raw, unsigned levels);

/* --- for mcp.c and ladder.c ----------------------------------------------------- */

/* The request is over: its answer, if it has one, goes out with those of its batch. `status` is HTTP's. */
void mcp_end_request(struct mcp_request *request, int status);

#endif
