/*
 * picks.h: which hotels to show of each tier. The score, in exact thousandths:
 *
 *   (10 - min(distance km, 10)) x 10   nearness to the centre
 *   review x 10                        review on the scale to 10
 *   min(commission / 10, 20)           commission in whole units of its currency; thousandths beyond are cut
 *   15                                 when known to be refundable
 *   stars x 5
 *
 * An unknown part counts nothing and is named in the reason. Order: score descending, price ascending (unknown last), key
 * ascending by bytes. Variety inside a tier: the next pick is the best candidate of another chain and another place than
 * those picked; if there is none, of another chain; if there is none, the best that is left. One hotel (same_as) is
 * never picked twice. An empty chain, place or identity never clashes.
 */
#ifndef VOYGEN_KERNEL_PICKS_H
#define VOYGEN_KERNEL_PICKS_H

#include "tiers.h"

#define PICKS_UNKNOWN INT64_MIN /* of every number below */

typedef struct picks_candidate
{
	tiers_tier tier;
	int64_t price;             /* minor units, nightly */
	int64_t distance_m;        /* thousandths of a kilometre */
	int64_t review_hundredths; /* scale to 10 */
	int64_t commission;        /* minor units */
	int commission_exponent;   /* of its currency */
	kernel_tri refundable;
	int64_t stars_tenths;
	kernel_text key;
	kernel_text chain;
	kernel_text place; /* city and region */
	kernel_text same_as;
} picks_candidate;

/* Parts of a score in thousandths; unknown: bits of picks_part. */
typedef struct picks_score
{
	int64_t total;
	int64_t distance;
	int64_t review;
	int64_t commission;
	int64_t refundable;
	int64_t stars;
	unsigned unknown;
} picks_score;

enum picks_part
{
	PICKS_DISTANCE = 1,
	PICKS_REVIEW = 2,
	PICKS_COMMISSION = 4,
	PICKS_REFUNDABLE = 8,
	PICKS_STARS = 16
};

void picks_score_of(const picks_candidate *candidate, picks_score *score);

typedef enum picks_reason
{
	PICKS_BEST_SCORE, /* best of those left */
	PICKS_VARIETY,    /* a better one (passed_over) is of a chain or place already picked */
	PICKS_SAME_PLACE, /* every one left is of a place or chain already picked; this one at least is of another chain */
	PICKS_SAME_CHAIN  /* every one left is of a chain already picked */
} picks_reason;

const char *picks_reason_text(picks_reason reason);

typedef struct picks_pick
{
	size_t index; /* of the candidate */
	tiers_tier tier;
	picks_score score;
	picks_reason reason;
	bool has_passed_over;
	size_t passed_over; /* the best candidate that variety passed over for this one */
} picks_pick;

/*
 * Up to per_tier picks of each tier; low first, inside a tier in the order picked. picks holds 3 x per_tier. Temporary
 * memory is given back.
 */
kernel_status picks_choose(const picks_candidate *candidates, size_t n, size_t per_tier, const kernel_alloc *alloc,
						   picks_pick *picks, size_t *n_picks);

#endif
