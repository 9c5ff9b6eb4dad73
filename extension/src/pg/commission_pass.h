/*
 * commission_pass.h
 *	  Quotes every offer of an agency in one pass over the rooms.
 */
#ifndef VOYGEN_COMMISSION_PASS_H
#define VOYGEN_COMMISSION_PASS_H

#include "pg/facts.h"

/* Told of every offer quoted. */
typedef void (*CommissionTold)(void *context, const FactsCurrency *currency, const commission_expected *quote);

/* Offers are what they are in facts; their order is not. SPI must be connected. */
extern void commission_pass(int64 agency, Snapshot snapshot, TimestampTz as_of, CommissionTold told, void *context);

#endif
