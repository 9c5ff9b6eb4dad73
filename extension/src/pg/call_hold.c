/*
 * call_hold.c
 *	  Calls and the exchange of the tools keep out of each other's way.
 *
 * A deployment makes the schemas of the tools anew. A call that is under way
 * meanwhile would find half of what it needs: its function is the old one, the
 * functions and types that one names are new, or gone. So each call shares a
 * lock, and the deployment takes it for itself between its last statement and
 * its commit: it waits for the calls that run, new ones wait the few
 * milliseconds of the commit, and none sees a mixture.
 *
 * The lock is that of the schema voygen as an object, in the modes of tables.
 * It is no advisory lock, since any session could take one and stop all calls;
 * the weakest mode is open to standbys, too. Nothing but DROP SCHEMA voygen
 * asks for the strongest.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/inval.h"

#include "pg/call_hold.h"

PG_FUNCTION_INFO_V1(voygen_hold_calls);

static Oid
held_schema(void)
{
	return get_namespace_oid("voygen", false);
}

/* LockDatabaseObject reads what other sessions said about the catalogue. */
void
call_hold_enter(void)
{
	LockDatabaseObject(NamespaceRelationId, held_schema(), 0, AccessShareLock);
}

void
call_hold_leave(void)
{
	UnlockDatabaseObject(NamespaceRelationId, held_schema(), 0, AccessShareLock);
}

/* hold_calls(): waits for the calls that run, and holds new ones until the
 * transaction ends. */
Datum
voygen_hold_calls(PG_FUNCTION_ARGS)
{
	LockDatabaseObject(NamespaceRelationId, held_schema(), 0, AccessExclusiveLock);
	PG_RETURN_VOID();
}
