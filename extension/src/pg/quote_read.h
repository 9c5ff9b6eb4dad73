/*
 * quote_read.h
 *	  Rates, rules and offers as the tools name their fields, read from JSON into what the commission kernel takes.
 */
#ifndef VOYGEN_QUOTE_READ_H
#define VOYGEN_QUOTE_READ_H

#include "kernel/commission.h"
#include "pg/argument.h"

/* An offer with what its fields point to. */
typedef struct quote_offer
{
	commission_offer offer;
	commission_volume volume;
	commission_trip trip;
	kernel_text currency;
} quote_offer;

/* Each reads one object; texts point into it, lists are palloc'd. `position` is the id of a rate or rule that has none. */
extern void quote_read_rate(const argument *from, int64 position, commission_rate *rate);
extern void quote_read_rule(const argument *from, int64 position, commission_rule *rule);

/* booked_on is used for an offer that has none. */
extern void quote_read_offer(const argument *from, const commission_book *book, kernel_day booked_on, quote_offer *offer);

#endif
