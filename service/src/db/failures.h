/*
 * failures.h - puts calls that failed into the audit, which they could not do themselves.
 *
 * Records wait in memory for a connection that has nothing better to do, at most `pool waiting` of them: then they go
 * before calls. So none is dropped while the gateway runs, and its end waits for them; kill -9 loses what is in memory.
 */
#ifndef VOYGEN_FAILURES_H
#define VOYGEN_FAILURES_H

#include "db/pool.h"
#include "identity/source.h"

/* One call that failed: who, which tool, the code, the digest of its arguments, how long. All is copied. */
void failures_record(struct pool *pool, const struct identity *identity, struct slice tool, const char *code,
					 struct slice arguments, int64_t microseconds);

#endif
