/*
 * sweep.h
 *	  Rows of one agency in the order they lie in the table.
 *
 * The other way to read a plain table: every page once, front to back, where a
 * Stream follows the primary key. Several times faster by the row, but it
 * meets the rows of all agencies, so that it pays where one agency holds a good
 * part of the table. A row is looked at through a Stream, by the same calls.
 */
#ifndef VOYGEN_SWEEP_H
#define VOYGEN_SWEEP_H

#include "pg/relations.h"

/* Is the table one that can be read so: plain, of columns of the usual kind? */
extern bool sweep_possible(TableId id);

/* Would reading the whole of such a table be less work than following the key? */
extern bool sweep_pays(TableId id, int64 agency);

/* Opens such a table. Allocated in CurrentMemoryContext, which must be
 * the current one of every call until the end. */
extern void sweep_open(Stream *row, TableId id, int64 agency, Snapshot snapshot);
/* Moves to the next row of the agency; false at the end. */
extern bool sweep_next(Stream *row);
extern void sweep_close(Stream *row);

#endif
