/*
 * calling.c - one statement for one call.
 */
#include "mcp/calling.h"

bool
calling_start(struct calling *calling, struct mcp_request *request, struct slice tool, struct slice arguments, query_done *done,
			  void *owner)
{
	const struct identity *identity = &request->exchange->identity;

	calling->tool = tool;
	calling->arguments = arguments;
	query_start(&calling->query, &prepared_call, done, owner);
	query_integer(&calling->query, identity->agency_id);
	query_slice(&calling->query, (struct slice){(const char *) identity->digest, DIGEST_BYTES});
	query_slice(&calling->query, tool);
	query_slice(&calling->query, arguments);
	calling->query.caller = identity_key(identity);
	return pool_run(request->mcp->pool, &calling->query);
}
