/*
 * schema_keywords.c: one reader per keyword, found by name in a table that
 * also says which vocabulary the keyword belongs to.
 */
#include "schema_inside.h"

#include <string.h>

typedef bool (*keyword_reader)(jschema_compiler *c, jschema_node *node,
							   const jdoc_value *value);

/* The group of rules at *slot, made when it is the first of its kind. */
static void *
group(jschema_compiler *c, void **slot, size_t size)
{
	if (*slot == NULL)
	{
		*slot = arena_take(c->memory, size);
		if (*slot == NULL)
			jschema_no_memory(c);
		else
			memset(*slot, 0, size);
	}
	return *slot;
}

static jschema_numbers *
numbers_of(jschema_compiler *c, jschema_node *node)
{
	return group(c, (void **) &node->numbers, sizeof(jschema_numbers));
}

static jschema_texts *
texts_of(jschema_compiler *c, jschema_node *node)
{
	return group(c, (void **) &node->texts, sizeof(jschema_texts));
}

static jschema_arrays *
arrays_of(jschema_compiler *c, jschema_node *node)
{
	return group(c, (void **) &node->arrays, sizeof(jschema_arrays));
}

static jschema_objects *
objects_of(jschema_compiler *c, jschema_node *node)
{
	return group(c, (void **) &node->objects, sizeof(jschema_objects));
}

static jschema_logic *
logic_of(jschema_compiler *c, jschema_node *node)
{
	return group(c, (void **) &node->logic, sizeof(jschema_logic));
}

static bool
malformed(jschema_compiler *c, const char *keyword, const char *expected)
{
	return jschema_problem(c, "\"%s\" must be %s", keyword, expected);
}

static bool
subschema(jschema_compiler *c, jschema_node *node, const jdoc_value *value, jschema_node **out)
{
	*out = jschema_node_for(c, value, node->home);
	return *out != NULL;
}

static bool
subschemas(jschema_compiler *c, jschema_node *node, const jdoc_value *value,
		   const char *keyword, jschema_nodes *out)
{
	if (value->kind != JDOC_ARRAY || value->count == 0)
		return malformed(c, keyword, "a list of schemas");
	out->list = arena_take_many(c->memory, value->count, sizeof(jschema_node *));
	if (out->list == NULL)
		return jschema_no_memory(c);
	out->count = value->count;
	for (uint32_t i = 0; i < value->count; i++)
		if (!subschema(c, node, &value->is.items[i], &out->list[i]))
			return false;
	return true;
}

static bool
count_read(jschema_compiler *c, const jdoc_value *value, const char *keyword, jschema_count *out)
{
	jdoc_decimal n;
	int64_t whole;

	if (value->kind != JDOC_NUMBER || !jdoc_decimal_read(value->is.text, value->count, &n) ||
		!jdoc_decimal_to_int64(&n, &whole) || whole < 0)
		return malformed(c, keyword, "an integer of at least 0");
	out->given = true;
	out->value = (uint64_t) whole;
	return true;
}

static bool
bound_read(jschema_compiler *c, const jdoc_value *value, const char *keyword, jschema_bound *out)
{
	if (value->kind != JDOC_NUMBER || !jdoc_decimal_read(value->is.text, value->count, &out->value))
		return malformed(c, keyword, "a number");
	out->given = true;
	return true;
}

/* --- any value --------------------------------------------------------- */

static unsigned
type_bit(const jdoc_value *name)
{
	static const struct
	{
		const char *name;
		unsigned bit;
	} types[] = {
		{"null", TYPE_NULL},
		{"boolean", TYPE_BOOLEAN},
		{"integer", TYPE_INTEGER},
		{"number", TYPE_NUMBER | TYPE_INTEGER},
		{"string", TYPE_STRING},
		{"array", TYPE_ARRAY},
		{"object", TYPE_OBJECT}};

	if (name->kind == JDOC_STRING)
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (jdoc_is_word(name, types[i].name))
				return types[i].bit;
	return 0;
}

