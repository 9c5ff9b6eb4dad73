/*
 * placeholder_rules.c: schemas of variables, in either shape, as one schema of JSON Schema.
 *
 * The shapes are JSON Schema, {"type": "object", "properties": {…}, "required": […]}, and a flat object of variables,
 * {"name": {"type": "string", "required": true, "default": …}}. Both may name a part of an object by a dotted name, know the
 * type date and the formats of placeholder_format.c. They are read into a tree of declarations and written as the schema the
 * checker compiles; types and formats of our own are taken out there and checked by themselves.
 */
#include "placeholder_inside.h"

#include <stdio.h>

typedef struct rules_reader
{
	arena *memory;
	const char *text; /* the document */
	placeholder_rules *rules;
	placeholder_fault *fault;
	const jdoc_value *own_required; /* JSON Schema's list at the root */
	bool flat;
	size_t declared; /* names so far */
} rules_reader;

static const jdoc_value *
text_member(const jdoc_value *object, const char *name)
{
	const jdoc_value *member = object->kind == JDOC_OBJECT ? jdoc_find_word(object, name) : NULL;

	return member != NULL && member->kind == JDOC_STRING ? member : NULL;
}

/* ---- declarations ---- */

static placeholder_declared *
declared_child(const placeholder_declared *parent, kernel_text name)
{
	for (placeholder_declared *child = parent->children; child != NULL; child = child->next)
		if (kernel_text_equal(child->name, name))
			return child;
	return NULL;
}

static placeholder_declared *
declare(rules_reader *reader, placeholder_declared *parent, kernel_text name)
{
	placeholder_declared *made = declared_child(parent, name);

	if (made != NULL)
		return made;
	if (reader->declared == PLACEHOLDER_NAMES_MOST)
		return NULL;
	made = arena_take(reader->memory, sizeof(*made));
	if (made == NULL)
		return NULL;
	memset(made, 0, sizeof(*made));
	made->name = name;
	reader->declared++;
	if (parent->children == NULL)
		parent->children = made;
	else
		parent->last->next = made;
	parent->last = made;
	return made;
}

/* Why a name could not be declared; false. */
static bool
declaration_failed(rules_reader *reader)
{
	if (reader->declared < PLACEHOLDER_NAMES_MOST)
		return placeholder_fault_memory(reader->fault);
	placeholder_fault_set(reader->fault, PLACEHOLDER_SCHEMA, PLACEHOLDER_OF_SCHEMA, "the schema has more than %d variables",
						  PLACEHOLDER_NAMES_MOST);
	return false;
}

/* The declaration at a dotted name; those on the way are made. NULL: it could not be declared. */
static placeholder_declared *
declare_dotted(rules_reader *reader, placeholder_declared *parent, kernel_text name, bool required)
{
	for (;;)
	{
		const char *point = memchr(name.bytes, '.', name.length);
		size_t length = point != NULL ? (size_t) (point - name.bytes) : name.length;

		parent = declare(reader, parent, (kernel_text){name.bytes, length});
		if (parent == NULL)
			return NULL;
		parent->required = parent->required || required;
		if (point == NULL)
			return parent;
		name = (kernel_text){name.bytes + length + 1, name.length - length - 1};
	}
}

static bool read_definition(rules_reader *reader, placeholder_declared *declared, const jdoc_value *definition);

static bool
read_property(rules_reader *reader, placeholder_declared *parent, kernel_text name, const jdoc_value *definition)
{
	const jdoc_value *required = jdoc_find_word(definition, "required");
	placeholder_declared *made = declare_dotted(reader, parent, name, required != NULL && required->kind == JDOC_TRUE);

	if (made == NULL)
		return declaration_failed(reader);
	return read_definition(reader, made, definition);
}

static bool
read_required(rules_reader *reader, placeholder_declared *parent, const jdoc_value *definition)
{
	const jdoc_value *required = jdoc_find_word(definition, "required");

	if (required == NULL || required->kind != JDOC_ARRAY)
		return true;
	for (uint32_t i = 0; i < required->count; i++)
	{
		const jdoc_value *name = &required->is.items[i];

		if (name->kind == JDOC_STRING && declare_dotted(reader, parent, (kernel_text){name->is.text, name->count}, true) == NULL)
			return declaration_failed(reader);
	}
	return true;
}

