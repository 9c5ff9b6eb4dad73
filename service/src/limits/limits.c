/*
 * limits.c - the tables and their keys.
 */
#include "limits/limits.h"

#include <string.h>

void
limits_open(struct limits *limits, struct loop *loop, const struct limits_settings *settings)
{
	*limits = (struct limits){.loop = loop};
	buckets_open(&limits->callers, loop->arena, settings->burst, (int64_t) settings->rate * 60);
	buckets_open(&limits->addresses, loop->arena, settings->failures, settings->failures);
	buckets_open(&limits->pages, loop->arena, settings->pages, settings->pages);
}

void
limits_change(struct limits *limits, const struct limits_settings *settings)
{
	buckets_change(&limits->callers, settings->burst, (int64_t) settings->rate * 60);
	buckets_change(&limits->addresses, settings->failures, settings->failures);
	buckets_change(&limits->pages, settings->pages, settings->pages);
}

int64_t
limits_call(struct limits *limits, const struct identity *identity)
{
	int64_t wait = buckets_take(&limits->callers, identity_key(identity), limits->loop->now_ms);

	limits->calls_refused += wait > 0;
	return wait;
}

int64_t
limits_page(struct limits *limits, uint64_t address)
{
	int64_t wait = buckets_take(&limits->pages, address, limits->loop->now_ms);

	limits->pages_refused += wait > 0;
	return wait;
}

void
limits_proven(struct limits *limits, const struct identity *identity)
{
	buckets_trust(&limits->callers, identity_key(identity), limits->loop->now_ms);
}

void
limits_failed(struct limits *limits, uint64_t address)
{
	limits->failures++;
	buckets_take(&limits->addresses, address, limits->loop->now_ms);
}

int64_t
limits_hear(struct limits *limits, uint64_t address, const struct identity *identity)
{
	int64_t wait = buckets_look(&limits->addresses, address, limits->loop->now_ms);

	if (wait > 0 && identity != NULL && buckets_trusts(&limits->callers, identity_key(identity), limits->loop->now_ms))
		return 0;
	limits->addresses_refused += wait > 0;
	return wait;
}
