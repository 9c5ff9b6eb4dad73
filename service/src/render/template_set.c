/*
 * template_set.c - templates under their names, loaded when they are first asked for.
 */
#include "render/template_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/parser.h"
#include "render/runtime.h"
#include "text/unicode.h"

/* Parts of a name, as "mail" and "base.html" of "mail/base.html". */
#define NAME_PARTS_MOST 64

struct template_set *
template_set_open(const struct template_options *options, const struct template_limits *limits, template_loader *loader, void *owner)
{
	struct template_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->options = *options;
	set->limits = *limits;
	set->loader = loader;
	set->owner = owner;
	return set;
}

static void
free_templates(struct template *template)
{
	while (template != NULL)
	{
		struct template *next = template->next;

		arena_close(&template->arena);
		free(template);
		template = next;
	}
}

void
template_set_clear(struct template_set *set)
{
	for (size_t i = 0; i < TEMPLATE_PLACES; i++)
	{
		free_templates(set->named[i]);
		set->named[i] = NULL;
	}
	free_templates(set->loose);
	set->loose = NULL;
	set->count = 0;
}

void
template_set_close(struct template_set *set)
{
	if (set == NULL)
		return;
	template_set_clear(set);
	free(set);
}

/* Compiling is bounded by the limit on a source; a machine without memory for that serves nobody. */
static void
no_memory(size_t wanted)
{
	fprintf(stderr, "voygen: out of memory (%zu bytes wanted for a template)\n", wanted);
	abort();
}

/* The first byte that belongs to no character; the length when all do. */
static size_t
find_broken(struct slice text)
{
	size_t at = 0;

	while (at < text.length)
	{
		size_t before = at;

		if ((unsigned char) text.at[at] < 0x80)
			at++;
		else if (unicode_next(text, &at) == UNICODE_BROKEN && at - before == 1)
			return before;
	}
	return at;
}

/* False with the fault filled when the source is too long or no text. */
static bool
check_source(const struct template_set *set, const struct template *template, struct slice source, struct fault *fault)
{
	size_t broken;

	if (source.length > set->limits.source)
	{
		fault_set(fault, NULL, 0, "template %.*s has %zu bytes, more than %zu", (int) template->name.length, template->name.at,
				  source.length, set->limits.source);
		return false;
	}
	broken = find_broken(source);
	if (broken < source.length)
		fault_set(fault, template, broken, "the template is not UTF-8");
	return broken == source.length;
}

static struct template *
compile(struct template_set *set, struct slice name, struct slice source, struct fault *fault)
{
	struct template *template;
	const struct parser_options options = {.tags = set->options.tags,
										   .trim_blocks = set->options.trim_blocks,
										   .lstrip_blocks = set->options.lstrip_blocks,
										   .depth_most = set->limits.nesting};

	if (set->count >= set->limits.templates)
	{
		fault_set(fault, NULL, 0, "there are more than %u templates", set->limits.templates);
		return NULL;
	}
	template = calloc(1, sizeof(*template));
	if (template == NULL)
	{
		fault_set(fault, NULL, 0, "no memory for a template");
		return NULL;
	}
	arena_open(&template->arena, no_memory);
	template->name = (struct slice){arena_copy(&template->arena, name.length > 0 ? name.at : "", name.length), name.length};
	if (source.length <= set->limits.source)
		template->source = (struct slice){arena_copy(&template->arena, source.length > 0 ? source.at : "", source.length), source.length};
	if (check_source(set, template, source, fault) && parse_template(template, &options, fault))
	{
		set->count++;
		return template;
	}
	template->next = NULL;
	free_templates(template);
	return NULL;
}

static struct template **
place_of(struct template_set *set, struct slice name)
{
	return &set->named[key_of(name.at, name.length).hash % TEMPLATE_PLACES];
}

