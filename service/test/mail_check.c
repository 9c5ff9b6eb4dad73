/*
 * mail_check.c: heads and contents of messages, byte for byte where RFCs leave no choice, else read back here: by another reader than
 * any of the program's.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "mail/content.h"
#include "mail/letter.h"

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

static char *
text_of(struct output *out)
{
	size_t wanted = out->length;
	char *text = arena_alloc(&arena, wanted + 17);
	size_t length = 0;
	size_t got;

	while ((got = output_read(out, text + length, wanted + 16 - length)) > 0)
		length += got;
	ck_assert_uint_eq(length, wanted);
	return text;
}

static char *
subject_of(const char *text)
{
	struct output out;

	output_start(&out, &arena);
	header_text(&out, "Subject", text);
	return text_of(&out);
}

START_TEST(test_text)
{
	static const char *const cases[][2] = {
		{"Hello", "Subject: Hello\r\n"},
		{"", "Subject:\r\n"},
		{"  Hello  ", "Subject: Hello\r\n"},
		{"one\r\nBcc: x@y", "Subject: =?UTF-8?B?b25lICBCY2M6IHhAeQ==?=\r\n"},
		{"one\nBcc: x@y", "Subject: one Bcc: x@y\r\n"},
		{"=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
		{"\xC3\xBC", "Subject: =?UTF-8?B?w7w=?=\r\n"},
		{"a\xFF", "Subject: =?UTF-8?B?Ye+/vQ==?=\r\n"},
		{"a\xC2\x85"
		 "b\xE2\x80\xA8"
		 "c",
		 "Subject: a b c\r\n"},
		{"The quick brown fox jumps over the lazy dog, and the dog sleeps on and on and on for ever",
		 "Subject: The quick brown fox jumps over the lazy dog, and the dog sleeps on\r\n and on and on for ever\r\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(subject_of(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(test_mailboxes)
{
	static const struct mailbox boxes[] = {
		{"Ann \"A\" O'Neill\\", "ann@x.example"},
		{NULL, "b@x.example"},
		{"Zo\xC3\xAB", "zoe@x.example"},
		{"Eve\r\nBcc: x@y", "eve@x.example"},
	};
	struct output out;

	output_start(&out, &arena);
	header_mailboxes(&out, "To", boxes, 4);
	header_mailboxes(&out, "Cc", boxes, 0);
	ck_assert_str_eq(text_of(&out), "To: \"Ann \\\"A\\\" O'Neill\\\\\" <ann@x.example>, b@x.example, =?UTF-8?B?Wm/Dqw==?=\r\n"
									" <zoe@x.example>, \"Eve  Bcc: x@y\" <eve@x.example>\r\n");
}
END_TEST

START_TEST(test_sound_addresses)
{
	static const char *const sound[] = {"a@b", "a@b.example", "a.b+c'd!#$%&*/=?^_`{|}~-@x-y.example", "A1@1.2"};
	static const char *const unsound[] = {
		"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "a@b\r\n", "a@b\n", "a\r\nb@c", "a@-b", "a@b-", "a@b..c", "a@.b", "a@b.", "<a@b>",
		"\"a\"@b", "a@[127.0.0.1]", "a,b@c", "a@b,c@d", "z\xC3\xAB@b", "a@\xC3\xAB.example", "a:b@c", "a;b@c", "a(b)@c"};
	char long_local[80];
	char long_domain[400] = "a@";

	for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++)
		ck_assert_msg(mailbox_sound(sound[i]), "%s", sound[i]);
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		ck_assert_msg(!mailbox_sound(unsound[i]), "%s", unsound[i]);
	snprintf(long_local, sizeof(long_local), "%064d@b", 0);
	ck_assert(mailbox_sound(long_local));
	snprintf(long_local, sizeof(long_local), "%065d@b", 0);
	ck_assert(!mailbox_sound(long_local));
	for (int i = 0; i < 63; i++)
		strcat(long_domain, "a.a.");
	strcat(long_domain, "a");
	ck_assert(!mailbox_sound(long_domain));
}
END_TEST

START_TEST(test_attachments)
{
	static const char *const cases[][2] = {
		{"a b.pdf", "Content-Disposition: attachment;\r\n filename=\"a b.pdf\"\r\n"},
		{"a\r\nX: y", "Content-Disposition: attachment;\r\n filename=\"a  X: y\"\r\n"},
		{"\"\\", "Content-Disposition: attachment;\r\n filename=\"\\\"\\\\\"\r\n"},
		{"an ASCII name that is too long to be quoted",
		 "Content-Disposition: attachment;\r\n"
		 " filename*0*=UTF-8''an%20ASCII%20name%20that%20is%20too%20lo;\r\n filename*1*=ng%20to%20be%20quoted\r\n"},
		{"\xC3\xBC.pdf", "Content-Disposition: attachment;\r\n filename*=UTF-8''%C3%BC.pdf\r\n"},
		{"\xE5\x8C\x97\xE5\x8C\x97\xE5\x8C\x97\xE5\x8C\x97\xE5\x8C\x97.pdf",
		 "Content-Disposition: attachment;\r\n"
		 " filename*0*=UTF-8''%E5%8C%97%E5%8C%97%E5%8C%97%E5%8C%97;\r\n filename*1*=%E5%8C%97.pdf\r\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		struct output out;

		output_start(&out, &arena);
		header_attachment(&out, cases[i][0]);
		ck_assert_str_eq(text_of(&out), cases[i][1]);
	}
}
END_TEST

START_TEST(test_texts)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"a = b", "a =3D b"},
		{"a \nb\t\r\nc ", "a=20\r\nb=09\r\nc=20"},
		{"\r", "=0D"},
		{"\xC3\xBC", "=C3=BC"},
		{".\n", ".\r\n"},
	};
	struct output out;
	char line[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		output_start(&out, &arena);
		content_text(&out, slice_of(cases[i][0]));
		ck_assert_str_eq(text_of(&out), cases[i][1]);
	}
	/* 75 characters and the sign that the line goes on; an escape is not torn apart */
	memset(line, 'x', 74);
	strcpy(line + 74, "=y");
	output_start(&out, &arena);
	content_text(&out, slice_of(line));
	memset(line, 'x', 74);
	strcpy(line + 74, "=\r\n=3Dy");
	ck_assert_str_eq(text_of(&out), line);
}
END_TEST

START_TEST(test_bytes)
{
	char bytes[200];
	struct output out;

	memset(bytes, 0, sizeof(bytes));
	output_start(&out, &arena);
	content_bytes(&out, (struct slice){bytes, 58});
	ck_assert_str_eq(text_of(&out), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nAA==\r\n");
	output_start(&out, &arena);
	content_bytes(&out, (struct slice){bytes, 0});
	ck_assert_str_eq(text_of(&out), "");
}
END_TEST

START_TEST(test_letter)
{
	static const struct mailbox to = {"Ann", "ann@x.example"};
	struct letter letter = {
		.from = {"Sunny", "s@y.example"},
		.to = &to,
		.to_count = 1,
		.subject = "Hello",
		.id = "<1@y.example>",
		.date = 951782400, /* a leap day */
		.text = SLICE_OF("Hi\n"),
		.html = SLICE_OF("<p>Hi"),
		.pdf = SLICE_OF("%PDF"),
		.pdf_name = "a.pdf",
	};
	static const char head[] = "Date: Tue, 29 Feb 2000 00:00:00 +0000\r\nFrom: \"Sunny\" <s@y.example>\r\nTo: \"Ann\" <ann@x.example>\r\n"
							   "Subject: Hello\r\nMessage-ID: <1@y.example>\r\nAuto-Submitted: no\r\nMIME-Version: 1.0\r\n";
	static const char words[] = "Content-Type: multipart/alternative; boundary=\"=_voygen_alternative\"\r\n\r\n--=_voygen_alternative\r\n"
								"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\n"
								"\r\n--=_voygen_alternative\r\nContent-Type: text/html; charset=utf-8\r\n"
								"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>Hi\r\n--=_voygen_alternative--\r\n";
	struct output out;

	output_start(&out, &arena);
	letter_write(&out, &letter);
	ck_assert_str_eq(text_of(&out),
					 arena_format(&arena,
								  "%sContent-Type: multipart/mixed; boundary=\"=_voygen_mixed\"\r\n\r\n--=_voygen_mixed\r\n%s"
								  "\r\n--=_voygen_mixed\r\nContent-Type: application/pdf\r\n"
								  "Content-Disposition: attachment;\r\n filename=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
								  "JVBERg==\r\n\r\n--=_voygen_mixed--\r\n",
								  head, words));
	letter.pdf = (struct slice){NULL, 0};
	output_start(&out, &arena);
	letter_write(&out, &letter);
	ck_assert_str_eq(text_of(&out), arena_format(&arena, "%s%s", head, words));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mail");
	TCase *all = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, test_text);
	tcase_add_test(all, test_mailboxes);
	tcase_add_test(all, test_sound_addresses);
	tcase_add_test(all, test_attachments);
	tcase_add_test(all, test_texts);
	tcase_add_test(all, test_bytes);
	tcase_add_test(all, test_letter);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
