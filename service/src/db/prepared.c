/*
 * prepared.c - the texts of the gateway's statements.
 */
#include "db/prepared.h"

#include <stddef.h>

/* Type numbers of PostgreSQL's catalogue; these never change. */
#define TYPE_BYTEA 17
#define TYPE_INT8 20
#define TYPE_TEXT 25

/* agency, digest of the token, tool, arguments */
const struct prepared prepared_call = {
	.name = "call",
	.sql = "select voygen.call($1,$2,$3,$4)",
	.count = 4,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_BYTEA},
};

/* agency, digest of the token */
const struct prepared prepared_tools = {
	.name = "tools",
	.sql = "select voygen.tools($1,$2)",
	.count = 2,
	.types = {TYPE_INT8, TYPE_BYTEA},
};

/* agency, digest of the token, tool, code, digest of the arguments, microseconds */
const struct prepared prepared_failure = {
	.name = "failure",
	.sql = "select voygen.record_failure($1,$2,$3,$4,$5,$6)",
	.count = 6,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_TEXT, TYPE_BYTEA, TYPE_INT8},
};

/* name of the worker */
const struct prepared prepared_take_job = {
	.name = "take_job",
	.sql = "select agency_id, job_id, run from voygen.take_job($1)",
	.count = 1,
	.types = {TYPE_TEXT},
};

/* agency, job, run */
const struct prepared prepared_work_job = {
	.name = "work_job",
	.sql = "select voygen.work_job($1,$2,$3)",
	.count = 3,
	.types = {TYPE_INT8, TYPE_INT8, TYPE_INT8},
};

/* agency, job, run, error as JSON; an empty text is none */
const struct prepared prepared_leave_job = {
	.name = "leave_job",
	.sql = "select voygen.leave_job($1,$2,$3,nullif($4,'')::jsonb)",
	.count = 4,
	.types = {TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_TEXT},
};

/* name of the worker */
const struct prepared prepared_keep_jobs = {
	.name = "keep_jobs",
	.sql = "select agency_id, job_id, cancel_requested from voygen.keep_jobs($1)",
	.count = 1,
	.types = {TYPE_TEXT},
};

/* the agency whose turn was last, most trips */
const struct prepared prepared_refresh_marked = {
	.name = "refresh_marked",
	.sql = "select agency_id, worked, busy, error from voygen.refresh_marked($1,$2)",
	.count = 2,
	.types = {TYPE_INT8, TYPE_INT8},
};

const struct prepared *const prepared_all[] = {
	&prepared_call,
	&prepared_tools,
	&prepared_failure,
	&prepared_take_job,
	&prepared_work_job,
	&prepared_leave_job,
	&prepared_keep_jobs,
	&prepared_refresh_marked,
	NULL,
};
