/*
 * bucket.h - how often somebody may do something: a token bucket each, in a table of fixed size.
 *
 * A bucket holds so many and gets so many more in a second; each time takes one. Who is pushed out of the table by
 * others comes back with a full bucket: the table bounds memory, and callers beyond it are let through rather than kept out.
 */
#ifndef VOYGEN_LIMITS_BUCKET_H
#define VOYGEN_LIMITS_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/arena.h"

#define BUCKET_SETS 512
#define BUCKET_WAYS 8

struct bucket
{
	uint64_t key;     /* 0: the place is free */
	int64_t since_ms; /* when it held `level` */
	int64_t level;    /* thousandths */
	bool trusted;     /* has shown what is good */
};

struct buckets
{
	int64_t burst;      /* thousandths; what a full one holds; 0: there is no limit */
	int64_t per_second; /* thousandths a second */
	struct bucket *places;
};

/* `per_minute` 0 sets no limit. The table lies in the arena. */
void buckets_open(struct buckets *buckets, struct arena *arena, int burst, int64_t per_minute);

/* Other sizes from now on; what buckets hold counts on, up to that. */
void buckets_change(struct buckets *buckets, int burst, int64_t per_minute);

/* Takes one; answers 0, or after how many milliseconds there is one again. */
int64_t buckets_take(struct buckets *buckets, uint64_t key, int64_t now_ms);

/* The same without taking. */
int64_t buckets_look(struct buckets *buckets, uint64_t key, int64_t now_ms);

void buckets_trust(struct buckets *buckets, uint64_t key, int64_t now_ms);
bool buckets_trusts(struct buckets *buckets, uint64_t key, int64_t now_ms);

#endif
