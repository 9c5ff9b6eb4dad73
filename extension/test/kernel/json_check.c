/*
 * json_check.c: what the JSON kernel takes, what it refuses and what it says.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/json.h"

static allocation held;
static arena memory;
static jdoc_error error;

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
	return jdoc_parse(&memory, text, strlen(text), NULL, &error);
}

static void
refuse(const char *text, size_t length, jdoc_fault fault, size_t offset, const char *path)
{
	const jdoc_value *v = jdoc_parse(&memory, text, length, NULL, &error);

	ck_assert_msg(v == NULL, "%s was taken", text);
	ck_assert_msg(error.fault == fault, "%s: fault %d, expected %d", text, error.fault, fault);
	ck_assert_msg(error.offset == offset, "%s: at %zu, expected %zu", text, error.offset, offset);
	ck_assert_str_eq(error.path, path);
	ck_assert_int_ne(error.expected[0], '\0');
	ck_assert_int_ne(error.got[0], '\0');
}

#define REFUSE(text, fault, offset, path) refuse(text, sizeof(text) - 1, fault, offset, path)

START_TEST(values_of_every_kind_are_read)
{
	const jdoc_value *v = parse(" {\"a\":[1,-2.50e+3,true,false,null],\"b\":{},\"c\":\"x\"} ");
	const jdoc_value *a;

	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(v->kind, JDOC_OBJECT);
	ck_assert_uint_eq(v->count, 3);
	a = jdoc_find_word(v, "a");
	ck_assert_uint_eq(a->count, 5);
	ck_assert(jdoc_is_word(&a->is.items[1], "-2.50e+3"));
	ck_assert_int_eq(a->is.items[2].kind, JDOC_TRUE);
	ck_assert_int_eq(a->is.items[4].kind, JDOC_NULL);
	ck_assert_uint_eq(jdoc_find_word(v, "b")->count, 0);
	ck_assert_ptr_null(jdoc_find_word(v, "d"));
	ck_assert_uint_eq(a->start, 6);
	ck_assert_uint_eq(a->end, 34);
}
END_TEST

START_TEST(escapes_are_decoded)
{
	const jdoc_value *v = parse("\"a\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\"");

	ck_assert_ptr_nonnull(v);
	ck_assert(jdoc_is_word(v, "a\n\"\\/\b\f\r\t\u00e9\u20ac\U0001f600"));
	ck_assert_uint_eq(jdoc_code_points(v->is.text, v->count), 12);
}
END_TEST

START_TEST(faults_name_byte_and_path)
{
	REFUSE("", JDOC_SYNTAX, 0, "");
	REFUSE("{\"a\":[1,2,}", JDOC_SYNTAX, 10, "/a/2");
	REFUSE("[1 2]", JDOC_SYNTAX, 3, "");
	REFUSE("[01]", JDOC_SYNTAX, 1, "/0");
	REFUSE("[1.]", JDOC_SYNTAX, 1, "/0");
	REFUSE("[.5]", JDOC_SYNTAX, 1, "/0");
	REFUSE("[+1]", JDOC_SYNTAX, 1, "/0");
	REFUSE("[NaN]", JDOC_SYNTAX, 1, "/0");
	REFUSE("{'a':1}", JDOC_SYNTAX, 1, "");
	REFUSE("{\"a\" 1}", JDOC_SYNTAX, 5, "");
	REFUSE("[\"\t\"]", JDOC_SYNTAX, 2, "/0");
	REFUSE("[\"\\x\"]", JDOC_SYNTAX, 3, "/0");
	REFUSE("[\"\\u12g4\"]", JDOC_SYNTAX, 2, "/0");
	REFUSE("[\"abc", JDOC_SYNTAX, 5, "/0");
	REFUSE("\xef\xbb\xbf{}", JDOC_SYNTAX, 0, "");
	REFUSE("{} x", JDOC_TRAILING, 3, "");
	REFUSE("{\"a\":1,\"b\":2,\"a\":3}", JDOC_DUPLICATE, 17, "/a");
	REFUSE("{\"x/y~z\":[\"\\ud800\"]}", JDOC_SURROGATE, 11, "/x~1y~0z/0");
	REFUSE("\"\\udc00\\ud800\"", JDOC_SURROGATE, 1, "");
	REFUSE("\"\\ud800\\u0041\"", JDOC_SURROGATE, 1, "");
}
END_TEST

START_TEST(nul_is_refused_raw_and_escaped)
{
	REFUSE("[\"a\0b\"]", JDOC_NUL, 3, "/0");
	REFUSE("[\"a\\u0000b\"]", JDOC_NUL, 3, "/0");
	REFUSE("[\0]", JDOC_NUL, 1, "/0");
	REFUSE("1\0", JDOC_NUL, 1, "");
	REFUSE("{\"\\u0000\":1}", JDOC_NUL, 2, "");
}
END_TEST

START_TEST(broken_utf8_is_refused)
{
	REFUSE("[\"\xff\"]", JDOC_UTF8, 2, "/0");
	REFUSE("[\"\xc0\xaf\"]", JDOC_UTF8, 2, "/0");
	REFUSE("[\"\xe0\x80\xaf\"]", JDOC_UTF8, 2, "/0");
	REFUSE("[\"\xed\xa0\x80\"]", JDOC_UTF8, 2, "/0");
	REFUSE("[\"\xf4\x90\x80\x80\"]", JDOC_UTF8, 2, "/0");
	REFUSE("[\"\xe2\x82\"]", JDOC_UTF8, 2, "/0");
	REFUSE("{\"k\":\"ok\xc3\"}", JDOC_UTF8, 8, "/k");
	ck_assert_ptr_nonnull(parse("\"\xf0\x90\x80\x80\xef\xbf\xbf\""));
}
END_TEST

START_TEST(duplicates_are_found_among_many_names)
{
	char text[20000] = "{";
	size_t at = 1;

	for (int i = 0; i < 1000; i++)
		at += (size_t) sprintf(text + at, "%s\"n%d\":%d", i == 0 ? "" : ",", i, i);
	sprintf(text + at, ",\"n500\":0}");
	ck_assert_ptr_null(parse(text));
	ck_assert_int_eq(error.fault, JDOC_DUPLICATE);
	ck_assert_str_eq(error.path, "/n500");
	sprintf(text + at, "}");
	ck_assert(jdoc_is_word(jdoc_find_word(parse(text), "n731"), "731"));
}
END_TEST

START_TEST(limits_hold)
{
	char deep[20001];
	jdoc_limits limits = {.depth = 3, .bytes = 100, .values = 5, .number_bytes = 6};

	memset(deep, '[', 10000);
	memset(deep + 10000, ']', 10000);
	deep[20000] = '\0';
	ck_assert_ptr_null(parse(deep));
	ck_assert_int_eq(error.fault, JDOC_DEPTH);
	ck_assert_uint_eq(error.offset, 64);
	ck_assert_ptr_nonnull(jdoc_parse(&memory, "[[[1]]]", 7, &limits, &error));
	ck_assert_ptr_null(jdoc_parse(&memory, "[[[[]]]]", 8, &limits, &error));
	ck_assert_str_eq(error.path, "/0/0/0");
	ck_assert_ptr_null(jdoc_parse(&memory, deep, 101, &limits, &error));
	ck_assert_int_eq(error.fault, JDOC_TOO_LONG);
	ck_assert_ptr_null(jdoc_parse(&memory, "[1,2,3,4,5]", 11, &limits, &error));
	ck_assert_int_eq(error.fault, JDOC_TOO_MANY);
	ck_assert_str_eq(error.path, "/4");
	ck_assert_ptr_null(jdoc_parse(&memory, "[1234567]", 9, &limits, &error));
	ck_assert_int_eq(error.fault, JDOC_NUMBER_TOO_LONG);
}
END_TEST

static int
compare(const char *a, const char *b)
{
	jdoc_decimal x;
	jdoc_decimal y;

	ck_assert(jdoc_decimal_read(a, strlen(a), &x));
	ck_assert(jdoc_decimal_read(b, strlen(b), &y));
	return jdoc_decimal_compare(&x, &y);
}

START_TEST(numbers_compare_exactly)
{
	ck_assert_int_eq(compare("1", "1.0"), 0);
	ck_assert_int_eq(compare("100", "1e2"), 0);
	ck_assert_int_eq(compare("0.010", "1E-2"), 0);
	ck_assert_int_eq(compare("-0", "0"), 0);
	ck_assert_int_lt(compare("9007199254740992", "9007199254740993"), 0);
	ck_assert_int_lt(compare("-2", "-1"), 0);
	ck_assert_int_lt(compare("-1", "0.5"), 0);
	ck_assert_int_gt(compare("1e400", "9e399"), 0);
	ck_assert_int_lt(compare("1e-999999999999999999999", "0.1"), 0);
	ck_assert_int_gt(compare("0.30", "0.299999999999999999999"), 0);
}
END_TEST

static bool
multiple(const char *a, const char *step)
{
	jdoc_decimal x;
	jdoc_decimal y;

	ck_assert(jdoc_decimal_read(a, strlen(a), &x));
	ck_assert(jdoc_decimal_read(step, strlen(step), &y));
	return jdoc_decimal_is_multiple(&x, &y);
}

START_TEST(multiples_and_ranges_are_exact)
{
	jdoc_decimal n;
	int64_t whole;

	ck_assert(multiple("0.075", "0.001"));
	ck_assert(!multiple("0.0751", "0.001"));
	ck_assert(multiple("1e300", "7") == false);
	ck_assert(multiple("123456789123456789123456789", "123456789"));
	ck_assert(multiple("-4.5", "1.5"));
	ck_assert(!multiple("10", "100"));
	ck_assert(multiple("0", "3"));
	ck_assert(jdoc_decimal_read("9223372036854775807", 19, &n) && jdoc_decimal_to_int64(&n, &whole));
	ck_assert_int_eq(whole, INT64_MAX);
	ck_assert(jdoc_decimal_read("-9223372036854775808", 20, &n) && jdoc_decimal_to_int64(&n, &whole));
	ck_assert_int_eq(whole, INT64_MIN);
	ck_assert(jdoc_decimal_read("9223372036854775808", 19, &n) && !jdoc_decimal_to_int64(&n, &whole));
	ck_assert(jdoc_decimal_read("1.5", 3, &n) && !jdoc_decimal_to_int64(&n, &whole));
	ck_assert(jdoc_decimal_read("12.340", 6, &n));
	ck_assert_int_eq(jdoc_decimal_scale(&n), 2);
}
END_TEST

START_TEST(equal_values_share_hash_and_canonical_text)
{
	const jdoc_value *a = parse("{\"b\":[1.0,\"\\u0041\"],\"a\":{\"y\":1,\"x\":-0}}");
	const jdoc_value *b = parse("{\"a\":{\"x\":0,\"y\":10e-1},\"b\":[1,\"A\"]}");
	const jdoc_value *c = parse("{\"a\":{\"x\":0,\"y\":2},\"b\":[1,\"A\"]}");
	jdoc_text one;
	jdoc_text two;

	ck_assert(jdoc_equal(a, b));
	ck_assert(!jdoc_equal(a, c));
	ck_assert(jdoc_hash(a) == jdoc_hash(b));
	jdoc_text_start(&one, &memory);
	jdoc_text_start(&two, &memory);
	jdoc_text_add_canonical(&one, a);
	jdoc_text_add_canonical(&two, b);
	ck_assert_uint_eq(one.length, two.length);
	ck_assert_mem_eq(one.bytes, two.bytes, one.length);
}
END_TEST

/* An exponent no int64 holds is cut off; the text written for such a number is read as the same number all the same. */
START_TEST(numbers_beyond_every_exponent_keep_their_text)
{
	static const char *const numbers[] = {"1100e99999999999999999999", "0.0011e99999999999999999999",
										  "1100e-99999999999999999999", "12.5e-99999999999999999999"};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		const jdoc_value *number = parse(numbers[i]);
		const jdoc_value *again;
		jdoc_text text;

		jdoc_text_start(&text, &memory);
		jdoc_text_add_canonical(&text, number);
		again = jdoc_parse(&memory, text.bytes, text.length, NULL, &error);
		ck_assert_ptr_nonnull(again);
		ck_assert(jdoc_equal(number, again));
		ck_assert(jdoc_hash(number) == jdoc_hash(again));
	}
}
END_TEST

