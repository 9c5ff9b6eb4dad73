/*
 * placeholder_model_check.c: random templates filled in by the kernel and by ../model/placeholder_model.py, which never parses one.
 * PLACEHOLDER_CASES and PLACEHOLDER_SEED in the environment make it longer or different.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "cases.h"
#include "kernel/kernel_text.h"
#include "kernel/placeholder.h"

static int
digit_of(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* A word of hexadecimal digits as the bytes they write, in memory that is freed by the caller; "-" is an empty text. */
static kernel_text
text_of(kernel_text word)
{
	size_t length = word.bytes != NULL ? word.length / 2 : 0;
	char *bytes = malloc(length + 1);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (char) (digit_of(word.bytes[2 * i]) << 4 | digit_of(word.bytes[2 * i + 1]));
	return (kernel_text){bytes, length};
}

static void
expect(size_t number, kernel_text content, placeholder_request *request, kernel_text expected)
{
	const kernel_text none = {NULL, 0};
	allocation state = {0};
	kernel_alloc memory = allocation_of(&state);
	placeholder_fault fault;
	placeholder_result result;
	placeholder_template *template = placeholder_open(&memory, content, none, none, &fault);

	ck_assert_msg(template != NULL, "case %zu: %s in\n%.*s", number, fault.message, (int) content.length, content.bytes);
	ck_assert_msg(placeholder_render(template, request, &memory, &result, &fault), "case %zu: %s in\n%.*s", number, fault.message,
				  (int) content.length, content.bytes);
	ck_assert_msg(kernel_text_equal(result.content, expected), "case %zu:\n%.*s\nwith %.*s\ngives\n%.*s\nthe model says\n%.*s", number,
				  (int) content.length, content.bytes, (int) request->variables.length, request->variables.bytes,
				  (int) result.content.length, result.content.bytes, (int) expected.length, expected.bytes);
	placeholder_result_close(&result);
	placeholder_close(template);
	ck_assert_uint_eq(state.live, 0);
}

START_TEST(kernel_and_model_fill_in_alike)
{
	const char *cases = getenv("PLACEHOLDER_CASES");
	const char *seed = getenv("PLACEHOLDER_SEED");
	char arguments[80];
	FILE *model;
	size_t number = 0;

	snprintf(arguments, sizeof arguments, "--cases %lu --seed %lu", cases != NULL ? strtoul(cases, NULL, 10) : 2000,
			 seed != NULL ? strtoul(seed, NULL, 10) : 1);
	model = cases_open("placeholder_model.py", arguments);
	while (cases_line(model))
	{
		placeholder_request request = {.context = {NULL, 0}};
		kernel_text texts[3];

		ck_assert_str_eq(cases_word(), "case");
		ck_assert(placeholder_kind_read(cases_text(), &request.written));
		request.output = request.written;
		for (int i = 0; i < 3; i++)
			texts[i] = text_of(cases_text());
		request.variables = texts[1];
		expect(++number, texts[0], &request, texts[2]);
		for (int i = 0; i < 3; i++)
			free((char *) texts[i].bytes);
	}
	cases_close(model);
	ck_assert_uint_ge(number, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("placeholder model");
	TCase *cases = tcase_create("placeholder model");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 600);
	tcase_add_test(cases, kernel_and_model_fill_in_alike);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
