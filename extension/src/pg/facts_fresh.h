/*
 * facts_fresh.h
 *	  Whether stored facts still hold, and facts built for a reader.
 */
#ifndef VOYGEN_FACTS_FRESH_H
#define VOYGEN_FACTS_FRESH_H

#include "pg/refresh_batch.h"

/* Drops the trips of the batch whose stored facts hold. */
extern void facts_keep_stale(Batch *batch);

#endif
