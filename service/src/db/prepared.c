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

const struct prepared *const prepared_all[] = {&prepared_call, &prepared_tools, &prepared_failure, NULL};
