/*
 * jobs.h - jobs of the database: as tasks for clients that know those, and for others as a call that answers when the
 * job is done, with its progress on the way. Whoever cancels such a call cancels its job.
 */
#ifndef VOYGEN_MCP_JOBS_H
#define VOYGEN_MCP_JOBS_H

#include "mcp/tasks.h"

extern const struct task_source job_source;

/* A call has begun this job: ends the request with the task, or when the job has ended. */
void jobs_follow(struct mcp_request *request, struct slice id);

/* True when the request goes on with a job it was asked something about; it is taken over then. */
bool jobs_resume(struct mcp_request *request);

/* News of a job, "AGENCY JOB STATUS"; NULL after a gap. */
void jobs_news(struct mcp *mcp, const char *payload);

#endif
