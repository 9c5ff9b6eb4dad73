/*
 * caller.h - the caller of a tool: a connection of the gateway's login, the agency and the token's digest.
 */
#ifndef VOYGEN_CALLER_H
#define VOYGEN_CALLER_H

#include <json-c/json.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/command.h"
#include "identity/token.h"

struct caller
{
	PGconn *connection;
	int64_t agency_id;
	unsigned char digest[TOKEN_DIGEST_BYTES];
};

/* Connects as the gateway (VOYGEN_GATEWAY_URL, else VOYGEN_DATABASE_URL); false with the failure filled.
 * caller_close ends it, also after a failure. */
bool caller_open(struct session *session, struct caller *caller, struct failure *failure);
void caller_close(struct caller *caller);

/*
 * Runs a tool: exactly `select voygen.call(agency, digest, tool, arguments)`. The result's JSON text is in row 0,
 * column 0; NULL with the failure filled. PQclear frees it. A call that failed is put into the audit, which it could
 * not do itself.
 */
PGresult *caller_call(struct session *session, struct caller *caller, const char *tool, const char *arguments,
					  size_t length, struct failure *failure);

/*
 * The same with arguments and result as objects: the result, to be freed with json_object_put, or NULL with the failure
 * filled, its message naming the tool. Frees `arguments`.
 */
struct json_object *caller_ask(struct session *session, struct caller *caller, const char *tool, struct json_object *arguments,
							   struct failure *failure);

#endif
