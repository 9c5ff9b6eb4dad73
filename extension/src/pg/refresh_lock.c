/*
 * refresh_lock.c
 *	  Which refresher works on which trips.
 *
 * Two refreshers must not work on one trip: the one with the older snapshot
 * could write last. Locks are heavyweight advisory locks with a class of their
 * own (no session can take or see ours by pg_advisory_lock), so they end with
 * the transaction whatever happens to the backend. They are only ever tried:
 * a refresher that does not get one leaves the trip to whoever has it, and no
 * deadlock is possible.
 *
 * The lock table is small, so a refresher of many neighbouring trips takes one
 * exclusive lock on their block of ids; one of few takes the block in share
 * mode and each trip exclusively.
 *
 * Tables are another matter: TRUNCATE and ALTER TABLE take several of them, in
 * an order of their own. A refresher tries them all together, and waits for
 * one only while it holds nothing. What it has written stays locked until its
 * transaction ends, and whoever has a table may be waiting for that: then it
 * comes to an end, too, and what is left stays marked. So no user's statement
 * is ended by a deadlock over tables.
 */
#include "postgres.h"

#include "access/twophase.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"

#include "pg/queue.h"
#include "pg/refresh_lock.h"
#include "pg/tables.h"

/* The fourth field of an advisory lock is 1 or 2 for those of SQL functions. */
#define CLASS_TRIP 0x5654
#define CLASS_BLOCK 0x5642
#define CLASS_EXPAND 0x5645

static bool
try_lock(uint16 class, int64 agency, int64 number, LOCKMODE mode)
{
	LOCKTAG tag;
	/* Two trips with one hash only wait for each other. */
	uint64 hash = hash_bytes_extended((unsigned char *) &number, sizeof(number),
									  (uint64) agency);

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, class);
	return LockAcquire(&tag, mode, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

bool
refresh_lock_trip(int64 agency, int64 trip)
{
	return try_lock(CLASS_BLOCK, agency, queue_block(trip), ShareLock) &&
		   try_lock(CLASS_TRIP, agency, trip, ExclusiveLock);
}

bool
refresh_lock_block(int64 agency, int64 block)
{
	return try_lock(CLASS_BLOCK, agency, block, ExclusiveLock);
}

bool
refresh_lock_expand(int64 agency)
{
	return try_lock(CLASS_EXPAND, agency, 0, ExclusiveLock);
}

int
refresh_lock_budget(void)
{
	/* A quarter of the table leaves room for everybody's relation locks. */
	return Max(64, max_locks_per_xact * (MaxBackends + max_prepared_xacts) / 4);
}

/* ---- tables ---- */

/* Takes tables 0 to n - 1 back. */
static void
unlock_tables(Oid namespace, int n)
{
	for (int id = 0; id < n; id++)
	{
		Oid oid = get_relname_relid(table_specs[id].name, namespace);

		if (OidIsValid(oid))
			UnlockRelationOid(oid, AccessShareLock);
	}
}

bool
refresh_lock_tables(void)
{
	Oid namespace = get_namespace_oid("voygen", false);
	bool wait = !TransactionIdIsValid(GetTopTransactionIdIfAny());

	for (int id = 0; id < TABLE_COUNT; id++)
	{
		Oid oid = get_relname_relid(table_specs[id].name, namespace);

		/* One that is missing is told of by whoever opens it. */
		if (!OidIsValid(oid) || ConditionalLockRelationOid(oid, AccessShareLock))
			continue;
		unlock_tables(namespace, id);
		if (!wait)
			return false;
		LockRelationOid(oid, AccessShareLock);
		UnlockRelationOid(oid, AccessShareLock);
		id = -1; /* all of them anew */
	}
	return true;
}

void
refresh_unlock_tables(void)
{
	unlock_tables(get_namespace_oid("voygen", false), TABLE_COUNT);
}
