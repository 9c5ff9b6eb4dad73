/*
 * render_batch.c - reads a line, renders, writes a line.
 */
#include "cli/render_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/scan.h"
#include "output/output.h"
#include "render/render.h"

/* What a line asks for. */
struct request
{
	struct slice id; /* as it stands: a string with its quotes, a number; none: null */
	struct slice name;
	struct slice template; /* its source; NULL: the one of that name */
	struct slice path;     /* its name, when the source is given */
	struct slice context;  /* JSON */
	const struct scan_node *templates;
	struct loader_directories *directories;
	struct template_options options;
	struct arena *arena;
};

static bool
wrong(struct fault *fault, const char *message)
{
	fault_set(fault, NULL, 0, "%s", message);
	return false;
}

/* A member that is a string; left as it was when it is not there or null. */
static bool
take_string(struct request *request, const struct scan_node *object, const char *name, struct slice *text, struct fault *fault)
{
	const struct scan_node *member = scan_member(object, name);

	if (member == NULL || member->kind == SCAN_NULL || scan_string(request->arena, member, text))
		return true;
	fault_set(fault, NULL, 0, "%s has to be a string", name);
	return false;
}

static bool
take_boolean(const struct scan_node *object, const char *name, bool *value, struct fault *fault)
{
	const struct scan_node *member = scan_member(object, name);

	if (member == NULL || member->kind == SCAN_NULL)
		return true;
	if (member->kind != SCAN_TRUE && member->kind != SCAN_FALSE)
	{
		fault_set(fault, NULL, 0, "options.%s has to be true or false", name);
		return false;
	}
	*value = member->kind == SCAN_TRUE;
	return true;
}

static bool
take_tags(struct request *request, const struct scan_node *tags, struct fault *fault)
{
	struct template_tags *to = &request->options.tags;

	return take_string(request, tags, "blockStart", &to->block_start, fault) &&
		   take_string(request, tags, "blockEnd", &to->block_end, fault) &&
		   take_string(request, tags, "variableStart", &to->variable_start, fault) &&
		   take_string(request, tags, "variableEnd", &to->variable_end, fault) &&
		   take_string(request, tags, "commentStart", &to->comment_start, fault) &&
		   take_string(request, tags, "commentEnd", &to->comment_end, fault);
}

static bool
take_options(struct request *request, const struct scan_node *options, struct fault *fault)
{
	return take_boolean(options, "autoescape", &request->options.autoescape, fault) &&
		   take_boolean(options, "trimBlocks", &request->options.trim_blocks, fault) &&
		   take_boolean(options, "lstripBlocks", &request->options.lstrip_blocks, fault) &&
		   take_boolean(options, "throwOnUndefined", &request->options.throw_undefined, fault) &&
		   take_tags(request, scan_member(options, "tags"), fault);
}

static bool
read_request(struct request *request, const struct scan_node *line, struct fault *fault)
{
	const struct scan_node *id = scan_member(line, "id");
	const struct scan_node *context = scan_member(line, "context");

	if (line->kind != SCAN_OBJECT)
		return wrong(fault, "a line has to be a JSON object");
	if (id != NULL)
		request->id = id->raw;
	if (context != NULL && context->kind != SCAN_NULL)
		request->context = context->raw;
	request->templates = scan_member(line, "templates");
	if (!take_string(request, line, "name", &request->name, fault) || !take_string(request, line, "template", &request->template, fault) ||
		!take_string(request, line, "path", &request->path, fault) || !take_options(request, scan_member(line, "options"), fault))
		return false;
	if (request->template.at == NULL && request->name.at == NULL)
		return wrong(fault, "template or name has to be there");
	return true;
}

/* A template of the line, or of the directories. */
static enum template_load
load(void *owner, struct slice name, struct slice *source)
{
	struct request *request = owner;

	for (const struct scan_node *node = request->templates != NULL ? request->templates->first : NULL; node != NULL; node = node->next)
	{
		if (!slice_equal(node->name, name))
			continue;
		if (scan_string(request->arena, node, source))
			return TEMPLATE_FOUND;
		*source = SLICE_OF("it is no string");
		return TEMPLATE_UNREADABLE;
	}
	return loader_directories_load(request->directories, name, source);
}

