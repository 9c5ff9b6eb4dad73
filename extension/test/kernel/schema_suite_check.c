/*
 * schema_suite_check.c: the official JSON Schema test suite, draft 2020-12.
 *
 * Every required file must agree in every test.  The optional files are run
 * too and counted apart: bignum, ECMA-262 and the formats the checker asserts.
 * The suite is Debian's libtest-json-schema-acceptance-perl;
 * JSON_SCHEMA_SUITE names another place.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/schema.h"

#define SUITE "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance"
#define REMOTE "http://localhost:1234/"
#define MOST_FILES 200

typedef struct tally
{
	unsigned agreed;
	unsigned differed;
	bool quiet;
	bool assert_format;
} tally;

static allocation held;

static arena
fresh_arena(void)
{
	arena a;

	arena_start(&a, allocation_source(&held));
	return a;
}

static const char *
suite_folder(void)
{
	const char *given = getenv("JSON_SCHEMA_SUITE");

	return given != NULL ? given : SUITE;
}

/* The parsed file, or NULL; its bytes live in the arena. */
static const jdoc_value *
read_file(arena *memory, const char *path)
{
	FILE *file = fopen(path, "rb");
	jdoc_limits limits = {.keep_nul = true};
	jdoc_error error;
	const jdoc_value *value;
	char *bytes;
	long size;

	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	bytes = arena_take(memory, (size_t) size + 1);
	ck_assert(fread(bytes, 1, (size_t) size, file) == (size_t) size);
	fclose(file);
	value = jdoc_parse(memory, bytes, (size_t) size, &limits, &error);
	if (value == NULL)
		fprintf(stderr, "%s: byte %zu: expected %s, got %s\n", path, error.offset,
				error.expected, error.got);
	return value;
}

/* The suite's "remotes" folder stands for a web server. */
static const jdoc_value *
load_remote(void *state, const char *uri)
{
	char path[4096];

	if (strncmp(uri, REMOTE, strlen(REMOTE)) != 0)
		return NULL;
	snprintf(path, sizeof(path), "%s/remotes/%s", suite_folder(), uri + strlen(REMOTE));
	return read_file(state, path);
}

static void
run_test(const char *file, const jdoc_value *group, const jdoc_value *test,
		 const jschema *schema, const char *problem, tally *t)
{
	const jdoc_value *name = jdoc_find_word(test, "description");
	const jdoc_value *of = jdoc_find_word(group, "description");
	bool expected = jdoc_find_word(test, "valid")->kind == JDOC_TRUE;
	arena scratch = fresh_arena();
	jschema_report report;
	jschema_verdict verdict = JSCHEMA_GAVE_UP;

	memset(&report, 0, sizeof(report));
	if (schema != NULL)
		verdict = jschema_check(schema, jdoc_find_word(test, "data"), &scratch, &report);
	arena_end(&scratch);
	if (verdict == (expected ? JSCHEMA_VALID : JSCHEMA_INVALID))
	{
		/* a refusal always says why */
		if (!expected && report.expected[0] == '\0')
			ck_abort_msg("%s: %.*s: no words for the failure", file, (int) name->count, name->is.text);
		t->agreed++;
		return;
	}
	t->differed++;
	if (!t->quiet)
		fprintf(stderr, "%s: %.*s / %.*s: expected %s, got %s%s\n", file,
				(int) of->count, of->is.text, (int) name->count, name->is.text,
				expected ? "valid" : "invalid",
				verdict == JSCHEMA_VALID ? "valid" : verdict == JSCHEMA_INVALID ? "invalid: "
																				: "no answer: ",
				verdict == JSCHEMA_INVALID ? report.expected : problem);
}

static void
run_file(const char *folder, const char *file, tally *t)
{
	arena memory = fresh_arena();
	char path[4096];
	const jdoc_value *groups;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	groups = read_file(&memory, path);
	for (uint32_t i = 0; groups != NULL && i < groups->count; i++)
	{
		const jdoc_value *group = &groups->is.items[i];
		const jdoc_value *tests = jdoc_find_word(group, "tests");
		jschema_options options = {.load = load_remote, .load_state = &memory, .assert_format = t->assert_format};
		char problem[256];
		jschema *schema = jschema_compile(&memory, jdoc_find_word(group, "schema"), &options,
										  problem, sizeof(problem));

		for (uint32_t j = 0; j < tests->count; j++)
			run_test(file, group, &tests->is.items[j], schema, problem, t);
	}
	arena_end(&memory);
	ck_assert_msg(groups != NULL, "%s cannot be read", path);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Runs every .json file of a folder, in order of names; returns their number. */
static size_t
run_folder(const char *folder, tally *t, bool each)
{
	char *names[MOST_FILES];
	size_t count = 0;
	DIR *open = opendir(folder);
	struct dirent *entry;

	ck_assert_msg(open != NULL, "%s is missing: install libtest-json-schema-acceptance-perl", folder);
	while ((entry = readdir(open)) != NULL && count < MOST_FILES)
	{
		size_t length = strlen(entry->d_name);

		if (length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0)
			names[count++] = strdup(entry->d_name);
	}
	closedir(open);
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++)
	{
		tally one = {.quiet = t->quiet, .assert_format = t->assert_format};

		run_file(folder, names[i], &one);
		if (each)
			printf("optional %s: %u agree, %u differ\n", names[i], one.agreed, one.differed);
		t->agreed += one.agreed;
		t->differed += one.differed;
		free(names[i]);
	}
	return count;
}

START_TEST(every_required_test_agrees)
{
	char folder[4096];
	tally t = {0};
	size_t files;

	snprintf(folder, sizeof(folder), "%s/tests/draft2020-12", suite_folder());
	files = run_folder(folder, &t, false);
	printf("required: %zu files, %u agree, %u differ\n", files, t.agreed, t.differed);
	ck_assert_msg(files >= 40, "the suite holds only %zu files", files);
	ck_assert_msg(t.differed == 0, "%u tests of the suite differ", t.differed);
}
END_TEST

START_TEST(optional_tests_are_counted_apart)
{
	char folder[4096];
	tally t = {.quiet = getenv("JSON_SCHEMA_SUITE_OPTIONAL") == NULL};
	tally formats = {.quiet = t.quiet, .assert_format = true};

	snprintf(folder, sizeof(folder), "%s/tests/draft2020-12/optional", suite_folder());
	run_folder(folder, &t, true);
	snprintf(folder, sizeof(folder), "%s/tests/draft2020-12/optional/format", suite_folder());
	run_folder(folder, &formats, true);
	printf("optional: %u agree, %u differ\n", t.agreed + formats.agreed, t.differed + formats.differed);
	ck_assert_uint_gt(t.agreed + formats.agreed, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("schema_suite");
	TCase *tests = tcase_create("draft 2020-12");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, every_required_test_agrees);
	tcase_add_test(tests, optional_tests_are_counted_apart);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
