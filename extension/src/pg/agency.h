/*
 * agency.h
 *	  Which agency the session works for.
 */
#ifndef VOYGEN_AGENCY_H
#define VOYGEN_AGENCY_H

#include "postgres.h"

/* True, with the number, when voygen.agency_id is set. */
extern bool agency_current(int64 *agency_id);

#endif
