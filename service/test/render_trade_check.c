/*
 * render_trade_check.c - dates against the C library's calendar, and prices against integers of minor units.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/calendar.h"
#include "kernel/kernel_text.h"
#include "kernel/price_text.h"

/* Every day of four hundred years: the weekday, the day of the year and the distance from the first, by gmtime. */
START_TEST(test_days)
{
	const struct calendar_locale *english = calendar_locale(KERNEL_TEXT_OF("en"));
	struct moment first;

	ck_assert_ptr_null(moment_read(KERNEL_TEXT_OF("1900-01-01"), &first));
	for (int day = 0; day < 146097; day++)
	{
		time_t when = ((time_t) day - 25567) * 86400;
		struct tm tm;
		char text[16];
		char wanted[64];
		char got[64];
		struct moment moment;
		const char *fault = NULL;
		size_t length;

		gmtime_r(&when, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d", &tm);
		fault = moment_read(kernel_text_of(text), &moment);
		strftime(wanted, sizeof(wanted), "%A %B %j", &tm);
		length = calendar_piece(&moment, english, 'A', false, got, &fault);
		got[length++] = ' ';
		length += calendar_piece(&moment, english, 'B', false, got + length, &fault);
		got[length++] = ' ';
		length += calendar_piece(&moment, english, 'j', false, got + length, &fault);
		got[length] = '\0';
		/* libcheck's assertions would take longer than all the rest. */
		if (fault != NULL || moment_day(&moment) - moment_day(&first) != day || strcmp(got, wanted) != 0)
			ck_abort_msg("%s is %s, day %ld of %d", text, got, moment_day(&moment) - moment_day(&first), day);
	}
}
END_TEST

/* What is no date is refused, and every date that is refused as one is none to timegm either. */
START_TEST(test_refused)
{
	char text[64];
	struct moment moment;

	for (int year = 1899; year < 2101; year++)
		for (int month = 0; month < 14; month++)
			for (int day = 0; day < 33; day++)
			{
				struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
				struct tm same = tm;
				bool real;

				timegm(&same);
				real = same.tm_mon == tm.tm_mon && same.tm_mday == tm.tm_mday;
				snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
				if ((moment_read(kernel_text_of(text), &moment) == NULL) != real)
					ck_abort_msg("%s", text);
			}
}
END_TEST

/* The text of an amount in dollars, made of integers. */
static void
dollars(int64_t cents, char text[64])
{
	uint64_t size = (uint64_t) (cents < 0 ? -cents : cents);
	uint64_t whole = size / 100;
	char digits[32];
	size_t length = (size_t) snprintf(digits, sizeof(digits), "%" PRIu64, whole);
	size_t at = 0;

	if (cents < 0)
		text[at++] = '-';
	text[at++] = '$';
	for (size_t i = 0; i < length; i++)
	{
		if (i > 0 && (length - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	snprintf(text + at, 64 - at, ".%02" PRIu64, size % 100);
}

/* Tenths of cents are rounded by integers: half away from zero. */
START_TEST(test_prices)
{
	uint64_t state = 1;

	for (int i = 0; i < 20000; i++)
	{
		int64_t tenths;
		char amount[64];
		char wanted[64];
		char got[PRICE_ROOM];
		size_t length;

		state = state * 6364136223846793005u + 1442695040888963407u;
		tenths = (int64_t) (state >> (8 + i % 50)) * (i % 2 == 0 ? 1 : -1);
		snprintf(amount, sizeof(amount), "%s%" PRId64 ".%03" PRId64, tenths < 0 ? "-" : "", (int64_t) llabs(tenths) / 1000,
				 (int64_t) llabs(tenths) % 1000);
		dollars((tenths + (tenths < 0 ? -5 : 5)) / 10, wanted);
		ck_assert_int_eq(price_text(kernel_text_of(amount), KERNEL_TEXT_OF("USD"), KERNEL_TEXT_OF("en-US"), got, &length), PRICE_FINE);
		got[length] = '\0';
		ck_assert_str_eq(got, wanted);
	}
}
END_TEST

/* The longest of everything fits. */
START_TEST(test_room)
{
	static const char *const locales[] = {"en-US", "en-GB", "de-DE", "fr-FR", "ja-JP", "es-ES", "it-IT"};
	char amount[128];
	char text[PRICE_ROOM + 1];
	size_t length;

	memset(amount, '9', sizeof(amount));
	amount[0] = '-';
	amount[1 + PRICE_DIGITS_MOST] = '.';
	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++)
	{
		kernel_text whole = {amount, sizeof(amount)};

		text[PRICE_ROOM] = '#';
		ck_assert_int_eq(price_text(whole, KERNEL_TEXT_OF("CLF"), kernel_text_of(locales[i]), text, &length), PRICE_FINE);
		ck_assert_uint_lt(length, PRICE_ROOM);
		ck_assert_int_eq(price_text(whole, KERNEL_TEXT_OF("XOF"), kernel_text_of(locales[i]), text, &length), PRICE_FINE);
		ck_assert_int_eq(text[PRICE_ROOM], '#');
		amount[1 + PRICE_DIGITS_MOST] = '9';
		ck_assert_int_eq(price_text(whole, KERNEL_TEXT_OF("USD"), kernel_text_of(locales[i]), text, &length), PRICE_TOO_LONG);
		amount[1 + PRICE_DIGITS_MOST] = '.';
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trade");
	TCase *tests = tcase_create("trade");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, test_days);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_prices);
	tcase_add_test(tests, test_room);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
