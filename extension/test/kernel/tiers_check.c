/*
 * tiers_check.c: sorting, cuts and tiers: figures worked out by hand, ties, the ends of the range, and memory refused.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/tiers.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static tiers_cuts
cut(const int64_t *prices, size_t n, tiers_method method)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	tiers_options options = TIERS_OPTIONS_DEFAULT;
	tiers_cuts cuts;
	kernel_error error = {0};

	options.method = method;
	ck_assert_msg(tiers_segment(prices, n, &options, &alloc, &cuts, &error) == KERNEL_OK, "%s", error.message);
	ck_assert_uint_eq(state.live, 0);
	return cuts;
}

static void
expect_cuts(const tiers_cuts *cuts, int64_t low, int32_t low_part, int64_t high, int32_t high_part)
{
	ck_assert(cuts->has_cuts);
	ck_assert_int_eq(cuts->low.whole, low);
	ck_assert_int_eq(cuts->low.ten_thousandths, low_part);
	ck_assert_int_eq(cuts->high.whole, high);
	ck_assert_int_eq(cuts->high.ten_thousandths, high_part);
}

START_TEST(quartiles_are_those_of_percentile_cont)
{
	/* select percentile_cont(array[.25,.75]) within group (order by x) from (values (10),(20),...,(120)): 37.5, 92.5 */
	int64_t prices[12];
	tiers_cuts cuts;

	for (int i = 0; i < 12; i++)
		prices[i] = 1000 * (12 - i);
	cuts = cut(prices, 12, TIERS_PERCENTILE);
	expect_cuts(&cuts, 3750, 0, 9250, 0);
	ck_assert_int_eq(tiers_classify(&cuts, 3749), TIERS_LOW);
	ck_assert_int_eq(tiers_classify(&cuts, 3750), TIERS_MEDIUM);
	ck_assert_int_eq(tiers_classify(&cuts, 9249), TIERS_MEDIUM);
	ck_assert_int_eq(tiers_classify(&cuts, 9250), TIERS_HIGH);
}
END_TEST

START_TEST(a_cut_between_cents_is_exact)
{
	int64_t prices[] = {100, 101, 102, 104, 110, 111, 115, 119, 120, 121};
	int64_t negative[] = {-100, -101, -102, -104, -110, -111, -115, -119, -120, -121};
	tiers_cuts cuts = cut(prices, COUNT(prices), TIERS_PERCENTILE);

	expect_cuts(&cuts, 102, 5000, 118, 0); /* positions 2.25 and 6.75 */
	ck_assert_int_eq(tiers_classify(&cuts, 102), TIERS_LOW);
	ck_assert_int_eq(tiers_classify(&cuts, 103), TIERS_MEDIUM);
	cuts = cut(negative, COUNT(negative), TIERS_PERCENTILE);
	expect_cuts(&cuts, -118, 0, -103, 5000); /* -102.5 */
}
END_TEST