/* Lists and names enough that every kind of memory is asked for: piles that grow, an index, decoded text. */
static const char *
varied_text(void)
{
	static char text[40000];
	size_t at = 0;

	at += (size_t) snprintf(text, sizeof(text), "{\"list\":[\"\\u00e9\",1.50");
	for (int i = 0; i < 400; i++)
		at += (size_t) snprintf(text + at, sizeof(text) - at, ",{\"n\":%d}", i);
	at += (size_t) snprintf(text + at, sizeof(text) - at, "]");
	for (int i = 0; i < 200; i++)
		at += (size_t) snprintf(text + at, sizeof(text) - at, ",\"name %d\":\"\\n%d\"", i, i);
	snprintf(text + at, sizeof(text) - at, ",\"empty\":[],\"none\":{}}");
	return text;
}

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	size_t requests = 1;

	for (size_t refuse = 0; refuse <= requests; refuse++)
	{
		allocation state = {.refuse = refuse};
		arena a;
		const jdoc_value *value;
		jdoc_text text;

		arena_start(&a, allocation_source(&state));
		value = jdoc_parse(&a, varied_text(), strlen(varied_text()), NULL, &error);
		ck_assert(value != NULL || error.fault == JDOC_NO_MEMORY);
		jdoc_text_start(&text, &a);
		if (value != NULL)
		{
			jdoc_text_add_canonical(&text, value);
			jdoc_text_add_quoted(&text, "a \"word\"\n", 9);
			jdoc_text_add_word(&text, "more");
		}
		if (refuse == 0)
			requests = state.requests;
		ck_assert_msg((value == NULL || text.failed) == (refuse > 0), "request %zu of %zu", refuse, requests);
		arena_end(&a);
		ck_assert_uint_eq(state.live, 0);
	}
	ck_assert_uint_gt(requests, 200);
}
END_TEST

