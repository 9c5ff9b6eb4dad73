/*
 * render_cases.h - templates with what they are to print, for the checks of the template engine.
 */
#ifndef VOYGEN_TEST_RENDER_CASES_H
#define VOYGEN_TEST_RENDER_CASES_H

#include <stdbool.h>
#include <stddef.h>

/* What a render came to; valid until the next one. */
struct outcome
{
	bool rendered;
	const char *text; /* the output, or why there is none */
	size_t length;
};

/* Renders a template once, with a context in JSON (NULL: none). */
struct outcome cases_render(const char *template, const char *context);

/*
 * Runs a file of cases, a JSON object per line: template, context, options.throwOnUndefined, and either output or error. An
 * error is part of the message; an empty one is any. Prints the cases that fail and answers how many did; `run` is how many
 * there were.
 */
unsigned cases_run(const char *path, unsigned *run);

#endif