static const struct template *
find_loaded(struct template_set *set, struct slice name)
{
	for (const struct template *template = *place_of(set, name); template != NULL; template = template->next)
	{
		if (slice_equal(template->name, name))
			return template;
	}
	return NULL;
}

/* NULL without a fault when there is none of that name. */
static const struct template *
find_or_load(struct template_set *set, struct slice name, bool *missing, struct fault *fault)
{
	const struct template *found = find_loaded(set, name);
	struct template *template;
	struct slice source;

	*missing = false;
	if (found != NULL)
		return found;
	switch (set->loader != NULL ? set->loader(set->owner, name, &source) : TEMPLATE_MISSING)
	{
		case TEMPLATE_MISSING:
			*missing = true;
			return NULL;
		case TEMPLATE_UNREADABLE:
			fault_set(fault, NULL, 0, "cannot read template %.*s: %.*s", (int) name.length, name.at, (int) source.length, source.at);
			return NULL;
		case TEMPLATE_FOUND:
			break;
	}
	template = compile(set, name, source, fault);
	if (template != NULL)
	{
		template->next = *place_of(set, name);
		*place_of(set, name) = template;
	}
	return template;
}

const struct template *
template_get(struct template_set *set, struct slice name, struct fault *fault)
{
	bool missing;
	const struct template *template = find_or_load(set, name, &missing, fault);

	if (template == NULL && missing)
		fault_set(fault, NULL, 0, "template not found: %.*s", (int) name.length, name.at);
	return template;
}

const struct template *
template_add(struct template_set *set, struct slice name, struct slice source, struct fault *fault)
{
	struct template *template = compile(set, name, source, fault);

	if (template != NULL)
	{
		template->next = set->loose;
		set->loose = template;
	}
	return template;
}

/* Adds the parts of a path, "." and ".." worked out; a ".." with nothing before it is kept and finds no template. */
static size_t
add_parts(struct slice *parts, size_t count, struct slice path)
{
	while (path.length > 0 && count < NAME_PARTS_MOST)
	{
		const char *slash = memchr(path.at, '/', path.length);
		struct slice part = {path.at, slash != NULL ? (size_t) (slash - path.at) : path.length};
		size_t used = part.length + (slash != NULL);

		if (slice_is(part, "..") && count > 0 && !slice_is(parts[count - 1], ".."))
			count--;
		else if (part.length > 0 && !slice_is(part, "."))
			parts[count++] = part;
		path.at += used;
		path.length -= used;
	}
	return count;
}

/* "./b" and "../b" are relative to the template that says so. */
static struct slice
resolve_name(struct render *run, struct slice from, struct slice name)
{
	struct slice parts[NAME_PARTS_MOST];
	struct buffer path = {0};
	const char *slash;
	size_t count = 0;

	if (!slice_starts(name, "./") && !slice_starts(name, "../"))
		return name;
	slash = from.length > 0 ? memrchr(from.at, '/', from.length) : NULL;
	if (slash != NULL)
		count = add_parts(parts, count, (struct slice){from.at, (size_t) (slash - from.at)});
	count = add_parts(parts, count, name);
	if (from.length > 0 && from.at[0] == '/')
		buffer_byte(run, &path, '/');
	for (size_t i = 0; i < count; i++)
	{
		if (i > 0)
			buffer_byte(run, &path, '/');
		buffer_add(run, &path, parts[i].at, parts[i].length);
	}
	return (struct slice){path.at != NULL ? path.at : "", path.length};
}

const struct template *
find_template(struct render *run, const struct template *from, struct value name)
{
	const struct template *template;
	struct slice resolved;
	bool missing;

	if (name.kind != VALUE_STRING)
	{
		name = value_to_string(run, name);
		render_fail(run, "template names must be a string: %.*s", (int) name.length, name.bytes);
	}
	resolved = resolve_name(run, from->name, value_slice(name));
	template = find_or_load(run->set, resolved, &missing, run->fault);
	if (template == NULL && !missing)
		render_stop(run);
	return template;
}
