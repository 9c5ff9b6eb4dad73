/*
 * render.c - `voygen render`: a template with a context, or many of them from standard input; or a text with placeholders.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/render_batch.h"
#include "cli/render_placeholders.h"
#include "render/loader_directories.h"
#include "render/render.h"
#include "text/read.h"

struct render_line
{
	const char *template;
	const char *context;
	unsigned long repeat;
	bool batch;
	bool compile; /* each repetition compiles anew */
	bool placeholders;
	bool engine;        /* an option that is for templates in the language of Nunjucks alone */
	const char *schema; /* of placeholders, as the next */
	const char *format;
	struct template_options options;
	struct loader_directories directories;
};

/* Takes an option of placeholders, or of templates of both kinds; how many arguments it was, 0 when it is none of them. */
static int
take_common_option(struct render_line *line, int left, char **argv)
{
	if (strcmp(argv[0], "--placeholders") == 0)
	{
		line->placeholders = true;
		return 1;
	}
	if (left < 2)
		return 0;
	if (strcmp(argv[0], "--schema") == 0)
		line->schema = argv[1];
	else if (strcmp(argv[0], "--format") == 0)
		line->format = argv[1];
	else if (strcmp(argv[0], "--context") == 0)
		line->context = argv[1];
	else
		return 0;
	return 2;
}

/* Takes one option; how many arguments it was, 0 when it is wrong. */
static int
take_option(const struct command *self, struct render_line *line, int left, char **argv)
{
	int used = take_common_option(line, left, argv);
	char *end;

	if (used > 0)
		return used;
	line->engine = true;
	if (strcmp(argv[0], "--batch") == 0 || strcmp(argv[0], "--compile") == 0)
	{
		*(argv[0][2] == 'b' ? &line->batch : &line->compile) = true;
		return 1;
	}
	if (strcmp(argv[0], "--trim-blocks") == 0 || strcmp(argv[0], "--lstrip-blocks") == 0)
	{
		*(argv[0][2] == 't' ? &line->options.trim_blocks : &line->options.lstrip_blocks) = true;
		return 1;
	}
	if (strcmp(argv[0], "--no-autoescape") == 0)
	{
		line->options.autoescape = false;
		return 1;
	}
	if (strcmp(argv[0], "--dir") != 0 && strcmp(argv[0], "--context") != 0 && strcmp(argv[0], "--repeat") != 0 &&
		strcmp(argv[0], "--schema") != 0 && strcmp(argv[0], "--format") != 0)
	{
		command_misused(self, "unknown option \"%s\"", argv[0]);
		return 0;
	}
	if (left < 2)
	{
		command_misused(self, "%s needs a value", argv[0]);
		return 0;
	}
	if (argv[0][2] == 'r')
	{
		line->repeat = strtoul(argv[1], &end, 10);
		if (argv[1][0] < '0' || argv[1][0] > '9' || *end != '\0' || line->repeat == 0)
		{
			command_misused(self, "--repeat has to be a number from 1, not \"%s\"", argv[1]);
			return 0;
		}
	}
	else if (line->directories.count == LOADER_DIRECTORIES_MOST)
	{
		command_misused(self, "more than %d times --dir", LOADER_DIRECTORIES_MOST);
		return 0;
	}
	else
		line->directories.paths[line->directories.count++] = argv[1];
	return 2;
}

static bool
read_line(const struct command *self, struct render_line *line, int argc, char **argv)
{
	for (int at = 1; at < argc;)
	{
		int used = 1;

		if (argv[at][0] == '-' && argv[at][1] != '\0')
			used = take_option(self, line, argc - at, argv + at);
		else if (line->template != NULL)
		{
			command_misused(self, "unexpected argument \"%s\"", argv[at]);
			return false;
		}
		else
			line->template = argv[at];
		if (used == 0)
			return false;
		at += used;
	}
	if (line->placeholders && line->engine)
	{
		command_misused(self, "--placeholders goes with --schema, --context and --format alone");
		return false;
	}
	if (!line->placeholders && (line->schema != NULL || line->format != NULL))
	{
		command_misused(self, "%s is for --placeholders", line->schema != NULL ? "--schema" : "--format");
		return false;
	}
	if (line->batch == (line->template != NULL))
	{
		command_misused(self, line->batch ? "--batch takes its templates from standard input" : "which template?");
		return false;
	}
	return true;
}

/* What went wrong, where, and the line at fault with a caret below the place. */
static enum command_status
failed(const struct command *self, const struct fault *fault)
{
	fflush(stdout);
	fprintf(stderr, "voygen %s: ", self->name);
	if (fault->line > 0)
		fprintf(stderr, "%s:%u:%u: ", fault->template[0] != '\0' ? fault->template : "(template)", fault->line, fault->column);
	fprintf(stderr, "%s\n", fault->message);
	if (fault->excerpt[0] != '\0')
		fprintf(stderr, "%s\n", fault->excerpt);
	return COMMAND_FAILED;
}

