/*
 * optimize_model_check.c: random legs, solved by the kernel and by trying every selection in ../model/optimize_model.py.
 * OPTIMIZE_CASES and OPTIMIZE_SEED in the environment make it longer or different.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "cases.h"
#include "kernel/optimize.h"

#define MOST_LEGS 8
#define MOST_OFFERS 16

typedef struct example
{
	size_t number;
	optimize_options options;
	size_t n_legs;
	size_t read;
	optimize_leg legs[MOST_LEGS];
	optimize_offer offers[MOST_LEGS][MOST_OFFERS];
	char keys[MOST_LEGS][MOST_OFFERS][4];
} example;

static void
read_case(example *e)
{
	size_t number = e->number + 1;

	memset(e, 0, sizeof *e);
	e->number = number;
	e->options.has_budget = cases_number(&e->options.budget);
	e->options.has_max_premium = cases_number(&e->options.max_premium_ppm);
	e->options.cancel_ppm = cases_number_or(0);
	e->n_legs = (size_t) cases_number_or(0);
}

static void
read_leg(example *e)
{
	optimize_leg *leg = &e->legs[e->read];
	char *word;

	leg->offers = e->offers[e->read];
	while ((word = cases_word()) != NULL)
	{
		optimize_offer *offer = &e->offers[e->read][leg->n_offers];
		char *key = e->keys[e->read][leg->n_offers++];

		offer->price = strtoll(cases_part(&word, ':'), NULL, 10);
		offer->commission = strtoll(cases_part(&word, ':'), NULL, 10);
		offer->refundable = cases_part(&word, ':')[0] == '1';
		strncpy(key, word, 3);
		offer->key = (kernel_text){key, strlen(key)};
	}
	e->read++;
}

static void
expect_list(const example *e, const char *what, const size_t *got, char *list)
{
	for (size_t leg = 0; leg < e->n_legs; leg++)
	{
		int64_t expected = strtoll(cases_part(&list, ','), NULL, 10);
		int64_t index = got[leg] == OPTIMIZE_NONE ? -1 : (int64_t) got[leg];

		ck_assert_msg(index == expected, "case %zu: %s of leg %zu is %ld, the model says %ld", e->number, what, leg, index,
					  expected);
	}
}

static void
expect(const example *e)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	size_t choice[MOST_LEGS];
	size_t cheapest[MOST_LEGS];
	optimize_result result;
	kernel_error error = {0};
	char *list = cases_word();
	kernel_status status = optimize_select(e->legs, e->n_legs, &e->options, &alloc, choice, cheapest, &result, &error);

	ck_assert_uint_eq(state.live, 0);
	if (strcmp(list, "over") == 0)
		ck_assert_msg(status == KERNEL_INFEASIBLE, "case %zu: status %d", e->number, status);
	else
	{
		ck_assert_msg(status == KERNEL_OK, "case %zu: status %d %s", e->number, status, error.message);
		expect_list(e, "choice", choice, list);
	}
	expect_list(e, "baseline", cheapest, cases_word());
}

START_TEST(selections_equal_the_model)
{
	static example e;
	const char *cases = getenv("OPTIMIZE_CASES");
	const char *seed = getenv("OPTIMIZE_SEED");
	char arguments[96];
	FILE *model;

	snprintf(arguments, sizeof arguments, "--cases %s --seed %s", cases != NULL ? cases : "3000", seed != NULL ? seed : "1");
	model = cases_open("optimize_model.py", arguments);
	while (cases_line(model))
	{
		const char *what = cases_word();

		if (strcmp(what, "case") == 0)
			read_case(&e);
		else if (strcmp(what, "leg") == 0)
			read_leg(&e);
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
	Suite *suite = suite_create("optimize against the model");
	TCase *model = tcase_create("model");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, model);
	tcase_set_timeout(model, 600);
	tcase_add_test(model, selections_equal_the_model);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
