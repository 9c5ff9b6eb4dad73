/*
 * browser_check.c: the parts of printing that need no browser: the information dictionary of a PDF, paths of what belongs
 * to a document, and the folder it comes from.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "browser/folder.h"
#include "browser/pdf_info.h"

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

/* A file of two objects: a page whose words look like a dictionary of information, and that dictionary. */
static char *
make_pdf(const char *info, size_t *length)
{
	char *first = arena_format(&arena, "%%PDF-1.4\n1 0 obj\n"
									   "(/CreationDate (D:20200101000000+00'00') trailer /Info 1 0 R startxref 9)\nendobj\n");
	size_t second = strlen(first);
	char *body = arena_format(&arena, "%s2 0 obj\n%s\nendobj\n", first, info);
	char *pdf = arena_format(&arena,
							 "%sxref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010zu 00000 n \n"
							 "trailer\n<</Size 3\n/Root 1 0 R\n/Info 2 0 R>>\nstartxref\n%zu\n%%%%EOF\n",
							 body, 9, second, strlen(body));

	*length = strlen(pdf);
	return pdf;
}

#define AGENT "(Mozilla/5.0 \\(X11; Linux x86_64\\) HeadlessChrome/156.0.0.0)"
#define PLAIN_INFO                                  \
	"<</Creator " AGENT "/Producer (Skia/PDF m156)" \
	"/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>"

START_TEST(test_info_is_set)
{
	size_t length;
	size_t expected_length;
	char *pdf = make_pdf("<</Title (A \\) week)\n/Creator " AGENT "\n/Producer (Skia/PDF m156)\n"
						 "/CreationDate (D:20261126141230+00'00')\n/ModDate (D:20261126141231+00'00')>>",
						 &length);
	char *expected = make_pdf(arena_format(&arena,
										   "<</Title (A \\) week)\n/Creator %-*s\n/Producer %-*s\n"
										   "/CreationDate (D:20270304000000+00'00')\n/ModDate (D:20270304000000+00'00')>>",
										   (int) strlen(AGENT), "(Voygen)", (int) strlen("(Skia/PDF m156)"), "(Voygen)"),
							  &expected_length);

	ck_assert(pdf_info_set(pdf, length, "20270304", "Voygen"));
	ck_assert_uint_eq(length, expected_length);
	ck_assert_str_eq(pdf, expected);
}
END_TEST

START_TEST(test_date_may_stay)
{
	size_t length;
	char *pdf = make_pdf(PLAIN_INFO, &length);

	ck_assert(pdf_info_set(pdf, length, NULL, "Voygen"));
	ck_assert_ptr_nonnull(strstr(pdf, "/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>"));
	ck_assert_ptr_null(strstr(pdf, "Chrome"));
}
END_TEST

START_TEST(test_other_files_stay_as_they_are)
{
	static const char *const infos[] = {
		"<</Creator (short)/Producer (Skia/PDF m156)/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>",
		"<</Producer (Skia/PDF m156)/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>",
		"<</Creator <FEFF0041>/Producer (Skia/PDF m156)/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>",
		"<</Creator " AGENT "/Producer <</Deep (x)>>/CreationDate (D:20261126141230+00'00')/ModDate (D:20261126141231+00'00')>>",
		"<</Creator " AGENT "/Producer (Skia/PDF m156)/CreationDate (D:20261126141230+00'00')/ModDate (D:2026112614123",
		"[1 2 3]",
	};

	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
	{
		size_t length;
		char *pdf = make_pdf(infos[i], &length);
		char *before = arena_copy(&arena, pdf, length);

		ck_assert_msg(!pdf_info_set(pdf, length, "20270304", "Voygen"), "%s", infos[i]);
		ck_assert_mem_eq(pdf, before, length);
	}
	ck_assert(!pdf_info_set(NULL, 0, "20270304", "Voygen"));
}
END_TEST