/* The properties of a definition, and which of them are required. */
static bool
read_properties(rules_reader *reader, placeholder_declared *parent, const jdoc_value *definition)
{
	const jdoc_value *properties = jdoc_find_word(definition, "properties");

	if (properties != NULL && properties->kind == JDOC_OBJECT)
		for (uint32_t i = 0; i < properties->count; i++)
		{
			const jdoc_member *member = &properties->is.members[i];

			if (!read_property(reader, parent, (kernel_text){member->name, member->name_length}, &member->value))
				return false;
		}
	return read_required(reader, parent, definition);
}

static bool
read_items(rules_reader *reader, placeholder_declared *declared, const jdoc_value *items)
{
	declared->items = arena_take(reader->memory, sizeof(*declared->items));
	if (declared->items == NULL)
		return placeholder_fault_memory(reader->fault);
	memset(declared->items, 0, sizeof(*declared->items));
	return read_definition(reader, declared->items, items);
}

static bool
read_definition(rules_reader *reader, placeholder_declared *declared, const jdoc_value *definition)
{
	const jdoc_value *items = definition->kind == JDOC_OBJECT ? jdoc_find_word(definition, "items") : NULL;

	declared->definition = definition;
	if (definition->kind != JDOC_OBJECT)
		return true;
	return read_properties(reader, declared, definition) && (items == NULL || read_items(reader, declared, items));
}

/* Flat: every member is a variable's definition, and none says what JSON Schema says of the whole. */
static bool
is_flat(const jdoc_value *document)
{
	const jdoc_value *properties = jdoc_find_word(document, "properties");

	if (document->count == 0 || (properties != NULL && text_member(properties, "type") == NULL))
		return false;
	for (uint32_t i = 0; i < document->count; i++)
		if (document->is.members[i].value.kind != JDOC_OBJECT)
			return false;
	return true;
}

static bool
read_declarations(rules_reader *reader, const jdoc_value *document)
{
	placeholder_declared *root = &reader->rules->root;
	const jdoc_value *additional;

	reader->flat = is_flat(document);
	root->definition = document;
	if (!reader->flat)
	{
		additional = jdoc_find_word(document, "additionalProperties");
		reader->rules->closed = additional != NULL && additional->kind == JDOC_FALSE;
		return read_properties(reader, root, document);
	}
	for (uint32_t i = 0; i < document->count; i++)
	{
		const jdoc_member *member = &document->is.members[i];

		if (!read_property(reader, root, (kernel_text){member->name, member->name_length}, &member->value))
			return false;
	}
	return true;
}

/* ---- the schema that is compiled ---- */

static void
write_comma(jdoc_text *out, bool *first)
{
	if (!*first)
		jdoc_text_add(out, ",", 1);
	*first = false;
}

static void
write_key(jdoc_text *out, bool *first, const char *name, size_t length)
{
	write_comma(out, first);
	jdoc_text_add_quoted(out, name, length);
	jdoc_text_add(out, ":", 1);
}

static void
write_raw(const rules_reader *reader, jdoc_text *out, const jdoc_value *value)
{
	jdoc_text_add(out, reader->text + value->start, value->end - value->start);
}

/* A date is a text to JSON Schema. */
static void
write_type(const rules_reader *reader, jdoc_text *out, const jdoc_value *type)
{
	bool first = true;

	if (type->kind != JDOC_ARRAY)
	{
		if (jdoc_is_word(type, "date"))
			jdoc_text_add_word(out, "\"string\"");
		else
			write_raw(reader, out, type);
		return;
	}
	jdoc_text_add(out, "[", 1);
	for (uint32_t i = 0; i < type->count; i++)
	{
		write_comma(out, &first);
		write_type(reader, out, &type->is.items[i]);
	}
	jdoc_text_add(out, "]", 1);
}

static bool
is_word(const jdoc_member *member, const char *word)
{
	return member->name_length == strlen(word) && memcmp(member->name, word, member->name_length) == 0;
}

