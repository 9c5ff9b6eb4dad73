/*
 * rates_fingerprint.h
 *	  Are the rows a commission book was made from still the same?
 */
#ifndef VOYGEN_RATES_FINGERPRINT_H
#define VOYGEN_RATES_FINGERPRINT_H

#include "postgres.h"

#include "utils/snapshot.h"

/*
 * A number for what the snapshot sees of the agency's own row, its rates, rules
 * and volumes: the same number, the same rows. 0 when the tables do not tell.
 */
extern uint64 rates_fingerprint(int64 agency, Snapshot snapshot);

#endif
