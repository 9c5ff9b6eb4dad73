/*
 * listen.c - subscriptions/listen: a request whose stream tells what changes, until one side ends it.
 */
#include "mcp/methods.h"
#include "mcp/news.h"
#include "mcp/notice.h"
#include "mcp/scope.h"
#include "mcp/tasks.h"

/* Of resources and of tasks, in one subscription. */
#define NAMES_MOST 500

static const struct
{
	const char *name;
	int list;
} lists[] = {
	{"toolsListChanged", NEWS_TOOLS},
	{"promptsListChanged", NEWS_PROMPTS},
	{"resourcesListChanged", NEWS_RESOURCES},
};

static void
write_subscription(struct output *out, const struct mcp_request *request)
{
	output_word(out, "{\"io.modelcontextprotocol/subscriptionId\":");
	output_add(out, request->id);
	output_word(out, "}");
}

/* What will be told: the first message of the stream. */
static bool
acknowledge(struct mcp_request *request, const struct hearer *hearer)
{
	struct notice notice;
	struct output *out;
	bool first = true;

	notice_begin(&notice, request->mcp, "notifications/subscriptions/acknowledged");
	write_subscription(notice_member(&notice, "_meta"), request);
	out = notice_member(&notice, "notifications");
	output_word(out, "{");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
	{
		if ((hearer->lists & lists[i].list) == 0)
			continue;
		output_word(out, first ? "" : ",");
		output_quoted(out, slice_of(lists[i].name));
		output_word(out, ":true");
		first = false;
	}
	if (hearer->uris != NULL)
	{
		output_word(out, first ? "\"resourceSubscriptions\":" : ",\"resourceSubscriptions\":");
		output_add(out, hearer->uris->raw);
		first = false;
	}
	if (hearer->tasks != NULL)
	{
		output_word(out, first ? "\"taskIds\":" : ",\"taskIds\":");
		output_add(out, hearer->tasks->raw);
	}
	output_word(out, "}");
	return notice_send(&notice, request->exchange);
}

static void
finish(struct mcp_request *request)
{
	struct hearer *hearer = request->work;

	hearer_remove(hearer);
	output_word(mcp_member(request, "resultType"), "\"complete\"");
	write_subscription(mcp_member(request, "_meta"), request);
	mcp_finish_bare(request);
}

static void
stop_listening(struct mcp_request *request)
{
	hearer_remove(request->work);
}

static void
end_listening(struct hearer *hearer)
{
	finish((struct mcp_request *) hearer->owner);
}

/* A list of texts; false when it is none, or too long. */
static bool
read_names(struct mcp_request *request, const struct scan_node *filter, const char *name, const struct scan_node **list)
{
	const struct scan_node *found = scan_member(filter, name);
	int count = 0;

	*list = NULL;
	if (found == NULL || found->kind == SCAN_NULL)
		return true;
	for (const struct scan_node *item = found->first; item != NULL; item = item->next)
	{
		if (item->kind != SCAN_STRING)
			count = NAMES_MOST;
		count++;
	}
	if (found->kind == SCAN_ARRAY && count <= NAMES_MOST)
	{
		*list = found;
		return true;
	}
	mcp_error(request, MCP_INVALID_PARAMS,
			  arena_format(request->exchange->arena, "params.notifications.%s has to be a list of at most %d texts", name, NAMES_MOST),
			  (struct slice){0});
	return false;
}

static bool
read_filter(struct mcp_request *request, struct hearer *hearer)
{
	const struct scan_node *given = scan_member(request->params, "notifications");
	const struct scan_node *filter;

	if (given == NULL || given->kind != SCAN_OBJECT || (filter = mcp_inside(request, given->raw, 2)) == NULL)
	{
		mcp_error(request, MCP_INVALID_PARAMS, "params.notifications has to be an object that says what to tell", (struct slice){0});
		return false;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
	{
		const struct scan_node *wanted = scan_member(filter, lists[i].name);

		if (wanted != NULL && wanted->kind == SCAN_TRUE)
			hearer->lists |= lists[i].list;
	}
	if (!read_names(request, filter, "resourceSubscriptions", &hearer->uris) || !read_names(request, filter, "taskIds", &hearer->tasks))
		return false;
	if (hearer->tasks == NULL)
		return true;
	if (mcp_client_can(request, "extensions", TASKS_EXTENSION))
		return scope_check(request, SLICE_OF("get_job"), true);
	mcp_refuse_capability(request, TASKS_REQUIRED);
	return false;
}

static void
handle_listen(struct mcp_request *request)
{
	struct hearer *hearer = arena_alloc(request->exchange->arena, sizeof(*hearer));

	*hearer = (struct hearer){
		.mcp = request->mcp,
		.exchange = request->exchange,
		.subscription = request->id,
		.end = end_listening,
		.owner = request,
	};
	if (!read_filter(request, hearer))
		return;
	if (!acknowledge(request, hearer))
	{
		mcp_refuse(request, 406, MCP_INVALID_REQUEST, "Accept has to name text/event-stream", (struct slice){0});
		return;
	}
	hearer_add(hearer);
	request->work = hearer;
	request->stop = stop_listening;
	request->wind_up = finish;
}

const struct mcp_method listen_methods[] = {
	{.name = "subscriptions/listen", .eras = MCP_MODERN, .handle = handle_listen},
	{.name = NULL},
};
