/*
 * call_store.c
 *	  Statements on tokens, requesters of jobs, idempotency keys and the audit. The plans are kept;
 *	  names and operators are written with their schema.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/call_error.h"
#include "pg/call_known.h"
#include "pg/call_store.h"

typedef struct statement
{
	const char *text;
	int count;
	Oid types[6];
	SPIPlanPtr plan;
} statement;

#define FLAGS_OFF "array(select f.flag from voygen.feature_flags f where f.agency_id operator(pg_catalog.=) $1 and not f.is_on)"

#define FIND_TOKEN(flags_off)                                                                         \
	"select t.role, t.user_id, t.scopes, t.token_id, " flags_off ", t.expires_at"                     \
	" from voygen.tokens t"                                                                           \
	" join voygen.agencies a on a.agency_id operator(pg_catalog.=) t.agency_id"                       \
	" left join voygen.users u on u.agency_id operator(pg_catalog.=) t.agency_id"                     \
	" and u.user_id operator(pg_catalog.=) t.user_id"                                                 \
	" where t.agency_id operator(pg_catalog.=) $1"                                                    \
	" and t.digest operator(pg_catalog.=) $2"                                                         \
	" and t.revoked_at is null"                                                                       \
	" and (t.expires_at is null or t.expires_at operator(pg_catalog.>) pg_catalog.clock_timestamp())" \
	" and a.archived_at is null and u.archived_at is null"

static statement find_token = {
	FIND_TOKEN(FLAGS_OFF),
	2,
	{INT8OID, BYTEAOID},
	NULL};

/* In a database whose migrations do not know switches yet. */
static statement find_token_alone = {
	FIND_TOKEN("null::pg_catalog.text[]"),
	2,
	{INT8OID, BYTEAOID},
	NULL};

/*
 * Who asked for a job, with the rights there are now: the token must hold as
 * if it were shown once more; a session that asked without one must still be
 * able to take the role.
 */
static statement find_requester = {
	"select j.role, j.user_id, t.scopes, j.token_id, " FLAGS_OFF ", t.expires_at"
	" from voygen.job j"
	" join voygen.agencies a on a.agency_id operator(pg_catalog.=) j.agency_id"
	" left join voygen.tokens t on t.agency_id operator(pg_catalog.=) j.agency_id"
	" and t.token_id operator(pg_catalog.=) j.token_id"
	" left join voygen.users u on u.agency_id operator(pg_catalog.=) j.agency_id"
	" and u.user_id operator(pg_catalog.=) j.user_id"
	" where j.agency_id operator(pg_catalog.=) $1"
	" and j.job_id operator(pg_catalog.=) $2"
	" and a.archived_at is null and u.archived_at is null"
	" and case when j.token_id is not null then t.revoked_at is null"
	" and (t.expires_at is null or t.expires_at operator(pg_catalog.>) pg_catalog.clock_timestamp())"
	" and t.role operator(pg_catalog.=) j.role"
	" else voygen.login_may(j.login, j.role) end",
	2,
	{INT8OID, INT8OID},
	NULL};

static statement claim_key = {
	"insert into voygen.idempotency_keys (agency_id, key, tool, args_digest)"
	" values ($1, $2, $3, $4) on conflict (agency_id, key) do nothing",
	4,
	{INT8OID, TEXTOID, TEXTOID, BYTEAOID},
	NULL};

static statement find_key = {
	"select tool, args_digest, result from voygen.idempotency_keys"
	" where agency_id operator(pg_catalog.=) $1 and key operator(pg_catalog.=) $2",
	2,
	{INT8OID, TEXTOID},
	NULL};

static statement store_result = {
	"update voygen.idempotency_keys set result = $3"
	" where agency_id operator(pg_catalog.=) $1 and key operator(pg_catalog.=) $2",
	3,
	{INT8OID, TEXTOID, TEXTOID},
	NULL};

static statement add_audit = {
	"insert into voygen.audit (agency_id, user_id, role, tool, args, outcome, duration_us)"
	" values ($1, $2, $3, $4, $5::pg_catalog.jsonb, 'ok', $6)",
	6,
	{INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, INT8OID},
	NULL};

/* Runs a statement inside SPI_connect, preparing it the first time. */
static uint64
run(statement *s, Datum *values, const char *nulls, bool read_only)
{
	int outcome;

	if (s->plan == NULL)
	{
		SPIPlanPtr plan = SPI_prepare(s->text, s->count, s->types);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "cannot prepare \"%s\": %s", s->text, SPI_result_code_string(SPI_result));
		s->plan = plan;
	}
	outcome = SPI_execute_plan(s->plan, values, nulls, read_only, 0);
	if (outcome < 0)
		elog(ERROR, "cannot run \"%s\": %s", s->text, SPI_result_code_string(outcome));
	return SPI_processed;
}

/* The value of a column of the first row. */
static Datum
column(int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, isnull);
}

static char *
kept_text(MemoryContext context, Datum value)
{
	char *words = TextDatumGetCString(value);

	return MemoryContextStrdup(context, words);
}

static List *
kept_words(MemoryContext context, Datum value)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	List *words = NIL;
	Datum *items;
	bool *nulls;
	int count;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			words = lappend(words, TextDatumGetCString(items[i]));
	MemoryContextSwitchTo(before);
	return words;
}

