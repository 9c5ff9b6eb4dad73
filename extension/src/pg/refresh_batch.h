/*
 * refresh_batch.h
 *	  A batch of trips of one agency: which they are, and building them.
 */
#ifndef VOYGEN_REFRESH_BATCH_H
#define VOYGEN_REFRESH_BATCH_H

#include "postgres.h"

#include "pg/relations.h"

/* A trip to look at. */
typedef struct Candidate
{
	int64 trip;
	bool forced; /* build it whether or not it has a mark of its own */
} Candidate;

typedef struct Batch
{
	int64 agency;
	Candidate *trips; /* ascending */
	int ntrips;
	int room;
} Batch;

/* Trips whose facts were written. */
typedef struct WrittenTrips
{
	int64 *trips;
	int count;
	int room;
} WrittenTrips;

typedef struct RefreshResult
{
	int64 refreshed;
	int64 unchanged;
	int64 failed;
	int64 skipped; /* held by somebody else; still marked */
	WrittenTrips *written;
} RefreshResult;

extern void batch_add(Batch *batch, int64 trip, bool forced);
/* Builds the trips, all of whose locks are held, and takes their marks. False
 * when the transaction should come to an end, because others wait for it. */
extern bool batch_refresh(Batch *batch, RefreshResult *result);

/* Deletes the row of the queue that the stream of marks stands on. */
extern void mark_take(Relation queue, Stream *marks);

#endif
