/*
 * tasks.c - tasks/get, tasks/update, tasks/cancel, and how a task is written.
 */
#include "mcp/tasks.h"

#include "mcp/methods.h"

/* How often a client that gets no news should ask. */
#define POLL_MS 1000

static void
add_member(struct output *out, const char *name, struct slice json)
{
	if (json.at == NULL)
		return;
	output_word(out, ",\"");
	output_word(out, name);
	output_word(out, "\":");
	output_refer(out, json);
}

static void
add_text(struct output *out, const char *name, struct slice text)
{
	if (text.at == NULL)
		return;
	output_word(out, ",\"");
	output_word(out, name);
	output_word(out, "\":");
	output_quoted(out, text);
}

/* What the answer to a call has of a task. */
static void
write_head(struct output *out, const struct task_view *task)
{
	output_word(out, "\"taskId\":");
	output_quoted(out, task->id);
	add_text(out, "status", slice_of(task->status));
	add_text(out, "statusMessage", task->message);
	add_text(out, "createdAt", task->created_at);
	add_text(out, "lastUpdatedAt", task->updated_at);
	output_word(out, ",\"ttlMs\":");
	if (task->ttl_ms < 0)
		output_word(out, "null");
	else
		output_number(out, task->ttl_ms);
	output_word(out, ",\"pollIntervalMs\":");
	output_number(out, POLL_MS);
}

void
task_write(struct output *out, const struct task_view *task)
{
	write_head(out, task);
	add_member(out, "inputRequests", task->questions);
	add_member(out, "result", task->result);
	add_member(out, "error", task->error);
}

bool
task_wanted(struct mcp_request *request)
{
	return request->era == MCP_MODERN && mcp_client_can(request, "extensions", TASKS_EXTENSION);
}

void
task_begin(struct mcp_request *request, const struct task_view *task)
{
	write_head(mcp_members(request), task);
	mcp_finish_as(request, "task");
}

void
task_show(struct mcp_request *request, const struct task_view *task)
{
	task_write(mcp_members(request), task);
	mcp_finish(request);
}

void
task_acknowledge(struct mcp_request *request)
{
	mcp_finish(request);
}

void
task_unknown(struct mcp_request *request)
{
	mcp_error(request, MCP_INVALID_PARAMS, "there is no such task", (struct slice){0});
}

/* What all three methods need; false when the request has been ended. */
static bool
read_task(struct mcp_request *request, struct slice *id)
{
	if (!task_wanted(request))
		mcp_refuse_capability(request, TASKS_REQUIRED);
	else
		return mcp_param_text(request, "taskId", id);
	return false;
}

static void
handle_get(struct mcp_request *request)
{
	struct slice id;

	if (read_task(request, &id))
		request->mcp->settings.tasks->get(request, id);
}

static void
handle_cancel(struct mcp_request *request)
{
	struct slice id;

	if (read_task(request, &id))
		request->mcp->settings.tasks->cancel(request, id);
}

static void
handle_update(struct mcp_request *request)
{
	const struct scan_node *responses = scan_member(request->params, "inputResponses");
	struct slice id;

	if (!read_task(request, &id))
		return;
	if (responses == NULL || responses->kind != SCAN_OBJECT)
		mcp_error(request, MCP_INVALID_PARAMS, "params.inputResponses has to be an object", (struct slice){0});
	else
		request->mcp->settings.tasks->update(request, id, mcp_inside(request, responses->raw, 3));
}

const struct mcp_method task_methods[] = {
	{.name = "tasks/get", .eras = MCP_MODERN, .handle = handle_get, .named_by = "taskId"},
	{.name = "tasks/update", .eras = MCP_MODERN, .handle = handle_update, .named_by = "taskId"},
	{.name = "tasks/cancel", .eras = MCP_MODERN, .handle = handle_cancel, .named_by = "taskId"},
	{.name = NULL},
};
