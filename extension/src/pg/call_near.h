/*
 * call_near.h
 *	  Names of tools that are near to one that does not exist.
 */
#ifndef VOYGEN_CALL_NEAR_H
#define VOYGEN_CALL_NEAR_H

#include "postgres.h"

/* "find_trips, find_clients": the nearest names among the tools the role may call, or NULL when none is near. */
extern char *call_near_names(const char *wrong, Oid role);

#endif
