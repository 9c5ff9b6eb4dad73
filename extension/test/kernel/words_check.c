/*
 * words_check.c: each distinct word has one number, in the order they came; memory refused is told.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/words.h"

#define MANY 120

/* The i-th word, of any length from 1 to some dozens, none twice. */
static kernel_text
word(char *room, size_t i)
{
	int length = sprintf(room, "%zu", i);

	memset(room + length, 'a' + (int) (i % 26), i % 40);
	return (kernel_text){room, (size_t) length + i % 40};
}

START_TEST(words_are_numbered_in_the_order_they_came)
{
	allocation held = {0};
	arena memory;
	words_table table;
	char room[64];

	arena_start(&memory, allocation_source(&held));
	ck_assert(words_begin(&table, MANY, &memory));
	for (size_t i = 0; i < MANY; i++)
	{
		ck_assert_uint_eq(words_find(&table, word(room, i).bytes, word(room, i).length), 0);
		ck_assert_uint_eq(words_enter(&table, word(room, i), &memory), i + 1);
		ck_assert_uint_eq(words_enter(&table, word(room, i / 2), &memory), i / 2 + 1);
	}
	memset(room, 0, sizeof room); /* the table has copies */
	for (size_t i = 0; i < MANY; i++)
	{
		kernel_text text = word(room, i);

		ck_assert_uint_eq(words_find(&table, text.bytes, text.length), i + 1);
		room[text.length] = '!';
		ck_assert_uint_eq(words_find(&table, text.bytes, text.length + 1), 0);
	}
	arena_end(&memory);
	ck_assert_uint_eq(held.live, 0);
}
END_TEST

START_TEST(the_empty_word_is_a_word)
{
	allocation held = {0};
	arena memory;
	words_table table;

	arena_start(&memory, allocation_source(&held));
	ck_assert(words_begin(&table, 2, &memory));
	ck_assert_uint_eq(words_enter(&table, (kernel_text){"a", 1}, &memory), 1);
	ck_assert_uint_eq(words_find(&table, "", 0), 0);
	ck_assert_uint_eq(words_enter(&table, (kernel_text){"", 0}, &memory), 2);
	ck_assert_uint_eq(words_find(&table, "", 0), 2);
	arena_end(&memory);
}
END_TEST

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	size_t requests = 1;

	for (size_t refuse = 0; refuse <= requests; refuse++)
	{
		allocation held = {.refuse = refuse};
		arena memory;
		words_table table;
		char room[64];
		size_t entered = 0;
		bool begun;

		arena_start(&memory, allocation_source(&held));
		begun = words_begin(&table, MANY, &memory);
		ck_assert_int_eq(begun, refuse != 1);
		for (size_t i = 0; begun && i < MANY; i++)
		{
			kernel_text text = word(room, i);
			uint32_t number = words_enter(&table, text, &memory);

			ck_assert_uint_eq(words_find(&table, text.bytes, text.length), number); /* 0: the word is not half there */
			entered += number != 0;
		}
		if (refuse == 0)
			requests = held.requests;
		ck_assert_uint_eq(entered, refuse == 0 ? MANY : begun ? MANY - 1
															  : 0);
		arena_end(&memory);
		ck_assert_uint_eq(held.live, 0);
	}
	ck_assert_uint_gt(requests, MANY);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("words");
	TCase *words = tcase_create("words");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, words);
	tcase_set_timeout(words, 60);
	tcase_add_test(words, words_are_numbered_in_the_order_they_came);
	tcase_add_test(words, the_empty_word_is_a_word);
	tcase_add_test(words, every_refused_allocation_is_told_and_loses_nothing);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
