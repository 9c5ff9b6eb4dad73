/*
 * schema_check.c: the words of a refusal, the tolerance of tool calls, and
 * schemas that cannot be used.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/schema.h"

static allocation held;
static arena memory;
static jschema_report report;

static void
open_arena(void)
{
	held = (allocation){0};
	arena_start(&memory, allocation_source(&held));
}

static void
close_arena(void)
{
	arena_end(&memory);
	ck_assert_uint_eq(held.live, 0);
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

/* Every keyword that takes memory, when it is compiled or when it is checked. */
static const char every_keyword[] =
	"{\"$id\":\"https://example.org/trip\",\"$defs\":{\"amount\":{\"$anchor\":\"sum\",\"type\":\"number\",\"multipleOf\":0.01},"
	"\"node\":{\"$dynamicAnchor\":\"node\",\"type\":\"object\",\"properties\":{\"next\":{\"$dynamicRef\":\"#node\"}}}},"
	"\"type\":\"object\",\"required\":[\"title\",\"list\"],\"dependentRequired\":{\"title\":[\"list\"]},"
	"\"dependentSchemas\":{\"list\":{\"minProperties\":2}},\"propertyNames\":{\"pattern\":\"^[a-z_]+$\"},"
	"\"patternProperties\":{\"_at$\":{\"format\":\"date\"}},\"properties\":{\"title\":{\"type\":\"string\",\"pattern\":\"\\\\p{Letter}\"},"
	"\"price\":{\"$ref\":\"#sum\"},\"total\":{\"$ref\":\"https://example.org/trip#/$defs/amount\"},\"chain\":{\"$ref\":\"#/$defs/node\"},"
	"\"tier\":{\"enum\":[\"low\",{\"a\":1},[2]]},\"list\":{\"type\":\"array\",\"uniqueItems\":true,\"contains\":{\"const\":3},"
	"\"prefixItems\":[{\"type\":\"integer\"}],\"unevaluatedItems\":{\"type\":\"integer\"}}},"
	"\"anyOf\":[{\"properties\":{\"price\":{\"minimum\":0}}},{\"not\":{\"required\":[\"price\"]}}],"
	"\"if\":{\"required\":[\"tier\"]},\"then\":{\"properties\":{\"tier\":true}},\"unevaluatedProperties\":false}";

/* Compiles the schema and checks the text, with one request refused. */
static jschema_verdict
check_refused(allocation *state, const char *instance)
{
	jschema_options options = {.arguments = true, .assert_format = true};
	jschema_verdict verdict = JSCHEMA_GAVE_UP;
	char problem[256] = "";
	jdoc_error error;
	arena a;
	const jdoc_value *document;
	const jdoc_value *value;
	jschema *compiled = NULL;

	arena_start(&a, allocation_source(state));
	document = jdoc_parse(&a, every_keyword, sizeof(every_keyword) - 1, NULL, &error);
	if (document != NULL)
		compiled = jschema_compile(&a, document, &options, problem, sizeof(problem));
	ck_assert(document == NULL || compiled != NULL || problem[0] != '\0');
	value = compiled == NULL ? NULL : jdoc_parse(&a, instance, strlen(instance), NULL, &error);
	if (value != NULL)
		verdict = jschema_check(compiled, value, &a, &report);
	arena_end(&a);
	ck_assert_uint_eq(state->live, 0);
	return verdict;
}

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	static const struct
	{
		const char *instance;
		jschema_verdict verdict;
	} cases[] = {
		{"{\"title\":\"a\",\"list\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18],\"price\":1.25,\"total\":2,\"tier\":[2],"
		 "\"chain\":{\"next\":{\"next\":{}}},\"seen_at\":\"2026-02-28\"}",
		 JSCHEMA_VALID},
		{"{\"title\":\"a\",\"list\":[3],\"price\":1.25,\"titel\":2}", JSCHEMA_INVALID},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		allocation all = {0};

		ck_assert_msg(check_refused(&all, cases[i].instance) == cases[i].verdict, "case %zu: %s %s", i, report.path, report.expected);
		ck_assert_uint_gt(all.requests, 100);
		for (size_t refuse = 1; refuse <= all.requests; refuse++)
		{
			allocation state = {.refuse = refuse};

			ck_assert_msg(check_refused(&state, cases[i].instance) == JSCHEMA_GAVE_UP, "case %zu: request %zu of %zu", i, refuse,
						  all.requests);
		}
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
	tcase_add_test(tests, every_refused_allocation_is_told_and_loses_nothing);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
