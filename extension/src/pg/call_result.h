/*
 * call_result.h
 *	  Values of the database as JSON text.
 */
#ifndef VOYGEN_CALL_RESULT_H
#define VOYGEN_CALL_RESULT_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "pg/tool_shape.h"

/*
 * Writes a value of a prepared shape: numbers exactly as stored, times as ISO
 * 8601 in UTC, ids as text, null as null except that a list that is null is
 * written as [].
 */
extern void call_result_write(StringInfo out, tool_shape *shape, Datum value, bool isnull);

#endif
