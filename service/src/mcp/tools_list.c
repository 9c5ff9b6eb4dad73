/*
 * tools_list.c - tools/list: all the caller may call, on one page, in the order of their names.
 */
#include "mcp/catalogue.h"
#include "mcp/methods.h"

#define TTL_MS 60000

struct tools_list
{
	struct mcp_request *request;
	struct catalogue_wait wait;
};

static void
stop_list(struct mcp_request *request)
{
	struct tools_list *list = request->work;

	catalogue_forget(request->mcp->catalogue, &list->wait);
}

static void
on_ready(void *owner, struct catalogue_entry *entry, struct query_outcome *outcome)
{
	struct tools_list *list = owner;
	struct mcp_request *request = list->request;

	if (entry == NULL)
	{
		mcp_end_failed(request, outcome);
		return;
	}
	catalogue_hold(entry);
	exchange_keep(request->exchange, catalogue_release, entry);
	output_refer(mcp_member(request, "tools"), entry->list);
	mcp_member_freshness(request, TTL_MS);
	mcp_finish(request);
}

static void
handle_list(struct mcp_request *request)
{
	struct tools_list *list = arena_alloc(request->exchange->arena, sizeof(*list));
	const struct scan_node *cursor = scan_member(request->params, "cursor");

	if (cursor != NULL && cursor->kind != SCAN_NULL)
	{
		mcp_error(request, MCP_INVALID_PARAMS, "params.cursor is none that was given here; the list has one page", (struct slice){0});
		return;
	}
	list->request = request;
	request->work = list;
	request->stop = stop_list;
	if (!catalogue_ask(request->mcp->catalogue, &request->exchange->identity, &list->wait, on_ready, list))
		mcp_end_overloaded(request);
}

const struct mcp_method tools_list_methods[] = {
	{.name = "tools/list", .eras = MCP_BOTH, .handle = handle_list},
	{.name = NULL},
};
