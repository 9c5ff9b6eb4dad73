/*
 * job_wait.h - waits for a job that a tool has begun, as if the tool had done the work in the call.
 */
#ifndef VOYGEN_JOB_WAIT_H
#define VOYGEN_JOB_WAIT_H

#include "cli/caller.h"

/* The job a result tells of: exactly {job_id, status}. NULL when it is another result. */
const char *job_begun(struct arena *arena, const char *result);

/* Blocks the signals that cancel a job, from before it is begun to the end of the process. */
void job_hold_signals(void);

/*
 * Waits until the job has ended, telling its progress on stderr; the JSON text of its result, from the arena. NULL with
 * the failure filled when it failed, was cancelled, or waits to be told something. The first SIGINT or SIGTERM cancels
 * the job, a second one leaves it.
 */
const char *job_wait(struct session *session, struct caller *caller, const char *job, struct failure *failure);

#endif
