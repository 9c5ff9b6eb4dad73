/*
 * documents.c - templates out of the program.
 */
#include "job/documents.h"

#include "carried/carried.h"
#include "json/reading.h"
#include "render/render.h"

struct documents
{
	struct template_set *templates;
	struct render *render;
};

static enum template_load
load_carried(void *owner, struct slice name, struct slice *source)
{
	(void) owner;
	for (const struct carried_file *file = carried_files; file->name != NULL; file++)
	{
		if (slice_is(name, file->name))
		{
			*source = (struct slice){file->text, file->length};
			return TEMPLATE_FOUND;
		}
	}
	return TEMPLATE_MISSING;
}

struct documents *
documents_open(struct arena *arena)
{
	struct documents *documents = arena_alloc(arena, sizeof(*documents));
	const struct template_options options = {.autoescape = true};
	const struct template_limits limits = TEMPLATE_LIMITS;

	documents->templates = template_set_open(&options, &limits, load_carried, NULL);
	documents->render = documents->templates != NULL ? render_open(documents->templates) : NULL;
	if (documents->render == NULL)
		arena->fail(sizeof(*documents));
	return documents;
}

void
documents_close(struct documents *documents)
{
	render_close(documents->render);
	template_set_close(documents->templates);
}

static bool
failed(struct making *making, const struct fault *fault, struct failure *failure)
{
	return failure_set(failure, "precondition_failed",
					   arena_format(making->arena, "template %s, line %u: %s", fault->template, fault->line, fault->message), NULL);
}

/* Copied: the next render takes the place of its output. */
bool
documents_render(struct documents *documents, struct making *making, const char *name, struct slice *output, struct failure *failure)
{
	const char *payload = json_object_to_json_string_ext(json_member(making->order, "payload"), JSON_C_TO_STRING_PLAIN);
	const struct template_limits limits = TEMPLATE_LIMITS;
	struct fault fault = {0};
	const struct template *template = template_get(documents->templates, slice_of(name), &fault);
	struct render_context *context;
	struct slice made;
	bool done;

	if (template == NULL)
		return failed(making, &fault, failure);
	context = context_open(making->arena, slice_of(payload), CONTEXT_PLAIN, limits.memory, &fault);
	done = context != NULL && render_template(documents->render, template, context_dict(context), &made, &fault);
	if (done)
		*output = (struct slice){arena_copy(making->arena, made.at, made.length), made.length};
	context_close(context);
	return done || failed(making, &fault, failure);
}