static bool
render_in(struct request *request, struct template_set *set, struct render *run, struct render_context *context, struct slice *output,
		  struct fault *fault)
{
	const struct template *template;

	template = request->template.at == NULL ? template_get(set, request->name, fault)
											: template_add(set, request->path, request->template, fault);
	return template != NULL && render_template(run, template, context_dict(context), output, fault);
}

static void
add_error(struct output *line, const struct fault *fault)
{
	output_word(line, ",\"error\":{\"message\":");
	output_quoted(line, slice_of(fault->message));
	output_word(line, ",\"template\":");
	if (fault->template[0] != '\0')
		output_quoted(line, slice_of(fault->template));
	else
		output_word(line, "null");
	output_word(line, ",\"line\":");
	if (fault->line > 0)
		output_number(line, fault->line);
	else
		output_word(line, "null");
	output_word(line, ",\"column\":");
	if (fault->line > 0)
		output_number(line, fault->column);
	else
		output_word(line, "null");
	output_word(line, "}}\n");
}

static void
print(struct output *line)
{
	char piece[65536];
	size_t length;

	while ((length = output_read(line, piece, sizeof(piece))) > 0)
		fwrite(piece, 1, length, stdout);
}

/* Writes the answer while what it is made of lives. */
static void
answer(struct request *request, bool done, struct slice output, const struct fault *fault)
{
	struct output line;

	output_start(&line, request->arena);
	output_word(&line, "{\"id\":");
	output_add(&line, request->id);
	if (!done)
		add_error(&line, fault);
	else
	{
		output_word(&line, ",\"output\":");
		output_refer_quoted(&line, output);
		output_word(&line, "}\n");
	}
	print(&line);
}

static void
render_request(struct request *request, struct fault *fault)
{
	const struct template_limits limits = TEMPLATE_LIMITS;
	struct template_set *set = template_set_open(&request->options, &limits, load, request);
	struct render *run = set != NULL ? render_open(set) : NULL;
	struct render_context *context = NULL;
	struct slice output = {0};
	bool done = false;

	if (run != NULL)
		context = context_open(request->arena, request->context, CONTEXT_MARKED, limits.memory, fault);
	else
		fault_set(fault, NULL, 0, "no memory");
	if (context != NULL)
		done = render_in(request, set, run, context, &output, fault);
	answer(request, done, output, fault);
	render_close(run);
	context_close(context);
	template_set_close(set);
}

static void
serve_line(struct arena *arena, struct loader_directories *directories, struct slice text)
{
	/* the request, its templates, options and tags */
	const struct scan_limits limits = {.levels = 3, .nodes = 100000, .depth = SCAN_DEPTH_MOST};
	struct request request = {.id = SLICE_OF("null"), .context = SLICE_OF("{}"), .options = {.autoescape = true}};
	struct scan_fault scan_fault;
	const struct scan_node *line = scan_text(arena, text, &limits, &scan_fault);
	struct fault fault = {0};

	request.arena = arena;
	request.directories = directories;
	directories->arena = arena;
	if (line == NULL)
		fault_set(&fault, NULL, 0, "the line is not JSON: %s at byte %zu", scan_fault.what, scan_fault.offset);
	if (line != NULL && read_request(&request, line, &fault))
		render_request(&request, &fault);
	else
		answer(&request, false, (struct slice){0}, &fault);
}

bool
render_batch(struct arena *arena, struct loader_directories *directories)
{
	struct arena of_line;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	arena_open(&of_line, arena->fail);
	while ((length = getline(&line, &room, stdin)) > 0)
	{
		if (line[length - 1] == '\n')
			length--;
		if (length > 0)
			serve_line(&of_line, directories, (struct slice){line, (size_t) length});
		arena_reset(&of_line);
		fflush(stdout);
	}
	arena_close(&of_line);
	free(line);
	if (!ferror(stdin))
		return true;
	fprintf(stderr, "voygen render: cannot read standard input\n");
	return false;
}
