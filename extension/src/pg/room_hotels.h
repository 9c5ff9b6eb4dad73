/*
 * room_hotels.h
 *	  The hotels of rooms that come one by one, as their caller may read them.
 *
 * Rights: hotels are asked for by a query with the caller's rights and the
 * statement's snapshot, so that grants, row security, views and partitions hold
 * as they do for a join. A query a hotel would take microseconds; so it reads
 * some hotels ahead, the more the better the rooms follow the order of the key.
 */
#ifndef VOYGEN_ROOM_HOTELS_H
#define VOYGEN_ROOM_HOTELS_H

#include "pg/commission_hotel.h"

typedef struct RoomHotels
{
	Facts *facts;   /* agency, book and offer */
	KeyedRows kept; /* HeldHotel */
	uint32 next;    /* number of the hotel behind the last one */
	int ahead;      /* how many are read at once */
	int fetched;    /* by the last query ... */
	int used;       /* ... and how many hotels were found since */
	RowKey from;    /* what it read, both included */
	RowKey to;
} RoomHotels;

/* None yet; everything will lie in CurrentMemoryContext. */
extern void room_hotels_begin(RoomHotels *hotels, Facts *facts);
/* Forgets what another statement, user or book has said. */
extern void room_hotels_forget(RoomHotels *hotels);
/* Of facts->agency; NULL: there is none that the caller may read. It stays until the next call. */
extern const HeldHotel *room_hotels_find(RoomHotels *hotels, RowKey key);

#endif