static bool
is_tool_role(const char *name)
{
	return strcmp(name, "voygen_admin") == 0 || strcmp(name, "voygen_agent") == 0 ||
		   strcmp(name, "voygen_reader") == 0;
}

/* Fills the identity from the row a statement found; false when there is none,
 * or a role beyond the three (the tables' own rules say the same). */
static bool
identity_of(statement *s, Datum *values, int64 agency, call_identity *identity)
{
	MemoryContext context = CurrentMemoryContext;
	Datum words;
	bool isnull;

	memset(identity, 0, sizeof(*identity));
	identity->agency = agency;
	SPI_connect();
	if (run(s, values, NULL, true) != 1)
	{
		SPI_finish();
		return false;
	}
	identity->role_name = kept_text(context, column(1, &isnull));
	identity->user = DatumGetInt64(column(2, &isnull));
	identity->has_user = !isnull;
	words = column(3, &isnull);
	identity->has_scopes = !isnull;
	if (!isnull)
		identity->scopes = kept_words(context, words);
	identity->token = DatumGetInt64(column(4, &isnull));
	identity->has_token = !isnull;
	words = column(5, &isnull);
	if (!isnull)
		identity->flags_off = kept_words(context, words);
	identity->ends_at = DatumGetTimestampTz(column(6, &isnull));
	identity->ends = !isnull;
	SPI_finish();
	if (!is_tool_role(identity->role_name))
		return false;
	identity->role = get_role_oid(identity->role_name, false);
	return true;
}

static bool
has_switches(void)
{
	return OidIsValid(get_relname_relid("feature_flags", get_namespace_oid("voygen", false)));
}

/* As things are now, however old the snapshot of the transaction. */
static bool
find_identity(int64 agency, Datum digest, call_identity *identity)
{
	Datum values[2] = {Int64GetDatum(agency), digest};
	bool found;

	PushActiveSnapshot(GetLatestSnapshot());
	found = identity_of(has_switches() ? &find_token : &find_token_alone, values, agency, identity);
	PopActiveSnapshot();
	return found;
}

void
call_store_identify(int64 agency, Datum digest, call_identity *identity)
{
	call_fault fault = {NULL, NULL, NULL, "Ask an administrator of the agency for a token."};
	uint64 moment;

	if (call_known_find(agency, digest, identity))
		return;
	moment = call_known_moment();
	if (!find_identity(agency, digest, identity))
		call_raise(CALL_NOT_ALLOWED, "the token is not valid for this agency", &fault);
	call_known_keep(moment, digest, identity);
}

void
call_store_identify_requester(int64 agency, int64 job, call_identity *identity)
{
	Datum values[2] = {Int64GetDatum(agency), Int64GetDatum(job)};
	call_fault fault = {NULL, NULL, NULL, "The token was revoked or ran out, or its owner left the agency: start the job anew."};

	if (!identity_of(&find_requester, values, agency, identity))
		call_raise(CALL_NOT_ALLOWED, "who asked for this job may not have it done any more", &fault);
}

/* The stored result of a key, after making sure that it was the same call. */
static char *
stored_result(int64 agency, Datum key, const char *tool, Datum digest, MemoryContext context)
{
	Datum values[2] = {Int64GetDatum(agency), key};
	call_fault fault = {"/idempotency_key", "a new key, or the same arguments", NULL,
						"Use a new idempotency_key for another call."};
	bool isnull;
	Datum result;

	if (run(&find_key, values, NULL, false) != 1)
		call_raise(CALL_UNAVAILABLE, "another call with this idempotency_key has just ended", NULL);
	fault.got = psprintf("a key used for %s", TextDatumGetCString(column(1, &isnull)));
	if (strcmp(TextDatumGetCString(column(1, &isnull)), tool) != 0 ||
		!DatumGetBool(DirectFunctionCall2(byteaeq, column(2, &isnull), digest)))
		call_raise(CALL_CONFLICT, "this idempotency_key was used for another call", &fault);
	result = column(3, &isnull);
	if (isnull)
		call_raise(CALL_CONFLICT, "the call with this idempotency_key has not ended", &fault);
	return kept_text(context, result);
}

char *
call_store_claim(int64 agency, Datum key, const char *tool, Datum digest)
{
	MemoryContext context = CurrentMemoryContext;
	Datum values[4] = {Int64GetDatum(agency), key, CStringGetTextDatum(tool), digest};
	char *result = NULL;

	SPI_connect();
	if (run(&claim_key, values, NULL, false) == 0)
		result = stored_result(agency, key, tool, digest, context);
	SPI_finish();
	return result;
}

void
call_store_result(int64 agency, Datum key, const char *result)
{
	Datum values[3] = {Int64GetDatum(agency), key, CStringGetTextDatum(result)};

	SPI_connect();
	run(&store_result, values, NULL, false);
	SPI_finish();
}

void
call_store_audit(const call_identity *identity, const char *tool, const char *arguments, int64 duration_us)
{
	Datum values[6] = {Int64GetDatum(identity->agency), Int64GetDatum(identity->user),
					   CStringGetTextDatum(identity->role_name), CStringGetTextDatum(tool),
					   CStringGetTextDatum(arguments), Int64GetDatum(duration_us)};
	char nulls[6] = {' ', ' ', ' ', ' ', ' ', ' '};

	if (!identity->has_user)
		nulls[1] = 'n';
	SPI_connect();
	run(&add_audit, values, nulls, false);
	SPI_finish();
}