/* The keyword for "min" and "max", by what the variable is. */
static const char *
bound_keyword(const jdoc_value *definition, const jdoc_member *member)
{
	const jdoc_value *type = text_member(definition, "type");
	bool low = is_word(member, "min");

	if (!low && !is_word(member, "max"))
		return NULL;
	if (type != NULL && jdoc_is_word(type, "string"))
		return low ? "minLength" : "maxLength";
	if (type != NULL && jdoc_is_word(type, "array"))
		return low ? "minItems" : "maxItems";
	return low ? "minimum" : "maximum";
}

static void write_declared(const rules_reader *reader, jdoc_text *out, const placeholder_declared *declared, bool root);

static void
write_members(const rules_reader *reader, jdoc_text *out, const placeholder_declared *declared, bool *first)
{
	const jdoc_value *definition = declared->definition;

	for (uint32_t i = 0; i < definition->count; i++)
	{
		const jdoc_member *member = &definition->is.members[i];
		const char *bound = bound_keyword(definition, member);

		if (is_word(member, "properties") || is_word(member, "required") || is_word(member, "default") || is_word(member, "examples") ||
			(is_word(member, "format") && member->value.kind == JDOC_STRING &&
			 placeholder_format_known((kernel_text){member->value.is.text, member->value.count})))
			continue;
		if (bound != NULL)
			write_key(out, first, bound, strlen(bound));
		else
			write_key(out, first, member->name, member->name_length);
		if (is_word(member, "items") && declared->items != NULL)
			write_declared(reader, out, declared->items, false);
		else if (is_word(member, "type"))
			write_type(reader, out, &member->value);
		else
			write_raw(reader, out, &member->value);
	}
}

static void
write_children(const rules_reader *reader, jdoc_text *out, const placeholder_declared *declared, bool *first)
{
	bool none = true;

	write_key(out, first, "properties", 10);
	jdoc_text_add(out, "{", 1);
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
	{
		write_key(out, &none, child->name.bytes, child->name.length);
		write_declared(reader, out, child, false);
	}
	jdoc_text_add(out, "}", 1);
	none = true;
	write_key(out, first, "required", 8);
	jdoc_text_add(out, "[", 1);
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
		if (child->required)
		{
			write_comma(out, &none);
			jdoc_text_add_quoted(out, child->name.bytes, child->name.length);
		}
	jdoc_text_add(out, "]", 1);
}

static void
write_declared(const rules_reader *reader, jdoc_text *out, const placeholder_declared *declared, bool root)
{
	const jdoc_value *definition = root && reader->flat ? NULL : declared->definition;
	bool first = true;

	if (definition != NULL && definition->kind != JDOC_OBJECT)
	{
		write_raw(reader, out, definition); /* true, false, or what the compiler refuses */
		return;
	}
	jdoc_text_add(out, "{", 1);
	if (definition != NULL)
		write_members(reader, out, declared, &first);
	else if (root || declared->children != NULL)
	{
		jdoc_text_add_word(out, "\"type\":\"object\"");
		first = false;
	}
	if (declared->children != NULL)
		write_children(reader, out, declared, &first);
	jdoc_text_add(out, "}", 1);
}

/* The compiled schema of a declaration; NULL with the problem in words, or with none when memory is short. */
static jschema *
compile_declared(rules_reader *reader, const placeholder_declared *declared, bool root, char *problem, size_t room)
{
	static const jschema_options options = {.assert_format = true, .arguments = true, .max_steps = 2000000};
	const jdoc_limits limits = {.depth = 2 * PLACEHOLDER_DEPTH_MOST};
	const jdoc_value *document;
	jschema *schema;
	jdoc_error error;
	jdoc_text out;

	problem[0] = '\0';
	jdoc_text_start(&out, reader->memory);
	write_declared(reader, &out, declared, root);
	document = out.failed ? NULL : jdoc_parse(reader->memory, out.bytes, out.length, &limits, &error);
	if (document == NULL)
	{
		if (!out.failed && error.fault != JDOC_NO_MEMORY)
			snprintf(problem, room, "%s", error.expected);
		return NULL;
	}
	schema = jschema_compile(reader->memory, document, &options, problem, room);
	if (schema == NULL && strstr(problem, "memory") != NULL)
		problem[0] = '\0';
	return schema;
}

