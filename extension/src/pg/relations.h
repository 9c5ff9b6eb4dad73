/*
 * relations.h
 *	  The one door through which C reaches tables.
 *
 * A table that is a plain local heap with the primary key we expect is read
 * through its index, row by row, without a planner. Any other (partitioned,
 * foreign, distributed, another access method) is read by the same calls
 * through SPI. Nothing else in the extension opens a table.
 *
 * Rights: this door looks at no grant and no row security. Whoever calls it
 * has decided which agency may be read.
 */
#ifndef VOYGEN_RELATIONS_H
#define VOYGEN_RELATIONS_H

#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "pg/tables.h"

/* What is known of a table, kept until the table changes. */
typedef struct Door
{
	bool valid;
	Oid table;
	Oid key; /* index of the primary key; invalid unless plain */
	bool plain;
	bool insertable;                   /* plain, and a row needs no more than heap and key */
	int last_column;                   /* highest attribute number of ours */
	AttrNumber att[TABLE_MAX_COLUMNS]; /* by column of tables.h; 0 = absent */
} Door;

extern void relations_init(void);

/* Opens and locks a table of ours; *door is valid while it stays open. */
extern Relation relations_open(TableId id, LOCKMODE lock, const Door **door);

/* Attribute number of a column of ours, which must exist. */
extern AttrNumber relations_column(const Door *door, TableId id, int column);

/* Numbers of all agencies, palloc'd; returns how many. */
extern int relations_agencies(int64 **agencies, Snapshot snapshot);

/*
 * Rows of one agency in the order of the primary key, from a first to a last
 * second key (trip, client). Made for asking for ascending trips: a row read
 * too far is kept for the next trip, and a gap is jumped by the index.
 */
typedef struct Stream
{
	TableId id;
	int64 agency;
	int64 last;
	bool whole;            /* table without a second key */
	const AttrNumber *att; /* where our columns are in values */
	Datum *values;         /* the current row */
	bool *isnull;
	int64 at; /* second key of the current row */
	bool has_row;
	bool ended;

	MemoryContext context; /* of the scan: it allocates when it pleases */
	Relation table;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	int natts;

	struct Sweep *sweep;      /* rows as they lie, see sweep.h */
	struct RowGroups *groups; /* rows of known keys, see row_groups.h */

	Portal portal; /* the other way: a cursor and its rows */
	SPITupleTable *fetched;
	uint64 nfetched;
	uint64 next_fetched;
} Stream;

/*
 * Opens a stream for second keys first..last (INT64_MAX: no end). Allocated in
 * CurrentMemoryContext, which must outlive it. SPI must be connected when
 * the table is not plain.
 */
extern void stream_open(Stream *stream, TableId id, int64 agency, int64 last,
						Snapshot snapshot);
extern void stream_close(Stream *stream);

/* Says which second keys will be asked for, ascending, before any is: a plain table's rows are then read in groups. The
 * keys must stay in place. Such a stream tells no row's identity. */
extern void stream_expect(Stream *stream, const int64 *keys, int n);

/* Moves to the first row at or after this second key; false at the end. */
extern bool stream_seek(Stream *stream, int64 key);
/* Lets the next key be lower than the last. */
extern void stream_restart(Stream *stream);
/* Moves to the row (the first of the rows) with this second key, wherever it
 * lies; false when there is none. */
extern bool stream_find(Stream *stream, int64 key);
/* Moves to the next row; false at the end. */
extern bool stream_next(Stream *stream);

/* Row identity of the current row of a plain table. */
extern ItemPointer stream_tid(Stream *stream);

/* Of row_groups.c: points the index scan at the first row from this second key on; where each column is in rows that hold
 * ours alone. */
extern void stream_scan_from(Stream *stream, int64 key);
extern AttrNumber stream_in_order[TABLE_MAX_COLUMNS];

static inline bool
stream_at(const Stream *stream, int64 key)
{
	return stream->has_row && stream->at == key;
}

static inline bool
stream_null(const Stream *stream, int column)
{
	return stream->isnull[stream->att[column] - 1];
}

static inline Datum
stream_value(const Stream *stream, int column)
{
	return stream->values[stream->att[column] - 1];
}

#endif