static bool
read_type(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	node->types = type_bit(value);
	if (value->kind == JDOC_ARRAY)
		for (uint32_t i = 0; i < value->count; i++)
		{
			unsigned bit = type_bit(&value->is.items[i]);

			if (bit == 0)
				return malformed(c, "type", "a list of type names");
			node->types |= bit;
		}
	return node->types != 0 || malformed(c, "type", "a type name or a list of them");
}

static bool
read_const(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	(void) c;
	node->constant = value;
	return true;
}

static bool
read_enum(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	node->choices = value;
	return value->kind == JDOC_ARRAY || malformed(c, "enum", "a list of values");
}

static bool
read_format(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	if (value->kind != JDOC_STRING)
		return malformed(c, "format", "a text");
	node->format = jschema_format_find(value->is.text, value->count);
	node->assert_format = c->schema->options.assert_format ||
						  (node->home->vocabularies & VOCABULARY_FORMAT_ASSERTION) != 0;
	node->takes_id = c->schema->options.arguments && jdoc_is_word(value, "id");
	return true;
}

/* --- numbers ----------------------------------------------------------- */

#define BOUND_READER(name, keyword, field)                                 \
	static bool                                                            \
	name(jschema_compiler *c, jschema_node *node, const jdoc_value *value) \
	{                                                                      \
		jschema_numbers *n = numbers_of(c, node);                          \
		return n != NULL && bound_read(c, value, keyword, &n->field);      \
	}

BOUND_READER(read_minimum, "minimum", minimum)
BOUND_READER(read_maximum, "maximum", maximum)
BOUND_READER(read_above, "exclusiveMinimum", above)
BOUND_READER(read_below, "exclusiveMaximum", below)

static bool
read_step(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_numbers *n = numbers_of(c, node);

	if (n == NULL || !bound_read(c, value, "multipleOf", &n->step))
		return false;
	if (n->step.value.negative || jdoc_decimal_digits(&n->step.value) == 0 ||
		jdoc_decimal_digits(&n->step.value) > 18)
		return malformed(c, "multipleOf", "a positive number of at most 18 digits");
	return true;
}

/* --- text, arrays, objects: counts ------------------------------------- */

#define COUNT_READER(name, keyword, group_type, group_of, field)           \
	static bool                                                            \
	name(jschema_compiler *c, jschema_node *node, const jdoc_value *value) \
	{                                                                      \
		group_type *g = group_of(c, node);                                 \
		return g != NULL && count_read(c, value, keyword, &g->field);      \
	}

COUNT_READER(read_min_length, "minLength", jschema_texts, texts_of, min_length)
COUNT_READER(read_max_length, "maxLength", jschema_texts, texts_of, max_length)
COUNT_READER(read_min_items, "minItems", jschema_arrays, arrays_of, min_items)
COUNT_READER(read_max_items, "maxItems", jschema_arrays, arrays_of, max_items)
COUNT_READER(read_min_contains, "minContains", jschema_arrays, arrays_of, min_contains)
COUNT_READER(read_max_contains, "maxContains", jschema_arrays, arrays_of, max_contains)
COUNT_READER(read_min_properties, "minProperties", jschema_objects, objects_of, min_properties)
COUNT_READER(read_max_properties, "maxProperties", jschema_objects, objects_of, max_properties)

static bool
read_pattern(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_texts *t = texts_of(c, node);

	if (t == NULL)
		return false;
	if (value->kind != JDOC_STRING)
		return malformed(c, "pattern", "a text");
	t->pattern = value;
	t->regex = jschema_regex(c, value->is.text, value->count);
	return t->regex != NULL;
}

/* --- one subschema ------------------------------------------------------ */

#define SCHEMA_READER(name, group_type, group_of, field)                   \
	static bool                                                            \
	name(jschema_compiler *c, jschema_node *node, const jdoc_value *value) \
	{                                                                      \
		group_type *g = group_of(c, node);                                 \
		return g != NULL && subschema(c, node, value, &g->field);          \
	}

