/*
 * call.h
 *	  The door: settings and hooks of calls, from _PG_init; how it is closed
 *	  after an error.
 */
#ifndef VOYGEN_CALL_H
#define VOYGEN_CALL_H

#include "postgres.h"

#include "pg/call_arguments.h"
#include "pg/call_guard.h"

extern void call_init(void);

/*
 * In the PG_CATCH around what was done behind the door: closes it and raises
 * the error of the tool once more, as one of ours. place: where in the
 * arguments the work was, or NULL.
 */
extern void call_fail(call_guard *guard, MemoryContext context, const char *tool, const call_place *place)
	pg_attribute_noreturn();

#endif
