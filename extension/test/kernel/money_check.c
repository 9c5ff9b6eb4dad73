/*
 * money_check.c: parsing, rounding, allocation and splitting of money, with the figures of the trade.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/money.h"

static int64_t
cents(const char *text)
{
	int64_t minor = 0;

	ck_assert_int_eq(money_parse(text, strlen(text), 2, &minor), MONEY_FINE);
	return minor;
}

static const char *
shown(int64_t minor, int exponent)
{
	static char text[MONEY_TEXT_SIZE];
	size_t length = money_format(minor, exponent, text);

	ck_assert_uint_eq(length, strlen(text));
	return text;
}

START_TEST(exponents_follow_iso_4217)
{
	static const struct
	{
		const char *code;
		int exponent;
	} known[] = {
		{"USD", 2},
		{"EUR", 2},
		{"AED", 2},
		{"ZWG", 2},
		{"MXN", 2},
		{"JPY", 0},
		{"KRW", 0},
		{"VND", 0},
		{"CLP", 0},
		{"XPF", 0},
		{"BIF", 0},
		{"KWD", 3},
		{"BHD", 3},
		{"TND", 3},
		{"CLF", 4},
		{"UYW", 4},
		{"XCG", 2},
		{"MRU", 2},
		{"XAU", -1},
		{"XXX", -1},
		{"usd", -1},
		{"ZZZ", -1},
		{"AAA", -1},
		{"\0\0", -1},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		ck_assert_msg(money_exponent(known[i].code) == known[i].exponent, "%s: %d, expected %d", known[i].code,
					  money_exponent(known[i].code), known[i].exponent);
}
END_TEST

/* Sorted tables are searched in halves: one code out of order would hide others. Every code must find itself. */
START_TEST(every_listed_currency_is_found)
{
	static const char all[] =
		"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
		"CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
		"HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD "
		"MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR "
		"RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
		"UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

	for (size_t at = 0; at + 3 < sizeof all; at += 4)
		ck_assert_msg(money_exponent(all + at) >= 0, "%.3s is not found", all + at);
}
END_TEST

