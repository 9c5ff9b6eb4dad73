/*
 * rates.h
 *	  An agency's commission book, compiled from its tables and kept per backend.
 */
#ifndef VOYGEN_RATES_H
#define VOYGEN_RATES_H

#include "postgres.h"

#include "kernel/commission.h"
#include "kernel/tiers.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

typedef struct RateVolumes RateVolumes;

typedef struct RateBook
{
	int64 agency;
	MemoryContext context; /* holds all of this */
	uint64 fingerprint;    /* of the rows it was made from */
	commission_book *book;
	commission_scope *scope;
	commission_memo *memo;
	tiers_options tiers;  /* the agency's cuts */
	RateVolumes *volumes; /* NULL where no rate goes by volume */
	int users;            /* scans that must not lose it */
} RateBook;

/*
 * The book as the snapshot sees the tables. Rights are not looked at: the
 * caller has decided which agency may be read. Release it with
 * rates_release; the end of the transaction releases what an error left.
 */
extern void rates_init(void);
extern RateBook *rates_book(int64 agency, Snapshot snapshot);
extern void rates_release(RateBook *book);

/* First instant after `now` at which the calendar alone changes what the book
 * says, or TIMESTAMP_INFINITY (DT_NOEND) when none does. */
extern TimestampTz rates_next_change(const RateBook *book, TimestampTz now);

/* The day of an instant, in UTC. */
extern kernel_day rates_day(TimestampTz at);

/* Raises what a kernel found wrong. */
extern void rates_raise(kernel_status status, const kernel_error *error) pg_attribute_noreturn();

#endif
