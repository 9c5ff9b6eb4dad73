/*
 * bucket.c - buckets in sets of eight; in a full set the one that was left alone longest makes room.
 */
#include "limits/bucket.h"

void
buckets_open(struct buckets *buckets, struct arena *arena, int burst, int64_t per_minute)
{
	buckets_change(buckets, burst, per_minute);
	buckets->places = arena_alloc(arena, sizeof(struct bucket) * BUCKET_SETS * BUCKET_WAYS);
}

void
buckets_change(struct buckets *buckets, int burst, int64_t per_minute)
{
	buckets->burst = per_minute == 0 ? 0 : (int64_t) burst * 1000;
	buckets->per_second = per_minute * 1000 / 60;
}

static struct bucket *
find(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	struct bucket *set = &buckets->places[key % BUCKET_SETS * BUCKET_WAYS];
	struct bucket *oldest = set;

	for (int i = 0; i < BUCKET_WAYS; i++)
	{
		if (set[i].key == key)
			return &set[i];
		if (set[i].key == 0 || (oldest->key != 0 && set[i].since_ms < oldest->since_ms))
			oldest = &set[i];
	}
	*oldest = (struct bucket){.key = key, .since_ms = now_ms, .level = buckets->burst};
	return oldest;
}

/* With what has run in since. */
static struct bucket *
filled(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	struct bucket *bucket = find(buckets, key, now_ms);
	int64_t passed = now_ms - bucket->since_ms;

	/* in a minute any is full */
	bucket->level += (passed > 60000 ? 60000 : passed) * buckets->per_second / 1000;
	if (passed > 60000 || bucket->level > buckets->burst)
		bucket->level = buckets->burst;
	/* what is too short for a thousandth counts next time */
	if (passed * buckets->per_second >= 1000 || bucket->level == buckets->burst)
		bucket->since_ms = now_ms;
	return bucket;
}

static int64_t
wait_ms(const struct buckets *buckets, const struct bucket *bucket)
{
	return bucket->level >= 1000 ? 0 : (1000 - bucket->level) * 1000 / buckets->per_second + 1;
}

int64_t
buckets_look(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	return buckets->burst == 0 || key == 0 ? 0 : wait_ms(buckets, filled(buckets, key, now_ms));
}

int64_t
buckets_take(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	int64_t wait = buckets_look(buckets, key, now_ms);

	if (wait == 0 && buckets->burst != 0 && key != 0)
		find(buckets, key, now_ms)->level -= 1000;
	return wait;
}

void
buckets_trust(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	find(buckets, key, now_ms)->trusted = true;
}

bool
buckets_trusts(struct buckets *buckets, uint64_t key, int64_t now_ms)
{
	return find(buckets, key, now_ms)->trusted;
}
