/*
 * prepared.h - the statements the gateway runs, prepared once on every connection. To add one: an entry in prepared.c,
 * and in the migrations the right of voygen_gateway to the function it calls.
 */
#ifndef VOYGEN_PREPARED_H
#define VOYGEN_PREPARED_H

#include <libpq-fe.h>

#define PREPARED_PARAMETERS 7

struct prepared
{
	const char *name; /* on the connection */
	const char *sql;
	int count;
	Oid types[PREPARED_PARAMETERS];
};

extern const struct prepared prepared_call;
extern const struct prepared prepared_agency_of_identity;
extern const struct prepared prepared_tools;
extern const struct prepared prepared_records;
extern const struct prepared prepared_take_job;
extern const struct prepared prepared_work_job;
extern const struct prepared prepared_leave_job;
extern const struct prepared prepared_outside_request;
extern const struct prepared prepared_outside_answer;
extern const struct prepared prepared_keep_jobs;
extern const struct prepared prepared_refresh_marked;
extern const struct prepared prepared_queued_jobs;
extern const struct prepared prepared_shared_page;
extern const struct prepared prepared_shared_html;
extern const struct prepared prepared_shared_pdf;
extern const struct prepared prepared_shared_picture;
extern const struct prepared prepared_decide_proposal;
extern const struct prepared prepared_ask_about_proposal;

/* All of them, ended by NULL. */
extern const struct prepared *const prepared_all[];

#endif
