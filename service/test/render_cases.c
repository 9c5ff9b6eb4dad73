/*
 * render_cases.c - runs templates and compares what they print.
 */
#include "render_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "memory/arena.h"
#include "render/render.h"

#define CONTEXT_MOST ((size_t) 256 << 20)

static struct template_set *set;
static struct render *run;
static struct fault fault;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static struct outcome
failed(void)
{
	return (struct outcome){false, fault.message, strlen(fault.message)};
}

static struct outcome
render_one(struct slice template, struct slice json, bool throw_undefined)
{
	struct template_options options = {.autoescape = true, .throw_undefined = throw_undefined};
	struct template_limits limits = TEMPLATE_LIMITS;
	const struct template *compiled;
	struct render_context *context;
	struct arena scratch;
	struct slice output;
	struct outcome outcome;

	if (run != NULL)
		render_close(run);
	if (set != NULL)
		template_set_close(set);
	/* Sanitizers slow a render down; the other limits are as always. */
	limits.time_ms = 4000;
	set = template_set_open(&options, &limits, NULL, NULL);
	run = render_open(set);
	arena_open(&scratch, no_memory);
	context = context_open(&scratch, json.length > 0 ? json : SLICE_OF("{}"), CONTEXT_MARKED, CONTEXT_MOST, &fault);
	compiled = context != NULL ? template_add(set, SLICE_OF(""), template, &fault) : NULL;
	if (compiled != NULL && render_template(run, compiled, context_dict(context), &output, &fault))
		outcome = (struct outcome){true, output.length > 0 ? output.at : "", output.length};
	else
		outcome = failed();
	if (context != NULL)
		context_close(context);
	arena_close(&scratch);
	return outcome;
}

struct outcome
cases_render(const char *template, const char *context)
{
	return render_one(slice_of(template), slice_of(context), false);
}

static bool
throws_undefined(const struct scan_node *node)
{
	const struct scan_node *option = scan_member(scan_member(node, "options"), "throwOnUndefined");

	return option != NULL && option->kind == SCAN_TRUE;
}

/* Whether one line holds; prints what is otherwise. */
static bool
line_holds(struct arena *arena, struct slice line)
{
	static const struct scan_limits limits = {.levels = 2, .nodes = 100000, .depth = 200};
	struct scan_fault scan_fault;
	const struct scan_node *node = scan_text(arena, line, &limits, &scan_fault);
	const struct scan_node *context = scan_member(node, "context");
	struct slice template;
	struct slice wanted;
	struct outcome outcome;
	bool holds;
	bool prints = scan_string(arena, scan_member(node, "output"), &wanted);

	if (!scan_string(arena, scan_member(node, "template"), &template) ||
		(!prints && !scan_string(arena, scan_member(node, "error"), &wanted)))
	{
		fprintf(stderr, "not a case: %.*s\n", (int) line.length, line.at);
		return false;
	}
	outcome = render_one(template, context != NULL ? context->raw : (struct slice){NULL, 0}, throws_undefined(node));
	holds = outcome.rendered == prints &&
			(prints ? slice_equal((struct slice){outcome.text, outcome.length}, wanted)
					: wanted.length == 0 || memmem(outcome.text, outcome.length, wanted.at, wanted.length) != NULL);
	if (!holds)
		fprintf(stderr, "%.*s\n  wanted %s: %.*s\n  came   %s: %.*s\n", (int) template.length, template.at, prints ? "text" : "error",
				(int) wanted.length, wanted.at, outcome.rendered ? "text" : "error", (int) outcome.length, outcome.text);
	return holds;
}

unsigned
cases_run(const char *path, unsigned *cases)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	unsigned wrong = 0;

	*cases = 0;
	if (file == NULL)
	{
		fprintf(stderr, "%s cannot be read\n", path);
		return 1;
	}
	while ((length = getline(&line, &room, file)) > 0)
	{
		struct arena arena;

		arena_open(&arena, no_memory);
		++*cases;
		wrong += !line_holds(&arena, (struct slice){line, (size_t) length});
		arena_close(&arena);
	}
	free(line);
	fclose(file);
	if (run != NULL)
		render_close(run);
	if (set != NULL)
		template_set_close(set);
	run = NULL;
	set = NULL;
	return wrong;
}
