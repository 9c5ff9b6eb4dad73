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

typedef struct RateVolume
{
	kernel_text site;
	commission_window window;
	kernel_day start;
	int64 amount_milli;
	int64 room_nights;
	int64 bookings;
} RateVolume;

typedef struct RateBook
{
	int64 agency;
	MemoryContext context; /* holds all of this */
	uint64 fingerprint;    /* of the rows it was made from */
	commission_book *book;
	commission_scope *scope;
	tiers_options tiers; /* the agency's cuts */
	RateVolume *volumes;
	int nvolumes;
	int users; /* scans that must not lose it */
} RateBook;

/*
 * The book as the snapshot sees the tables. Rights are not looked at: the
 * caller has decided which agency may be read. Release it with
 * rates_release; the end of the transaction releases what an error left.
 */
extern void rates_init(void);
extern RateBook *rates_book(int64 agency, Snapshot snapshot);
extern void rates_release(RateBook *book);

/* Volume of a site in the windows that hold this day; false when all is zero. */
extern bool rates_volume(const RateBook *book, kernel_text site, kernel_day day,
						 commission_volume *volume);

/* First instant after `now` at which the calendar alone changes what the book
 * says, or TIMESTAMP_INFINITY (DT_NOEND) when none does. */
extern TimestampTz rates_next_change(const RateBook *book, TimestampTz now);

/* The day of an instant, in UTC. */
extern kernel_day rates_day(TimestampTz at);

/* Raises what a kernel found wrong. */
extern void rates_raise(kernel_status status, const kernel_error *error) pg_attribute_noreturn();

#endif
