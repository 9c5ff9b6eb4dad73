/*
 * tools_list.c - tools/list: all the caller may call, on one page, in the order of their names.
 */
#include "mcp/catalogue.h"
#include "mcp/methods.h"
#include "mcp/scope.h"

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

/* Those that the token leaves of them. */
static void
write_allowed(struct output *out, const struct identity *identity, const struct catalogue_entry *entry)
{
	const char *between = "[";

	for (int i = 0; i < entry->count; i++)
	{
		const struct catalogue_tool *tool = &entry->tools[i];

		if (!scope_allows(identity, tool->name, tool->read_only))
			continue;
		output_word(out, between);
		output_refer(out, tool->text);
		between = ",";
	}
	output_word(out, between[0] == '[' ? "[]" : "]");
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
	if (request->exchange->identity.scope == NULL)
		output_refer(mcp_member(request, "tools"), entry->list);
	else
		write_allowed(mcp_member(request, "tools"), &request->exchange->identity, entry);
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
	if (!catalogue_ask(request->mcp->catalogue, request->exchange, &list->wait, on_ready, list))
		mcp_end_overloaded(request);
}

const struct mcp_method tools_list_methods[] = {
	{.name = "tools/list", .eras = MCP_BOTH, .handle = handle_list},
	{.name = NULL},
};
