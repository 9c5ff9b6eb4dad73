/*
 * call_guard.c
 *	  The walls around a tool.
 *
 * Rights are the main wall: a STABLE tool runs as a role that can write
 * nothing. The others close what rights do not cover. Settings live on a nest
 * level of their own and are rolled back. SECURITY_RESTRICTED_OPERATION keeps
 * the tool from changing its user, preparing statements, holding cursors and
 * making temporary tables. A hook lets through only the few utility
 * statements that cannot outlast the call, another refuses functions whose
 * effect would: locks of the session, notifications, large objects. The clock
 * is our own, since a statement_timeout set inside a statement does nothing
 * and one set by the tool could undo the caller's; it strikes again every
 * tenth of a second, so that a tool that swallows the cancellation gains
 * nothing, and ends the backend when that goes on.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_description.h"
#include "catalog/pg_proc.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "pg/call_error.h"
#include "pg/call_guard.h"

/* Cancellations a tool may swallow before its backend is ended. */
#define MOST_STRIKES 50
#define STRIKE_EVERY_MS 100

static int call_timeout = 30000;
static bool active = false;
static TimeoutId clock_id = MAX_TIMEOUTS;
static volatile sig_atomic_t strikes = 0;
static ProcessUtility_hook_type next_utility = NULL;
static object_access_hook_type next_object_access = NULL;

/* Functions whose effect outlasts the call or leaves the database. */
static bool
function_forbidden(Oid function)
{
	switch (function)
	{
		case F_PG_NOTIFY:
		case F_PG_ADVISORY_LOCK_INT8:
		case F_PG_ADVISORY_LOCK_INT4_INT4:
		case F_PG_ADVISORY_LOCK_SHARED_INT8:
		case F_PG_ADVISORY_LOCK_SHARED_INT4_INT4:
		case F_PG_TRY_ADVISORY_LOCK_INT8:
		case F_PG_TRY_ADVISORY_LOCK_INT4_INT4:
		case F_PG_TRY_ADVISORY_LOCK_SHARED_INT8:
		case F_PG_TRY_ADVISORY_LOCK_SHARED_INT4_INT4:
		case F_PG_ADVISORY_UNLOCK_INT8:
		case F_PG_ADVISORY_UNLOCK_INT4_INT4:
		case F_PG_ADVISORY_UNLOCK_SHARED_INT8:
		case F_PG_ADVISORY_UNLOCK_SHARED_INT4_INT4:
		case F_PG_ADVISORY_UNLOCK_ALL:
		case F_LO_CREAT:
		case F_LO_CREATE:
		case F_LO_FROM_BYTEA:
		case F_LO_OPEN:
		case F_LO_PUT:
		case F_LO_UNLINK:
		case F_LO_IMPORT_TEXT:
		case F_LO_IMPORT_TEXT_OID:
		case F_LO_EXPORT:
		case F_LOWRITE:
		case F_PG_CANCEL_BACKEND:
		case F_PG_TERMINATE_BACKEND:
		case F_PG_RELOAD_CONF:
		case F_PG_READ_FILE_TEXT:
		case F_PG_READ_BINARY_FILE_TEXT:
		case F_PG_LOGICAL_EMIT_MESSAGE_BOOL_TEXT_TEXT:
		case F_PG_LOGICAL_EMIT_MESSAGE_BOOL_TEXT_BYTEA:
		case F_PG_EXPORT_SNAPSHOT:
		case F_SETSEED:
			return true;
		default:
			return false;
	}
}

static void
object_access(ObjectAccessType access, Oid class, Oid object, int part, void *arg)
{
	if (active && access == OAT_FUNCTION_EXECUTE && class == ProcedureRelationId &&
		function_forbidden(object))
		call_raise(CALL_NOT_ALLOWED, psprintf("a tool must not call function %u", object), NULL);
	if (next_object_access)
		next_object_access(access, class, object, part, arg);
}

/* Statements that end with the call, whatever they do. */
static bool
utility_allowed(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_ExplainStmt:
		case T_ConstraintsSetStmt:
		case T_CallStmt:
		case T_LockStmt:
		case T_DeclareCursorStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
		case T_VariableShowStmt:
			return true;
		default:
			return false;
	}
}

