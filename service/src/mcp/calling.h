/*
 * calling.h - a tool of the database, run for the caller of a request.
 */
#ifndef VOYGEN_MCP_CALLING_H
#define VOYGEN_MCP_CALLING_H

#include "mcp/request.h"

struct calling
{
	struct query query;
	query_done *done;
	void *owner;
	struct exchange *exchange;
	struct slice tool;
	struct slice arguments; /* JSON */
	int64_t started_us;     /* calling_clock_us when the request came; to be set by who records the call */
};

/* Begins; false when there are too many calls. All of it has to stay where it is until `done` is called or the query is
 * stopped. */
bool calling_start(struct calling *calling, struct mcp_request *request, struct slice tool, struct slice arguments, query_done *done,
				   void *owner);

/* Puts the call into the audit: "ok", "cancelled" or a code of calling_code. */
void calling_record(const struct calling *calling, const struct mcp_request *request, const char *outcome);

/* The code of a failure as a text that outlives it; "internal" for one the database does not have. */
const char *calling_code(const struct failure *failure);

/* Microseconds of a clock that never goes back. */
int64_t calling_clock_us(void);

#endif
