/*
 * output_check.c: texts in parts: whatever the parts and however small the pieces, the text read is the text meant, and
 * its length was known before.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "mcp/base64_header.h"
#include "output/output.h"

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

/* The JSON string of a text, byte by byte. */
static size_t
quote(const char *text, size_t length, char *out)
{
	size_t at = 0;

	out[at++] = '"';
	for (size_t i = 0; i < length; i++)
	{
		static const char letters[] = "\b\t\n\f\r\"\\";
		static const char names[] = "btnfr\"\\";
		const char *found = text[i] != '\0' ? strchr(letters, text[i]) : NULL;

		if (found != NULL)
			at += (size_t) sprintf(out + at, "\\%c", names[found - letters]);
		else if ((unsigned char) text[i] < 0x20)
			at += (size_t) sprintf(out + at, "\\u%04x", (unsigned char) text[i]);
		else
			out[at++] = text[i];
	}
	out[at++] = '"';
	return at;
}

START_TEST(test_parts)
{
	static const size_t lengths[] = {0, 1, 7, 300, 2048, 2049, 50000};
	char *text = malloc(50000);
	char *expected = malloc(4000000);
	char *got = malloc(4000000);

	for (int i = 0; i < 50000; i++)
		text[i] = (char) (i % 7 == 0 ? i % 40 : 'a' + i % 26);
	for (size_t piece = 16; piece < 5000; piece = piece * 3 + 1)
	{
		struct output output;
		size_t length = 0;
		size_t at = 0;

		output_start(&output, &arena);
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		{
			struct slice slice = {text, lengths[i]};

			output_add(&output, slice);
			output_quoted(&output, slice);
			output_refer(&output, slice);
			output_refer_quoted(&output, slice);
			output_number(&output, -42);
			for (int copy = 0; copy < 2; copy++)
			{
				memcpy(expected + length, text, lengths[i]);
				length += lengths[i];
				length += quote(text, lengths[i], expected + length);
			}
			memcpy(expected + length, "-42", 3);
			length += 3;
		}
		ck_assert_uint_eq(output.length, length);
		for (size_t read; (read = output_read(&output, got + at, piece)) > 0; at += read)
			ck_assert_uint_le(read, piece);
		ck_assert_uint_eq(at, length);
		ck_assert_uint_eq(output.unread, 0);
		ck_assert(memcmp(got, expected, length) == 0);
	}
	free(text);
	free(expected);
	free(got);
}
END_TEST

START_TEST(test_join)
{
	struct output all;
	struct output part;
	char text[64];

	output_start(&all, &arena);
	output_start(&part, &arena);
	output_join(&all, &part);
	output_word(&part, "one");
	output_join(&all, &part);
	output_word(&all, ",");
	output_word(&part, "two");
	output_join(&all, &part);
	output_word(&all, "!");
	ck_assert_uint_eq(all.length, 8);
	ck_assert_uint_eq(output_read(&all, text, sizeof(text)), 8);
	ck_assert(memcmp(text, "one,two!", 8) == 0);
}
END_TEST

START_TEST(test_base64)
{
	static const struct
	{
		const char *header;
		const char *text; /* NULL: refused */
	} cases[] = {
		{"plain", "plain"},
		{"=?base64?Zm9vYmFy?=", "foobar"},
		{"=?base64?Zm9vYmE=?=", "fooba"},
		{"=?base64?Zm9vYg==?=", "foob"},
		{"=?base64?"
		 "?=",
		 ""},
		{"=?base64?Zm9vYg?=", NULL},
		{"=?base64?Zm9vYg=?=", NULL},
		{"=?base64?Zm9vYh==?=", NULL},
		{"=?base64?Zm9vYmF=?=", NULL},
		{"=?base64?====?=", NULL},
		{"=?base64?Zm=vYmFy?=", NULL},
		{"=?base64?Zm9 YmFy?=", NULL},
		{"=?base64?Zm9-YmFy?=", NULL},
		{"=?Base64?Zm9vYmFy?=", "=?Base64?Zm9vYmFy?="},
		{"=?base64?Zm9v", "=?base64?Zm9v"},
		{"=?base64?=", "=?base64?="},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		struct slice text;
		bool valid = base64_header_decode(&arena, slice_of(cases[i].header), &text);

		ck_assert_msg(valid == (cases[i].text != NULL), "%s", cases[i].header);
		ck_assert_msg(!valid || slice_equal(text, slice_of(cases[i].text)), "%s", cases[i].header);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("output");
	TCase *tests = tcase_create("output");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, test_parts);
	tcase_add_test(tests, test_join);
	tcase_add_test(tests, test_base64);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
