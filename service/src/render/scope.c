/*
 * scope.c - frames and contexts.
 */
#include "render/scope.h"

struct key
super_key(void)
{
	return key_of_word("super()");
}

struct frame *
frame_push(struct render *run, struct frame *parent, bool isolated)
{
	struct frame *frame = render_alloc(run, sizeof(*frame));

	*frame = (struct frame){.parent = parent, .isolated = isolated};
	return frame;
}

static struct variable *
find_own(struct frame *frame, struct key key)
{
	for (uint32_t i = 0; i < frame->count; i++)
	{
		if (key_equal(&frame->variables[i].key, &key))
			return &frame->variables[i];
	}
	return NULL;
}

void
frame_bind(struct render *run, struct frame *frame, struct key key, struct value value, bool bound)
{
	struct variable *variable = find_own(frame, key);

	if (variable != NULL)
	{
		variable->value = value;
		variable->bound = variable->bound || bound;
		return;
	}
	if (frame->count == frame->room)
	{
		uint32_t room = frame->room == 0 ? 4 : frame->room * 2;

		frame->variables = heap_grow(&run->heap, frame->variables, frame->count * sizeof(*variable), frame->room * sizeof(*variable),
									 room * sizeof(*variable));
		frame->room = room;
	}
	frame->variables[frame->count++] = (struct variable){key, value, bound};
}

/* The frame that `set` writes to. Isolation is asked of the innermost frame alone, as Nunjucks does: a loop in a block
 * writes to what the block only sees. */
static struct frame *
find_frame(struct frame *frame, struct key key)
{
	bool isolated = frame->isolated;

	for (; frame != NULL; frame = frame->parent)
	{
		struct variable *variable = find_own(frame, key);

		if (variable != NULL && (variable->bound || variable->value.kind != VALUE_UNDEFINED))
			return frame;
		if (isolated)
			return NULL;
	}
	return NULL;
}

void
frame_set(struct render *run, struct frame *frame, struct key key, struct value value)
{
	struct frame *owner = find_frame(frame, key);

	frame_bind(run, owner != NULL ? owner : frame, key, value, false);
}

struct context *
context_new(struct render *run, const struct template *template, const struct context *outer)
{
	struct context *context = render_alloc(run, sizeof(*context));

	*context = (struct context){0};
	if (outer != NULL)
	{
		context->given = outer->given;
		if (outer->own != NULL)
		{
			render_step(run, outer->own->count / 4);
			context->own = dict_new(run, outer->own->count + 4);
			for (uint32_t i = 0; i < outer->own->count; i++)
				dict_set(run, context->own, outer->own->entries[i].key, outer->own->entries[i].value);
		}
	}
	context_add_blocks(run, context, template);
	return context;
}

static struct block_chain *
find_chain(struct render *run, struct context *context, struct key name)
{
	struct block_chain *chain = context->blocks;

	while (chain != NULL && !key_equal(&chain->name, &name))
		chain = chain->next;
	if (chain == NULL)
	{
		chain = render_alloc(run, sizeof(*chain));
		*chain = (struct block_chain){.name = name, .next = context->blocks};
		context->blocks = chain;
	}
	return chain;
}

void
context_add_blocks(struct render *run, struct context *context, const struct template *template)
{
	for (const struct block *block = template->blocks; block != NULL; block = block->next)
	{
		struct block_link **link = &find_chain(run, context, block->name)->first;

		render_step(run, 1);
		while (*link != NULL)
			link = &(*link)->next;
		*link = render_alloc(run, sizeof(**link));
		**link = (struct block_link){.block = block, .template = template};
	}
}

void
context_set(struct render *run, struct context *context, struct key key, struct value value)
{
	if (context->own == NULL)
		context->own = dict_new(run, 8);
	dict_set(run, context->own, key, value);
}

void
context_export(struct render *run, struct context *context, struct key key)
{
	if (key.length > 0 && key.bytes[0] == '_')
		return;
	if (context->exports == NULL)
		context->exports = list_new(run, 8);
	list_add(run, context->exports, value_string(key.bytes, key.length));
}

struct dict *
context_exports(struct render *run, struct context *context)
{
	uint32_t count = context->exports != NULL ? context->exports->count : 0;
	struct dict *exports = dict_new(run, count);

	for (uint32_t i = 0; i < count; i++)
	{
		struct value name = context->exports->items[i];
		struct key key = key_of(name.bytes, name.length);
		const struct value *value = context_find(context, &key);

		dict_set(run, exports, key, value != NULL ? *value : value_undefined());
	}
	return exports;
}
