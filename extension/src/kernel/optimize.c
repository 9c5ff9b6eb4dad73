/* optimize.c: one offer per leg, greatest expected commission; see optimize.h. The frontier is in optimize_frontier.c. */
#include "optimize.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "optimize_frontier.h"
#include "order.h"

#define PPM INT64_C(1000000)

/* ---- checks -------------------------------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
name_path(kernel_error *error, const char *path, ...)
{
	va_list arguments;

	va_start(arguments, path);
	vsnprintf(error->path, sizeof error->path, path, arguments);
	va_end(arguments);
}

static kernel_status
fail(kernel_error *error, kernel_status status, const char *expected, int64_t got, const char *message)
{
	if (error == NULL)
		return status;
	error->id = 0;
	snprintf(error->expected, sizeof error->expected, "%s", expected);
	snprintf(error->got, sizeof error->got, "%" PRId64, got);
	snprintf(error->message, sizeof error->message, "%s", message);
	return status;
}

static kernel_status
refuse_option(kernel_error *error, const char *path, const char *expected, int64_t got)
{
	if (error != NULL)
		name_path(error, "%s", path);
	return fail(error, KERNEL_INVALID, expected, got, "an option of the selection is out of range");
}

static kernel_status
check(const optimize_leg *legs, size_t n_legs, const optimize_options *options, kernel_error *error)
{
	if (options->has_budget && options->budget < 0)
		return refuse_option(error, "budget", "an amount from 0 up", options->budget);
	if (options->has_max_premium && options->max_premium_ppm < 0)
		return refuse_option(error, "max_premium_percent", "a percentage from 0 up", options->max_premium_ppm);
	if (options->cancel_ppm < 0 || options->cancel_ppm > PPM)
		return refuse_option(error, "cancel_probability", "0 to 1", options->cancel_ppm);
	for (size_t leg = 0; leg < n_legs; leg++)
	{
		for (size_t i = 0; i < legs[leg].n_offers; i++)
		{
			const optimize_offer *offer = &legs[leg].offers[i];

			if (offer->price >= 0 && offer->commission >= 0)
				continue;
			if (error != NULL)
				name_path(error, "legs[%zu].offers[%zu]", leg, i);
			return fail(error, KERNEL_INVALID, "price and commission from 0 up",
						offer->price < 0 ? offer->price : offer->commission, "an offer has a negative amount");
		}
	}
	return KERNEL_OK;
}

/* ---- one leg --------------------------------------------------------------------------------------------------------------------- */

static kernel_int128
expected_of(const optimize_offer *offer, const optimize_options *options)
{
	return (kernel_int128) offer->commission * (offer->refundable ? PPM - options->cancel_ppm : PPM);
}

static int
compare_keys(const optimize_offer *offers, size_t a, size_t b)
{
	kernel_text x = offers[a].key;
	kernel_text y = offers[b].key;
	size_t shorter = x.length < y.length ? x.length : y.length;
	int order = shorter > 0 ? memcmp(x.bytes, y.bytes, shorter) : 0;

	if (order == 0 && x.length != y.length)
		order = x.length < y.length ? -1 : 1;
	return order != 0 ? order : (a < b ? -1 : a > b);
}

static size_t
cheapest_of(const optimize_leg *leg)
{
	size_t best = leg->n_offers > 0 ? 0 : OPTIMIZE_NONE;

	for (size_t i = 1; i < leg->n_offers; i++)
	{
		int64_t price = leg->offers[i].price;
		int64_t least = leg->offers[best].price;

		if (price < least || (price == least && compare_keys(leg->offers, i, best) < 0))
			best = i;
	}
	return best;
}

/* Within the premium limit, and not beyond the whole budget on its own? */
static bool
allowed(const optimize_offer *offer, int64_t cheapest, const optimize_options *options)
{
	if (options->has_budget && offer->price > options->budget)
		return false;
	return !options->has_max_premium ||
		   (kernel_int128) offer->price * PPM <= (kernel_int128) cheapest * (PPM + (kernel_int128) options->max_premium_ppm);
}

typedef struct leg_context
{
	const optimize_offer *offers;
	const optimize_options *options;
} leg_context;

/* By price, then expected commission from the highest, then key: of offers of one price only the first can matter. */
static bool
candidate_before(const void *left, const void *right, const void *context)
{
	const leg_context *c = context;
	const frontier_item *a = left;
	const frontier_item *b = right;

	if (a->price != b->price)
		return a->price < b->price;
	if (a->gain != b->gain)
		return a->gain > b->gain;
	return compare_keys(c->offers, a->offer, b->offer) < 0;
}

static bool
key_before(const void *left, const void *right, const void *context)
{
	return compare_keys(context, *(const size_t *) left, *(const size_t *) right) < 0;
}

/*
 * The offers of a leg that no other beats on both price and commission, by ascending price, with their rank by key. An
 * offer as dear or dearer and no better than another is in no best selection: at equal commission the lower price wins.
 */
