/*
 * call_guard.h
 *	  What a call changes in the session, and how it is put back.
 */
#ifndef VOYGEN_CALL_GUARD_H
#define VOYGEN_CALL_GUARD_H

#include "postgres.h"

typedef struct call_guard
{
	Oid user; /* as it was before */
	int context;
	int settings;      /* nest level of settings */
	TransactionId xid; /* before the tool ran */
} call_guard;

/* Settings and hooks; from _PG_init. */
extern void call_guard_init(void);

/* True inside a call. */
extern bool call_guard_active(void);

/* Opens a call for an agency: from here on the time runs, utility statements
 * and some functions are refused, and settings are remembered. Refuses inside
 * a call, and in a database that is not UTF-8. */
extern void call_guard_enter(call_guard *guard, int64 agency);

/* Works as a role, restricted, until the next call of this or the end. */
extern void call_guard_become(const call_guard *guard, Oid role);

/* Around a tool that must not write. */
extern void call_guard_read_only(call_guard *guard);
extern void call_guard_check_unwritten(const call_guard *guard);

/* Stops the clock, raising the error when it had struck. */
extern void call_guard_stop_clock(void);

/* Puts everything back after success. */
extern void call_guard_leave(const call_guard *guard);

/* After an error: what the end of the transaction does not put back. Answers
 * whether the time was up. */
extern bool call_guard_fail(const call_guard *guard);

#endif
