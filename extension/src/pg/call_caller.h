/*
 * call_caller.h
 *	  Who calls, for the records that tools keep.
 */
#ifndef VOYGEN_CALL_CALLER_H
#define VOYGEN_CALL_CALLER_H

#include "pg/call_store.h"

/* The caller of the call that has begun; forgotten with its end. The identity stays the call's own. */
extern void call_caller_set(const call_identity *identity, const char *tool);

#endif
