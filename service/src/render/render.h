/*
 * render.h - templates in the language of Nunjucks, compiled and rendered.
 *
 * A set holds compiled templates under their names and asks its loader for those it does not have; a render walks one of them with a
 * context and answers its output. Templates never change once compiled and serve any number of renders. A set and its renders
 * belong to one thread. A template reaches its context, its set, and the built-ins: nothing else.
 */
#ifndef VOYGEN_RENDER_H
#define VOYGEN_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/arena.h"
#include "render/fault.h"
#include "render/lexer.h"
#include "text/slice.h"

struct dict;
struct render;
struct template;
struct template_set;

struct template_options
{
	bool autoescape;      /* what {{ }} prints is escaped unless it is marked safe */
	bool throw_undefined; /* printing undefined or null is an error */
	bool trim_blocks;     /* the line end behind a block tag is dropped */
	bool lstrip_blocks;   /* blanks in front of a block tag are dropped when it begins its line */
	struct template_tags tags;
};

/* Each ends a render, or the compiling of a template, with an error of its own. */
struct template_limits
{
	uint64_t steps;     /* statements, expressions, items, sixteen bytes of text each */
	size_t output;      /* bytes */
	size_t memory;      /* bytes a render may take beside its output */
	unsigned depth;     /* macros, blocks, includes within each other */
	unsigned range;     /* items of range() */
	unsigned time_ms;   /* of processor time a render may take; 0: no limit */
	size_t source;      /* bytes of a template */
	unsigned nesting;   /* tags and expressions within each other */
	unsigned templates; /* a set may hold */
};

/* About 150 pages of 40 kB. */
#define TEMPLATE_LIMITS                                                                                                          \
	{                                                                                                                            \
		.steps = 1000000, .output = (size_t) 8 << 20, .memory = (size_t) 64 << 20, .depth = 64, .range = 100000, .time_ms = 250, \
		.source = (size_t) 1 << 20, .nesting = 100, .templates = 1000                                                            \
	}

enum template_load
{
	TEMPLATE_FOUND,
	TEMPLATE_MISSING,
	TEMPLATE_UNREADABLE /* it is there; *source is why it cannot be had */
};

/* Finds the source of a template. The source has to live until the next call. */
typedef enum template_load template_loader(void *owner, struct slice name, struct slice *source);

/* NULL when there is no memory. The loader may be NULL. */
struct template_set *template_set_open(const struct template_options *options, const struct template_limits *limits,
									   template_loader *loader, void *owner);
void template_set_close(struct template_set *set);

/* The template of a name, from the set or else from its loader, compiled; NULL with the fault filled. */
const struct template *template_get(struct template_set *set, struct slice name, struct fault *fault);

/* Compiles a source that is in no file and puts it into the set; its name (may be empty) is for errors and for names relative
 * to it, it is not found under it. NULL with the fault filled. */
const struct template *template_add(struct template_set *set, struct slice name, struct slice source, struct fault *fault);

/* Forgets all templates: what has changed is loaded anew. No render may be at work. */
void template_set_clear(struct template_set *set);

/* A render to be used again and again: it keeps its memory. NULL when there is none. */
struct render *render_open(struct template_set *set);
void render_close(struct render *run);

/*
 * Renders a template. The output belongs to the render and is valid until the next one. The context, made by context_open,
 * is as before afterwards, whatever the template did to it; NULL is an empty one.
 */
bool render_template(struct render *run, const struct template *template, struct dict *context, struct slice *output,
					 struct fault *fault);

/* ---- contexts ---- */

/* Values made once from JSON, for any number of renders. */
struct render_context;

enum context_marks
{
	CONTEXT_PLAIN, /* every object is a dict */
	CONTEXT_MARKED /* {"$type": "SafeString", "value": …} and the like are what they say: for tests, never for data of others */
};

/* From the text of a JSON object; `scratch` is for the reading only. NULL with the fault filled when it is none, or passes the
 * limit on memory. */
struct render_context *context_open(struct arena *scratch, struct slice json, enum context_marks marks, size_t memory_most,
									struct fault *fault);
struct dict *context_dict(struct render_context *context);
void context_close(struct render_context *context);

#endif
