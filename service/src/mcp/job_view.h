/*
 * job_view.h - a job of the database (what get_job answers) as a task of the protocol.
 */
#ifndef VOYGEN_MCP_JOB_VIEW_H
#define VOYGEN_MCP_JOB_VIEW_H

#include "mcp/tasks.h"

struct job_view
{
	struct task_view task;
	bool over;
	bool asks;
	int64_t done; /* progress; total is negative when there is none */
	int64_t total;
	const struct scan_node *questions; /* of a job that asks: name: {message, schema} */
};

/* Reads the answer of get_job, which must live as long as the view; false when it is none. */
bool job_view_read(struct arena *arena, struct slice text, struct job_view *view);

/* The id in the answer of a tool that has begun a job: exactly {job_id, status}. */
bool job_view_begun(struct arena *arena, struct slice answer, struct slice *id);

/* Arguments {"job_id": ID}, and with answers when there are some. */
struct slice job_view_arguments(struct arena *arena, struct slice id, struct slice answers);

#endif
