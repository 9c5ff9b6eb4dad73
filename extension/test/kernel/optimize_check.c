/*
 * optimize_check.c: selections worked out by hand, limits, refusals and memory refused.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/optimize.h"

#define OFFER(price, commission, refundable, key) \
	{                                             \
		price, commission, refundable,            \
		{                                         \
			key, sizeof(key) - 1                  \
		}                                         \
	}

static const optimize_offer first_leg[] = {OFFER(10000, 500, false, "plain"), OFFER(14000, 2100, true, "palace"),
										   OFFER(11000, 1200, false, "park")};
static const optimize_offer second_leg[] = {OFFER(20000, 0, false, "quay"), OFFER(20500, 3000, true, "queen")};
static const optimize_leg legs[] = {{first_leg, 3}, {NULL, 0}, {second_leg, 2}};

static kernel_status
solve(const optimize_options *options, size_t *choice, optimize_result *result, kernel_error *error)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	size_t cheapest[3];
	kernel_status status = optimize_select(legs, 3, options, &alloc, choice, cheapest, result, error);

	ck_assert_uint_eq(state.live, 0);
	return status;
}

static void
expect(const optimize_options *options, size_t first, size_t second)
{
	size_t choice[3];
	optimize_result result;
	kernel_error error = {0};

	ck_assert_msg(solve(options, choice, &result, &error) == KERNEL_OK, "%s", error.message);
	ck_assert_uint_eq(choice[0], first);
	ck_assert_uint_eq(choice[1], OPTIMIZE_NONE);
	ck_assert_uint_eq(choice[2], second);
	ck_assert_int_eq(result.best.price, first_leg[first].price + second_leg[second].price);
	ck_assert_int_eq(result.best.commission, first_leg[first].commission + second_leg[second].commission);
	ck_assert_int_eq(result.baseline.price, 30000);
	ck_assert_int_eq(result.baseline.commission, 500);
	ck_assert_uint_eq(result.skipped, 1);
}

START_TEST(each_leg_takes_its_best_without_a_budget)
{
	expect(&(optimize_options){0}, 1, 1);
}
END_TEST

START_TEST(a_budget_takes_what_fits_together)
{
	expect(&(optimize_options){.has_budget = true, .budget = 34500}, 1, 1);
	expect(&(optimize_options){.has_budget = true, .budget = 34499}, 2, 1);
	expect(&(optimize_options){.has_budget = true, .budget = 31499}, 0, 1);
	expect(&(optimize_options){.has_budget = true, .budget = 30499}, 0, 0);
	expect(&(optimize_options){.has_budget = true, .budget = 30000}, 0, 0);
}
END_TEST

START_TEST(a_budget_below_the_cheapest_has_no_answer)
{
	size_t choice[3];
	optimize_result result;
	kernel_error error = {0};

	ck_assert_int_eq(solve(&(optimize_options){.has_budget = true, .budget = 29999}, choice, &result, &error),
					 KERNEL_INFEASIBLE);
	ck_assert_str_eq(error.path, "budget");
	ck_assert_int_eq(result.baseline.price, 30000);
}
END_TEST

START_TEST(a_premium_limit_is_exact)
{
	expect(&(optimize_options){.has_max_premium = true, .max_premium_ppm = 100000}, 2, 1);
	expect(&(optimize_options){.has_max_premium = true, .max_premium_ppm = 99999}, 0, 1);
	expect(&(optimize_options){.has_max_premium = true, .max_premium_ppm = 0}, 0, 0);
}
END_TEST

START_TEST(what_may_be_cancelled_counts_less)
{
	/* palace 2100 x .5 = 1050 < park 1200; queen 3000 x .5 still leads. */
	expect(&(optimize_options){.cancel_ppm = 500000}, 2, 1);
	expect(&(optimize_options){.cancel_ppm = 1000000}, 2, 0);
}
END_TEST

START_TEST(ties_go_to_the_lower_price_and_then_the_first_key)
{
	const optimize_offer dear[] = {OFFER(200, 10, false, "a"), OFFER(100, 10, false, "z"), OFFER(100, 10, false, "b"),
								   OFFER(100, 10, false, "bb")};
	const optimize_leg one[] = {{dear, 4}};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	size_t choice;
	size_t cheapest;
	optimize_result result;

	for (int limited = 0; limited < 2; limited++)
	{
		optimize_options options = {.has_budget = limited == 1, .budget = 1000};

		ck_assert_int_eq(optimize_select(one, 1, &options, &alloc, &choice, &cheapest, &result, NULL), KERNEL_OK);
		ck_assert_uint_eq(choice, 2);
		ck_assert_uint_eq(cheapest, 2);
	}
}
END_TEST

START_TEST(nothing_to_choose_is_an_answer)
{
	const optimize_leg empty[] = {{NULL, 0}};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	optimize_options options = {.has_budget = true};
	size_t choice;
	size_t cheapest;
	optimize_result result;

	ck_assert_int_eq(optimize_select(empty, 1, &options, &alloc, &choice, &cheapest, &result, NULL), KERNEL_OK);
	ck_assert_uint_eq(choice, OPTIMIZE_NONE);
	ck_assert_uint_eq(result.skipped, 1);
	ck_assert_int_eq(optimize_select(NULL, 0, &options, &alloc, NULL, NULL, &result, NULL), KERNEL_OK);
	ck_assert_int_eq(result.best.price, 0);
}
END_TEST

