/*
 * scan_check.c: the scanner of JSON: what it accepts, where the outer values stand, what it says of faults.
 */
#include <check.h>
#include <stdlib.h>

#include "json/scan.h"

static struct arena arena;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
setup(void)
{
	arena_open(&arena, no_memory);
}

static void
teardown(void)
{
	arena_close(&arena);
}

static const struct scan_node *
scan(const char *text, unsigned levels, struct scan_fault *fault)
{
	const struct scan_limits limits = {.levels = levels, .nodes = 100, .depth = 10};

	return scan_text(&arena, slice_of(text), &limits, fault);
}

START_TEST(test_accepts)
{
	static const char *const texts[] = {
		"null", " true ", "false", "0", "-0", "12", "-1.5e+10", "1E9", "\"\"", "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
		"\"\\ud800\"", "[]", "[ ]", "[1,2]", "{}", "{ }", "{\"a\":[{}]}", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"\x7f\"",
		"[[[[[[[[[[]]]]]]]]]]", "123456789012345678901234567890.123456789"};
	struct scan_fault fault;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(scan(texts[i], 0, &fault) != NULL, "%s: %s", texts[i], fault.what);
}
END_TEST

START_TEST(test_refuses)
{
	static const struct
	{
		const char *text;
		size_t offset;
	} texts[] = {
		{"", 0},
		{" ", 1},
		{"nul", 0},
		{"True", 0},
		{"01", 1},
		{"1.", 2},
		{".5", 0},
		{"-", 1},
		{"1e", 2},
		{"+1", 0},
		{"NaN", 0},
		{"\"a", 0},
		{"\"\n\"", 1},
		{"\"\\x\"", 1},
		{"\"\\u12g4\"", 1},
		{"\"\\", 1},
		{"\"\x80\"", 1},
		{"\"\xc0\x80\"", 1},
		{"\"\xed\xa0\x80\"", 1},
		{"\"\xf4\x90\x80\x80\"", 1},
		{"\"\xe2\x82\"", 1},
		{"[1,]", 3},
		{"[1 2]", 3},
		{"[", 1},
		{"{\"a\"}", 4},
		{"{\"a\":1,}", 7},
		{"{a:1}", 1},
		{"{\"a\":}", 5},
		{"1 1", 2},
		{"[]]", 2},
		{"'a'", 0},
		{"[[[[[[[[[[[]]]]]]]]]]]", 10},
	};
	struct scan_fault fault;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		ck_assert_msg(scan(texts[i].text, 0, &fault) == NULL, "%s was accepted", texts[i].text);
		ck_assert_msg(fault.offset == texts[i].offset, "%s: offset %zu, %s", texts[i].text, fault.offset, fault.what);
	}
}
END_TEST

START_TEST(test_nodes)
{
	const char *text = " {\"a\" : [1, {\"b\":2}] ,\"\\u0063\":\"x\\ny\",\"d\":{\"e\":null}} ";
	struct scan_fault fault;
	const struct scan_node *root = scan(text, 1, &fault);
	struct slice word;

	ck_assert(root != NULL && root->kind == SCAN_OBJECT);
	ck_assert(slice_is(scan_member(root, "a")->raw, "[1, {\"b\":2}]"));
	ck_assert(scan_member(root, "a")->first == NULL);
	ck_assert(scan_string(&arena, scan_member(root, "c"), &word) && slice_is(word, "x\ny"));
	ck_assert(slice_is(scan_member(root, "d")->raw, "{\"e\":null}"));
	ck_assert(scan_member(root, "e") == NULL && scan_member(NULL, "e") == NULL);
	ck_assert(!scan_string(&arena, scan_member(root, "a"), &word) && !scan_string(&arena, NULL, &word));
	root = scan(text, 2, &fault);
	ck_assert(slice_is(scan_member(root, "a")->first->next->raw, "{\"b\":2}"));
	ck_assert(scan_member(scan_member(root, "d"), "e")->kind == SCAN_NULL);
}
END_TEST

START_TEST(test_strings)
{
	static const struct
	{
		const char *text;
		const char *decoded; /* NULL: half a pair */
	} strings[] = {
		{"\"plain\"", "plain"},
		{"\"\\u20ac\"", "\xe2\x82\xac"},
		{"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
		{"\"\\ud83d\"", NULL},
		{"\"\\ude00x\"", NULL},
		{"\"\\ud83d\\u0041\"", NULL},
		{"\"\\\"\\\\\\/\"", "\"\\/"},
		{"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
	};
	struct scan_fault fault;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
	{
		struct slice text;
		bool whole = scan_string(&arena, scan(strings[i].text, 0, &fault), &text);

		ck_assert_msg(whole == (strings[i].decoded != NULL), "%s", strings[i].text);
		ck_assert_msg(!whole || slice_is(text, strings[i].decoded), "%s", strings[i].text);
	}
}
END_TEST

START_TEST(test_limits)
{
	const struct scan_limits few = {.levels = 1, .nodes = 3, .depth = 10};
	struct scan_fault fault;

	ck_assert(scan("{\"a\":1,\"\\u0061\":2}", 1, &fault) == NULL);
	ck_assert_str_eq(fault.what, "a member that is there twice");
	ck_assert(scan("{\"b\":{\"a\":1,\"a\":2}}", 1, &fault) != NULL); /* deeper, it is not for the scanner to say */
	ck_assert(scan_text(&arena, SLICE_OF("[1,2,3]"), &few, &fault) != NULL);
	ck_assert(scan_text(&arena, SLICE_OF("[1,2,3,4]"), &few, &fault) == NULL);
	ck_assert(scan_text(&arena, SLICE_OF("[[1,2,3,4,5]]"), &few, &fault) != NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scan");
	TCase *tests = tcase_create("scan");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, test_accepts);
	tcase_add_test(tests, test_refuses);
	tcase_add_test(tests, test_nodes);
	tcase_add_test(tests, test_strings);
	tcase_add_test(tests, test_limits);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