START_TEST(descriptions_are_short_and_whole)
{
	char out[128];

	jdoc_describe(parse("[1,2]"), out, sizeof(out));
	ck_assert_str_eq(out, "a list of 2 items");
	jdoc_describe(parse("\"abc\""), out, sizeof(out));
	ck_assert_str_eq(out, "the text \"abc\"");
	jdoc_describe(parse("\"0123456789012345678901234567890123456789012345678901234567890\u20ac\u20ac\""),
				  out, sizeof(out));
	ck_assert_uint_lt(strlen(out), 90);
	jdoc_describe(parse("12.50"), out, sizeof(out));
	ck_assert_str_eq(out, "12.50");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tests = tcase_create("json");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, open_arena, close_arena);
	tcase_add_test(tests, values_of_every_kind_are_read);
	tcase_add_test(tests, escapes_are_decoded);
	tcase_add_test(tests, faults_name_byte_and_path);
	tcase_add_test(tests, nul_is_refused_raw_and_escaped);
	tcase_add_test(tests, broken_utf8_is_refused);
	tcase_add_test(tests, duplicates_are_found_among_many_names);
	tcase_add_test(tests, limits_hold);
	tcase_add_test(tests, numbers_compare_exactly);
	tcase_add_test(tests, multiples_and_ranges_are_exact);
	tcase_add_test(tests, equal_values_share_hash_and_canonical_text);
	tcase_add_test(tests, numbers_beyond_every_exponent_keep_their_text);
	tcase_add_test(tests, every_refused_allocation_is_told_and_loses_nothing);
	tcase_add_test(tests, descriptions_are_short_and_whole);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
