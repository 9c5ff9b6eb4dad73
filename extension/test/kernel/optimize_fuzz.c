/*
 * optimize_fuzz.c: the selection keeps its limits, is never worse than the baseline or than any selection that differs in
 * two legs, and a wider budget never makes it worse.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/optimize.h"

#define MOST_LEGS 5
#define MOST_OFFERS 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct problem
{
	optimize_offer offers[MOST_LEGS][MOST_OFFERS];
	optimize_leg legs[MOST_LEGS];
	size_t n;
	optimize_options options;
} problem;

static void
read_problem(fuzz_input *input, problem *p)
{
	static const char keys[] = "abcdefghijklmnop";
	size_t width = 1 + fuzz_below(input, 4);

	p->n = fuzz_below(input, MOST_LEGS + 1);
	p->options = (optimize_options){.has_budget = fuzz_bool(input),
									.budget = (int64_t) fuzz_bits(input, width),
									.has_max_premium = fuzz_bool(input),
									.max_premium_ppm = (int64_t) fuzz_bits(input, 3),
									.cancel_ppm = (int64_t) fuzz_bits(input, 3) % 1000001,
									.work_limit = 100000};
	for (size_t leg = 0; leg < p->n; leg++)
	{
		p->legs[leg] = (optimize_leg){p->offers[leg], fuzz_below(input, MOST_OFFERS + 1)};
		for (size_t i = 0; i < p->legs[leg].n_offers; i++)
			p->offers[leg][i] = (optimize_offer){
				(int64_t) fuzz_bits(input, width),
				(int64_t) fuzz_bits(input, width),
				fuzz_bool(input),
				{keys + fuzz_below(input, 14), 1 + fuzz_below(input, 2)},
			};
	}
}

static kernel_int128
expected_of(const problem *p, const optimize_offer *offer)
{
	return (kernel_int128) offer->commission * (offer->refundable ? 1000000 - p->options.cancel_ppm : 1000000);
}

static bool
allowed(const problem *p, size_t leg, size_t i, size_t cheapest)
{
	kernel_int128 least = p->offers[leg][cheapest].price;

	return !p->options.has_max_premium ||
		   (kernel_int128) p->offers[leg][i].price * 1000000 <= least * (1000000 + p->options.max_premium_ppm);
}

/* No other offer of one leg, with any other offer of a second, is within the limits and better. */
static void
demand_no_better(const problem *p, const size_t *choice, const size_t *cheapest, const optimize_result *result)
{
	for (size_t a = 0; a < p->n; a++)
	{
		for (size_t b = a; b < p->n; b++)
		{
			for (size_t i = 0; i < p->legs[a].n_offers; i++)
			{
				for (size_t k = 0; k < p->legs[b].n_offers; k++)
				{
					kernel_int128 price = result->best.price;
					kernel_int128 gain = result->best.expected_micro;

					price += p->offers[a][i].price - p->offers[a][choice[a]].price;
					gain += expected_of(p, &p->offers[a][i]) - expected_of(p, &p->offers[a][choice[a]]);
					if (a != b)
					{
						price += p->offers[b][k].price - p->offers[b][choice[b]].price;
						gain += expected_of(p, &p->offers[b][k]) - expected_of(p, &p->offers[b][choice[b]]);
					}
					if (!allowed(p, a, i, cheapest[a]) || (a != b && !allowed(p, b, k, cheapest[b])) ||
						(p->options.has_budget && price > p->options.budget))
						continue;
					FUZZ_DEMAND(gain < result->best.expected_micro ||
								(gain == result->best.expected_micro && price >= result->best.price));
				}
			}
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static problem p;
	fuzz_input input = {data, size};
	allocation state = {.refuse = fuzz_below(&input, 40)};
	kernel_alloc alloc = allocation_of(&state);
	size_t choice[MOST_LEGS];
	size_t cheapest[MOST_LEGS];
	optimize_result result;
	optimize_result wider;
	kernel_error error;
	kernel_status status;

	read_problem(&input, &p);
	status = optimize_select(p.legs, p.n, &p.options, &alloc, choice, cheapest, &result, &error);
	FUZZ_DEMAND(state.live == 0);
	if (status != KERNEL_OK)
		return 0;
	FUZZ_DEMAND(!p.options.has_budget || result.best.price <= p.options.budget);
	FUZZ_DEMAND(result.best.expected_micro >= result.baseline.expected_micro && result.best.price >= result.baseline.price);
	for (size_t leg = 0; leg < p.n; leg++)
		FUZZ_DEMAND((choice[leg] == OPTIMIZE_NONE) == (p.legs[leg].n_offers == 0));
	demand_no_better(&p, choice, cheapest, &result);
	p.options.budget += 1000;
	state = (allocation){0};
	if (optimize_select(p.legs, p.n, &p.options, &alloc, choice, cheapest, &wider, &error) == KERNEL_OK)
		FUZZ_DEMAND(wider.best.expected_micro >= result.best.expected_micro);
	return 0;
}