/* Names the variable at fault, as far in as one alone has the problem; the problem is that of the whole schema otherwise. */
static bool
refuse_schema(rules_reader *reader, char *problem, size_t room)
{
	const placeholder_declared *child = reader->rules->root.children;
	char name[256] = "";

	while (child != NULL)
	{
		char own[512];

		if (compile_declared(reader, child, false, own, sizeof(own)) != NULL)
		{
			child = child->next;
			continue;
		}
		if (own[0] == '\0')
			return placeholder_fault_memory(reader->fault);
		snprintf(problem, room, "%s", own);
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s%.*s", name[0] != '\0' ? "." : "", (int) child->name.length,
				 child->name.bytes);
		child = child->children;
	}
	placeholder_fault_set(reader->fault, PLACEHOLDER_SCHEMA, PLACEHOLDER_OF_SCHEMA, "the schema%s%s cannot be used: %s",
						  name[0] != '\0' ? " of the variable " : "", name, problem);
	return false;
}

static bool
compile_schema(rules_reader *reader)
{
	char problem[512];

	reader->rules->schema = compile_declared(reader, &reader->rules->root, true, problem, sizeof(problem));
	if (reader->rules->schema != NULL)
		return true;
	return problem[0] == '\0' ? placeholder_fault_memory(reader->fault) : refuse_schema(reader, problem, sizeof(problem));
}

/* ---- defaults ---- */

static bool
put_defaults(rules_reader *reader, placeholder_tree *tree, const placeholder_declared *declared, bool *too_many)
{
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
	{
		const jdoc_value *usual =
			child->definition != NULL && child->definition->kind == JDOC_OBJECT ? jdoc_find_word(child->definition, "default") : NULL;
		placeholder_tree *inside = tree;

		if (usual != NULL && !placeholder_tree_put_at(reader->memory, tree, child->name, usual, too_many))
			return false;
		if (child->children == NULL)
			continue;
		inside = placeholder_tree_open(reader->memory);
		if (inside == NULL || !put_defaults(reader, inside, child, too_many))
			return false;
		usual = placeholder_tree_value(reader->memory, inside);
		if (usual == NULL || (usual->count > 0 && !placeholder_tree_put_at(reader->memory, tree, child->name, usual, too_many)))
			return false;
	}
	return true;
}

static bool
read_defaults(rules_reader *reader, const jdoc_value *given)
{
	placeholder_tree *tree = placeholder_tree_open(reader->memory);
	bool too_many = false;

	if (tree == NULL)
		return placeholder_fault_memory(reader->fault);
	if (!placeholder_tree_put(reader->memory, tree, given, &too_many) ||
		!put_defaults(reader, tree, &reader->rules->root, &too_many))
	{
		if (!too_many)
			return placeholder_fault_memory(reader->fault);
		placeholder_fault_set(reader->fault, PLACEHOLDER_INVALID, PLACEHOLDER_OF_DEFAULTS, "more than %d variables, or %d of one object",
							  PLACEHOLDER_ALL_NAMES_MOST, PLACEHOLDER_NAMES_MOST);
		return false;
	}
	reader->rules->defaults = placeholder_tree_value(reader->memory, tree);
	return reader->rules->defaults != NULL || placeholder_fault_memory(reader->fault);
}

bool
placeholder_rules_read(arena *memory, kernel_text schema, kernel_text defaults, placeholder_rules *rules, placeholder_fault *fault)
{
	rules_reader reader = {.memory = memory, .rules = rules, .fault = fault};
	const jdoc_value *document = placeholder_object_read(memory, schema, PLACEHOLDER_OF_SCHEMA, fault);
	const jdoc_value *given = document != NULL ? placeholder_object_read(memory, defaults, PLACEHOLDER_OF_DEFAULTS, fault) : NULL;

	memset(rules, 0, sizeof(*rules));
	if (given == NULL)
		return false;
	reader.text = schema.bytes != NULL ? schema.bytes : "{}";
	return read_declarations(&reader, document) && compile_schema(&reader) && read_defaults(&reader, given);
}

bool
placeholder_rules_know(const placeholder_rules *rules, const placeholder_step *steps, size_t parts)
{
	const placeholder_declared *declared = &rules->root;

	for (size_t i = 0; i < parts; i++)
	{
		/* An object that does not say what is in it has anything. */
		if (i > 0 && declared->children == NULL)
			return true;
		declared = declared_child(declared, steps[i].name);
		if (declared == NULL)
			return false;
	}
	return true;
}
