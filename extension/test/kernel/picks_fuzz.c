/*
 * picks_fuzz.c: picks are of their tier, never one hotel twice, never a second of a chain while a free one is left.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/picks.h"

#define MOST 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t
number(fuzz_input *input, int64_t most)
{
	return fuzz_below(input, 4) == 0 ? PICKS_UNKNOWN : (int64_t) (fuzz_bits(input, 2) % (uint64_t) most);
}

static kernel_text
word(fuzz_input *input)
{
	static const char letters[] = "abcd";
	size_t which = fuzz_below(input, 6);

	return which < 4 ? (kernel_text){letters + which, 1} : (kernel_text){which == 4 ? NULL : letters, 0};
}

static picks_candidate
read_candidate(fuzz_input *input)
{
	return (picks_candidate){.tier = (tiers_tier) fuzz_below(input, 3),
							 .price = number(input, 1000),
							 .distance_m = number(input, 20000),
							 .review_hundredths = number(input, 1001),
							 .commission = number(input, 60000),
							 .commission_exponent = (int) fuzz_below(input, 5),
							 .refundable = (kernel_tri) fuzz_below(input, 3),
							 .stars_tenths = number(input, 51),
							 .key = word(input),
							 .chain = word(input),
							 .place = word(input),
							 .same_as = word(input)};
}

static bool
same(kernel_text a, kernel_text b)
{
	return a.length > 0 && a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* Is some candidate of the pick's tier left that shares no chain and no hotel with the picks before it? */
static bool
free_chain_left(const picks_candidate *candidates, size_t n, const picks_pick *before, size_t n_before, tiers_tier tier)
{
	for (size_t i = 0; i < n; i++)
	{
		bool free = candidates[i].tier == tier;

		for (size_t k = 0; k < n_before; k++)
			free = free && before[k].index != i && !same(candidates[before[k].index].chain, candidates[i].chain) &&
				   !same(candidates[before[k].index].same_as, candidates[i].same_as);
		if (free)
			return true;
	}
	return false;
}

static void
demand_variety(const picks_candidate *candidates, size_t n, const picks_pick *picks, size_t first, size_t at)
{
	const picks_candidate *picked = &candidates[picks[at].index];
	bool chain_again = false;

	for (size_t k = first; k < at; k++)
	{
		const picks_candidate *earlier = &candidates[picks[k].index];

		FUZZ_DEMAND(picks[k].index != picks[at].index && !same(earlier->same_as, picked->same_as));
		chain_again = chain_again || same(earlier->chain, picked->chain);
	}
	FUZZ_DEMAND(!chain_again || !free_chain_left(candidates, n, picks + first, at - first, picked->tier));
	FUZZ_DEMAND(chain_again == (picks[at].reason == PICKS_SAME_CHAIN));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	allocation state = {.refuse = fuzz_below(&input, 5)};
	kernel_alloc alloc = allocation_of(&state);
	picks_candidate candidates[MOST];
	picks_pick picks[3 * 4];
	size_t per_tier = fuzz_below(&input, 5);
	size_t n = fuzz_below(&input, MOST);
	size_t n_picks;
	size_t first = 0;
	kernel_status status;

	for (size_t i = 0; i < n; i++)
		candidates[i] = read_candidate(&input);
	status = picks_choose(candidates, n, per_tier, &alloc, picks, &n_picks);
	FUZZ_DEMAND(state.live == 0 && n_picks <= 3 * per_tier);
	for (size_t at = 0; status == KERNEL_OK && at < n_picks; at++)
	{
		FUZZ_DEMAND(picks[at].index < n && candidates[picks[at].index].tier == picks[at].tier);
		FUZZ_DEMAND(at == 0 || picks[at - 1].tier <= picks[at].tier);
		if (at > 0 && picks[at - 1].tier != picks[at].tier)
			first = at;
		demand_variety(candidates, n, picks, first, at);
	}
	return 0;
}