START_TEST(auto_is_percentile_from_nine_and_rank_below)
{
	int64_t prices[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

	ck_assert_int_eq(cut(prices, 9, TIERS_AUTO).method, TIERS_PERCENTILE);
	ck_assert_int_eq(cut(prices, 8, TIERS_AUTO).method, TIERS_RANK);
	ck_assert_int_eq(cut(prices, 3, TIERS_AUTO).method, TIERS_RANK);
	ck_assert_int_eq(cut(prices, 2, TIERS_AUTO).method, TIERS_FEW);
	ck_assert_int_eq(cut(prices, 0, TIERS_KMEANS).method, TIERS_FEW);
	ck_assert_int_eq(cut(prices, 2, TIERS_PERCENTILE).method, TIERS_FEW);
}
END_TEST

START_TEST(too_few_are_all_medium)
{
	int64_t prices[] = {INT64_MIN, INT64_MAX};
	tiers_cuts cuts = cut(prices, 2, TIERS_AUTO);
	uint8_t tiers[2];
	size_t counts[3];

	ck_assert(!cuts.has_cuts);
	tiers_classify_all(&cuts, prices, 2, tiers, counts);
	ck_assert_int_eq(tiers[0], TIERS_MEDIUM);
	ck_assert_int_eq(tiers[1], TIERS_MEDIUM);
	ck_assert_uint_eq(counts[TIERS_MEDIUM], 2);
}
END_TEST

static void
expect_tiers(const int64_t *prices, size_t n, tiers_method method, const char *expected)
{
	tiers_cuts cuts = cut(prices, n, method);
	uint8_t tiers[16];

	tiers_classify_all(&cuts, prices, n, tiers, NULL);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg("LMH"[tiers[i]] == expected[i], "price %ld is %c, expected %c", prices[i], "LMH"[tiers[i]], expected[i]);
}

START_TEST(thirds_by_rank_are_those_of_ntile)
{
	expect_tiers((int64_t[]){30, 10, 20}, 3, TIERS_RANK, "HLM");
	expect_tiers((int64_t[]){1, 2, 3, 4}, 4, TIERS_RANK, "LLMH");
	expect_tiers((int64_t[]){1, 2, 3, 4, 5}, 5, TIERS_RANK, "LLMMH");
	expect_tiers((int64_t[]){1, 2, 3, 4, 5, 6, 7}, 7, TIERS_RANK, "LLLMMHH");
	expect_tiers((int64_t[]){1, 2, 3, 4, 5, 6, 7, 8}, 8, TIERS_RANK, "LLLMMMHH");
}
END_TEST

START_TEST(equal_prices_share_a_tier)
{
	expect_tiers((int64_t[]){5, 5, 5, 5}, 4, TIERS_RANK, "MMMM");
	expect_tiers((int64_t[]){1, 2, 2, 3}, 4, TIERS_RANK, "LMMH");
	expect_tiers((int64_t[]){1, 1, 1, 2}, 4, TIERS_RANK, "LLLH");
	expect_tiers((int64_t[]){1, 1, 1, 1, 1, 1, 1, 2}, 8, TIERS_RANK, "MMMMMMMH");
	expect_tiers((int64_t[]){7, 7, 7, 7}, 4, TIERS_KMEANS, "MMMM");
	expect_tiers((int64_t[]){7, 9, 7, 9}, 4, TIERS_KMEANS, "LHLH");
	expect_tiers((int64_t[]){7, 7, 9, 100}, 4, TIERS_KMEANS, "LLMH");
	expect_tiers((int64_t[]){5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, 10, TIERS_PERCENTILE, "HHHHHHHHHH");
}
END_TEST

START_TEST(natural_breaks_fall_into_the_gaps)
{
	expect_tiers((int64_t[]){500, 100, 110, 900, 120, 510, 905}, 7, TIERS_KMEANS, "MLLHLMH");
	/* On raw prices the outlier takes a tier for itself; on logarithms the steps of ratio count. */
	expect_tiers((int64_t[]){100, 110, 1000, 1100, 100000}, 5, TIERS_KMEANS, "LLMMH");
	expect_tiers((int64_t[]){100, 110, 1000, 1100, 10000, 12000}, 6, TIERS_KMEANS, "LLLLMH");
	expect_tiers((int64_t[]){100, 110, 1000, 1100, 10000, 12000}, 6, TIERS_KMEANS_LOG, "LLMMHH");
}
END_TEST

/* 1, 2, 3, 4: groups {1} {2} {3,4}, {1} {2,3} {4} and {1,2} {3} {4} cost the same. */
START_TEST(of_equal_groupings_the_lowest_cuts_win)
{
	expect_tiers((int64_t[]){1, 2, 3, 4}, 4, TIERS_KMEANS, "LMHH");
	expect_tiers((int64_t[]){4000000001, 4000000002, 4000000003, 4000000004}, 4, TIERS_KMEANS, "LMHH");
}
END_TEST

/* Sum squared over weight of sorted[from..to) as a fraction with denominator to - from. */
static kernel_int128
squared_sum(const int64_t *sorted, size_t from, size_t to)
{
	kernel_int128 sum = 0;

	for (size_t i = from; i < to; i++)
		sum += sorted[i] - sorted[0];
	return sum * sum;
}

/* Low cut and high cut by trying every pair, in whole numbers. */
static void
try_every_grouping(const int64_t *sorted, size_t n, int64_t *low, int64_t *high)
{
	kernel_int128 best = -1;
	kernel_int128 best_parts = 1;

	for (size_t third = 2; third < n; third++)
	{
		for (size_t second = 1; second < third && sorted[third] != sorted[third - 1]; second++)
		{
			kernel_int128 a = (kernel_int128) second;
			kernel_int128 b = (kernel_int128) (third - second);
			kernel_int128 c = (kernel_int128) (n - third);
			kernel_int128 gain = squared_sum(sorted, 0, second) * b * c + squared_sum(sorted, second, third) * a * c +
								 squared_sum(sorted, third, n) * a * b;

			if (sorted[second] == sorted[second - 1] || gain * best_parts <= best * (a * b * c))
				continue;
			best = gain;
			best_parts = a * b * c;
			*low = sorted[second];
			*high = sorted[third];
		}
	}
}

START_TEST(natural_breaks_are_the_best_of_all_groupings)
{
	uint64_t random = 20261123;

	for (int round = 0; round < 150; round++)
	{
		int64_t sorted[90];
		size_t n = 20 + (size_t) (round % 70);
		int64_t spread = round % 3 == 0 ? 40 : round % 3 == 1 ? 3000
															  : 100000;
		allocation state = {0};
		kernel_alloc alloc = allocation_of(&state);
		tiers_cuts cuts;
		int64_t low = 0;
		int64_t high = 0;

		for (size_t i = 0; i < n; i++)
		{
			random = random * 6364136223846793005u + 1442695040888963407u;
			sorted[i] = (int64_t) (random >> 33) % spread;
			sorted[i] += round % 2 == 0 ? 0 : sorted[i] % 5 * spread;
		}
		ck_assert_int_eq(tiers_sort(sorted, n, &alloc), KERNEL_OK);
		try_every_grouping(sorted, n, &low, &high);
		cuts = cut(sorted, n, TIERS_KMEANS);
		ck_assert_msg(cuts.low.whole == low && cuts.high.whole == high, "round %d: cuts %ld %ld, best %ld %ld", round,
					  cuts.low.whole, cuts.high.whole, low, high);
	}
}
END_TEST

START_TEST(the_ends_of_the_range_hold)
{
	int64_t wide[] = {INT64_MIN, INT64_MIN, 0, 0, INT64_MAX, INT64_MAX};
	int64_t top[] = {INT64_MAX, INT64_MAX, INT64_MAX};
	int64_t last[] = {0, 1, 0};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	tiers_options kmeans = {TIERS_KMEANS, 2500, 7500};
	tiers_cuts cuts;
	kernel_error error = {0};

	expect_tiers(wide, 6, TIERS_RANK, "LLMMHH");
	expect_tiers(wide, 6, TIERS_PERCENTILE, "LLMMHH");
	expect_tiers(top, 3, TIERS_RANK, "MMM");
	expect_tiers(top, 3, TIERS_KMEANS, "MMM");
	ck_assert_int_eq(tiers_segment(wide, 6, &kmeans, &alloc, &cuts, &error), KERNEL_TOO_LARGE);
	ck_assert_str_eq(error.path, "prices");
	/* three prices may lie a third of 2^62 apart, and no further */
	last[2] = (INT64_C(1) << 62) / 3;
	ck_assert_int_eq(tiers_segment(last, 3, &kmeans, &alloc, &cuts, &error), KERNEL_OK);
	last[2]++;
	ck_assert_int_eq(tiers_segment(last, 3, &kmeans, &alloc, &cuts, &error), KERNEL_TOO_LARGE);
}
END_TEST

START_TEST(options_out_of_range_are_refused)
{
	static const struct
	{
		tiers_options options;
		const char *path;
	} wrong[] = {
		{{TIERS_AUTO, 0, 7500}, "cuts[0]"},
		{{TIERS_AUTO, 2500, 10000}, "cuts[1]"},
		{{TIERS_AUTO, 7500, 2500}, "cuts[1]"},
		{{TIERS_AUTO, 5000, 5000}, "cuts[1]"},
		{{TIERS_FEW, 2500, 7500}, "method"},
		{{(tiers_method) 77, 2500, 7500}, "method"},
		{{TIERS_AUTO, 10000, 10001}, "cuts[0]"},
		{{TIERS_KMEANS_LOG, 2500, 7500}, "prices"},
	};
	int64_t prices[] = {0, 100, 200};
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	tiers_cuts cuts;

	for (size_t i = 0; i < COUNT(wrong); i++)
	{
		kernel_error error = {0};

		ck_assert_int_eq(tiers_segment(prices, 3, &wrong[i].options, &alloc, &cuts, &error), KERNEL_INVALID);
		ck_assert_str_eq(error.path, wrong[i].path);
		ck_assert_int_eq(tiers_segment(prices, 3, &wrong[i].options, &alloc, &cuts, NULL), KERNEL_INVALID);
	}
}
END_TEST

static int
compare_prices(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a;
	int64_t y = *(const int64_t *) b;

	return x < y ? -1 : x > y;
}

START_TEST(sorting_equals_the_library)
{
	static const uint64_t spreads[] = {1, 7, 255, 256, 1000, 70000, UINT32_MAX, (uint64_t) UINT32_MAX + 1, UINT64_MAX};
	static const size_t sizes[] = {0, 1, 2, 63, 64, 65, 1000, 5000, 20000};
	uint64_t random = 88172645463325252u;

	for (size_t s = 0; s < COUNT(spreads); s++)
	{
		for (size_t k = 0; k < COUNT(sizes); k++)
		{
			size_t n = sizes[k];
			allocation state = {0};
			kernel_alloc alloc = allocation_of(&state);
			int64_t *ours = malloc((n + 1) * sizeof(int64_t));
			int64_t *theirs = malloc((n + 1) * sizeof(int64_t));

			for (size_t i = 0; i < n; i++)
			{
				random ^= random << 13;
				random ^= random >> 7;
				random ^= random << 17;
				ours[i] = (int64_t) (spreads[s] == UINT64_MAX ? random : random % spreads[s] - spreads[s] / 2);
			}
			memcpy(theirs, ours, n * sizeof(int64_t));
			qsort(theirs, n, sizeof(int64_t), compare_prices);
			ck_assert_int_eq(tiers_sort(ours, n, &alloc), KERNEL_OK);
			ck_assert_int_eq(memcmp(ours, theirs, n * sizeof(int64_t)), 0);
			ck_assert_uint_eq(state.live, 0);
			free(ours);
			free(theirs);
		}
	}
}
END_TEST

/* Prices of one kind: spread evenly, in a few lumps, all in one step but for one far away, at the ends of the range, one more
 * than the 2,048 steps. */
static int64_t
price_of_kind(int kind, uint64_t random, size_t i)
{
	switch (kind)
	{
		case 0:
			return (int64_t) (random % 90000) - 30000;
		case 1:
			return (int64_t) (random % 3) * 1000000;
		case 2:
			return i == 7 ? INT64_MAX : (int64_t) (random % 5000);
		case 3:
			return (int64_t) random;
		case 4:
			return random % 2 == 0 ? INT64_MIN : INT64_MAX;
		case 5:
			return i < 2 ? (int64_t) i * 2048 : (int64_t) (random % 2049);
		default:
			return 42;
	}
}

START_TEST(cuts_of_many_prices_are_those_of_the_sorted)
{
	static const size_t sizes[] = {1023, 1024, 1025, 4000, 4001};
	static const int32_t positions[][2] = {{2500, 7500}, {1, 2}, {1, 9999}, {9998, 9999}, {3333, 3334}, {5000, 5001}};
	static int64_t prices[4001];
	static int64_t sorted[4001];
	uint64_t random = 88172645463325252u;
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);

	for (int kind = 0; kind < 7; kind++)
	{
		for (size_t k = 0; k < COUNT(sizes) * COUNT(positions); k++)
		{
			size_t n = sizes[k % COUNT(sizes)];
			const int32_t *position = positions[k / COUNT(sizes)];
			tiers_options options = {TIERS_PERCENTILE, position[0], position[1]};
			tiers_cuts any;
			tiers_cuts ascending;

			for (size_t i = 0; i < n; i++)
			{
				random ^= random << 13;
				random ^= random >> 7;
				random ^= random << 17;
				prices[i] = sorted[i] = price_of_kind(kind, random, i);
			}
			qsort(sorted, n, sizeof(int64_t), compare_prices);
			ck_assert_int_eq(tiers_segment_sorted(sorted, n, &options, NULL, &ascending, NULL), KERNEL_OK);
			ck_assert_int_eq(tiers_segment(prices, n, &options, &alloc, &any, NULL), KERNEL_OK);
			ck_assert_msg(any.low.whole == ascending.low.whole && any.low.ten_thousandths == ascending.low.ten_thousandths &&
							  any.high.whole == ascending.high.whole &&
							  any.high.ten_thousandths == ascending.high.ten_thousandths,
						  "kind %d, %zu prices, cuts at %d and %d: %ld and %ld, sorted %ld and %ld", kind, n, position[0], position[1],
						  any.low.whole, any.high.whole, ascending.low.whole, ascending.high.whole);
			ck_assert_int_eq(tiers_segment_here(prices, n, &options, &alloc, &any, NULL), KERNEL_OK);
			ck_assert(any.low_below == ascending.low_below && any.high_from == ascending.high_from);
			ck_assert_uint_eq(state.live, 0);
		}
	}
}
END_TEST

START_TEST(sorting_in_place_gives_the_same_cuts)
{
	for (int method = TIERS_AUTO; method <= TIERS_RANK; method++)
	{
		for (size_t n = 0; n < 200; n += n < 12 ? 1 : 37)
		{
			tiers_options options = {(tiers_method) method, 2500, 7500};
			allocation state = {0};
			kernel_alloc alloc = allocation_of(&state);
			int64_t prices[200];
			int64_t sum = 0;
			tiers_cuts expected;
			tiers_cuts cuts;

			for (size_t i = 0; i < n; i++)
				sum += prices[i] = 1 + (int64_t) (i * 7919 % 211);
			expected = cut(prices, n, options.method);
			ck_assert_int_eq(tiers_segment_here(prices, n, &options, &alloc, &cuts, NULL), KERNEL_OK);
			ck_assert_int_eq(cuts.method, expected.method);
			ck_assert(cuts.low_below == expected.low_below && cuts.high_from == expected.high_from);
			for (size_t i = 0; i < n; i++)
				sum -= prices[i];
			ck_assert_int_eq(sum, 0); /* the same prices */
			ck_assert_uint_eq(state.live, 0);
		}
	}
}
END_TEST

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	static int64_t prices[2000];

	for (int method = TIERS_PERCENTILE; method <= TIERS_RANK; method++)
	{
		for (size_t n = 200; n <= 2000; n += 1800) /* few enough to sort, and so many that percentiles are found without */
		{
			tiers_options options = {(tiers_method) method, 2500, 7500};
			allocation state = {0};
			kernel_alloc alloc = allocation_of(&state);
			tiers_cuts cuts;
			size_t requests;

			for (size_t i = 0; i < n; i++)
				prices[i] = i == 0 ? 100000000 : (int64_t) (i * 7919 % 1000) + 1;
			ck_assert_int_eq(tiers_segment(prices, n, &options, &alloc, &cuts, NULL), KERNEL_OK);
			requests = state.requests;
			ck_assert_uint_ge(requests, 2);
			for (size_t refuse = 1; refuse <= requests; refuse++)
			{
				state = (allocation){.refuse = refuse};
				ck_assert_int_eq(tiers_segment(prices, n, &options, &alloc, &cuts, NULL), KERNEL_NO_MEMORY);
				ck_assert_uint_eq(state.live, 0);
			}
			state = (allocation){.refuse = 1};
			ck_assert_int_eq(tiers_segment_here(prices, n, &options, &alloc, &cuts, NULL), KERNEL_NO_MEMORY);
			ck_assert_uint_eq(state.live, 0);
		}
	}
	for (int wide = 0; wide < 2; wide++)
	{
		allocation state = {.refuse = 1};
		kernel_alloc alloc = allocation_of(&state);

		prices[0] = wide == 0 ? 2 : INT64_MIN; /* radix of 32 and of 64 bits */
		prices[1] = 1;
		ck_assert_int_eq(tiers_sort(prices, 200, &alloc), KERNEL_NO_MEMORY);
		ck_assert_int_eq(prices[1], 1);
	}
}
END_TEST

