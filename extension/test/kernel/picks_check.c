/*
 * picks_check.c: the score by its formula, the order of candidates, and variety.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/picks.h"

static kernel_text
text(const char *bytes)
{
	return (kernel_text){bytes, bytes != NULL ? strlen(bytes) : 0};
}

/* A candidate of the medium tier of which only the review is known: score = 10 x review. */
static picks_candidate
hotel(const char *key, int64_t review_hundredths, const char *chain, const char *place)
{
	return (picks_candidate){.tier = TIERS_MEDIUM,
							 .price = 10000,
							 .distance_m = PICKS_UNKNOWN,
							 .review_hundredths = review_hundredths,
							 .commission = PICKS_UNKNOWN,
							 .stars_tenths = PICKS_UNKNOWN,
							 .key = text(key),
							 .chain = text(chain),
							 .place = text(place)};
}

static size_t
choose(const picks_candidate *candidates, size_t n, size_t per_tier, picks_pick *picks)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	size_t n_picks;

	ck_assert_int_eq(picks_choose(candidates, n, per_tier, &alloc, picks, &n_picks), KERNEL_OK);
	ck_assert_uint_eq(state.live, 0);
	return n_picks;
}

START_TEST(the_score_is_the_sum_of_its_parts)
{
	/* 1.4 km, 8.6 of 10, 85.49 commission, refundable, 4.5 stars: 86 + 86 + 8.549 + 15 + 22.5 */
	picks_candidate full = {.distance_m = 1400,
							.review_hundredths = 860,
							.commission = 8549,
							.commission_exponent = 2,
							.refundable = KERNEL_YES,
							.stars_tenths = 45};
	picks_score score;

	picks_score_of(&full, &score);
	ck_assert_int_eq(score.distance, 86000);
	ck_assert_int_eq(score.review, 86000);
	ck_assert_int_eq(score.commission, 8549);
	ck_assert_int_eq(score.refundable, 15000);
	ck_assert_int_eq(score.stars, 22500);
	ck_assert_int_eq(score.total, 218049);
	ck_assert_uint_eq(score.unknown, 0);
}
END_TEST

START_TEST(parts_have_their_limits)
{
	picks_candidate candidate = {.distance_m = 10001, .commission = 20001, .commission_exponent = 2, .refundable = KERNEL_NO};
	picks_score score;

	picks_score_of(&candidate, &score);
	ck_assert_int_eq(score.distance, 0);
	ck_assert_int_eq(score.commission, 20000);
	ck_assert_int_eq(score.refundable, 0);
	ck_assert_uint_eq(score.unknown, 0);
	candidate.commission = 123456; /* fils: 123.456 / 10 = 12.3456, cut */
	candidate.commission_exponent = 3;
	candidate.distance_m = 0;
	picks_score_of(&candidate, &score);
	ck_assert_int_eq(score.commission, 12345);
	ck_assert_int_eq(score.distance, 100000);
	candidate.commission = -5;
	picks_score_of(&candidate, &score);
	ck_assert_int_eq(score.commission, 0);
}
END_TEST

START_TEST(unknown_parts_count_nothing_and_are_named)
{
	picks_candidate nothing = hotel("a", PICKS_UNKNOWN, NULL, NULL);
	picks_score score;

	picks_score_of(&nothing, &score);
	ck_assert_int_eq(score.total, 0);
	ck_assert_uint_eq(score.unknown, PICKS_DISTANCE | PICKS_REVIEW | PICKS_COMMISSION | PICKS_REFUNDABLE | PICKS_STARS);
}
END_TEST

START_TEST(order_is_score_then_price_then_key)
{
	picks_candidate candidates[] = {hotel("d", 800, NULL, NULL), hotel("c", 800, NULL, NULL), hotel("b", 800, NULL, NULL),
									hotel("a", 700, NULL, NULL), hotel("e", 900, NULL, NULL), hotel("f", 800, NULL, NULL)};
	static const size_t expected[] = {4, 2, 1, 0, 5, 3};
	picks_pick picks[18];

	candidates[2].price = 9000;
	candidates[5].price = PICKS_UNKNOWN;
	ck_assert_uint_eq(choose(candidates, 6, 6, picks), 6);
	for (size_t i = 0; i < 6; i++)
	{
		ck_assert_uint_eq(picks[i].index, expected[i]);
		ck_assert_int_eq(picks[i].reason, PICKS_BEST_SCORE);
		ck_assert(!picks[i].has_passed_over);
	}
}
END_TEST