SCHEMA_READER(read_items, jschema_arrays, arrays_of, items)
SCHEMA_READER(read_contains, jschema_arrays, arrays_of, contains)
SCHEMA_READER(read_unevaluated_items, jschema_arrays, arrays_of, unevaluated)
SCHEMA_READER(read_additional, jschema_objects, objects_of, additional)
SCHEMA_READER(read_names, jschema_objects, objects_of, names)
SCHEMA_READER(read_unevaluated_properties, jschema_objects, objects_of, unevaluated)
SCHEMA_READER(read_not, jschema_logic, logic_of, none)
SCHEMA_READER(read_if, jschema_logic, logic_of, condition)
SCHEMA_READER(read_then, jschema_logic, logic_of, then)
SCHEMA_READER(read_else, jschema_logic, logic_of, otherwise)

/* --- lists of subschemas ------------------------------------------------ */

#define LIST_READER(name, keyword, group_type, group_of, field)             \
	static bool                                                             \
	name(jschema_compiler *c, jschema_node *node, const jdoc_value *value)  \
	{                                                                       \
		group_type *g = group_of(c, node);                                  \
		return g != NULL && subschemas(c, node, value, keyword, &g->field); \
	}

LIST_READER(read_prefix, "prefixItems", jschema_arrays, arrays_of, prefix)
LIST_READER(read_all, "allOf", jschema_logic, logic_of, all)
LIST_READER(read_any, "anyOf", jschema_logic, logic_of, any)
LIST_READER(read_one, "oneOf", jschema_logic, logic_of, one)

static bool
read_unique(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_arrays *a = arrays_of(c, node);

	if (a == NULL)
		return false;
	a->unique = value->kind == JDOC_TRUE;
	return a->unique || value->kind == JDOC_FALSE || malformed(c, "uniqueItems", "true or false");
}

/* --- objects ------------------------------------------------------------ */

static bool
read_properties(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_objects *o = objects_of(c, node);

	if (o == NULL)
		return false;
	o->described = value;
	return value->kind == JDOC_OBJECT || malformed(c, "properties", "an object of schemas");
}

static bool
is_name_list(const jdoc_value *value)
{
	if (value->kind != JDOC_ARRAY)
		return false;
	for (uint32_t i = 0; i < value->count; i++)
		if (value->is.items[i].kind != JDOC_STRING)
			return false;
	return true;
}

static bool
read_required(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_objects *o = objects_of(c, node);

	if (o == NULL)
		return false;
	o->required = value;
	return is_name_list(value) || malformed(c, "required", "a list of names");
}

static bool
read_patterns(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_objects *o = objects_of(c, node);

	if (o == NULL)
		return false;
	if (value->kind != JDOC_OBJECT)
		return malformed(c, "patternProperties", "an object of schemas");
	o->patterns = arena_take_many(c->memory, value->count, sizeof(jschema_pattern));
	if (o->patterns == NULL)
		return jschema_no_memory(c);
	o->pattern_count = value->count;
	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *m = &value->is.members[i];

		o->patterns[i].regex = jschema_regex(c, m->name, m->name_length);
		if (o->patterns[i].regex == NULL || !subschema(c, node, &m->value, &o->patterns[i].node))
			return false;
	}
	return true;
}

/* Adds the members of one of the two dependency keywords. */
static bool
dependencies_add(jschema_compiler *c, jschema_node *node, const jdoc_value *value, bool schemas)
{
	jschema_objects *o = objects_of(c, node);
	jschema_dependency *list;

	if (o == NULL)
		return false;
	list = arena_take_many(c->memory, (size_t) o->dependency_count + value->count, sizeof(*list));
	if (list == NULL)
		return jschema_no_memory(c);
	if (o->dependency_count > 0)
		memcpy(list, o->dependencies, o->dependency_count * sizeof(*list));
	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *m = &value->is.members[i];
		jschema_dependency *d = &list[o->dependency_count + i];

		memset(d, 0, sizeof(*d));
		d->name = m->name;
		d->name_length = m->name_length;
		if (schemas ? !subschema(c, node, &m->value, &d->node) : !is_name_list(&m->value))
			return schemas ? false : malformed(c, "dependentRequired", "an object of name lists");
		if (!schemas)
			d->required = &m->value;
	}
	o->dependencies = list;
	o->dependency_count += value->count;
	return true;
}

