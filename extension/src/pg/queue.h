/*
 * queue.h
 *	  Writing marks into voygen.facts_dirty.
 *
 * What a mark stands for is told by its numbers:
 *	  trip_id > 0, no trip_until	one trip
 *	  trip_id > 0, trip_until		the trips from trip_id to trip_until; both lie in
 *									one block of QUEUE_BLOCK ids and trip_id is its first
 *	  trip_id = 0					every trip of the agency
 *	  trip_id < 0					every trip of client -trip_id
 * So whether a trip is marked takes four looks into the key index, however
 * long the queue is.
 */
#ifndef VOYGEN_QUEUE_H
#define VOYGEN_QUEUE_H

#include "postgres.h"

#include "utils/rel.h"

#include "pg/relations.h"

#define QUEUE_BLOCK 1024
#define QUEUE_EVERY_TRIP 0

/* First trip id of the block that holds this trip. Blocks begin at 1, so that the
 * mark of the first one is no mark of the whole agency. */
static inline int64
queue_block(int64 trip)
{
	return trip - (trip - 1) % QUEUE_BLOCK;
}

/* Marks of the agency whose reason begins so tell of rates, rules and volumes,
 * which move neither the lead price nor whether there is something to book:
 * readers who ask for these need not mind them (voygen_lib.facts_stale). */
#define QUEUE_TERMS "commission"

static inline bool
queue_tells_of_terms(const char *reason)
{
	return strncmp(reason, QUEUE_TERMS, sizeof(QUEUE_TERMS) - 1) == 0;
}

typedef struct QueueRow QueueRow;

typedef struct Queue
{
	Relation table;
	Relation index; /* NULL: rows go through SPI */
	const Door *door;
	const char *reason;
	QueueRow *row; /* formed but for its numbers */
} Queue;

extern void queue_init(void);
/* The reason is what will be read in the queue, "hotel_cache update"; it stays the caller's. */
extern void queue_open(Queue *queue, const char *reason);

/* Adds a mark, unless this transaction has already made the same one. */
extern void queue_put(Queue *queue, int64 agency, int64 trip);
/* Adds a mark for a range of one block. */
extern void queue_put_block(Queue *queue, int64 agency, int64 first, int64 until);
extern void queue_close(Queue *queue);

#endif
