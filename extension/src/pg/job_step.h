/*
 * job_step.h
 *	  One step of a job, done as whoever asked for it.
 */
#ifndef VOYGEN_JOB_STEP_H
#define VOYGEN_JOB_STEP_H

/* The lease's setting; from _PG_init. */
extern void job_step_init(void);

#endif
