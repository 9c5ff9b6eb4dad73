/*
 * call_store.h
 *	  The rows a call reads and leaves: token, idempotency key, audit.
 */
#ifndef VOYGEN_CALL_STORE_H
#define VOYGEN_CALL_STORE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

typedef struct call_identity
{
	int64 agency;
	bool has_user;
	int64 user;
	bool has_token; /* false: a session that asked for a job */
	int64 token;
	Oid role;
	char *role_name;
	List *scopes; /* char *; NIL with has_scopes: nothing allowed */
	bool has_scopes;
	List *flags_off; /* char *: what the agency has switched off */
	bool ends;       /* the token, at: */
	TimestampTz ends_at;
} call_identity;

/* All run as the owner of the tables; results live in the caller's context. */

/* Raises the one error for every token that does not hold. */
extern void call_store_identify(int64 agency, Datum digest, call_identity *identity);

/* The same for whoever asked for a job, by the rights there are now; its own
 * error for those that are gone. */
extern void call_store_identify_requester(int64 agency, int64 job, call_identity *identity);

/* Takes a key for this call: NULL when it is ours to run, else the stored
 * result. Waits for another call that holds the key. */
extern char *call_store_claim(int64 agency, Datum key, const char *tool, Datum digest);
extern void call_store_result(int64 agency, Datum key, const char *result);

extern void call_store_audit(const call_identity *identity, const char *tool, const char *arguments, int64 duration_us);

#endif
