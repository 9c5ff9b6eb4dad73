/*
 * records.h - tells the database of calls that are over, for the audit: many in one statement, several times a second.
 *
 * A record waits here for a moment; the end of the gateway waits until all are sent. What a kill -9 can lose is what has
 * come in since the last statement. Of a call that wrote, the row is there already.
 */
#ifndef VOYGEN_RECORDS_H
#define VOYGEN_RECORDS_H

#include "db/pool.h"
#include "identity/source.h"

struct records;

/* It lies in the arena of the loop. */
struct records *records_open(struct loop *loop, struct pool *pool);
void records_close(struct records *records);

/* One call: who, what, "ok" or the code of the error, its arguments as they came, how long it took. All is copied. */
void records_add(struct records *records, const struct identity *identity, struct slice name, const char *outcome,
				 struct slice arguments, int64_t microseconds);

/* How many calls the database has not been told of, those on their way included. */
int records_backlog(const struct records *records);

/* True when all has been told. */
bool records_quiet(const struct records *records);

#endif
