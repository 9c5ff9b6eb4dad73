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

#endif
