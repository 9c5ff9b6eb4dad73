/*
 * commission_hotel.h
 *	  What the offers of a hotel row share, kept in a few words.
 */
#ifndef VOYGEN_COMMISSION_HOTEL_H
#define VOYGEN_COMMISSION_HOTEL_H

#include "pg/facts.h"
#include "pg/keyed_rows.h"

/* A hotel row of keyed_rows.h. It holds as long as the book it was numbered by. */
typedef struct HeldHotel
{
	RowKey key; /* trip, hotel */
	uint32 word[COMMISSION_WORDS];
	int32 nights;
	kernel_day check_in;
	const commission_volume *volume;
	FactsCurrency currency; /* no code: its rooms are no offers */
	uint8 refundable;
} HeldHotel;

/* Takes from facts->hotels, and from what was read of it, all but the key. */
extern void commission_hotel_hold(Facts *facts, const FactsHotel *hotel, HeldHotel *held);

/* Makes the next offers those of this hotel; of `hotel` currency and refundable are set. */
extern void commission_hotel_recall(Facts *facts, const HeldHotel *held, FactsHotel *hotel);

#endif