/*
 * Refuses utility statements inside a call; and tells every session when a
 * comment changes, for comments are part of the tools (no cache of the server
 * watches pg_description, so nobody else would say it).
 */
static void
utility(PlannedStmt *statement, const char *text, bool tree_is_shared, ProcessUtilityContext context,
		ParamListInfo params, QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion)
{
	if (active && !utility_allowed(statement->utilityStmt))
		call_raise(CALL_NOT_ALLOWED, psprintf("a tool must not run %s", CreateCommandName(statement->utilityStmt)), NULL);
	if (next_utility)
		next_utility(statement, text, tree_is_shared, context, params, environment, dest, completion);
	else
		standard_ProcessUtility(statement, text, tree_is_shared, context, params, environment, dest, completion);
	if (IsA(statement->utilityStmt, CommentStmt))
		CacheInvalidateRelcacheByRelid(DescriptionRelationId);
}

/* Should an error leave a call without passing its end (memory ran out while
 * the error was copied), the end of the transaction closes the door. */
static void
transaction_ends(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT && active)
	{
		active = false;
		disable_timeout(clock_id, false);
	}
}

void
call_guard_init(void)
{
	DefineCustomIntVariable("voygen.call_timeout",
							"Longest time a tool may run.",
							NULL, &call_timeout, 30000, 10, INT_MAX, PGC_SUSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
	RegisterXactCallback(transaction_ends, NULL);
	next_utility = ProcessUtility_hook;
	ProcessUtility_hook = utility;
	next_object_access = object_access_hook;
	object_access_hook = object_access;
}

bool
call_guard_active(void)
{
	return active;
}

/* Cancels the statement; runs in a signal handler. */
static void
clock_strikes(void)
{
	if (++strikes > MOST_STRIKES)
		ProcDiePending = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

static void
clock_start(void)
{
	if (clock_id == MAX_TIMEOUTS)
		clock_id = RegisterTimeout(USER_TIMEOUT, clock_strikes);
	strikes = 0;
	enable_timeout_every(clock_id,
						 TimestampTzPlusMilliseconds(GetCurrentTimestamp(), call_timeout),
						 STRIKE_EVERY_MS);
}

static void
set_for_call(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* What has to hold before anything is changed. */
static void
check_closed(void)
{
	if (active)
		call_raise(CALL_NOT_ALLOWED, "a tool cannot open the door again", NULL);
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the encoding of the database is not UTF8"),
				 errhint("Create the database with ENCODING 'UTF8'.")));
}

void
call_guard_enter(call_guard *guard, int64 agency)
{
	char number[32];

	check_closed();
	GetUserIdAndSecContext(&guard->user, &guard->context);
	guard->settings = NewGUCNestLevel();
	guard->xid = InvalidTransactionId;
	snprintf(number, sizeof(number), INT64_FORMAT, agency);
	set_for_call("voygen.agency_id", number);
	active = true;
	clock_start();
}

void
call_guard_become(const call_guard *guard, Oid role)
{
	SetUserIdAndSecContext(role, guard->context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
}

/* Read-only mode gives the clearer message; it is not the wall, since a tool
 * could reset it. */
void
call_guard_read_only(call_guard *guard)
{
	guard->xid = GetTopTransactionIdIfAny();
	if (!XactReadOnly)
		set_for_call("transaction_read_only", "on");
}

void
call_guard_check_unwritten(const call_guard *guard)
{
	if (GetTopTransactionIdIfAny() != guard->xid)
		call_raise(CALL_NOT_ALLOWED, "a tool that is declared to read has written", NULL);
}

void
call_guard_stop_clock(void)
{
	disable_timeout(clock_id, false);
	CHECK_FOR_INTERRUPTS();
}

void
call_guard_leave(const call_guard *guard)
{
	SetUserIdAndSecContext(guard->user, guard->context);
	AtEOXact_GUC(false, guard->settings);
	active = false;
}

/* Settings and user are put back by the abort of the (sub)transaction; done
 * here too, for what runs before that. */
bool
call_guard_fail(const call_guard *guard)
{
	bool struck = strikes > 0;

	disable_timeout(clock_id, false);
	if (struck)
		QueryCancelPending = false;
	call_guard_leave(guard);
	return struck;
}
