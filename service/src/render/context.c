/*
 * context.c - values made from JSON.
 *
 * They are made with a render of their own, whose heap is theirs: the functions that make values want one.
 */
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "render/number_text.h"
#include "render/render.h"
#include "render/run.h"

struct render_context
{
	struct render run;
	struct dict *dict;
	struct arena *scratch;
	const char *at; /* of the text that is read */
	enum context_marks marks;
};

static _Noreturn void
context_full(void *owner, size_t wanted)
{
	struct render *run = owner;

	(void) wanted;
	render_fail(run, "the context takes more than %zu bytes of memory", run->heap.most);
}

/* Where the reader stands in a text that is known to be JSON. */
static void
skip_blanks(struct render_context *context)
{
	while (*context->at == ' ' || *context->at == '\t' || *context->at == '\n' || *context->at == '\r')
		context->at++;
}

/* Over the next sign, and the blanks around it. */
static void
skip_sign(struct render_context *context)
{
	skip_blanks(context);
	context->at++;
	skip_blanks(context);
}

static struct slice
take_string(struct render_context *context)
{
	const char *start = context->at++;
	struct scan_node node = {.kind = SCAN_STRING};
	struct slice text;

	while (*context->at != '"')
		context->at += *context->at == '\\' ? 2 : 1;
	context->at++;
	node.raw = (struct slice){start, (size_t) (context->at - start)};
	if (!scan_string(context->scratch, &node, &text))
		render_fail(&context->run, "the context has a text with half a surrogate pair");
	return text;
}

static struct value
take_text(struct render_context *context)
{
	struct slice text = take_string(context);

	return value_copy(&context->run, text.at, text.length);
}

static struct value take_value(struct render_context *context);

/* How many items there are is known at the end, so they wait in a chain of the scratch memory. */
struct waiting
{
	struct waiting *next;
	struct key key; /* of a member */
	struct value value;
};

static struct waiting *
add_waiting(struct render_context *context, struct waiting ***link, uint32_t *count)
{
	struct waiting *item = arena_alloc(context->scratch, sizeof(*item));

	**link = item;
	*link = &item->next;
	(*count)++;
	return item;
}

static struct value
take_list(struct render_context *context)
{
	struct waiting *first = NULL;
	struct waiting **link = &first;
	uint32_t count = 0;
	struct list *list;

	skip_sign(context);
	while (*context->at != ']')
	{
		add_waiting(context, &link, &count)->value = take_value(context);
		skip_blanks(context);
		if (*context->at == ',')
			skip_sign(context);
	}
	context->at++;
	list = list_new(&context->run, count);
	for (const struct waiting *item = first; item != NULL; item = item->next)
		list_add(&context->run, list, item->value);
	list->shared = true;
	return value_list(list);
}

static struct dict *
take_dict(struct render_context *context)
{
	struct waiting *first = NULL;
	struct waiting **link = &first;
	uint32_t count = 0;
	struct dict *dict;

	skip_sign(context);
	while (*context->at != '}')
	{
		struct waiting *member = add_waiting(context, &link, &count);
		struct value name = take_text(context);

		member->key = key_of(name.bytes, name.length);
		skip_sign(context);
		member->value = take_value(context);
		skip_blanks(context);
		if (*context->at == ',')
			skip_sign(context);
	}
	context->at++;
	dict = dict_new(&context->run, count);
	for (const struct waiting *member = first; member != NULL; member = member->next)
		dict_set(&context->run, dict, member->key, member->value);
	dict_order(&context->run, dict);
	dict->shared = true;
	return dict;
}

static const struct value *
get_member(const struct dict *dict, const char *name)
{
	return dict_get(dict, key_of_word(name));
}

/* What JSON cannot say: {"$type": "SafeString", "value": "<b>"}, {"$type": "undefined"}, {"$type": "NaN"}. */
static struct value
marked_value(const struct render_context *context, struct dict *dict)
{
	const struct value *type = context->marks == CONTEXT_MARKED ? get_member(dict, "$type") : NULL;
	const struct value *inner;
	struct slice name;
	struct value value;

	if (type == NULL || type->kind != VALUE_STRING)
		return value_dict(dict);
	name = value_slice(*type);
	if (slice_is(name, "undefined"))
		return value_undefined();
	if (slice_is(name, "NaN"))
		return value_number(NAN);
	if (slice_is(name, "Infinity") || slice_is(name, "-Infinity"))
		return value_number(name.at[0] == '-' ? -INFINITY : INFINITY);
	inner = get_member(dict, "value");
	value = inner != NULL ? *inner : value_dict(dict);
	value.safe = slice_is(name, "SafeString") && value.kind == VALUE_STRING;
	return value;
}

static struct value
take_number(struct render_context *context)
{
	const char *start = context->at;

	while (*context->at != '\0' && strchr("+-.eE0123456789", *context->at) != NULL)
		context->at++;
	return value_number(number_from_text(start, (size_t) (context->at - start)));
}

static struct value
take_value(struct render_context *context)
{
	char first;

	skip_blanks(context);
	first = *context->at;
	switch (first)
	{
		case '"':
			return take_text(context);
		case '[':
			return take_list(context);
		case '{':
			return marked_value(context, take_dict(context));
		case 't':
		case 'n':
			context->at += 4;
			return first == 't' ? value_boolean(true) : value_null();
		case 'f':
			context->at += 5;
			return value_boolean(false);
		default:
			return take_number(context);
	}
}

/* The part that a failure jumps out of. Once the text is known to be JSON, it is read without another check. */
static void
take_all(struct render_context *context, struct slice json)
{
	const struct scan_limits limits = {.levels = 0, .nodes = 1, .depth = SCAN_DEPTH_MOST};
	struct scan_fault wrong;
	const struct scan_node *node = scan_text(context->scratch, json, &limits, &wrong);

	if (node != NULL && node->kind == SCAN_OBJECT)
	{
		context->at = node->raw.at;
		context->dict = take_dict(context);
	}
	else if (node != NULL)
		render_fail(&context->run, "the context has to be a JSON object");
	else
		render_fail(&context->run, "the context is not JSON: %s at byte %zu", wrong.what, wrong.offset);
}

/* False when a failure jumped out. */
static bool
take_safely(struct render_context *context, struct slice json)
{
	if (setjmp(context->run.end) != 0)
		return false;
	take_all(context, json);
	return true;
}

struct render_context *
context_open(struct arena *scratch, struct slice json, enum context_marks marks, size_t memory_most, struct fault *fault)
{
	struct render_context *context = calloc(1, sizeof(*context));

	if (context == NULL)
	{
		fault_set(fault, NULL, 0, "no memory for the context");
		return NULL;
	}
	context->scratch = scratch;
	context->marks = marks;
	context->run.fault = fault;
	context->run.steps_most = UINT64_MAX;
	heap_open(&context->run.heap, memory_most, context_full, &context->run);
	if (take_safely(context, json))
		return context;
	context_close(context);
	return NULL;
}

struct dict *
context_dict(struct render_context *context)
{
	return context->dict;
}

void
context_close(struct render_context *context)
{
	if (context == NULL)
		return;
	heap_close(&context->run.heap);
	free(context);
}