START_TEST(senseless_input_is_refused_by_name)
{
	static const struct
	{
		optimize_options options;
		const char *path;
	} wrong[] = {{{.has_budget = true, .budget = -1}, "budget"},
				 {{.has_max_premium = true, .max_premium_ppm = -1}, "max_premium_percent"},
				 {{.cancel_ppm = -1}, "cancel_probability"},
				 {{.cancel_ppm = 1000001}, "cancel_probability"}};
	const optimize_offer negative[] = {OFFER(100, 10, false, "a"), OFFER(100, -10, false, "b")};
	const optimize_leg one[] = {{negative, 2}};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	size_t choice[3];
	size_t cheapest[3];
	optimize_result result;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
	{
		kernel_error error = {0};

		ck_assert_int_eq(solve(&wrong[i].options, choice, &result, &error), KERNEL_INVALID);
		ck_assert_str_eq(error.path, wrong[i].path);
		ck_assert_int_eq(solve(&wrong[i].options, choice, &result, NULL), KERNEL_INVALID);
	}
	for (int with_error = 0; with_error < 2; with_error++)
	{
		kernel_error error = {0};

		ck_assert_int_eq(optimize_select(one, 1, &(optimize_options){0}, &alloc, choice, cheapest, &result,
										 with_error ? &error : NULL),
						 KERNEL_INVALID);
		ck_assert_str_eq(error.path, with_error ? "legs[0].offers[1]" : "");
	}
}
END_TEST

START_TEST(sums_beyond_the_range_are_told)
{
	const optimize_offer dear[] = {OFFER(INT64_MAX, INT64_MAX, false, "a")};
	const optimize_leg two[] = {{dear, 1}, {dear, 1}};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	optimize_options options = {.has_budget = true, .budget = INT64_MAX};
	size_t choice[2];
	size_t cheapest[2];
	optimize_result result;

	ck_assert_int_eq(optimize_select(two, 2, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_OVERFLOW);
	ck_assert_int_eq(optimize_select(two, 1, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_OK);
}
END_TEST

/* Legs of many offers at four percentages, as portals have them: the hard case. */
static optimize_leg
portal_leg(optimize_offer *offers, size_t n, uint64_t *random)
{
	static const int64_t rates[] = {80000, 100000, 120000, 153000};

	for (size_t i = 0; i < n; i++)
	{
		*random = *random * 6364136223846793005u + 1442695040888963407u;
		offers[i] = (optimize_offer){.price = 30000 + (int64_t) (*random >> 33) % 300000, .key = {"", 0}};
		offers[i].commission = (offers[i].price * rates[(*random >> 20) % 4] + 500000) / 1000000;
	}
	return (optimize_leg){offers, n};
}

START_TEST(ten_legs_of_a_hundred_offers_are_solved)
{
	static optimize_offer offers[10][100];
	optimize_leg ten[10];
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	optimize_options options = {.has_budget = true, .budget = 1200000};
	size_t choice[10];
	size_t cheapest[10];
	optimize_result result;
	uint64_t random = 42;

	for (int i = 0; i < 10; i++)
		ten[i] = portal_leg(offers[i], 100, &random);
	ck_assert_int_eq(optimize_select(ten, 10, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_OK);
	ck_assert_int_le(result.best.price, options.budget);
	ck_assert_int_gt(result.best.commission, result.baseline.commission);
	/* No selection earns more than 15.3 % of the budget and half a cent for each leg. */
	ck_assert_int_le(result.best.commission, 183605);
	ck_assert_int_ge(result.best.commission, 183600);
	options.work_limit = 1000;
	ck_assert_int_eq(optimize_select(ten, 10, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_TOO_LARGE);
	ck_assert_uint_eq(state.live, 0);
}
END_TEST

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	static optimize_offer offers[4][60];
	optimize_leg four[4];
	uint64_t random = 7;

	for (int i = 0; i < 4; i++)
		four[i] = portal_leg(offers[i], 60, &random);
	for (int budget = 0; budget < 2; budget++)
	{
		optimize_options options = {.has_budget = budget == 1, .budget = 480000, .has_max_premium = true, .max_premium_ppm = 900000};
		allocation state = {0};
		kernel_alloc alloc = allocation_of(&state);
		size_t choice[4];
		size_t cheapest[4];
		optimize_result result;
		size_t requests;

		ck_assert_int_eq(optimize_select(four, 4, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_OK);
		requests = state.requests;
		ck_assert_uint_gt(requests, budget == 1 ? 20 : 3);
		for (size_t refuse = 1; refuse <= requests; refuse++)
		{
			state = (allocation){.refuse = refuse};
			ck_assert_int_eq(optimize_select(four, 4, &options, &alloc, choice, cheapest, &result, NULL), KERNEL_NO_MEMORY);
			ck_assert_uint_eq(state.live, 0);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("optimize");
	TCase *optimize = tcase_create("optimize");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, optimize);
	tcase_set_timeout(optimize, 120);
	tcase_add_test(optimize, each_leg_takes_its_best_without_a_budget);
	tcase_add_test(optimize, a_budget_takes_what_fits_together);
	tcase_add_test(optimize, a_budget_below_the_cheapest_has_no_answer);
	tcase_add_test(optimize, a_premium_limit_is_exact);
	tcase_add_test(optimize, what_may_be_cancelled_counts_less);
	tcase_add_test(optimize, ties_go_to_the_lower_price_and_then_the_first_key);
	tcase_add_test(optimize, nothing_to_choose_is_an_answer);
	tcase_add_test(optimize, senseless_input_is_refused_by_name);
	tcase_add_test(optimize, sums_beyond_the_range_are_told);
	tcase_add_test(optimize, ten_legs_of_a_hundred_offers_are_solved);
	tcase_add_test(optimize, every_refused_allocation_is_told_and_loses_nothing);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
