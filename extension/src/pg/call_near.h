/*
 * call_near.h
 *	  Names of tools that are near to one that does not exist.
 */
#ifndef VOYGEN_CALL_NEAR_H
#define VOYGEN_CALL_NEAR_H

#include "pg/call_store.h"

/* "find_trips, find_clients": the nearest names among the tools the role may call and the agency has not switched off, or
 * NULL when none is near. */
extern char *call_near_names(const char *wrong, const call_identity *identity);

#endif