START_TEST(text_is_read_exactly_or_refused)
{
	static const struct
	{
		const char *text;
		int exponent;
		money_fault fault;
		int64_t minor;
	} cases[] = {
		{"1405.37", 2, MONEY_FINE, 140537},
		{"-0.5", 2, MONEY_FINE, -50},
		{"+7", 2, MONEY_FINE, 700},
		{".5", 2, MONEY_FINE, 50},
		{"12.", 2, MONEY_FINE, 1200},
		{"12.3400", 2, MONEY_FINE, 1234},
		{"12.345", 2, MONEY_EXCESS_DECIMALS, 0},
		{"12.345", 3, MONEY_FINE, 12345},
		{"12.0", 0, MONEY_FINE, 12},
		{"12.1", 0, MONEY_EXCESS_DECIMALS, 0},
		{"", 2, MONEY_NOT_A_NUMBER, 0},
		{".", 2, MONEY_NOT_A_NUMBER, 0},
		{"-", 2, MONEY_NOT_A_NUMBER, 0},
		{"1.2.3", 2, MONEY_NOT_A_NUMBER, 0},
		{"1e3", 2, MONEY_NOT_A_NUMBER, 0},
		{" 1", 2, MONEY_NOT_A_NUMBER, 0},
		{"1,000", 2, MONEY_NOT_A_NUMBER, 0},
		{"--1", 2, MONEY_NOT_A_NUMBER, 0},
		{"NaN", 2, MONEY_NOT_A_NUMBER, 0},
		{"92233720368547758.07", 2, MONEY_FINE, INT64_MAX},
		{"92233720368547758.08", 2, MONEY_OUT_OF_RANGE, 0},
		{"-92233720368547758.08", 2, MONEY_FINE, INT64_MIN},
		{"-92233720368547758.09", 2, MONEY_OUT_OF_RANGE, 0},
		{"99999999999999999999999999999999", 0, MONEY_OUT_OF_RANGE, 0},
		{"92233720368547759", 2, MONEY_OUT_OF_RANGE, 0},
		{"00000000000000000000000000000001.00000000000000000000000000", 2, MONEY_FINE, 100},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
	{
		int64_t minor = 0;
		money_fault fault = money_parse(cases[i].text, strlen(cases[i].text), cases[i].exponent, &minor);

		ck_assert_msg(fault == cases[i].fault, "%s: fault %d", cases[i].text, fault);
		ck_assert_msg(minor == cases[i].minor, "%s: %ld", cases[i].text, minor);
	}
}
END_TEST

START_TEST(amounts_are_written_with_all_their_decimals)
{
	ck_assert_str_eq(shown(8549, 2), "85.49");
	ck_assert_str_eq(shown(-5, 2), "-0.05");
	ck_assert_str_eq(shown(0, 2), "0.00");
	ck_assert_str_eq(shown(1200, 0), "1200");
	ck_assert_str_eq(shown(1, 3), "0.001");
	ck_assert_str_eq(shown(INT64_MIN, 2), "-92233720368547758.08");
	ck_assert_str_eq(shown(INT64_MAX, 4), "922337203685477.5807");
}
END_TEST

START_TEST(half_an_odd_cent_goes_up)
{
	int64_t half;

	ck_assert_int_eq(money_divide(cents("1405.37"), 2, MONEY_HALF_UP, &half), KERNEL_OK);
	ck_assert_int_eq(half, cents("702.69"));
}
END_TEST

START_TEST(rounding_is_away_from_zero_or_to_even)
{
	static const struct
	{
		int64_t amount;
		int64_t divisor;
		int64_t up;
		int64_t even;
	} cases[] = {
		{1, 2, 1, 0},
		{3, 2, 2, 2},
		{5, 2, 3, 2},
		{-1, 2, -1, 0},
		{-3, 2, -2, -2},
		{-5, 2, -3, -2},
		{5, -2, -3, -2},
		{4, 3, 1, 1},
		{5, 3, 2, 2},
		{-4, 3, -1, -1},
		{0, 7, 0, 0},
		{7, 7, 1, 1},
		{49, 100, 0, 0},
		{51, 100, 1, 1},
		{50, 100, 1, 0},
		{150, 100, 2, 2},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
	{
		int64_t up;
		int64_t even;

		ck_assert_int_eq(money_divide(cases[i].amount, cases[i].divisor, MONEY_HALF_UP, &up), KERNEL_OK);
		ck_assert_int_eq(money_divide(cases[i].amount, cases[i].divisor, MONEY_HALF_EVEN, &even), KERNEL_OK);
		ck_assert_int_eq(up, cases[i].up);
		ck_assert_int_eq(even, cases[i].even);
	}
	ck_assert_int_eq(money_divide(1, 0, MONEY_HALF_UP, &(int64_t){0}), KERNEL_INVALID);
}
END_TEST

START_TEST(products_are_exact_to_the_end_of_the_range)
{
	int64_t product;

	ck_assert_int_eq(money_multiply_ppm(cents("284.97"), 300000, MONEY_HALF_UP, &product), KERNEL_OK);
	ck_assert_int_eq(product, cents("85.49"));
	ck_assert_int_eq(money_multiply_ppm(INT64_MAX, MONEY_PPM, MONEY_HALF_UP, &product), KERNEL_OK);
	ck_assert_int_eq(product, INT64_MAX);
	ck_assert_int_eq(money_multiply_ppm(INT64_MIN, MONEY_PPM, MONEY_HALF_UP, &product), KERNEL_OK);
	ck_assert_int_eq(product, INT64_MIN);
	ck_assert_int_eq(money_multiply_ppm(INT64_MAX, MONEY_PPM + 1, MONEY_HALF_UP, &product), KERNEL_OVERFLOW);
	ck_assert_int_eq(money_multiply_ppm(100000, 48750, MONEY_HALF_UP, &product), KERNEL_OK);
	ck_assert_int_eq(product, 4875); /* 4.875 % exists */
	ck_assert_int_eq(money_divide(INT64_MIN, -1, MONEY_HALF_UP, &product), KERNEL_OVERFLOW);
}
END_TEST

START_TEST(thousandths_convert_without_loss)
{
	int64_t out;

	ck_assert_int_eq(money_from_milli(296000, 2, &out), KERNEL_OK);
	ck_assert_int_eq(out, 29600);
	ck_assert_int_eq(money_from_milli(296005, 2, &out), KERNEL_INVALID);
	ck_assert_int_eq(money_round_milli(296005, 2, MONEY_HALF_UP, &out), KERNEL_OK);
	ck_assert_int_eq(out, 29601);
	ck_assert_int_eq(money_round_milli(296005, 2, MONEY_HALF_EVEN, &out), KERNEL_OK);
	ck_assert_int_eq(out, 29600);
	ck_assert_int_eq(money_from_milli(12345, 3, &out), KERNEL_OK);
	ck_assert_int_eq(out, 12345);
	ck_assert_int_eq(money_from_milli(5000, 0, &out), KERNEL_OK);
	ck_assert_int_eq(out, 5);
	ck_assert_int_eq(money_from_milli(5, 4, &out), KERNEL_OK);
	ck_assert_int_eq(out, 50);
	ck_assert_int_eq(money_from_milli(INT64_MAX, 4, &out), KERNEL_OVERFLOW);
	ck_assert_int_eq(money_to_milli(29600, 2, &out), KERNEL_OK);
	ck_assert_int_eq(out, 296000);
	ck_assert_int_eq(money_to_milli(55, 4, &out), KERNEL_INVALID);
	ck_assert_int_eq(money_to_milli(50, 4, &out), KERNEL_OK);
	ck_assert_int_eq(out, 5);
	ck_assert_int_eq(money_to_milli(INT64_MAX, 0, &out), KERNEL_OVERFLOW);
}
END_TEST

static void
allocate(int64_t total, const int64_t *weights, size_t n, const int64_t *expected)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	int64_t parts[8];

	ck_assert_int_eq(money_allocate(total, weights, n, &alloc, parts), KERNEL_OK);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(parts[i], expected[i]);
	ck_assert_uint_eq(state.live, 0);
}

START_TEST(parts_add_up_and_ties_go_to_the_first)
{
	allocate(100, (int64_t[]){1, 1, 1}, 3, (int64_t[]){34, 33, 33});
	allocate(-100, (int64_t[]){1, 1, 1}, 3, (int64_t[]){-34, -33, -33});
	allocate(5, (int64_t[]){0, 1, 1, 0}, 4, (int64_t[]){0, 3, 2, 0});
	allocate(1000, (int64_t[]){1, 2, 3}, 3, (int64_t[]){167, 333, 500});
	allocate(0, (int64_t[]){3, 4}, 2, (int64_t[]){0, 0});
	allocate(INT64_MAX, (int64_t[]){INT64_MAX, INT64_MAX}, 2, (int64_t[]){INT64_MAX / 2 + 1, INT64_MAX / 2});
	allocate(INT64_MIN, (int64_t[]){1}, 1, (int64_t[]){INT64_MIN});
}
END_TEST

START_TEST(allocation_refuses_what_has_no_answer)
{
	allocation state = {.refuse = 1};
	kernel_alloc alloc = allocation_of(&state);
	int64_t parts[2];

	ck_assert_int_eq(money_allocate(1, NULL, 0, &alloc, parts), KERNEL_INVALID);
	ck_assert_int_eq(money_allocate(1, (int64_t[]){0, 0}, 2, &alloc, parts), KERNEL_INVALID);
	ck_assert_int_eq(money_allocate(1, (int64_t[]){2, -1}, 2, &alloc, parts), KERNEL_INVALID);
	ck_assert_int_eq(money_allocate(1, (int64_t[]){2, 1}, 2, &alloc, parts), KERNEL_NO_MEMORY);
	ck_assert_uint_eq(state.live, 0);
	ck_assert_int_eq(money_allocate(1, (int64_t[]){2, 1}, 2, &alloc, parts), KERNEL_OK);
	ck_assert_uint_eq(state.requests, 2); /* there was one to refuse */
}
END_TEST

START_TEST(shares_pass_down_the_chain)
{
	money_split_step nine_tenths[] = {{MONEY_PASS_PERCENT, 900000}, {MONEY_PASS_PERCENT, 900000}};
	money_split_step fee[] = {{MONEY_FEE_PERCENT, 30000}};
	money_split_step off_the_top[] = {{MONEY_FEE_FIXED, 1500}, {MONEY_PASS_PERCENT, 1000000}};
	int64_t kept[2];
	int64_t passed;

	ck_assert_int_eq(money_split_chain(cents("1000.00"), nine_tenths, 2, MONEY_HALF_UP, kept, &passed, NULL), KERNEL_OK);
	ck_assert_int_eq(kept[0], cents("100.00"));
	ck_assert_int_eq(kept[1], cents("90.00"));
	ck_assert_int_eq(passed, cents("810.00"));

	ck_assert_int_eq(money_split_chain(cents("50.69"), fee, 1, MONEY_HALF_UP, kept, &passed, NULL), KERNEL_OK);
	ck_assert_int_eq(kept[0], cents("1.52"));
	ck_assert_int_eq(passed, cents("49.17"));

	ck_assert_int_eq(money_split_chain(cents("100.00"), off_the_top, 2, MONEY_HALF_UP, kept, &passed, NULL), KERNEL_OK);
	ck_assert_int_eq(kept[0], cents("15.00"));
	ck_assert_int_eq(kept[1], 0);
	ck_assert_int_eq(passed, cents("85.00"));
}
END_TEST

START_TEST(a_chain_names_the_step_that_cannot_be)
{
	static const money_split_step wrong[] = {
		{MONEY_FEE_FIXED, 1001},
		{MONEY_FEE_FIXED, -1},
		{MONEY_FEE_PERCENT, 1000001},
		{MONEY_PASS_PERCENT, -1},
	};
	int64_t kept[2];
	int64_t passed;
	size_t failed;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
	{
		money_split_step steps[] = {{MONEY_FEE_FIXED, 0}, wrong[i]};

		ck_assert_int_eq(money_split_chain(1000, steps, 2, MONEY_HALF_UP, kept, &passed, &failed), KERNEL_INVALID);
		ck_assert_uint_eq(failed, 1);
	}
	ck_assert_int_eq(money_split_chain(-1, wrong, 1, MONEY_HALF_UP, kept, &passed, NULL), KERNEL_INVALID);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("money");
	TCase *money = tcase_create("money");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, money);
	tcase_add_test(money, exponents_follow_iso_4217);
	tcase_add_test(money, every_listed_currency_is_found);
	tcase_add_test(money, text_is_read_exactly_or_refused);
	tcase_add_test(money, amounts_are_written_with_all_their_decimals);
	tcase_add_test(money, half_an_odd_cent_goes_up);
	tcase_add_test(money, rounding_is_away_from_zero_or_to_even);
	tcase_add_test(money, products_are_exact_to_the_end_of_the_range);
	tcase_add_test(money, thousandths_convert_without_loss);
	tcase_add_test(money, parts_add_up_and_ties_go_to_the_first);
	tcase_add_test(money, allocation_refuses_what_has_no_answer);
	tcase_add_test(money, shares_pass_down_the_chain);
	tcase_add_test(money, a_chain_names_the_step_that_cannot_be);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
