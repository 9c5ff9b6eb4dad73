/*
 * rates_volumes.h
 *	  What was booked with each site, for rates in volume tiers.
 */
#ifndef VOYGEN_RATES_VOLUMES_H
#define VOYGEN_RATES_VOLUMES_H

#include "postgres.h"

#include "pg/rates.h"

/* The agency's volumes as the snapshot sees them, in CurrentMemoryContext. */
extern RateVolumes *rates_volumes_read(int64 agency, Snapshot snapshot);

/*
 * Volume of a site in the windows that hold this day; NULL when all is zero.
 * It stays until the same site is asked about another day.
 */
extern const commission_volume *rates_volume(const RateBook *book, kernel_text site, kernel_day day);

#endif
