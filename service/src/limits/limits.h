/*
 * limits.h - what one caller, and one address, may ask for: calls of a token, failures to show a good one, pages of links.
 *
 * Failures are counted by address, so that guessing is slow; who has shown a good token from anywhere is not kept from
 * calling by neighbours who guess.
 */
#ifndef VOYGEN_LIMITS_H
#define VOYGEN_LIMITS_H

#include "identity/source.h"
#include "limits/bucket.h"
#include "loop/loop.h"

struct limits_settings
{
	int rate;     /* calls a second of one token; 0: no limit */
	int burst;    /* calls of one token at once, beyond that */
	int failures; /* bad tokens a minute of one address; 0: no limit */
	int pages;    /* requests under links a minute of one address; 0: no limit */
};

struct limits
{
	const struct loop *loop;
	struct buckets callers;
	struct buckets addresses;
	struct buckets pages;
	/* for metrics */
	long long calls_refused;
	long long addresses_refused;
	long long failures;
	long long pages_refused;
};

void limits_open(struct limits *limits, struct loop *loop, const struct limits_settings *settings);

/* Other limits from now on. */
void limits_change(struct limits *limits, const struct limits_settings *settings);

/* One call of this caller: 0, or after how many milliseconds he may come again. */
int64_t limits_call(struct limits *limits, const struct identity *identity);

/* One request under a link from this address: 0, or after how many milliseconds it may come again. */
int64_t limits_page(struct limits *limits, uint64_t address);

/* The database knows this caller. */
void limits_proven(struct limits *limits, const struct identity *identity);

/* What came from this address (0: none is known) was no good token. */
void limits_failed(struct limits *limits, uint64_t address);

/* Whether credentials of the address are looked at now: 0, or the milliseconds. `identity` is whom they claim to be when
 * that is known, NULL when they are bad. */
int64_t limits_hear(struct limits *limits, uint64_t address, const struct identity *identity);

#endif
