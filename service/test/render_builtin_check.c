/*
 * render_builtin_check.c - filters, tests, globals and methods, by what templates print: cases/nunjucks.jsonl holds what
 * Nunjucks 3.2.4 prints, cases/own.jsonl what is Voygen's own or wanted otherwise.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/builtin_inside.h"
#include "render_cases.h"

static const char *const files[] = {"cases/nunjucks.jsonl", "cases/own.jsonl"};

START_TEST(test_cases)
{
	unsigned run;
	unsigned wrong = cases_run(files[_i], &run);

	ck_assert_uint_gt(run, 50);
	ck_assert_msg(wrong == 0, "%u of %u cases of %s", wrong, run, files[_i]);
}
END_TEST

static char *
read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, file), 0);
	fclose(file);
	return text;
}

/* Every name is found, in the order in which it is sought, and stands in a case behind its sign. */
static void
check_table(struct builtin_table table, const char *sign, const char *text)
{
	for (size_t i = 0; i < table.count; i++)
	{
		char used[64];
		size_t length = (size_t) snprintf(used, sizeof(used), "%s%s", sign, table.at[i].name);
		const char *found = strstr(text, used);

		while (found != NULL && strchr(" |(}.\"", found[length]) == NULL)
			found = strstr(found + 1, used);
		ck_assert_msg(i == 0 || strcmp(table.at[i - 1].name, table.at[i].name) < 0, "%s is out of order", table.at[i].name);
		ck_assert_msg(found != NULL, "no case has %s", used);
	}
}

START_TEST(test_names)
{
	char *text = read_all(files[0]);
	char *own = read_all(files[1]);

	text = realloc(text, strlen(text) + strlen(own) + 1);
	strcat(text, own);
	check_table(filters_of_text(), "| ", text);
	check_table(filters_of_markup(), "| ", text);
	check_table(filters_of_lists(), "| ", text);
	check_table(filters_of_choice(), "| ", text);
	check_table(filters_of_order(), "| ", text);
	check_table(filters_of_values(), "| ", text);
	check_table(filters_of_trade(), "| ", text);
	check_table(tests_of_values(), "is ", text);
	check_table(globals_of_templates(), " ", text);
	check_table(methods_of_strings(), ".", text);
	check_table(methods_of_lists(), ".", text);
	check_table(methods_of_dicts(), ".", text);
	check_table(methods_of_numbers(), ".", text);
	check_table(methods_of_regexes(), ".", text);
	free(text);
	free(own);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("builtins");
	TCase *tests = tcase_create("builtins");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, test_cases, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(tests, test_names);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
