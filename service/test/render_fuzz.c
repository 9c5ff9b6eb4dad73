/*
 * render_fuzz.c: any bytes as a template, its context and what it includes. Whatever they are, the end is an output within its limit or
 * an error with a message and a place inside the template, and a second render gives the same: neither the template nor the
 * context has changed.
 *
 * Layout of an input: one byte of options, then the context, the template and the one it may include as "a", with a NUL between.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"

#define OUTPUT_MOST ((size_t) 1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static struct slice included;

static enum template_load
load(void *owner, struct slice name, struct slice *source)
{
	(void) owner;
	*source = included;
	return slice_is(name, "a") ? TEMPLATE_FOUND : TEMPLATE_MISSING;
}

/* The bytes before the next NUL; the rest is what is left. */
static struct slice
take_part(struct slice *rest)
{
	const char *nul = rest->length > 0 ? memchr(rest->at, '\0', rest->length) : NULL;
	struct slice part = {rest->at, nul != NULL ? (size_t) (nul - rest->at) : rest->length};
	size_t used = part.length + (nul != NULL);

	rest->at += used;
	rest->length -= used;
	return part;
}

static void
check_fault(const struct fault *fault)
{
	if (fault->message[0] == '\0' || memchr(fault->message, '\0', sizeof(fault->message)) == NULL)
		abort();
	if (fault->line > 0 && fault->column == 0)
		abort();
}

static bool
says_random(struct slice source)
{
	return source.length > 0 && memmem(source.at, source.length, "random", 6) != NULL;
}

/* Work that is counted by the clock may pass the limit on steps once and not the other time. */
static bool
is_limit(const struct fault *fault)
{
	return strstr(fault->message, " takes more than ") != NULL;
}

/* Renders twice; the second has to give the same, unless the filter random is in it. */
static void
render_twice(struct template_set *set, const struct template *template, struct render_context *context, bool random)
{
	struct render *run = render_open(set);
	struct fault fault = {0};
	struct slice output;
	char *copy;
	size_t length;

	if (!render_template(run, template, context_dict(context), &output, &fault))
	{
		check_fault(&fault);
		random = random || is_limit(&fault);
		if (render_template(run, template, context_dict(context), &output, &fault) && !random)
			abort();
		render_close(run);
		return;
	}
	length = output.length;
	if (length > OUTPUT_MOST)
		abort();
	copy = malloc(length + 1);
	memcpy(copy, output.at, length);
	if (!render_template(run, template, context_dict(context), &output, &fault))
	{
		if (!random && !is_limit(&fault))
			abort();
	}
	else if (!random && (output.length != length || memcmp(copy, output.at, length) != 0))
		abort();
	free(copy);
	render_close(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct template_limits limits = {
		.steps = 20000,
		.output = OUTPUT_MOST,
		.memory = (size_t) 8 << 20,
		.depth = 20,
		.range = 1000,
		.source = 10000,
		.nesting = 50,
		.templates = 10,
	};
	struct template_options options = {0};
	struct slice rest = {(const char *) data + 1, size - 1};
	struct fault fault = {0};
	struct arena scratch;
	struct template_set *set;
	struct render_context *context;
	const struct template *template;
	struct slice json;
	struct slice source;

	if (size == 0)
		return 0;
	options.autoescape = (data[0] & 1) != 0;
	options.trim_blocks = (data[0] & 2) != 0;
	options.lstrip_blocks = (data[0] & 4) != 0;
	options.throw_undefined = (data[0] & 8) != 0;
	json = take_part(&rest);
	source = take_part(&rest);
	included = rest;
	arena_open(&scratch, no_memory);
	set = template_set_open(&options, &limits, load, NULL);
	context = context_open(&scratch, json, CONTEXT_MARKED, limits.memory, &fault);
	if (context == NULL)
	{
		check_fault(&fault);
		json = SLICE_OF("{\"a\": \"<b>\", \"l\": [1, 2, 3], \"d\": {\"k\": 1, \"2\": [4]}}");
		context = context_open(&scratch, json, CONTEXT_PLAIN, limits.memory, &fault);
	}
	template = template_add(set, SLICE_OF("main"), source, &fault);
	if (template != NULL)
		render_twice(set, template, context, says_random(source) || says_random(included));
	else
		check_fault(&fault);
	context_close(context);
	template_set_close(set);
	arena_close(&scratch);
	return 0;
}
