/*
 * optimize.h: one offer per leg so that the agency's expected commission is greatest (multiple-choice knapsack, exact).
 *
 * Amounts are int64_t minor units of one currency. A leg without an offer is skipped and reported. Among selections of
 * equal commission the one of lower price wins, then the one whose keys, leg by leg, come first by bytes.
 *
 * With refundable offers a commission may fall through: it counts commission x (1 - cancel_ppm), exact in millionths.
 * The premium limit keeps offers with price <= cheapest of the leg x (1 + max_premium_ppm).
 *
 * Method: without a budget each leg stands alone. With one, legs are merged into the frontier of selections that no
 * other beats on both price and commission (Nemhauser and Ullmann 1969); a partial selection is dropped when even the
 * linear relaxation of the legs left (Sinha and Zoltners 1979, upper hull of each leg) cannot reach the best complete
 * selection known. All in integers. The work is limited; beyond the limit the answer is KERNEL_TOO_LARGE,
 * never an approximation.
 */
#ifndef VOYGEN_KERNEL_OPTIMIZE_H
#define VOYGEN_KERNEL_OPTIMIZE_H

#include "kernel.h"

typedef struct optimize_offer
{
	int64_t price;      /* >= 0 */
	int64_t commission; /* >= 0; an unknown commission is 0 */
	bool refundable;
	kernel_text key; /* hotel_key, room and site: orders ties */
} optimize_offer;

typedef struct optimize_leg
{
	const optimize_offer *offers; /* eligible ones only */
	size_t n_offers;
} optimize_leg;

typedef struct optimize_options
{
	bool has_budget;
	int64_t budget; /* >= 0, on the sum of prices */
	bool has_max_premium;
	int64_t max_premium_ppm; /* 3 % = 30000 */
	int64_t cancel_ppm;      /* 0..1000000 */
	uint64_t work_limit;     /* candidate selections looked at; 0 = OPTIMIZE_WORK_DEFAULT */
} optimize_options;

#define OPTIMIZE_WORK_DEFAULT UINT64_C(200000000)
#define OPTIMIZE_NONE SIZE_MAX

/* Sums over a selection. expected_micro: expected commission in millionths of a minor unit. */
typedef struct optimize_sum
{
	int64_t price;
	int64_t commission;
	kernel_int128 expected_micro;
} optimize_sum;

typedef struct optimize_result
{
	optimize_sum best;
	optimize_sum baseline; /* cheapest offer of each leg, ties to the first key */
	size_t skipped;        /* legs without offers */
	uint64_t work;
} optimize_result;

/*
 * choice[i] and cheapest[i] (one per leg, the caller's arrays) receive the index of the offer taken, OPTIMIZE_NONE for a
 * skipped leg. KERNEL_INVALID: negative price, commission, budget or premium, cancel_ppm out of range. KERNEL_INFEASIBLE:
 * the baseline alone costs more than the budget; result->baseline, cheapest and skipped are filled. Temporary memory is
 * given back.
 */
kernel_status optimize_select(const optimize_leg *legs, size_t n_legs, const optimize_options *options,
							  const kernel_alloc *alloc, size_t *choice, size_t *cheapest, optimize_result *result,
							  kernel_error *error);

#endif
