/*
 * refresh_lock.h
 *	  Which refresher works on which trips.
 */
#ifndef VOYGEN_REFRESH_LOCK_H
#define VOYGEN_REFRESH_LOCK_H

#include "postgres.h"

/* Each takes a lock until the end of the transaction, or answers false at once. */
extern bool refresh_lock_trip(int64 agency, int64 trip);
extern bool refresh_lock_block(int64 agency, int64 block);
extern bool refresh_lock_expand(int64 agency);

/* How many of them one transaction may hold. */
extern int refresh_lock_budget(void);

/* Locks every table a batch reads, for reading; false when one is not to be had
 * and this transaction has written already, so that it must not be waited for. */
extern bool refresh_lock_tables(void);
extern void refresh_unlock_tables(void);

#endif
