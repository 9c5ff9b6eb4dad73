/*
 * prepared.c - the texts of the gateway's statements.
 */
#include "db/prepared.h"

#include <stddef.h>

/* Type numbers of PostgreSQL's catalogue; these never change. */
#define TYPE_BYTEA 17
#define TYPE_INT8 20
#define TYPE_TEXT 25
#define TYPE_BYTEA_LIST 1001
#define TYPE_TEXT_LIST 1009
#define TYPE_INT8_LIST 1016
#define TYPE_TIMESTAMPTZ_LIST 1185

/* agency, digest of the token, tool, arguments */
const struct prepared prepared_call = {
	.name = "call",
	.sql = "select voygen.call($1,$2,$3,$4)",
	.count = 4,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_BYTEA},
};

/* digest of issuer and subject */
const struct prepared prepared_agency_of_identity = {
	.name = "agency_of_identity",
	.sql = "select voygen.agency_of_identity($1)",
	.count = 1,
	.types = {TYPE_BYTEA},
};

/* agency, digest of the token */
const struct prepared prepared_tools = {
	.name = "tools",
	.sql = "select voygen.tools($1,$2)",
	.count = 2,
	.types = {TYPE_INT8, TYPE_BYTEA},
};

/* lists in step: agencies, digests of tokens, tools, arguments, outcomes, microseconds, when they ended */
const struct prepared prepared_records = {
	.name = "records",
	.sql = "select voygen.record_calls($1,$2,$3,$4,$5,$6,$7)",
	.count = 7,
	.types = {TYPE_INT8_LIST, TYPE_BYTEA_LIST, TYPE_TEXT_LIST, TYPE_BYTEA_LIST, TYPE_TEXT_LIST, TYPE_INT8_LIST, TYPE_TIMESTAMPTZ_LIST},
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

/* agency, job, run */
const struct prepared prepared_outside_request = {
	.name = "outside_request",
	.sql = "select voygen.outside_request($1,$2,$3)",
	.count = 3,
	.types = {TYPE_INT8, TYPE_INT8, TYPE_INT8},
};

/* agency, job, run, the answer as JSON, its parts */
const struct prepared prepared_outside_answer = {
	.name = "outside_answer",
	.sql = "select voygen.outside_answer($1,$2,$3,$4,$5)",
	.count = 5,
	.types = {TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_TEXT, TYPE_BYTEA_LIST},
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

/* for the metrics */
const struct prepared prepared_queued_jobs = {
	.name = "queued_jobs",
	.sql = "select queued, oldest_s from voygen.queued_jobs()",
	.count = 0,
};

/* Of the next six the first two are agency and digest of the key, and the first column says what became of it. */

/* method, user agent */
const struct prepared prepared_shared_page = {
	.name = "shared_page",
	.sql = "select outcome, page from voygen.shared_page($1,$2,$3,$4)",
	.count = 4,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_TEXT},
};

/* no view of its own: the page around it was one */
const struct prepared prepared_shared_html = {
	.name = "shared_html",
	.sql = "select outcome, content, mime_type from voygen.shared_proposal($1,$2,'html',null,null)",
	.count = 2,
	.types = {TYPE_INT8, TYPE_BYTEA},
};

const struct prepared prepared_shared_pdf = {
	.name = "shared_pdf",
	.sql = "select outcome, content, mime_type from voygen.shared_proposal($1,$2,'pdf',null,null)",
	.count = 2,
	.types = {TYPE_INT8, TYPE_BYTEA},
};

/* digest of the picture */
const struct prepared prepared_shared_picture = {
	.name = "shared_picture",
	.sql = "select outcome, content, mime_type from voygen.shared_picture($1,$2,$3)",
	.count = 3,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_BYTEA},
};

/* decision, name, option, comment, digest of the version; an empty option is none */
const struct prepared prepared_decide_proposal = {
	.name = "decide_proposal",
	.sql = "select voygen.decide_proposal($1,$2,$3,$4,nullif($5,''),$6,$7)",
	.count = 7,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT},
};

/* name, question */
const struct prepared prepared_ask_about_proposal = {
	.name = "ask_about_proposal",
	.sql = "select voygen.ask_about_proposal($1,$2,$3,$4)",
	.count = 4,
	.types = {TYPE_INT8, TYPE_BYTEA, TYPE_TEXT, TYPE_TEXT},
};

const struct prepared *const prepared_all[] = {
	&prepared_call,
	&prepared_agency_of_identity,
	&prepared_tools,
	&prepared_records,
	&prepared_take_job,
	&prepared_work_job,
	&prepared_leave_job,
	&prepared_outside_request,
	&prepared_outside_answer,
	&prepared_keep_jobs,
	&prepared_refresh_marked,
	&prepared_queued_jobs,
	&prepared_shared_page,
	&prepared_shared_html,
	&prepared_shared_pdf,
	&prepared_shared_picture,
	&prepared_decide_proposal,
	&prepared_ask_about_proposal,
	NULL,
};