static bool
read_dependent_schemas(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	if (value->kind != JDOC_OBJECT)
		return malformed(c, "dependentSchemas", "an object of schemas");
	return dependencies_add(c, node, value, true);
}

static bool
read_dependent_required(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	if (value->kind != JDOC_OBJECT)
		return malformed(c, "dependentRequired", "an object of name lists");
	return dependencies_add(c, node, value, false);
}

/* --- references ---------------------------------------------------------- */

static bool
read_ref(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_logic *l = logic_of(c, node);
	jschema_resource *home;
	const jschema_anchor *anchor;
	const jdoc_value *target;

	if (l == NULL)
		return false;
	if (value->kind != JDOC_STRING)
		return malformed(c, "$ref", "a text");
	target = jschema_target(c, node->home, value, &home, &anchor);
	if (target == NULL)
		return false;
	l->ref = jschema_node_for(c, target, home);
	return l->ref != NULL;
}

static bool
read_dynamic_ref(jschema_compiler *c, jschema_node *node, const jdoc_value *value)
{
	jschema_logic *l = logic_of(c, node);
	jschema_resource *home;
	const jschema_anchor *anchor;
	const jdoc_value *target;

	if (l == NULL)
		return false;
	if (value->kind != JDOC_STRING)
		return malformed(c, "$dynamicRef", "a text");
	target = jschema_target(c, node->home, value, &home, &anchor);
	if (target == NULL)
		return false;
	l->dynamic_anchor = anchor != NULL && anchor->dynamic ? anchor : NULL;
	l->dynamic_ref = jschema_node_for(c, target, home);
	return l->dynamic_ref != NULL;
}

/* --- the table ----------------------------------------------------------- */

static const struct
{
	const char *name;
	unsigned vocabulary;
	keyword_reader read;
} keywords[] = {
	{"$ref", VOCABULARY_CORE, read_ref},
	{"$dynamicRef", VOCABULARY_CORE, read_dynamic_ref},
	{"type", VOCABULARY_VALIDATION, read_type},
	{"const", VOCABULARY_VALIDATION, read_const},
	{"enum", VOCABULARY_VALIDATION, read_enum},
	{"format", VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION, read_format},
	{"minimum", VOCABULARY_VALIDATION, read_minimum},
	{"maximum", VOCABULARY_VALIDATION, read_maximum},
	{"exclusiveMinimum", VOCABULARY_VALIDATION, read_above},
	{"exclusiveMaximum", VOCABULARY_VALIDATION, read_below},
	{"multipleOf", VOCABULARY_VALIDATION, read_step},
	{"minLength", VOCABULARY_VALIDATION, read_min_length},
	{"maxLength", VOCABULARY_VALIDATION, read_max_length},
	{"pattern", VOCABULARY_VALIDATION, read_pattern},
	{"minItems", VOCABULARY_VALIDATION, read_min_items},
	{"maxItems", VOCABULARY_VALIDATION, read_max_items},
	{"uniqueItems", VOCABULARY_VALIDATION, read_unique},
	{"minContains", VOCABULARY_VALIDATION, read_min_contains},
	{"maxContains", VOCABULARY_VALIDATION, read_max_contains},
	{"minProperties", VOCABULARY_VALIDATION, read_min_properties},
	{"maxProperties", VOCABULARY_VALIDATION, read_max_properties},
	{"required", VOCABULARY_VALIDATION, read_required},
	{"dependentRequired", VOCABULARY_VALIDATION, read_dependent_required},
	{"prefixItems", VOCABULARY_APPLICATOR, read_prefix},
	{"items", VOCABULARY_APPLICATOR, read_items},
	{"contains", VOCABULARY_APPLICATOR, read_contains},
	{"properties", VOCABULARY_APPLICATOR, read_properties},
	{"patternProperties", VOCABULARY_APPLICATOR, read_patterns},
	{"additionalProperties", VOCABULARY_APPLICATOR, read_additional},
	{"propertyNames", VOCABULARY_APPLICATOR, read_names},
	{"dependentSchemas", VOCABULARY_APPLICATOR, read_dependent_schemas},
	{"allOf", VOCABULARY_APPLICATOR, read_all},
	{"anyOf", VOCABULARY_APPLICATOR, read_any},
	{"oneOf", VOCABULARY_APPLICATOR, read_one},
	{"not", VOCABULARY_APPLICATOR, read_not},
	{"if", VOCABULARY_APPLICATOR, read_if},
	{"then", VOCABULARY_APPLICATOR, read_then},
	{"else", VOCABULARY_APPLICATOR, read_else},
	{"unevaluatedItems", VOCABULARY_UNEVALUATED, read_unevaluated_items},
	{"unevaluatedProperties", VOCABULARY_UNEVALUATED, read_unevaluated_properties},
};

