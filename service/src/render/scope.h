/*
 * scope.h - where names get their values while a template runs: frames of loops, macros and blocks, and the context.
 */
#ifndef VOYGEN_RENDER_SCOPE_H
#define VOYGEN_RENDER_SCOPE_H

#include "render/program.h"
#include "render/run.h"

/* A value that never leaves the runtime: what `loop` is, until somebody wants it as a dict. */
#define VALUE_LOOP 9

struct loop
{
	uint32_t index; /* from 0 */
	uint32_t length;
};

struct variable
{
	struct key key;
	struct value value;
	bool bound; /* a loop variable, a parameter: hides what is outside even when it is undefined */
};

struct frame
{
	struct frame *parent;
	struct variable *variables;
	uint32_t count;
	uint32_t room;
	bool isolated; /* `set` does not write to its parents */
	bool top;      /* of a template: what is set there becomes part of the context */
};

/* A block and those it overrides, the outermost template's first. */
struct block_link
{
	const struct block *block;
	const struct template *template;
	struct block_link *next;
};

struct block_chain
{
	struct key name;
	struct block_link *first;
	struct block_chain *next;
};

struct context
{
	const struct dict *given; /* the caller's */
	struct dict *own;         /* what templates have set; NULL while there is nothing */
	struct list *exports;     /* names, as strings; NULL while there are none */
	struct block_chain *blocks;
};

/* What a run of statements needs at hand. */
struct scope
{
	struct render *run;
	struct frame *frame;
	struct context *context;
	const struct template *template;
	const struct template *parent; /* what this template extends, once it has said so */
};

/* What super() answers stands in the frame of its block, under a name no template can write. */
struct key super_key(void);

struct frame *frame_push(struct render *run, struct frame *parent, bool isolated);

/* Sets a name in this very frame. */
void frame_bind(struct render *run, struct frame *frame, struct key key, struct value value, bool bound);

/* Sets a name in the frame that has it, or else in this one. */
void frame_set(struct render *run, struct frame *frame, struct key key, struct value value);

/* A context of a template, with its blocks; what `outer` has becomes part of it. NULL: an empty one. */
struct context *context_new(struct render *run, const struct template *template, const struct context *outer);
void context_add_blocks(struct render *run, struct context *context, const struct template *template);
void context_set(struct render *run, struct context *context, struct key key, struct value value);
void context_export(struct render *run, struct context *context, struct key key);

/* The dict of what a template exports: its macros and what it sets at its top. */
struct dict *context_exports(struct render *run, struct context *context);

static inline const struct variable *
frame_find(const struct frame *frame, const struct key *key)
{
	for (; frame != NULL; frame = frame->parent)
	{
		for (uint32_t i = 0; i < frame->count; i++)
		{
			const struct variable *variable = &frame->variables[i];

			if (key_equal(&variable->key, key) && (variable->bound || variable->value.kind != VALUE_UNDEFINED))
				return variable;
		}
	}
	return NULL;
}

/* The value of a name in the context; NULL: it has none. */
static inline const struct value *
context_find(const struct context *context, const struct key *key)
{
	if (context->own != NULL)
	{
		const struct value *value = dict_get(context->own, *key);

		if (value != NULL)
			return value;
	}
	return context->given != NULL ? dict_get(context->given, *key) : NULL;
}

#endif
