/*
 * room_commission.h
 *	  What room_commission reads of a room, in the order of its arguments.
 */
#ifndef VOYGEN_ROOM_COMMISSION_H
#define VOYGEN_ROOM_COMMISSION_H

#include "postgres.h"

#define ROOM_COMMISSION_COLUMNS 13

typedef struct RoomColumn
{
	int column; /* of TABLE_ROOMS */
	Oid type;
} RoomColumn;

extern const RoomColumn room_commission_columns[ROOM_COMMISSION_COLUMNS];

#endif
