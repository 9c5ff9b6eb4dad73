/*
 * tiers_model_check.c: random prices cut by the kernel and by the model in ../model/tiers_model.py, which tries every
 * grouping in exact fractions. TIERS_CASES and TIERS_SEED in the environment make it longer or different.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "cases.h"
#include "kernel/tiers.h"

#define MOST 128

typedef struct example
{
	size_t number;
	int64_t prices[MOST];
	size_t n;
	tiers_options options;
} example;

static void
read_prices(example *e)
{
	kernel_text method;
	char *rest;

	e->number++;
	e->n = (size_t) cases_number_or(0);
	ck_assert_uint_le(e->n, MOST);
	method = cases_text();
	ck_assert(tiers_method_from_text(method.bytes, method.length, &e->options.method));
	e->options.low_position = (int32_t) cases_number_or(0);
	e->options.high_position = (int32_t) cases_number_or(0);
	rest = cases_word();
	for (size_t i = 0; i < e->n; i++)
		e->prices[i] = strtoll(cases_part(&rest, ','), NULL, 10);
}

static void
expect_cut(const example *e, const char *which, tiers_cut cut, char *fraction)
{
	int64_t numerator = strtoll(cases_part(&fraction, '/'), NULL, 10);
	int64_t denominator = strtoll(fraction, NULL, 10);
	kernel_int128 whole = (kernel_int128) cut.whole * 10000 + cut.ten_thousandths;

	ck_assert_int_ge(cut.ten_thousandths, 0);
	ck_assert_int_lt(cut.ten_thousandths, 10000);
	ck_assert_msg(whole * denominator == (kernel_int128) numerator * 10000,
				  "case %zu (%s): %s cut is %ld + %d/10000, the model says %ld/%ld", e->number,
				  tiers_method_text(e->options.method), which, cut.whole, cut.ten_thousandths, numerator, denominator);
}

static void
expect(const example *e)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	kernel_error error = {0};
	tiers_cuts cuts;
	uint8_t tiers[MOST];
	kernel_text method = cases_text();
	char *low = cases_word();
	char *high = cases_word();
	char *rest = cases_word();

	ck_assert_msg(tiers_segment(e->prices, e->n, &e->options, &alloc, &cuts, &error) == KERNEL_OK, "case %zu: %s", e->number,
				  error.message);
	ck_assert_uint_eq(state.live, 0);
	ck_assert_int_eq(strncmp(tiers_method_text(cuts.method), method.bytes, method.length + 1), 0);
	ck_assert_int_eq(cuts.has_cuts, low[0] != '-' || low[1] != '\0');
	if (cuts.has_cuts)
	{
		expect_cut(e, "low", cuts.low, low);
		expect_cut(e, "high", cuts.high, high);
	}
	tiers_classify_all(&cuts, e->prices, e->n, tiers, NULL);
	for (size_t i = 0; i < e->n; i++)
	{
		int model = atoi(cases_part(&rest, ','));

		ck_assert_msg(tiers[i] == model && tiers_classify(&cuts, e->prices[i]) == tiers[i],
					  "case %zu (%s): price %ld is %s, the model says %s", e->number, tiers_method_text(e->options.method),
					  e->prices[i], tiers_tier_text(tiers[i]), tiers_tier_text((tiers_tier) model));
	}
}

START_TEST(cuts_equal_the_model)
{
	static example e;
	const char *cases = getenv("TIERS_CASES");
	const char *seed = getenv("TIERS_SEED");
	char arguments[96];
	FILE *model;

	snprintf(arguments, sizeof arguments, "--cases %s --seed %s", cases != NULL ? cases : "3000", seed != NULL ? seed : "1");
	model = cases_open("tiers_model.py", arguments);
	while (cases_line(model))
	{
		if (strcmp(cases_word(), "prices") == 0)
			read_prices(&e);
		else
			expect(&e);
	}
	cases_close(model);
	ck_assert_uint_ge(e.number, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tiers against the model");
	TCase *model = tcase_create("model");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, model);
	tcase_set_timeout(model, 600);
	tcase_add_test(model, cuts_equal_the_model);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
