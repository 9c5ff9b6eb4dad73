/*
 * render_limit_check.c - built-ins with input that is made to hurt: each ends soon, with its result or with an error, and takes
 * no more memory than a render may.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "render_cases.h"

#define LONG_BYTES ((size_t) 10000000)

/* {"s": "…"} with so many bytes of a pattern. */
static char *
long_context(const char *pattern, size_t bytes)
{
	char *json = malloc(bytes + 64);
	size_t unit = strlen(pattern);
	size_t at = (size_t) sprintf(json, "{\"s\": \"");

	for (size_t i = 0; i + unit <= bytes; i += unit)
		memcpy(json + at + i, pattern, unit);
	sprintf(json + at + bytes / unit * unit, "\"}");
	return json;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Whatever comes of a text of ten million bytes, it comes soon. */
START_TEST(test_long_texts)
{
	static const struct
	{
		const char *pattern;
		size_t bytes;
	} texts[] = {
		{"a", LONG_BYTES},
		{"é", 2000000},
		{"<a", 2000000},
		{" ", 500000},
		{"<!--", 500000},
		{"\\n", 500000},
		{"a.com ", 500000},
		{"(((&", 500000},
	};
	const char *pattern = texts[_i].pattern;
	static const char *const filters[] = {
		"upper", "lower", "title", "trim", "striptags", "striptags(true)", "urlize", "urlencode", "wordcount", "reverse",
		"escape", "nl2br", "indent", "truncate(9000000)", "center(20000001)", "replace('a', 'bb')", "replace('', 'xyz')", "list",
		"int", "float", "slice(3)", "sort", "markdown", "date", "currency", "replace(r/(a|aa)+$/, '')",
		"replace(r/a/g, 'bb')", "replace(r/(.*)*b/, '')", "replace(r/\\s+$/, '')"};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
	{
		char template[128];
		double began = seconds();

		snprintf(template, sizeof(template), "{%% set x = '%s'.repeat(%zu) | %s %%}",
				 pattern, texts[_i].bytes / strlen(pattern), filters[i]);
		cases_render(template, NULL);
		ck_assert_msg(seconds() - began < 8, "%s of %s takes %.1f s", filters[i], pattern, seconds() - began);
	}
}
END_TEST

/* Texts of a size that is nothing special are worked on within the usual limits, however many places they are cut at. */
START_TEST(test_fair)
{
	static const struct
	{
		const char *expression;
		const char *output;
	} cases[] = {
		{"('a line\n'.repeat(20000) | nl2br).length", "260000"},
		{"('a,'.repeat(20000) | replace('a', 'bc')).length", "60000"},
		{"'a,'.repeat(20000).split(',').length", "20001"},
		{"'a,'.repeat(20000).replaceAll('a', '').length", "20000"},
		{"('<b>x</b> '.repeat(10000) | striptags).length", "19999"},
		{"('<b x'.repeat(20000) | striptags).length", "80000"},
		{"('<!--'.repeat(20000) | striptags).length", "80000"},
		{"('a,b '.repeat(10000) | replace(r/[,b]/g, '')).length", "20000"},
		{"('aab'.repeat(10000) | replace(r/(.)\\1/g, '$1')).length", "20000"},
		{"('word '.repeat(20000) | title).length", "100000"},
		{"('a.com '.repeat(5000) | urlize).length", "165000"},
		{"('a\n'.repeat(20000) | indent(1)).length", "60000"},
		{"'ab'.repeat(50000).toUpperCase().indexOf('c')", "-1"},
		{"range(20000) | sort(true) | join(',') | length", "108889"},
	};
	char template[160];
	struct outcome outcome;

	snprintf(template, sizeof(template), "{{ %s }}", cases[_i].expression);
	outcome = cases_render(template, NULL);
	ck_assert_msg(outcome.rendered && strlen(cases[_i].output) == outcome.length &&
					  memcmp(outcome.text, cases[_i].output, outcome.length) == 0,
				  "%s is %.*s", cases[_i].expression, (int) outcome.length, outcome.text);
}
END_TEST

/* Each asks for more than there may be. */
START_TEST(test_huge_arguments)
{
	static const char *const templates[] = {
		"{{ 'a' | center(100000000000) }}", "{{ 'a' | center(2 ** 1000) }}", "{{ 'a' | center(1/0) }}",
		"{{ 'a\nb' | indent(10000000000) }}", "{{ 'a\nb' | indent(1/0) }}", "{{ [1] | batch(1000000000, 'x') }}",
		"{{ [1] | batch(1/0, 'x') }}",
		"{{ [1] | slice(1000000000) }}", "{{ [1] | slice(1/0) }}", "{{ range(1000000000) }}", "{{ range(0, 1, 0.0000000000000001) }}",
		"{{ range(0, 1/0) }}", "{{ range(0, -(1/0), -1) }}", "{{ 'a'.repeat(10000000000) }}", "{{ 'a'.padStart(10000000000) }}",
		"{{ 'a'.padEnd(1/0) }}", "{% set l = [] %}{% for i in range(100000) %}{% set l = l.concat(l, [1]) %}{% endfor %}",
		"{% set s = 'ab' %}{% for i in range(100000) %}{% set s = s.concat(s) %}{% endfor %}",
		"{% set s = 'ab' %}{% for i in range(100000) %}{% set s = s | replace('b', 'bb') %}{% endfor %}",
		"{% set l = [] %}{% set x = l.push(l) %}{{ l | dump }}", "{% set l = [] %}{% set x = l.push(l) %}{{ l | join }}",
		"{% set d = {} %}{% set x = d.update({a: d}) %}{{ d | dump }}",
		"{% set l = [] %}{% set x = l.push(l) %}{{ l | sort(attribute='x') | sum }}",
		"{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | replace(r/^(a+)+$/, '') }}"};
	double began = seconds();
	struct outcome outcome = cases_render(templates[_i], NULL);

	ck_assert_msg(!outcome.rendered, "%s gives %zu bytes", templates[_i], outcome.length);
	ck_assert_msg(seconds() - began < 8, "%s takes %.1f s", templates[_i], seconds() - began);
}
END_TEST

/* No number there is breaks an argument. */
START_TEST(test_odd_numbers)
{
	static const char *const numbers[] = {"(0/0)", "(1/0)", "(-1/0)", "-1", "0.5", "9007199254740993", "-99999999999999999999",
										  "null", "undefined", "'x'", "[]", "{}"};
	static const char *const templates[] = {
		"'abc' | truncate(%s)", "'abc' | truncate(%s, true)", "[1,2] | slice(%s)", "'abc' | urlize(%s)", "1.5 | round(%s)",
		"'12' | int(0, %s)",
		"'abc'.slice(%s, %s)", "'abc'.substring(%s, %s)", "'abc'.substr(%s, %s)", "'abc'.charAt(%s)", "'abc'.at(%s)",
		"'abc'.indexOf('c', %s)",
		"'abc'.lastIndexOf('a', %s)", "'abc'.startsWith('a', %s)", "'abc'.endsWith('c', %s)", "'a,b'.split(',', %s)",
		"[1,2].slice(%s, %s)",
		"[1,2].splice(%s, %s)", "[1,2].at(%s)", "[1,2].indexOf(2, %s)", "[1,2].lastIndexOf(1, %s)", "[1,2].includes(2, %s)",
		"[1,2].insert(%s, 9)",
		"[1,2].pop(%s)", "(5).toFixed(%s)", "(5).toString(%s)", "{a: 1} | dump(%s)", "'abc' | replace('b', 'x', %s)",
		"'abc'.padStart(%s)",
		"'abc' | center(%s)", "'a' | indent(%s)", "[1] | batch(%s, 1)", "plural(%s, 'a', 'b')", "%s | currency", "range(%s)",
		"cycler(%s).next()"};

	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
	{
		char expression[256];
		char template[300];
		size_t at = 0;

		for (const char *from = templates[i]; *from != '\0';)
		{
			bool here = from[0] == '%' && from[1] == 's';

			at += (size_t) snprintf(expression + at, sizeof(expression) - at, "%.*s", here ? 30 : 1, here ? numbers[_i] : from);
			from += here ? 2 : 1;
		}
		snprintf(template, sizeof(template), "{{ %s }}", expression);
		cases_render(template, NULL);
	}
}
END_TEST

/* Lists in lists as deep as a context may have them. */
START_TEST(test_deep)
{
	static const char *const templates[] = {"{{ l | dump }}", "{{ l | join }}", "{{ l | string | length }}",
											"{{ l | sort | length }}", "{{ l | sum }}",
											"{{ l | groupby('0.0.0') | length }}", "{{ l | int }}"};
	size_t depth = 180;
	char *json = malloc(2 * depth + 64);

	sprintf(json, "{\"l\": ");
	memset(json + 6, '[', depth);
	memset(json + 6 + depth, ']', depth);
	strcpy(json + 6 + 2 * depth, "}");
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		cases_render(templates[i], json);
	free(json);
}
END_TEST

/* Markdown of the kinds that parsers are known to choke on. */
START_TEST(test_markdown)
{
	static const char *const patterns[] = {"[", "![[]()", "*a_ ", "_a", "**a *a ", "> ", "- ", "`a", "<", "[a](<b", "|a",
										   "|-|\\n", "a@b.c ", "www.", "\\n\\n1. ", "~~a",
										   "[a]: b\\n", "&#1;", "    ", "\\\\", "[^1]", "http://a.b/(((", "# ", "](", "<!--",
										   "*", "~", "![a](b) ", "|\\n|-\\n|", "\\t"};
	char *json = long_context(patterns[_i], 65000);
	double began = seconds();

	cases_render("{% set x = s | markdown %}", json);
	ck_assert_msg(seconds() - began < 6, "%s takes %.1f s", patterns[_i], seconds() - began);
	free(json);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("limits");
	TCase *tests = tcase_create("limits");
	SRunner *runner = srunner_create(suite);
	int failed;

	/* by the clock on the wall, which goes faster than the processor on a busy machine */
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, test_long_texts, 0, 8);
	tcase_add_loop_test(tests, test_fair, 0, 14);
	tcase_add_loop_test(tests, test_huge_arguments, 0, 24);
	tcase_add_loop_test(tests, test_odd_numbers, 0, 12);
	tcase_add_test(tests, test_deep);
	tcase_add_loop_test(tests, test_markdown, 0, 30);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