static kernel_status
leg_items(const optimize_leg *leg, size_t cheapest, const optimize_options *options, arena *where, frontier_leg *out)
{
	leg_context context = {leg->offers, options};
	frontier_item *items = kernel_arena_take(where, leg->n_offers, sizeof(frontier_item));
	size_t *order = kernel_arena_take(where, leg->n_offers, sizeof(size_t));
	size_t n = 0;
	size_t kept = 0;

	if (items == NULL || order == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < leg->n_offers; i++)
	{
		if (allowed(&leg->offers[i], leg->offers[cheapest].price, options))
			items[n++] = (frontier_item){leg->offers[i].price, expected_of(&leg->offers[i], options), i, 0};
	}
	order_sort(items, n, sizeof(frontier_item), candidate_before, &context);
	for (size_t i = 0; i < n; i++)
	{
		if (kept == 0 || items[i].gain > items[kept - 1].gain)
			items[kept++] = items[i];
	}
	for (size_t i = 0; i < kept; i++)
		order[i] = items[i].offer;
	order_sort(order, kept, sizeof(size_t), key_before, leg->offers);
	for (size_t i = 0; i < kept; i++)
	{
		for (size_t rank = 0; rank < kept; rank++)
		{
			if (order[rank] == items[i].offer)
				items[i].rank = (uint32_t) rank;
		}
	}
	*out = (frontier_leg){items, kept};
	return KERNEL_OK;
}

/* ---- sums -------------------------------------------------------------------------------------------------------------------------- */

static kernel_status
sum_up(const optimize_leg *legs, size_t n_legs, const optimize_options *options, const size_t *choice, optimize_sum *sum)
{
	memset(sum, 0, sizeof *sum);
	for (size_t leg = 0; leg < n_legs; leg++)
	{
		const optimize_offer *offer;

		if (choice[leg] == OPTIMIZE_NONE)
			continue;
		offer = &legs[leg].offers[choice[leg]];
		if (__builtin_add_overflow(sum->price, offer->price, &sum->price) ||
			__builtin_add_overflow(sum->commission, offer->commission, &sum->commission))
			return KERNEL_OVERFLOW;
		sum->expected_micro += expected_of(offer, options);
	}
	return KERNEL_OK;
}

/* Without a budget the last item of each leg is the best: highest commission, at its lowest price and first key. */
static kernel_status
choose(frontier_leg *live, size_t n_live, const optimize_options *options, arena *where, size_t *picked,
	   optimize_result *result, kernel_error *error)
{
	uint64_t limit = options->work_limit > 0 ? options->work_limit : OPTIMIZE_WORK_DEFAULT;
	kernel_status status;

	if (!options->has_budget)
	{
		for (size_t i = 0; i < n_live; i++)
			picked[i] = live[i].items[live[i].n - 1].offer;
		return KERNEL_OK;
	}
	status = frontier_solve(live, n_live, options->budget, limit, where, picked, &result->work);
	if (status != KERNEL_TOO_LARGE)
		return status;
	if (error != NULL)
		name_path(error, "legs");
	return fail(error, status, "fewer legs or offers, or a narrower premium limit", (int64_t) n_live,
				"too many selections of offers have to be compared for an exact answer");
}

static kernel_status
select_in(const optimize_leg *legs, size_t n_legs, const optimize_options *options, arena *where, size_t *choice,
		  const size_t *cheapest, optimize_result *result, kernel_error *error)
{
	frontier_leg *live = kernel_arena_take(where, n_legs, sizeof(frontier_leg));
	size_t *picked = kernel_arena_take(where, n_legs, sizeof(size_t));
	size_t n_live = 0;
	kernel_status status = KERNEL_OK;

	if (live == NULL || picked == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t leg = 0; leg < n_legs && status == KERNEL_OK; leg++)
	{
		if (cheapest[leg] != OPTIMIZE_NONE)
			status = leg_items(&legs[leg], cheapest[leg], options, where, &live[n_live++]);
	}
	if (status == KERNEL_OK)
		status = choose(live, n_live, options, where, picked, result, error);
	if (status != KERNEL_OK)
		return status;
	n_live = 0;
	for (size_t leg = 0; leg < n_legs; leg++)
		choice[leg] = cheapest[leg] != OPTIMIZE_NONE ? picked[n_live++] : OPTIMIZE_NONE;
	return sum_up(legs, n_legs, options, choice, &result->best);
}

kernel_status
optimize_select(const optimize_leg *legs, size_t n_legs, const optimize_options *options, const kernel_alloc *alloc,
				size_t *choice, size_t *cheapest, optimize_result *result, kernel_error *error)
{
	arena where;
	kernel_status status = check(legs, n_legs, options, error);

	memset(result, 0, sizeof *result);
	if (status != KERNEL_OK)
		return status;
	for (size_t leg = 0; leg < n_legs; leg++)
	{
		cheapest[leg] = cheapest_of(&legs[leg]);
		choice[leg] = OPTIMIZE_NONE;
		result->skipped += cheapest[leg] == OPTIMIZE_NONE;
	}
	status = sum_up(legs, n_legs, options, cheapest, &result->baseline);
	if (status != KERNEL_OK)
		return status;
	if (options->has_budget && result->baseline.price > options->budget)
	{
		if (error != NULL)
			name_path(error, "budget");
		return fail(error, KERNEL_INFEASIBLE, "at least the price of the cheapest offer of each leg", options->budget,
					"the budget is below the cheapest selection");
	}
	kernel_arena_begin(&where, alloc);
	status = select_in(legs, n_legs, options, &where, choice, cheapest, result, error);
	arena_end(&where);
	return status;
}
