/*
 * call.h
 *	  The door: settings and hooks of calls, what every way through it asks
 *	  first, and how it is closed after an error.
 */
#ifndef VOYGEN_CALL_H
#define VOYGEN_CALL_H

#include "postgres.h"

#include "fmgr.h"

#include "pg/call_arguments.h"
#include "pg/call_guard.h"

/* Works around a tool: looks up tokens, keeps records. */
#define CALL_OWNER "voygen_owner"

/* From _PG_init. */
extern void call_init(void);

/* An agency and a digest (the first two arguments), before anything else is
 * believed. */
extern void call_check_door(FunctionCallInfo fcinfo);

/*
 * In the PG_CATCH around what was done behind the door: closes it and raises
 * the error of the tool once more, as one of ours. place: where in the
 * arguments the work was, or NULL.
 */
extern void call_fail(call_guard *guard, MemoryContext context, const char *tool, const call_place *place)
	pg_attribute_noreturn();

#endif
