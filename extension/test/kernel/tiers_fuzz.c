/*
 * tiers_fuzz.c: whatever the prices, tiers ascend with the price, the order of the input does not matter, no small step of
 * a cut makes k-means better, and every allocation may fail.
 */
#include <math.h>

#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/tiers.h"

#define MOST 1500
#define GIVEN 300 /* prices that the input spells out; the rest are made of them */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sum of squared distances to the means of the three tiers, in long double: small inputs only. */
static long double
cost_of(const int64_t *prices, const uint8_t *tiers, size_t n)
{
	long double sum[3] = {0};
	long double squares = 0;
	size_t count[3] = {0};

	for (size_t i = 0; i < n; i++)
	{
		long double x = (long double) (prices[i] - prices[0]);

		sum[tiers[i]] += x;
		squares += x * x;
		count[tiers[i]]++;
	}
	for (int t = 0; t < 3; t++)
		squares -= count[t] > 0 ? sum[t] * sum[t] / (long double) count[t] : 0;
	return squares;
}

/* Moving one cut to any other price must not cost less. */
static void
demand_optimal(const int64_t *sorted, size_t n, const tiers_cuts *cuts)
{
	uint8_t tiers[MOST];
	long double best;

	tiers_classify_all(cuts, sorted, n, tiers, NULL);
	best = cost_of(sorted, tiers, n);
	for (size_t i = 0; i < n && n <= 40; i++)
	{
		for (int which = 0; which < 2; which++)
		{
			tiers_cuts other = *cuts;

			if (which == 0)
				other.low_below = sorted[i];
			else
				other.high_from = sorted[i];
			tiers_classify_all(&other, sorted, n, tiers, NULL);
			FUZZ_DEMAND(cost_of(sorted, tiers, n) >= best - fabsl(best) * 1e-12L - 1e-3L);
		}
	}
}

static void
demand_ascending(const int64_t *sorted, size_t n, const tiers_cuts *cuts)
{
	uint8_t tiers[MOST];
	size_t counts[3];

	tiers_classify_all(cuts, sorted, n, tiers, counts);
	FUZZ_DEMAND(counts[0] + counts[1] + counts[2] == n);
	for (size_t i = 0; i < n; i++)
	{
		FUZZ_DEMAND(tiers_classify(cuts, sorted[i]) == tiers[i]);
		FUZZ_DEMAND(i == 0 || (tiers[i - 1] <= tiers[i] && sorted[i - 1] <= sorted[i]));
	}
}

static void
demand_same(const tiers_cuts *a, const tiers_cuts *b)
{
	FUZZ_DEMAND(a->method == b->method && a->has_cuts == b->has_cuts && a->high_open == b->high_open);
	FUZZ_DEMAND(a->low.whole == b->low.whole && a->low.ten_thousandths == b->low.ten_thousandths);
	FUZZ_DEMAND(a->high.whole == b->high.whole && a->high.ten_thousandths == b->high.ten_thousandths);
	FUZZ_DEMAND(a->low_below == b->low_below && a->high_from == b->high_from);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	tiers_options options = {(tiers_method) fuzz_below(&input, 7), (int32_t) fuzz_bits(&input, 2) % 10100,
							 (int32_t) fuzz_bits(&input, 2) % 10100};
	allocation state = {.refuse = fuzz_below(&input, 6)};
	kernel_alloc alloc = allocation_of(&state);
	size_t n = fuzz_bool(&input) ? fuzz_below(&input, GIVEN) : fuzz_below(&input, MOST);
	size_t width = 1 + fuzz_below(&input, 8);
	int64_t prices[MOST];
	int64_t sorted[MOST];
	int64_t here[MOST];
	tiers_cuts cuts;
	tiers_cuts again;
	kernel_error error;
	kernel_status status;

	for (size_t i = 0; i < n; i++)
		prices[i] = sorted[i] = here[i] =
			i < GIVEN ? (int64_t) fuzz_bits(&input, width) : (int64_t) ((uint64_t) prices[i - GIVEN] * 3 + (uint64_t) prices[i % 7] / 5);
	status = tiers_segment(prices, n, &options, &alloc, &cuts, &error);
	FUZZ_DEMAND(state.live == 0);
	FUZZ_DEMAND(status != KERNEL_OVERFLOW && status != KERNEL_INFEASIBLE);
	if (status != KERNEL_OK)
		return 0;
	state = (allocation){0};
	FUZZ_DEMAND(tiers_sort(sorted, n, &alloc) == KERNEL_OK);
	FUZZ_DEMAND(tiers_segment_sorted(sorted, n, &options, &alloc, &again, &error) == KERNEL_OK);
	demand_same(&cuts, &again);
	FUZZ_DEMAND(tiers_segment_here(here, n, &options, &alloc, &again, &error) == KERNEL_OK && state.live == 0);
	demand_same(&cuts, &again);
	demand_ascending(sorted, n, &cuts);
	if (cuts.method == TIERS_KMEANS && width <= 4 && n <= GIVEN)
		demand_optimal(sorted, n, &cuts);
	return 0;
}