/* The template among the directories, or a file of that path. */
static const struct template *
get_template(struct arena *arena, const struct render_line *line, struct template_set *set, struct fault *fault)
{
	const struct template *found = NULL;
	struct failure failure;
	struct text text;

	if (line->directories.count > 0)
		found = template_get(set, slice_of(line->template), fault);
	else if (read_text(arena, line->template, &text, &failure))
		found = template_add(set, slice_of(line->template), (struct slice){text.bytes, text.length}, fault);
	else
		fault_set(fault, NULL, 0, "%s", failure.message);
	/* cppcheck-suppress CastIntegerToAddressAtReturn ; it takes the word template for C++ */
	return found;
}

static bool
render_often(struct arena *arena, const struct render_line *line, struct template_set *set, struct render *run, struct dict *context,
			 struct slice *output, struct fault *fault)
{
	const struct template *template = get_template(arena, line, set, fault);

	for (unsigned long i = 0; i < line->repeat && template != NULL; i++)
	{
		if (line->compile && i > 0)
		{
			template_set_clear(set);
			template = get_template(arena, line, set, fault);
			if (template == NULL)
				return false;
		}
		if (!render_template(run, template, context, output, fault))
			return false;
	}
	return template != NULL;
}

static struct render_context *
read_context(struct arena *arena, const struct render_line *line, size_t memory_most, struct fault *fault)
{
	struct text text = {.bytes = "{}", .length = 2};
	struct failure failure;

	if (line->context != NULL && !read_text(arena, strcmp(line->context, "-") == 0 ? NULL : line->context, &text, &failure))
	{
		fault_set(fault, NULL, 0, "%s", failure.message);
		return NULL;
	}
	return context_open(arena, (struct slice){text.bytes, text.length}, CONTEXT_PLAIN, memory_most, fault);
}

static enum command_status
run_one(const struct command *self, struct session *session, struct render_line *line)
{
	const struct template_limits limits = TEMPLATE_LIMITS;
	struct fault fault = {0};
	struct template_set *set = template_set_open(&line->options, &limits, loader_directories_load, &line->directories);
	struct render *run = set != NULL ? render_open(set) : NULL;
	struct render_context *context = run != NULL ? read_context(session->arena, line, limits.memory, &fault) : NULL;
	struct slice output;
	bool done = context != NULL && render_often(session->arena, line, set, run, context_dict(context), &output, &fault);

	if (run == NULL)
		fault_set(&fault, NULL, 0, "no memory");
	if (done)
		fwrite(output.at, 1, output.length, stdout);
	render_close(run);
	context_close(context);
	template_set_close(set);
	return done ? command_finished(self) : failed(self, &fault);
}

static enum command_status
run_render(const struct command *self, struct session *session, int argc, char **argv)
{
	struct render_line line = {.repeat = 1, .options = {.autoescape = true}, .directories = {.arena = session->arena}};

	if (!read_line(self, &line, argc, argv))
		return COMMAND_USAGE;
	if (line.placeholders)
	{
		const struct placeholder_files files = {line.template, line.schema, line.context, line.format};

		return render_placeholders(self, session, &files);
	}
	if (!line.batch)
		return run_one(self, session, &line);
	return render_batch(session->arena, &line.directories) ? command_finished(self) : COMMAND_FAILED;
}

const struct command render_command = {
	.name = "render",
	.summary = "render a template",
	.help = "usage: voygen render TEMPLATE [--dir DIR]... [--context FILE | --context -] [OPTION]...\n"
			"       voygen render --batch [--dir DIR]...\n"
			"       voygen render TEMPLATE --placeholders [--schema FILE] [--context FILE | --context -] [--format FORMAT]\n"
			"\n"
			"Prints what a template in the language of Nunjucks makes of a context, a JSON object. TEMPLATE is the path of a\n"
			"file, or with --dir the name of a file below one of the directories, where templates that it includes, imports or\n"
			"extends are looked for, too.\n"
			"\n"
			"  --no-autoescape  {{ }} prints markup as it is\n"
			"  --trim-blocks    the line end behind a block tag is dropped\n"
			"  --lstrip-blocks  so are the blanks in front of one that begins its line\n"
			"  --repeat N       renders N times and prints the last, for measuring; --compile compiles each time anew\n"
			"\n"
			"--batch reads one JSON object per line, {id, template or name, templates, path, context, options{autoescape,\n"
			"trimBlocks, lstripBlocks, throwOnUndefined, tags}}, and prints one per line, {id, output} or\n"
			"{id, error{message, template, line, column}}. In these contexts {\"$type\": \"SafeString\", \"value\": …} is markup.\n"
			"\n"
			"--placeholders fills in a text with {placeholders}, as process_template does with templates of the database. The\n"
			"context has its variables, the schema their rules: JSON Schema, or an object of variables. FORMAT is text, html,\n"
			"markdown or json: what the text is written as, by which values are escaped. Warnings are told on stderr.\n",
	.run = run_render,
};
