/*
 * render_placeholders.c - a text with placeholders filled in by the kernel the database has, without a database.
 */
#include "cli/render_placeholders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel_text.h"
#include "kernel/placeholder.h"
#include "text/read.h"

static void *
memory_allocate(void *context, size_t size)
{
	(void) context;
	return malloc(size > 0 ? size : 1);
}

static void
memory_release(void *context, void *memory)
{
	(void) context;
	free(memory);
}

static const kernel_alloc memory = {memory_allocate, memory_release, NULL};

/* A file's text; one without a path is not given. */
static bool
read_file(struct session *session, const char *path, kernel_text *text, struct failure *failure)
{
	struct text whole;

	*text = (kernel_text){NULL, 0};
	if (path == NULL)
		return true;
	if (!read_text(session->arena, strcmp(path, "-") == 0 ? NULL : path, &whole, failure))
		return false;
	*text = (kernel_text){whole.bytes, whole.length};
	return true;
}

/* The file that what is wrong was read from. */
static const char *
file_at_fault(const struct placeholder_files *files, const placeholder_fault *fault)
{
	switch (fault->source)
	{
		case PLACEHOLDER_OF_SCHEMA:
		case PLACEHOLDER_OF_DEFAULTS:
			return files->schema;
		case PLACEHOLDER_OF_VARIABLES:
			return files->context;
		default:
			return files->template;
	}
}

/* What went wrong, where, and the line at fault. */
static enum command_status
refused(const struct command *self, const struct placeholder_files *files, const placeholder_fault *fault)
{
	fprintf(stderr, "voygen %s: ", self->name);
	if (fault->line > 0)
		fprintf(stderr, "%s:%u:%u: ", files->template, fault->line, fault->column);
	else if (file_at_fault(files, fault) != NULL)
		fprintf(stderr, "%s: ", file_at_fault(files, fault));
	fprintf(stderr, "%s", fault->message);
	if (fault->path[0] != '\0')
		fprintf(stderr, " (%s)", fault->path);
	if (fault->expected[0] != '\0')
		fprintf(stderr, ": expected %s, got %s", fault->expected, fault->got);
	fprintf(stderr, "\n");
	if (fault->excerpt[0] != '\0')
		fprintf(stderr, "%s\n", fault->excerpt);
	return COMMAND_FAILED;
}

static void
tell_warnings(const struct command *self, const struct placeholder_files *files, placeholder_list warnings)
{
	for (size_t i = 0; i < warnings.count; i++)
		fprintf(stderr, "voygen %s: %s: %.*s\n", self->name, files->template, (int) warnings.texts[i].length, warnings.texts[i].bytes);
}

static enum command_status
fill_in(const struct command *self, const struct placeholder_files *files, kernel_text content, kernel_text schema,
		const placeholder_request *request)
{
	const kernel_text none = {NULL, 0};
	placeholder_fault fault;
	placeholder_result result;
	placeholder_template *template = placeholder_open(&memory, content, schema, none, &fault);
	bool done;

	if (template == NULL)
		return refused(self, files, &fault);
	done = placeholder_render(template, request, &memory, &result, &fault);
	if (done)
	{
		fwrite(result.content.bytes, 1, result.content.length, stdout);
		tell_warnings(self, files, placeholder_remarks(template));
		tell_warnings(self, files, result.warnings);
		placeholder_result_close(&result);
	}
	placeholder_close(template);
	return done ? command_finished(self) : refused(self, files, &fault);
}

enum command_status
render_placeholders(const struct command *self, struct session *session, const struct placeholder_files *files)
{
	placeholder_request request = {.written = PLACEHOLDER_TEXT};
	struct failure failure;
	kernel_text content;
	kernel_text schema;

	if (files->format != NULL && !placeholder_kind_read(kernel_text_of(files->format), &request.written))
		return command_misused(self, "--format has to be one of " PLACEHOLDER_KINDS ", not \"%s\"", files->format);
	request.output = request.written;
	if (!read_file(session, files->template, &content, &failure) || !read_file(session, files->schema, &schema, &failure) ||
		!read_file(session, files->context, &request.variables, &failure))
		return command_failed(self, &failure);
	return fill_in(self, files, content, schema, &request);
}
