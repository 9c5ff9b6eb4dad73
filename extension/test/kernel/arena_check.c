/*
 * arena_check.c: pieces are aligned, apart from each other and copied whole; what cannot be had is NULL and loses nothing.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/kernel_arena.h"

static allocation held;
static arena memory;

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

/* Blocks as a server takes them, and the one block for each piece of the tests. */
static const size_t block_sizes[] = {0, 4096};

START_TEST(pieces_are_aligned_and_apart)
{
	for (size_t k = 0; k < sizeof block_sizes / sizeof block_sizes[0]; k++)
	{
		unsigned char *pieces[300];

		memory.block_size = block_sizes[k];
		for (size_t i = 0; i < 300; i++)
		{
			pieces[i] = arena_take(&memory, i * 7);
			ck_assert_ptr_nonnull(pieces[i]);
			ck_assert_uint_eq((uintptr_t) pieces[i] % 16, 0);
			memset(pieces[i], (int) (i % 251), i * 7);
		}
		for (size_t i = 0; i < 300; i++)
			ck_assert(i == 0 || (pieces[i][0] == i % 251 && memcmp(pieces[i], pieces[i] + 1, i * 7 - 1) == 0));
		arena_end(&memory);
		ck_assert_uint_eq(held.live, 0);
	}
}
END_TEST

START_TEST(blocks_grow_so_that_many_pieces_take_few)
{
	memory.block_size = 4096;
	for (int i = 0; i < 10000; i++)
		ck_assert_ptr_nonnull(arena_take(&memory, 100));
	ck_assert_uint_lt(held.requests, 12);
	ck_assert_ptr_nonnull(arena_take(&memory, 5000000)); /* larger than any block */
}
END_TEST

START_TEST(copies_end_in_nul_and_texts_not_given_stay_so)
{
	kernel_text text;

	ck_assert_str_eq(arena_copy(&memory, "hotel one", 5), "hotel");
	ck_assert_str_eq(arena_copy(&memory, NULL, 0), "");
	ck_assert(kernel_arena_text(&memory, (kernel_text){NULL, 0}, &text));
	ck_assert_ptr_null(text.bytes);
	ck_assert(kernel_arena_text(&memory, (kernel_text){"rome", 4}, &text));
	ck_assert_uint_eq(text.length, 4);
	ck_assert_str_eq(text.bytes, "rome");
}
END_TEST

START_TEST(zeroed_pieces_are_zero)
{
	const unsigned char *piece = kernel_arena_take(&memory, 9, 11);

	for (int i = 0; i < 99; i++)
		ck_assert_uint_eq(piece[i], 0);
	ck_assert_ptr_nonnull(kernel_arena_take(&memory, 0, 8));
}
END_TEST

START_TEST(sizes_that_do_not_fit_are_refused)
{
	ck_assert_ptr_null(arena_take(&memory, SIZE_MAX));
	ck_assert_ptr_null(arena_take(&memory, SIZE_MAX - 16));
	ck_assert_ptr_null(arena_take_many(&memory, SIZE_MAX / 8, 9));
	ck_assert_ptr_null(kernel_arena_take(&memory, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(arena_copy(&memory, "x", SIZE_MAX));
	ck_assert_uint_eq(held.requests, 0);
	ck_assert_ptr_nonnull(arena_take(&memory, 8));
}
END_TEST

START_TEST(a_refused_block_leaves_the_arena_as_it_was)
{
	char *kept = arena_copy(&memory, "kept", 4);
	kernel_text text;

	held.refuse = held.requests + 1;
	ck_assert_ptr_null(arena_take(&memory, 1000000));
	ck_assert_str_eq(kept, "kept");
	ck_assert_ptr_nonnull(arena_take(&memory, 1000000));
	held.refuse = held.requests + 1;
	ck_assert(!kernel_arena_text(&memory, (kernel_text){"rome", 4}, &text));
	ck_assert_ptr_null(text.bytes);
	held.refuse = held.requests + 1;
	ck_assert_ptr_null(kernel_arena_take(&memory, 1000, 1000));
	ck_assert_str_eq(kept, "kept");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tests = tcase_create("arena");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, open_arena, close_arena);
	tcase_add_test(tests, pieces_are_aligned_and_apart);
	tcase_add_test(tests, blocks_grow_so_that_many_pieces_take_few);
	tcase_add_test(tests, copies_end_in_nul_and_texts_not_given_stay_so);
	tcase_add_test(tests, zeroed_pieces_are_zero);
	tcase_add_test(tests, sizes_that_do_not_fit_are_refused);
	tcase_add_test(tests, a_refused_block_leaves_the_arena_as_it_was);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
