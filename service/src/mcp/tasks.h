/*
 * tasks.h - the extension for work that takes long (io.modelcontextprotocol/tasks, newest revision): a call is answered
 * with a task, and its client asks how it stands, answers its questions and cancels it.
 *
 * The messages are here; where tasks live is the matter of a source.
 */
#ifndef VOYGEN_MCP_TASKS_H
#define VOYGEN_MCP_TASKS_H

#include "mcp/request.h"

#define TASKS_EXTENSION "io.modelcontextprotocol/tasks"
#define TASKS_REQUIRED "{\"extensions\":{\"" TASKS_EXTENSION "\":{}}}"

/* How a task stands. Slices that are not there have at NULL. */
struct task_view
{
	struct slice id;
	const char *status;      /* "working", "input_required", "completed", "failed", "cancelled" */
	struct slice message;    /* for people */
	struct slice created_at; /* ISO 8601 */
	struct slice updated_at; /* the same */
	int64_t ttl_ms;          /* how long it is kept from its creation on; negative: not said */
	struct slice questions;  /* JSON: inputRequests, of "input_required" */
	struct slice result;     /* JSON, of "completed" */
	struct slice error;      /* JSON: {code, message}, of "failed" */
};

/* A source answers the request, now or later: with task_show, task_acknowledge, task_unknown or an error. A task of
 * somebody else is unknown. `responses` are the client's answers, an object. */
struct task_source
{
	void (*get)(struct mcp_request *request, struct slice task_id);
	void (*update)(struct mcp_request *request, struct slice task_id, const struct scan_node *responses);
	void (*cancel)(struct mcp_request *request, struct slice task_id);
};

/* True when the client of this request may be answered with a task. */
bool task_wanted(struct mcp_request *request);

/* Ends the call that has begun the task. The task must be there for good. */
void task_begin(struct mcp_request *request, const struct task_view *task);

void task_show(struct mcp_request *request, const struct task_view *task);
void task_acknowledge(struct mcp_request *request);
void task_unknown(struct mcp_request *request);

/* All members of a task, without the braces. */
void task_write(struct output *out, const struct task_view *task);

#endif
