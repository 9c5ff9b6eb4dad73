/*
 * row_groups.h
 *	  Rows of keys that are known beforehand, fetched in groups, page by page.
 *
 * The other way a stream of a plain table reads: told which second keys will be
 * asked for, it takes their places from the index first and then their rows
 * in the order of the pages they lie on.
 */
#ifndef VOYGEN_ROW_GROUPS_H
#define VOYGEN_ROW_GROUPS_H

#include "pg/relations.h"

/* The stream is open and has read nothing; keys ascend and stay in place as long as the stream. */
extern void row_groups_open(Stream *row, const int64 *keys, int n);
/* Passes over the rows before this key, which must be one of the keys. */
extern void row_groups_skip(Stream *row, int64 key);
/* Moves to the next row; false at the end. */
extern bool row_groups_next(Stream *row);
/* Begins with the first key again. */
extern void row_groups_restart(Stream *row);

#endif
