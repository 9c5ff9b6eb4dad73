/*
 * cancel.c - notifications/cancelled: a client no longer wants the answer to a request he has sent.
 *
 * It counts within one conversation only, so that nobody stops what another client has under way.
 */
#include "mcp/methods.h"

static struct mcp_request *
find_running(struct mcp *mcp, uint64_t conversation, struct slice id)
{
	for (struct mcp_request *request = mcp->running; request != NULL; request = request->next)
	{
		if (request->exchange->conversation == conversation && request->id.at != NULL && slice_equal(request->id, id))
			return request;
	}
	return NULL;
}

static void
handle_cancelled(struct mcp_request *request)
{
	const struct scan_node *id = scan_member(request->params, "requestId");
	uint64_t conversation = request->exchange->conversation;
	struct mcp_request *found = NULL;

	if (id != NULL && conversation != 0)
		found = find_running(request->mcp, conversation, id->raw);
	/* the handshake is not to be cancelled, and what sets no `stop` is answered at once anyway */
	if (found != NULL && found->stop != NULL)
	{
		found->stop(found);
		mcp_drop(found);
	}
	mcp_drop(request);
}

const struct mcp_method cancel_methods[] = {
	{.name = "notifications/cancelled", .eras = MCP_BOTH, .handle = handle_cancelled},
	{.name = NULL},
};
