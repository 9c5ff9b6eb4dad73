/*
 * schema_compile.c: from a schema document to nodes.
 *
 * Nodes are made on first sight and read later from a list, so neither long
 * chains of references nor cycles use the stack.
 */
#include "schema_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A pattern may try this often before it counts as not matching. */
#define MATCH_LIMIT 200000

bool
jschema_problem(jschema_compiler *c, const char *format, ...)
{
	va_list args;

	if (c->problem_size > 0 && c->problem[0] == '\0')
	{
		va_start(args, format);
		vsnprintf(c->problem, c->problem_size, format, args);
		va_end(args);
	}
	return false;
}

bool
jschema_no_memory(jschema_compiler *c)
{
	return jschema_problem(c, "memory ran out");
}

jschema_node *
jschema_node_for(jschema_compiler *c, const jdoc_value *value, jschema_resource *home)
{
	jschema_known *slot = jschema_known_slot(c, value);
	jschema_pending *pending;

	if (slot == NULL || slot->node != NULL)
		return slot == NULL ? NULL : slot->node;
	slot->node = arena_take(c->memory, sizeof(jschema_node));
	pending = arena_take(c->memory, sizeof(jschema_pending));
	if (slot->node == NULL || pending == NULL)
	{
		jschema_no_memory(c);
		return NULL;
	}
	memset(slot->node, 0, sizeof(jschema_node));
	slot->node->source = value;
	slot->node->home = slot->resource != NULL ? slot->resource : home;
	pending->node = slot->node;
	pending->next = c->pending;
	c->pending = pending;
	return slot->node;
}

static bool
node_read(jschema_compiler *c, jschema_node *node)
{
	if (node->source->kind == JDOC_TRUE)
		return true;
	if (node->source->kind == JDOC_FALSE)
	{
		node->never = true;
		return true;
	}
	if (node->source->kind != JDOC_OBJECT)
		return jschema_problem(c, "a schema must be an object, true or false");
	return jschema_read_keywords(c, node);
}

static bool
pending_read(jschema_compiler *c)
{
	while (c->pending != NULL)
	{
		jschema_node *node = c->pending->node;

		c->pending = c->pending->next;
		if (!node_read(c, node))
			return false;
	}
	return true;
}

/* A $dynamicRef may end at any dynamic anchor, so all of them get a node.
 * Reading one may bring new documents: begin again until nothing is new. */
static bool
anchors_read(jschema_compiler *c)
{
	bool found = true;

	while (found)
	{
		found = false;
		for (jschema_resource *r = c->schema->resources; r != NULL; r = r->next)
			for (jschema_anchor *a = r->anchors; a != NULL; a = a->next)
				if (a->dynamic && a->node == NULL)
				{
					a->node = jschema_node_for(c, a->value, r);
					if (a->node == NULL)
						return false;
					found = true;
				}
		if (!pending_read(c))
			return false;
	}
	return true;
}

static void *
pcre_take(size_t size, void *memory)
{
	return arena_take(memory, size);
}

static void
pcre_give(void *piece, void *memory)
{
	(void) piece;
	(void) memory; /* the arena gives everything back at once */
}

/* Sets PCRE2 up to take all its memory from the arena. */
static bool
pcre_start(jschema_compiler *c)
{
	c->pcre_memory = pcre2_general_context_create(pcre_take, pcre_give, c->memory);
	if (c->pcre_memory == NULL)
		return jschema_no_memory(c);
	c->pcre = pcre2_compile_context_create(c->pcre_memory);
	c->schema->match = pcre2_match_data_create(1, c->pcre_memory);
	c->schema->match_context = pcre2_match_context_create(c->pcre_memory);
	if (c->pcre == NULL || c->schema->match == NULL || c->schema->match_context == NULL)
		return jschema_no_memory(c);
	pcre2_set_compile_extra_options(c->pcre, PCRE2_EXTRA_ALT_BSUX);
	pcre2_set_match_limit(c->schema->match_context, MATCH_LIMIT);
	pcre2_set_heap_limit(c->schema->match_context, 1024);
	return true;
}

static jschema *
compile(jschema_compiler *c, const jdoc_value *document, const jschema_options *options)
{
	const char *base = options->base_uri != NULL ? options->base_uri : "";
	jschema_resource *resource;

	c->schema = arena_take(c->memory, sizeof(jschema));
	if (c->schema == NULL)
	{
		jschema_no_memory(c);
		return NULL;
	}
	memset(c->schema, 0, sizeof(jschema));
	c->schema->options = *options;
	if (c->schema->options.max_steps == 0)
		c->schema->options.max_steps = UINT64_C(200000000);
	if (!pcre_start(c))
		return NULL;
	resource = jschema_document(c, document, base);
	if (resource == NULL)
		return NULL;
	c->schema->root = jschema_node_for(c, document, resource);
	if (c->schema->root == NULL || !pending_read(c) || !anchors_read(c))
		return NULL;
	return c->schema;
}

jschema *
jschema_compile(arena *memory, const jdoc_value *document, const jschema_options *options,
				char *problem, size_t problem_size)
{
	static const jschema_options plain;
	jschema_compiler c;

	memset(&c, 0, sizeof(c));
	c.memory = memory;
	c.problem = problem;
	c.problem_size = problem_size;
	if (problem_size > 0)
		problem[0] = '\0';
	return compile(&c, document, options != NULL ? options : &plain);
}
