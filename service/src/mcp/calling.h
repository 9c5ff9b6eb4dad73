/*
 * calling.h - a tool of the database, run for the caller of a request.
 */
#ifndef VOYGEN_MCP_CALLING_H
#define VOYGEN_MCP_CALLING_H

#include "mcp/request.h"

struct calling
{
	struct query query;
	struct slice tool;
	struct slice arguments; /* JSON */
};

/* Begins; false when there are too many calls. All of it has to stay where it is until `done` is called or the query is
 * stopped. */
bool calling_start(struct calling *calling, struct mcp_request *request, struct slice tool, struct slice arguments, query_done *done,
				   void *owner);

#endif
