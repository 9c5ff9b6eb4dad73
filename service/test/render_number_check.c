/*
 * render_number_check.c - numbers as JavaScript writes and reads them: against known spellings, and against strtod and printf
 * for random ones.
 */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/number_text.h"

START_TEST(test_spelling)
{
	static const struct
	{
		double number;
		const char *text;
	} cases[] = {
		{0, "0"},
		{-0.0, "0"},
		{1, "1"},
		{-7, "-7"},
		{0.1, "0.1"},
		{0.1 + 0.2, "0.30000000000000004"},
		{1e21, "1e+21"},
		{1e20, "100000000000000000000"},
		{123456789012345680000.0, "123456789012345680000"},
		{1e-6, "0.000001"},
		{1.5e-7, "1.5e-7"},
		{1e-7, "1e-7"},
		{5e-324, "5e-324"},
		{1.7976931348623157e308, "1.7976931348623157e+308"},
		{0x1p-44, "5.684341886080802e-14"},
		{0x1p-1022, "2.2250738585072014e-308"},
		{9007199254740993.0, "9007199254740992"},
		{1e15 + 0.5, "1000000000000000.5"},
		{4.35, "4.35"},
		{1.005, "1.005"},
		{123456789.125, "123456789.125"},
		{100, "100"},
		{1.0 / 3, "0.3333333333333333"},
		{2.0 / 3, "0.6666666666666666"},
		{INFINITY, "Infinity"},
		{-INFINITY, "-Infinity"},
		{NAN, "NaN"},
		{0x1p-1074 * 3, "1.5e-323"},
		{9.5367431640625e-7, "9.5367431640625e-7"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char text[NUMBER_TEXT_ROOM];
		size_t length = number_text(cases[i].number, text);

		ck_assert_str_eq(text, cases[i].text);
		ck_assert_uint_eq(length, strlen(cases[i].text));
	}
}
END_TEST

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static double
any_double(uint64_t *state, int kind)
{
	uint64_t bits = next_random(state);
	double number;

	if (kind == 0)
		return (double) (int64_t) (bits % 2000000000000) / 1000 * (bits & 1 ? 1 : -1);
	if (kind == 1)
		return (double) (bits % 100000000000000000) / 1e9;
	if (kind == 2)
		bits &= ~UINT64_C(0xFFFFFFFFFFFFF); /* a power of two */
	memcpy(&number, &bits, sizeof(number));
	return isfinite(number) ? number : 1;
}

/* What is written reads back, and no text with one digit less does. */
START_TEST(test_shortest)
{
	uint64_t state = 88172645463325252u;

	for (int i = 0; i < 40000; i++)
	{
		double number = any_double(&state, i % 4);
		char text[NUMBER_TEXT_ROOM];
		char shorter[64];
		size_t digits = 0;

		number_text(number, text);
		if (strtod(text, NULL) != number || number_from_text(text, strlen(text)) != number)
			ck_abort_msg("%.17g is written %s, which is read as %.17g", number, text, number_from_text(text, strlen(text)));
		for (const char *at = text; *at != '\0' && *at != 'e'; at++)
			digits += *at >= '0' && *at <= '9' && (digits > 0 || *at != '0');
		for (const char *at = text + strcspn(text, "e"); at > text && (at[-1] == '0' || at[-1] == '.') && strchr(text, '.') == NULL; at--)
			digits--;
		if (digits < 2 || number == 0)
			continue;
		snprintf(shorter, sizeof(shorter), "%.*e", (int) digits - 2, number);
		if (strtod(shorter, NULL) == number)
			ck_abort_msg("%s could be %s", text, shorter);
	}
}
END_TEST

/* Of values that are no ties printf rounds as toFixed does. */
START_TEST(test_fixed)
{
	static const struct
	{
		double number;
		int decimals;
		const char *text;
	} ties[] = {
		{2.5, 0, "3"},
		{-2.5, 0, "-3"},
		{0.5, 0, "1"},
		{1.5, 0, "2"},
		{0.125, 2, "0.13"},
		{99.5, 0, "100"},
		{9.5, 0, "10"},
		{0.375, 2, "0.38"},
		{1.005, 2, "1.00"},
		{1e21, 2, "1e+21"},
		{-0.0001, 2, "-0.00"},
		{0, 2, "0.00"},
		{NAN, 2, "NaN"},
		{999.96875, 4, "999.9688"},
	};
	uint64_t state = 424242;

	for (size_t i = 0; i < sizeof(ties) / sizeof(ties[0]); i++)
	{
		char text[NUMBER_FIXED_ROOM];

		number_fixed(ties[i].number, ties[i].decimals, text);
		ck_assert_str_eq(text, ties[i].text);
	}
	for (int i = 0; i < 20000; i++)
	{
		double number = any_double(&state, i % 2) + 0.0000123;
		int decimals = i % 4;
		char text[NUMBER_FIXED_ROOM];
		char wanted[NUMBER_FIXED_ROOM];

		number_fixed(number, decimals, text);
		snprintf(wanted, sizeof(wanted), "%.*f", decimals, number);
		if (strcmp(text, wanted) != 0)
			ck_abort_msg("%s, not %s", text, wanted);
	}
}
END_TEST

START_TEST(test_reading)
{
	static const struct
	{
		const char *text;
		double whole;  /* Number(text) */
		double prefix; /* parseFloat(text) */
	} cases[] = {
		{"", 0, NAN},
		{" \t\n", 0, NAN},
		{" 42 ", 42, 42},
		{"12px", NAN, 12},
		{"-1.5e3", -1500, -1500},
		{".5", 0.5, 0.5},
		{"5.", 5, 5},
		{".", NAN, NAN},
		{"1e", NAN, 1},
		{"1e+", NAN, 1},
		{"e5", NAN, NAN},
		{"0x1F", 31, 0},
		{"0b101", 5, 0},
		{"0o17", 15, 0},
		{"0x", NAN, 0},
		{"Infinity", INFINITY, INFINITY},
		{"-Infinityx", NAN, -INFINITY},
		{"infinity", NAN, NAN},
		{"+7", 7, 7},
		{"--7", NAN, NAN},
		{"1_000", NAN, 1},
		{"1e400", INFINITY, INFINITY},
		{"1e-400", 0, 0},
		{"\xc2\xa0\xe2\x80\xa8"
		 "8\xef\xbb\xbf",
		 8, 8},
		{"1e99999999999999999999", INFINITY, INFINITY},
		{"0e99999999999999999999", 0, 0},
		{"0.1", 0.1, 0.1},
		{"123456789012345678901234567890", 123456789012345678901234567890.0, 123456789012345678901234567890.0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		double whole = number_from_text(cases[i].text, strlen(cases[i].text));
		double prefix = number_prefix_float(cases[i].text, strlen(cases[i].text));

		ck_assert_msg(whole == cases[i].whole || (isnan(whole) && isnan(cases[i].whole)), "%s is %g", cases[i].text, whole);
		ck_assert_msg(prefix == cases[i].prefix || (isnan(prefix) && isnan(cases[i].prefix)), "%s begins with %g", cases[i].text, prefix);
	}
}
END_TEST

/* A million digits are read as fast as they can be looked at, and the last of them still decides a tie. */
START_TEST(test_long)
{
	size_t length = 1000000;
	char *text = malloc(length + 2);

	memset(text, '0', length + 2);
	memcpy(text, "9007199254740993.", 17);
	ck_assert(number_from_text(text, length) == 9007199254740992.0);
	text[length - 1] = '1';
	ck_assert(number_from_text(text, length) == 9007199254740994.0);
	free(text);
}
END_TEST

START_TEST(test_whole)
{
	static const struct
	{
		const char *text;
		int base;
		double number;
	} cases[] = {
		{"12px", 10, 12},
		{"-0x1F", 0, -31},
		{"0x1F", 16, 31},
		{"0x1F", 10, 0},
		{"zz", 36, 1295},
		{"12", 2, 1},
		{"2", 2, NAN},
		{"12", 1, NAN},
		{"12", 37, NAN},
		{" +8.9", 10, 8},
		{"", 10, NAN},
		{"-", 10, NAN},
		{"FF", 16, 255},
		{"9007199254740993", 10, 9007199254740992.0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		double number = number_prefix_int(cases[i].text, strlen(cases[i].text), cases[i].base);

		ck_assert_msg(number == cases[i].number || (isnan(number) && isnan(cases[i].number)), "%s in base %d is %g", cases[i].text,
					  cases[i].base, number);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("numbers");
	TCase *tests = tcase_create("numbers");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, test_spelling);
	tcase_add_test(tests, test_shortest);
	tcase_add_test(tests, test_fixed);
	tcase_add_test(tests, test_reading);
	tcase_add_test(tests, test_long);
	tcase_add_test(tests, test_whole);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