START_TEST(another_chain_and_place_goes_first)
{
	picks_candidate candidates[] = {hotel("a", 900, "accor", "rome"), hotel("b", 890, "accor", "lazio"),
									hotel("c", 880, "hilton", "rome"), hotel("d", 500, "hyatt", "lazio")};
	picks_pick picks[12];

	ck_assert_uint_eq(choose(candidates, 4, 4, picks), 4);
	ck_assert_uint_eq(picks[0].index, 0);
	ck_assert_int_eq(picks[0].reason, PICKS_BEST_SCORE);
	ck_assert_uint_eq(picks[1].index, 3); /* the only one of another chain and another place */
	ck_assert_int_eq(picks[1].reason, PICKS_VARIETY);
	ck_assert(picks[1].has_passed_over);
	ck_assert_uint_eq(picks[1].passed_over, 1);
	ck_assert_uint_eq(picks[2].index, 2); /* another chain, same place, before a second accor */
	ck_assert_int_eq(picks[2].reason, PICKS_SAME_PLACE);
	ck_assert_uint_eq(picks[3].index, 1);
	ck_assert_int_eq(picks[3].reason, PICKS_SAME_CHAIN);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_gt(strlen(picks_reason_text(picks[i].reason)), 0);
}
END_TEST

START_TEST(one_hotel_is_never_picked_twice)
{
	picks_candidate candidates[] = {hotel("a", 900, NULL, NULL), hotel("b", 890, NULL, NULL)};
	picks_pick picks[6];

	candidates[0].same_as = candidates[1].same_as = text("g:1");
	ck_assert_uint_eq(choose(candidates, 2, 2, picks), 1);
	candidates[0].same_as = candidates[1].same_as = text("");
	ck_assert_uint_eq(choose(candidates, 2, 2, picks), 2);
}
END_TEST

START_TEST(each_tier_has_its_own_picks)
{
	picks_candidate candidates[] = {hotel("a", 900, "accor", "rome"), hotel("b", 890, "accor", "rome"),
									hotel("c", 880, "accor", "rome"), hotel("d", 870, "accor", "rome")};
	picks_pick picks[3];

	candidates[0].tier = TIERS_HIGH;
	candidates[1].tier = TIERS_LOW;
	ck_assert_uint_eq(choose(candidates, 4, 1, picks), 3);
	ck_assert_uint_eq(picks[0].index, 1);
	ck_assert_uint_eq(picks[1].index, 2);
	ck_assert_uint_eq(picks[2].index, 0);
	ck_assert_int_eq(picks[0].tier, TIERS_LOW);
	ck_assert_int_eq(picks[2].tier, TIERS_HIGH);
	ck_assert_int_eq(picks[2].reason, PICKS_BEST_SCORE);
	ck_assert_uint_eq(choose(candidates, 4, 0, picks), 0);
	ck_assert_uint_eq(choose(NULL, 0, 3, picks), 0);
}
END_TEST

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	picks_candidate candidates[] = {hotel("a", 900, NULL, NULL), hotel("b", 800, NULL, NULL)};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	picks_pick picks[3];
	size_t requests;
	size_t n;

	ck_assert_int_eq(picks_choose(candidates, 2, 1, &alloc, picks, &n), KERNEL_OK);
	requests = state.requests;
	ck_assert_uint_ge(requests, 1);
	for (size_t refuse = 1; refuse <= requests; refuse++)
	{
		state = (allocation){.refuse = refuse};
		ck_assert_int_eq(picks_choose(candidates, 2, 1, &alloc, picks, &n), KERNEL_NO_MEMORY);
		ck_assert_uint_eq(n, 0);
		ck_assert_uint_eq(state.live, 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("picks");
	TCase *picks = tcase_create("picks");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, picks);
	tcase_add_test(picks, the_score_is_the_sum_of_its_parts);
	tcase_add_test(picks, parts_have_their_limits);
	tcase_add_test(picks, unknown_parts_count_nothing_and_are_named);
	tcase_add_test(picks, order_is_score_then_price_then_key);
	tcase_add_test(picks, another_chain_and_place_goes_first);
	tcase_add_test(picks, one_hotel_is_never_picked_twice);
	tcase_add_test(picks, each_tier_has_its_own_picks);
	tcase_add_test(picks, every_refused_allocation_is_told_and_loses_nothing);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
