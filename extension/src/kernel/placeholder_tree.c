/*
 * placeholder_tree.c: objects put together from several: what comes first stays, objects are merged, a dotted name goes inside.
 */
#include "placeholder_inside.h"

#include "json_inside.h"

struct placeholder_tree
{
	kernel_text name;
	const jdoc_value *leaf; /* NULL: an object of what is below */
	placeholder_tree *first;
	placeholder_tree *last;
	placeholder_tree *next;
	uint32_t count;
	placeholder_tree *root;
	uint32_t total; /* of the root: nodes below it */
};

placeholder_tree *
placeholder_tree_open(arena *memory)
{
	placeholder_tree *tree = arena_take(memory, sizeof(*tree));

	if (tree == NULL)
		return NULL;
	memset(tree, 0, sizeof(*tree));
	tree->root = tree;
	return tree;
}

static placeholder_tree *
child_of(const placeholder_tree *tree, kernel_text name)
{
	for (placeholder_tree *child = tree->first; child != NULL; child = child->next)
		if (kernel_text_equal(child->name, name))
			return child;
	return NULL;
}

static placeholder_tree *
child_new(arena *memory, placeholder_tree *tree, kernel_text name, bool *too_many)
{
	placeholder_tree *child;

	if (tree->count == PLACEHOLDER_NAMES_MOST || tree->root->total == PLACEHOLDER_ALL_NAMES_MOST)
	{
		*too_many = true;
		return NULL;
	}
	child = placeholder_tree_open(memory);
	if (child == NULL)
		return NULL;
	child->name = name;
	child->root = tree->root;
	tree->root->total++;
	if (tree->first == NULL)
		tree->first = child;
	else
		tree->last->next = child;
	tree->last = child;
	tree->count++;
	return child;
}

/* Gives a node its value, or merges an object into what it has. */
static bool
put_value(arena *memory, placeholder_tree *node, bool is_new, const jdoc_value *value, bool *too_many)
{
	if (value->kind != JDOC_OBJECT)
	{
		if (is_new)
			node->leaf = value;
		return true;
	}
	if (node->leaf != NULL)
		return true;
	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *member = &value->is.members[i];
		kernel_text name = {member->name, member->name_length};
		placeholder_tree *child = child_of(node, name);
		bool made = child == NULL;

		if (member->value.kind == JDOC_NULL)
			continue;
		if (made)
			child = child_new(memory, node, name, too_many);
		if (child == NULL || !put_value(memory, child, made, &member->value, too_many))
			return false;
	}
	return true;
}

/* The part in front of the first point; all of it where it is no dotted name. */
static kernel_text
first_part(kernel_text dotted)
{
	const char *point = memchr(dotted.bytes, '.', dotted.length);
	size_t length = point != NULL ? (size_t) (point - dotted.bytes) : dotted.length;

	return (kernel_text){dotted.bytes, length};
}

bool
placeholder_tree_put_at(arena *memory, placeholder_tree *tree, kernel_text dotted, const jdoc_value *value, bool *too_many)
{
	bool made = false;

	if (value->kind == JDOC_NULL)
		return true;
	for (size_t depth = 0;; depth++)
	{
		kernel_text part = first_part(dotted);
		placeholder_tree *child = child_of(tree, part);

		made = child == NULL;
		if (made)
			child = child_new(memory, tree, part, too_many);
		if (child == NULL)
			return false;
		tree = child;
		if (part.length == dotted.length)
			return put_value(memory, tree, made, value, too_many);
		if (tree->leaf != NULL)
			return true; /* a value stands where an object would have to be: it came first */
		dotted = (kernel_text){dotted.bytes + part.length + 1, dotted.length - part.length - 1};
		if (depth == PLACEHOLDER_DEPTH_MOST)
		{
			*too_many = true;
			return false;
		}
	}
}

bool
placeholder_tree_put(arena *memory, placeholder_tree *tree, const jdoc_value *object, bool *too_many)
{
	for (uint32_t i = 0; i < object->count; i++)
	{
		const jdoc_member *member = &object->is.members[i];

		if (!placeholder_tree_put_at(memory, tree, (kernel_text){member->name, member->name_length}, &member->value, too_many))
			return false;
	}
	return true;
}

/* Fills in an object of what is below the node. */
static bool
object_of(arena *memory, const placeholder_tree *node, jdoc_value *made)
{
	uint32_t count = node->count;
	jdoc_member *members;
	uint32_t at = 0;

	memset(made, 0, sizeof(*made));
	made->kind = JDOC_OBJECT;
	made->count = count;
	members = arena_take(memory, count * sizeof(*members) + (count > JDOC_FEW ? count * sizeof(uint32_t) : 0));
	if (members == NULL)
		return false;
	memset(members, 0, count * sizeof(*members));
	for (const placeholder_tree *child = node->first; child != NULL; child = child->next, at++)
	{
		members[at].name = child->name.bytes;
		members[at].name_length = (uint32_t) child->name.length;
		if (child->leaf != NULL)
			members[at].value = *child->leaf;
		else if (!object_of(memory, child, &members[at].value))
			return false;
	}
	if (count > JDOC_FEW)
		jdoc_members_index(members, count);
	made->is.members = members;
	return true;
}

const jdoc_value *
placeholder_tree_value(arena *memory, const placeholder_tree *tree)
{
	jdoc_value *made = arena_take(memory, sizeof(*made));

	return made != NULL && object_of(memory, tree, made) ? made : NULL;
}