/* Cut anywhere, or with any byte of its end changed, a file is refused or set, and never read beyond its end. */
START_TEST(test_damaged_files)
{
	size_t length;
	char *pdf = make_pdf(PLAIN_INFO, &length);

	for (size_t cut = 0; cut <= length; cut++)
	{
		char *exact = malloc(cut + (cut == 0));

		memcpy(exact, pdf, cut);
		pdf_info_set(exact, cut, "20270304", "Voygen");
		free(exact);
	}
	for (size_t at = 0; at < length; at++)
	{
		for (const char *byte = "9(<>/ "; *byte != '\0'; byte++)
		{
			char *exact = malloc(length);

			memcpy(exact, pdf, length);
			exact[at] = *byte;
			pdf_info_set(exact, length, "20270304", "Voygen");
			free(exact);
		}
	}
}
END_TEST

START_TEST(test_paths)
{
	static const struct
	{
		const char *address;
		const char *path; /* NULL: refused */
	} cases[] = {
		{"http://render.invalid/a/b.png", "a/b.png"},
		{"http://render.invalid/a%20b.png?x=1#y", "a b.png"},
		{"http://render.invalid/%E6%B5%B7.jpg", "\xe6\xb5\xb7.jpg"},
		{"http://render.invalid/%2e%2E/x", "../x"},
		{"http://render.invalid//etc/passwd", "/etc/passwd"},
		{"http://render.invalid/", NULL},
		{"http://render.invalid/?a", NULL},
		{"http://render.invalid/a%0", NULL},
		{"http://render.invalid/a%zz", NULL},
		{"http://render.invalid/a%00.png", NULL},
		{"http://render.invalid.example/a", NULL},
		{"https://render.invalid/a", NULL},
		{"file:///etc/passwd", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *path = resource_path(&arena, "http://render.invalid/", cases[i].address);

		if (cases[i].path == NULL)
			ck_assert_msg(path == NULL, "%s", cases[i].address);
		else
			ck_assert_str_eq(path, cases[i].path);
	}
	ck_assert_str_eq(resource_type("a.b/look.CSS"), "text/css; charset=utf-8");
	ck_assert_str_eq(resource_type("photo.jpeg"), "image/jpeg");
	ck_assert_str_eq(resource_type("css"), "application/octet-stream");
}
END_TEST

static void
put_file(const char *path, const char *text)
{
	int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t) strlen(text));
	close(file);
}

START_TEST(test_folder)
{
	static const char *const refused[] = {"../outside", "sub/../../outside", "/etc/passwd", "link", "linked/inside", "sub",
										  "pipe", "none", "", "sub//inside", "/proc/self/environ"};
	char base[] = "/tmp/voygen-folder-XXXXXX";
	struct folder folder;
	struct failure failure;
	struct slice bytes;

	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chdir(base), 0);
	ck_assert_int_eq(mkdir("in", 0700) | mkdir("in/sub", 0700) | mkfifo("in/pipe", 0600), 0);
	put_file("outside", "secret");
	put_file("in/sub/inside", "words");
	ck_assert_int_eq(symlink("../outside", "in/link") | symlink("sub", "in/linked"), 0);
	ck_assert(!folder_open(&arena, &folder, "in/none", &failure));
	ck_assert(!folder_open(&arena, &folder, "outside", &failure));
	ck_assert(folder_open(&arena, &folder, "in", &failure));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(folder_find(&folder, &arena, refused[i], 1000, &bytes) == RESOURCE_MISSING, "%s", refused[i]);
	ck_assert_int_eq(folder_find(&folder, &arena, "sub/inside", 5, &bytes), RESOURCE_FOUND);
	ck_assert(slice_is(bytes, "words"));
	ck_assert_int_eq(folder_find(&folder, &arena, "sub/inside", 4, &bytes), RESOURCE_TOO_LARGE);
	folder_close(&folder);
	ck_assert_int_eq(unlink("in/link") | unlink("in/linked") | unlink("in/pipe") | unlink("in/sub/inside") | unlink("outside") |
						 rmdir("in/sub") | rmdir("in") | chdir("/") | rmdir(base),
					 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("browser");
	TCase *cases = tcase_create("browser");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, test_info_is_set);
	tcase_add_test(cases, test_date_may_stay);
	tcase_add_test(cases, test_other_files_stay_as_they_are);
	tcase_add_test(cases, test_damaged_files);
	tcase_add_test(cases, test_paths);
	tcase_add_test(cases, test_folder);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