/* --- the table of properties --------------------------------------------- */

jschema_property *
jschema_property_slot(const jschema_objects *o, const char *name, uint32_t length)
{
	uint32_t hash = UINT32_C(2166136261);

	for (uint32_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) name[i]) * UINT32_C(16777619);
	for (uint32_t at = hash & (o->table_size - 1);; at = (at + 1) & (o->table_size - 1))
	{
		jschema_property *p = &o->table[at];

		if (p->name == NULL ||
			(p->name_length == length && (length == 0 || memcmp(p->name, name, length) == 0)))
			return p;
	}
}

static jschema_property *
property_add(const jschema_objects *o, const char *name, uint32_t length)
{
	jschema_property *p = jschema_property_slot(o, name, length);

	p->name = name;
	p->name_length = length;
	return p;
}

/* Joins "properties" and "required" in one table for lookups. */
static bool
table_build(jschema_compiler *c, jschema_node *node)
{
	jschema_objects *o = node->objects;
	size_t names = 0;
	size_t size = 4;

	names += o->described != NULL ? o->described->count : 0;
	names += o->required != NULL ? o->required->count : 0;
	if (names == 0)
		return true;
	while (size < names * 2)
		size *= 2;
	o->table = arena_take_many(c->memory, size, sizeof(jschema_property));
	if (o->table == NULL)
		return jschema_no_memory(c);
	memset(o->table, 0, size * sizeof(jschema_property));
	o->table_size = (uint32_t) size;
	for (uint32_t i = 0; o->described != NULL && i < o->described->count; i++)
	{
		const jdoc_member *m = &o->described->is.members[i];

		if (!subschema(c, node, &m->value, &property_add(o, m->name, m->name_length)->node))
			return false;
	}
	for (uint32_t i = 0; o->required != NULL && i < o->required->count; i++)
	{
		const jdoc_value *name = &o->required->is.items[i];
		jschema_property *p = property_add(o, name->is.text, name->count);

		o->required_count += !p->required;
		p->required = true;
	}
	return true;
}

bool
jschema_read_keywords(jschema_compiler *c, jschema_node *node)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
	{
		const jdoc_value *value = jdoc_find_word(node->source, keywords[i].name);

		if (value != NULL && (keywords[i].vocabulary & node->home->vocabularies) != 0 &&
			!keywords[i].read(c, node, value))
			return false;
	}
	node->takes_id = node->takes_id && (node->types & TYPE_STRING) != 0;
	node->takes_decimal_text = c->schema->options.arguments &&
							   (node->types & TYPE_NUMBER) != 0 && (node->types & TYPE_STRING) == 0;
	return node->objects == NULL || table_build(c, node);
}