/* A million prices: the counts say whether large inputs go the same way as small ones. */
START_TEST(a_million_prices_are_cut)
{
	size_t n = 1000000;
	int64_t *prices = malloc(n * sizeof(int64_t));
	size_t counts[3];
	tiers_cuts cuts;

	for (size_t i = 0; i < n; i++)
		prices[i] = (int64_t) (i * 7919 % n) + (i % 3 == 0 ? 0 : (i % 3) * 10000000);
	cuts = cut(prices, n, TIERS_PERCENTILE);
	tiers_classify_all(&cuts, prices, n, NULL, counts);
	ck_assert_uint_eq(counts[TIERS_LOW] + counts[TIERS_MEDIUM] + counts[TIERS_HIGH], n);
	ck_assert_uint_eq(counts[TIERS_LOW], 250000);
	cuts = cut(prices, n, TIERS_KMEANS);
	tiers_classify_all(&cuts, prices, n, NULL, counts);
	ck_assert_uint_eq(counts[TIERS_LOW], 333334);
	ck_assert_uint_eq(counts[TIERS_HIGH], 333333);
	free(prices);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tiers");
	TCase *tiers = tcase_create("tiers");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tiers);
	tcase_set_timeout(tiers, 120);
	tcase_add_test(tiers, quartiles_are_those_of_percentile_cont);
	tcase_add_test(tiers, a_cut_between_cents_is_exact);
	tcase_add_test(tiers, auto_is_percentile_from_nine_and_rank_below);
	tcase_add_test(tiers, too_few_are_all_medium);
	tcase_add_test(tiers, thirds_by_rank_are_those_of_ntile);
	tcase_add_test(tiers, equal_prices_share_a_tier);
	tcase_add_test(tiers, natural_breaks_fall_into_the_gaps);
	tcase_add_test(tiers, of_equal_groupings_the_lowest_cuts_win);
	tcase_add_test(tiers, natural_breaks_are_the_best_of_all_groupings);
	tcase_add_test(tiers, the_ends_of_the_range_hold);
	tcase_add_test(tiers, options_out_of_range_are_refused);
	tcase_add_test(tiers, sorting_equals_the_library);
	tcase_add_test(tiers, cuts_of_many_prices_are_those_of_the_sorted);
	tcase_add_test(tiers, sorting_in_place_gives_the_same_cuts);
	tcase_add_test(tiers, every_refused_allocation_is_told_and_loses_nothing);
	tcase_add_test(tiers, a_million_prices_are_cut);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
