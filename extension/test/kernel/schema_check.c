/*
 * schema_check.c: the words of a refusal, the tolerance of tool calls, and
 * schemas that cannot be used.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/schema.h"

static arena memory;
static jschema_report report;

static void *
take(void *state, size_t size)
{
	unsigned *left = state;

	if (left != NULL && (*left)-- == 0)
	{
		*left = 0;
		return NULL;
	}
	return malloc(size);
}

static void
give(void *state, void *block)
{
	(void) state;
	free(block);
}

static void
open_arena(void)
{
	arena_source source = {take, give, NULL};

	arena_start(&memory, source);
}

static void
close_arena(void)
{
	arena_end(&memory);
}

static const jdoc_value *
parse(const char *text)
{
	jdoc_error error;
	const jdoc_value *v = jdoc_parse(&memory, text, strlen(text), NULL, &error);

	ck_assert_msg(v != NULL, "%s: byte %zu", text, error.offset);
	return v;
}

static jschema_verdict
check_as(const char *schema, const char *instance, bool arguments)
{
	jschema_options options = {.assert_format = true, .arguments = arguments, .max_steps = 100000};
	char problem[256];
	jschema *compiled = jschema_compile(&memory, parse(schema), &options, problem, sizeof(problem));

	ck_assert_msg(compiled != NULL, "%s: %s", schema, problem);
	return jschema_check(compiled, parse(instance), &memory, &report);
}

static void
refused(const char *schema, const char *instance, const char *path, const char *expected,
		const char *got)
{
	ck_assert_int_eq(check_as(schema, instance, true), JSCHEMA_INVALID);
	ck_assert_str_eq(report.path, path);
	ck_assert_str_eq(report.expected, expected);
	ck_assert_str_eq(report.got, got);
}

#define TRIP "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"title\"],"     \
			 "\"properties\":{\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":20}," \
			 "\"nights\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":99},"                   \
			 "\"price\":{\"type\":\"number\",\"multipleOf\":0.001,\"minimum\":0},"               \
			 "\"start_date\":{\"type\":\"string\",\"format\":\"date\"},"                         \
			 "\"tier\":{\"enum\":[\"low\",\"high\"]},"                                           \
			 "\"trip_id\":{\"type\":\"string\",\"format\":\"id\"},"                              \
			 "\"legs\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"object\","       \
			 "\"required\":[\"city\"],\"properties\":{\"city\":{\"type\":\"string\"}}}}}}"

START_TEST(refusals_say_what_was_expected_and_came)
{
	refused(TRIP, "{\"title\":5}", "/title", "text of 1 to 20 characters", "5");
	refused(TRIP, "{\"title\":\"a\",\"nights\":1.5}", "/nights", "an integer from 1 to 99", "1.5");
	refused(TRIP, "{\"title\":\"a\",\"nights\":100}", "/nights", "an integer from 1 to 99", "100");
	refused(TRIP, "{\"title\":\"a\",\"price\":1.0005}", "/price",
			"a number of at least 0 with at most 3 decimals", "1.0005");
	refused(TRIP, "{\"title\":\"a\",\"start_date\":\"2026-02-30\"}", "/start_date",
			"a date such as 2026-05-31", "the text \"2026-02-30\"");
	refused(TRIP, "{\"title\":\"a\",\"tier\":\"mid\"}", "/tier", "one of \"low\", \"high\"",
			"the text \"mid\"");
	refused(TRIP, "{\"title\":\"a\",\"legs\":[{\"city\":\"x\"},{}]}", "/legs/1/city", "text", "nothing");
	refused(TRIP, "{\"title\":\"a\",\"legs\":[{\"city\":null}]}", "/legs/0/city", "text", "null");
	refused(TRIP, "{\"title\":\"a\",\"legs\":[1,2,3]}", "/legs", "a list of at most 2 items",
			"a list of 3 items");
	refused(TRIP, "[]", "", "an object", "a list of 0 items");
	refused(TRIP, "{}", "/title", "text of 1 to 20 characters", "nothing");
	ck_assert_str_eq(report.hint, "\"title\" is required.");
}
END_TEST

START_TEST(unknown_names_get_the_valid_ones_and_the_nearest)
{
	refused(TRIP, "{\"title\":\"a\",\"nigths\":1}", "/nigths",
			"one of the names title, nights, price, start_date, tier, trip_id, legs",
			"the name \"nigths\"");
	ck_assert(report.unknown_name);
	ck_assert_str_eq(report.hint, "Did you mean \"nights\"?");
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"zzzzzzzz\":1}", true), JSCHEMA_INVALID);
	ck_assert_str_eq(report.hint, "");
}
END_TEST

START_TEST(tool_calls_may_spell_ids_amounts_and_absence_in_their_way)
{
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"trip_id\":12}", true), JSCHEMA_VALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"trip_id\":12}", false), JSCHEMA_INVALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"trip_id\":1.5}", true), JSCHEMA_INVALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"price\":\"12.345\"}", true), JSCHEMA_VALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"price\":\"12.345\"}", false), JSCHEMA_INVALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"price\":\"12.3456\"}", true), JSCHEMA_INVALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"price\":\"12,3\"}", true), JSCHEMA_INVALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"nights\":null}", true), JSCHEMA_VALID);
	ck_assert_int_eq(check_as(TRIP, "{\"title\":\"a\",\"nights\":null}", false), JSCHEMA_INVALID);
}
END_TEST

START_TEST(alternatives_report_the_one_that_came_closest)
{
	refused("{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":"
			"{\"a\":{\"type\":\"integer\"}}}]}",
			"{\"a\":\"x\"}", "/a", "an integer",
			"the text \"x\"");
	refused("{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}", "3", "",
			"a value that fits exactly one of the forms, not several", "3");
}
END_TEST

START_TEST(unusable_schemas_say_why)
{
	static const char *const broken[] = {
		"{\"type\":\"text\"}", "{\"$ref\":\"#/nowhere\"}", "{\"pattern\":\"(\"}",
		"{\"minimum\":\"1\"}", "{\"required\":[1]}", "{\"$ref\":\"http://example.org/x\"}",
		"{\"multipleOf\":0}", "{\"allOf\":[]}", "{\"pattern\":\"(*UTF)a\"}", "5"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
	{
		char problem[256];

		ck_assert_ptr_null(jschema_compile(&memory, parse(broken[i]), NULL, problem, sizeof(problem)));
		ck_assert_int_ne(problem[0], '\0');
	}
}
END_TEST

START_TEST(endless_schemas_are_given_up)
{
	ck_assert_int_eq(check_as("{\"$ref\":\"#\"}", "1", false), JSCHEMA_GAVE_UP);
	ck_assert_int_eq(check_as("{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1", false),
					 JSCHEMA_GAVE_UP);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
	static const char schema[] = TRIP;
	static const char instance[] = "{\"title\":\"a\",\"legs\":[{\"city\":\"x\"}]}";
	bool finished = false;

	for (unsigned allowed = 0; !finished; allowed++)
	{
		unsigned left = allowed;
		arena_source source = {take, give, &left};
		arena a;
		jdoc_error error;
		char problem[256];
		jschema_options options = {.arguments = true};
		const jdoc_value *document;
		const jdoc_value *value;
		jschema *compiled;

		arena_start(&a, source);
		document = jdoc_parse(&a, schema, strlen(schema), NULL, &error);
		compiled = document == NULL ? NULL
									: jschema_compile(&a, document, &options, problem, sizeof(problem));
		value = compiled == NULL ? NULL : jdoc_parse(&a, instance, strlen(instance), NULL, &error);
		finished = value != NULL && jschema_check(compiled, value, &a, &report) == JSCHEMA_VALID;
		arena_end(&a);
		ck_assert_uint_lt(allowed, 200);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("schema");
	TCase *tests = tcase_create("schema");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, open_arena, close_arena);
	tcase_add_test(tests, refusals_say_what_was_expected_and_came);
	tcase_add_test(tests, unknown_names_get_the_valid_ones_and_the_nearest);
	tcase_add_test(tests, tool_calls_may_spell_ids_amounts_and_absence_in_their_way);
	tcase_add_test(tests, alternatives_report_the_one_that_came_closest);
	tcase_add_test(tests, unusable_schemas_say_why);
	tcase_add_test(tests, endless_schemas_are_given_up);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
