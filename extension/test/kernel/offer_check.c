/*
 * offer_check.c: what a listed price means per night and stay, which listings are one hotel, and words in free text.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/identity.h"
#include "kernel/offer.h"
#include "kernel/words.h"

#define TEXT(literal) ((kernel_text){literal, sizeof(literal) - 1})
#define NO_TEXT ((kernel_text){NULL, 0})

START_TEST(a_night_follows_from_the_basis)
{
	static const struct
	{
		int64_t milli;
		offer_basis basis;
		int nights;
		int guests;
		int exponent;
		offer_answer answer;
		int64_t minor;
	} cases[] = {
		{285000, OFFER_PER_NIGHT, 0, 0, 2, OFFER_KNOWN, 28500},
		{1000000, OFFER_PER_STAY, 3, 0, 2, OFFER_KNOWN, 33333},
		{200000, OFFER_PER_STAY, 3, 0, 2, OFFER_KNOWN, 6667},
		{702690, OFFER_PER_PERSON, 4, 2, 2, OFFER_KNOWN, 35135}, /* 351.345 */
		{1405370, OFFER_PACKAGE, 4, 2, 2, OFFER_UNKNOWN, 0},
		{200000, OFFER_PER_STAY, 0, 2, 2, OFFER_UNKNOWN, 0},
		{200000, OFFER_PER_STAY, -1, 2, 2, OFFER_UNKNOWN, 0},
		{200000, OFFER_PER_PERSON, 3, 0, 2, OFFER_UNKNOWN, 0},
		{200000, OFFER_BASIS_UNKNOWN, 3, 2, 2, OFFER_UNKNOWN, 0},
		{200000, OFFER_PER_NIGHT, 3, 2, -1, OFFER_UNKNOWN, 0},
		{25000500, OFFER_PER_NIGHT, 0, 0, 0, OFFER_KNOWN, 25001},
		{10000, OFFER_PER_STAY, 3, 0, 3, OFFER_KNOWN, 3333},
		{-5, OFFER_PER_NIGHT, 0, 0, 2, OFFER_KNOWN, -1},
		{INT64_MAX, OFFER_PER_NIGHT, 0, 0, 4, OFFER_OVERFLOW, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
	{
		int64_t minor = 0;
		offer_answer answer = offer_nightly(cases[i].milli, cases[i].basis, cases[i].nights, cases[i].guests,
											cases[i].exponent, &minor);

		ck_assert_msg(answer == cases[i].answer && minor == cases[i].minor, "case %zu: %d %ld", i, answer, minor);
	}
}
END_TEST

START_TEST(bases_are_read_by_name)
{
	ck_assert_int_eq(offer_basis_from_text("per_night", 9), OFFER_PER_NIGHT);
	ck_assert_int_eq(offer_basis_from_text("per_stay", 8), OFFER_PER_STAY);
	ck_assert_int_eq(offer_basis_from_text("per_person", 10), OFFER_PER_PERSON);
	ck_assert_int_eq(offer_basis_from_text("package", 7), OFFER_PACKAGE);
	ck_assert_int_eq(offer_basis_from_text("per_nigh", 8), OFFER_BASIS_UNKNOWN);
	ck_assert_int_eq(offer_basis_from_text("", 0), OFFER_BASIS_UNKNOWN);
}
END_TEST

static void
identify(kernel_text giata, kernel_text name, const char *expected)
{
	size_t room = IDENTITY_SIZE(giata.length, name.length);
	char *out = malloc(room); /* exactly what the header asks for: the sanitizer watches its end */
	size_t length = identity_hotel(giata, name, out);

	ck_assert_msg(length == strlen(expected) && memcmp(out, expected, length) == 0, "%.*s, expected %s", (int) length, out,
				  expected);
	free(out);
}

START_TEST(a_giata_id_goes_before_the_name)
{
	identify(TEXT("12345"), TEXT("Hotel Trecento"), "g:12345");
	identify(TEXT(" 12345 "), NO_TEXT, "g:12345");
	identify(TEXT("  "), TEXT("Hotel Trecento"), "n:hoteltrecento");
	identify(NO_TEXT, TEXT("HOTEL Trecento!"), "n:hoteltrecento");
	identify(NO_TEXT, TEXT("H\xc3\xb4tel & Spa, 5*"), "n:h\xc3\xb4telspa5");
	identify(NO_TEXT, TEXT("\xe9\xab\x98\xe8\xbc\xaa \xe8\x8a\xb1"), "n:\xe9\xab\x98\xe8\xbc\xaa\xe8\x8a\xb1");
	identify(NO_TEXT, TEXT(" -- \t"), "");
	identify(NO_TEXT, NO_TEXT, "");
	identify(TEXT(""), TEXT(""), "");
}
END_TEST

static bool
occurs(const char *text, const char *sought)
{
	return words_occur((kernel_text){text, strlen(text)}, (kernel_text){sought, strlen(sought)});
}

START_TEST(words_are_found_whole_and_in_any_case)
{
	ck_assert(occurs("Rome & Amalfi", "rome"));
	ck_assert(occurs("Rome & Amalfi", "AMALFI"));
	ck_assert(occurs("Maui, Hawaii", "hawaii"));
	ck_assert(occurs("New York City", "new york"));
	ck_assert(occurs("Canc\xc3\xban", "CANC\xc3\x9aN"));
	ck_assert(occurs("\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0", "\xd0\xbc\xd0\x9e\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0"));
	ck_assert(occurs("\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac"));
	ck_assert(!occurs("Jerome", "rome"));
	ck_assert(!occurs("Romeo", "rome"));
	ck_assert(!occurs("Canc\xc3\xban", "Cancun"));
	ck_assert(!occurs("", "rome"));
	ck_assert(!occurs("Rome", ""));
	ck_assert(!occurs("Ro", "Rome"));
	ck_assert(!occurs("\xc3", "\xc3\x9a"));
	ck_assert(!words_occur(NO_TEXT, TEXT("rome")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("offer");
	TCase *offer = tcase_create("offer");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, offer);
	tcase_add_test(offer, a_night_follows_from_the_basis);
	tcase_add_test(offer, bases_are_read_by_name);
	tcase_add_test(offer, a_giata_id_goes_before_the_name);
	tcase_add_test(offer, words_are_found_whole_and_in_any_case);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
