/*
 * schema_resource.c: documents, their resources and anchors, and what a
 * reference points at.
 *
 * A document is walked once when it is registered, along the keywords that
 * hold subschemas; an $id met elsewhere (in an enum, under a word nobody
 * knows) names nothing.
 */
#include "schema_inside.h"

#include <stdio.h>
#include <string.h>

#define STANDARD_URI "https://json-schema.org/draft/2020-12/schema"
#define MOST_METASCHEMAS 8

static bool scan(jschema_compiler *c, const jdoc_value *value,
				 jschema_resource *resource);

/* --- what is known of a value, by address ----------------------------- */

static size_t
address_hash(const jdoc_value *value)
{
	return (size_t) (((uint64_t) (uintptr_t) value * UINT64_C(0x9E3779B97F4A7C15)) >> 20);
}

static jschema_known *
known_probe(jschema_known *table, size_t size, const jdoc_value *value)
{
	size_t at = address_hash(value) & (size - 1);

	while (table[at].value != NULL && table[at].value != value)
		at = (at + 1) & (size - 1);
	return &table[at];
}

static bool
known_grow(jschema_compiler *c)
{
	size_t size = c->known_size == 0 ? 64 : c->known_size * 2;
	jschema_known *table = arena_take_many(c->memory, size, sizeof(jschema_known));

	if (table == NULL)
		return jschema_no_memory(c);
	memset(table, 0, size * sizeof(jschema_known));
	for (size_t i = 0; i < c->known_size; i++)
		if (c->known[i].value != NULL)
			*known_probe(table, size, c->known[i].value) = c->known[i];
	c->known = table;
	c->known_size = size;
	return true;
}

/* The entry of a value, made when it is new; NULL without memory. */
jschema_known *
jschema_known_slot(jschema_compiler *c, const jdoc_value *value)
{
	jschema_known *slot;

	if (c->known_used * 2 >= c->known_size && !known_grow(c))
		return NULL;
	slot = known_probe(c->known, c->known_size, value);
	if (slot->value == NULL)
	{
		slot->value = value;
		c->known_used++;
	}
	return slot;
}

/* --- resources --------------------------------------------------------- */

static jschema_resource *
resource_add(jschema_compiler *c, const char *uri, const jdoc_value *root)
{
	jschema_resource *r = arena_take(c->memory, sizeof(*r));

	if (r == NULL)
	{
		jschema_no_memory(c);
		return NULL;
	}
	memset(r, 0, sizeof(*r));
	r->uri = uri;
	r->root = root;
	r->next = c->schema->resources;
	c->schema->resources = r;
	return r;
}

static jschema_resource *
resource_find(const jschema_compiler *c, const char *uri, size_t length)
{
	for (jschema_resource *r = c->schema->resources; r != NULL; r = r->next)
		if (strlen(r->uri) == length && memcmp(r->uri, uri, length) == 0)
			return r;
	return NULL;
}

const jschema_anchor *
jschema_anchor_find(const jschema_resource *resource, const char *name, uint32_t length)
{
	for (const jschema_anchor *a = resource->anchors; a != NULL; a = a->next)
		if (a->name_length == length && memcmp(a->name, name, length) == 0)
			return a;
	return NULL;
}

static bool
anchor_add(jschema_compiler *c, jschema_resource *resource, const jdoc_value *name,
		   const jdoc_value *value, bool dynamic)
{
	jschema_anchor *a;

	if (name == NULL || name->kind != JDOC_STRING)
		return true;
	a = arena_take(c->memory, sizeof(*a));
	if (a == NULL)
		return jschema_no_memory(c);
	memset(a, 0, sizeof(*a));
	a->name = name->is.text;
	a->name_length = name->count;
	a->dynamic = dynamic;
	a->value = value;
	a->next = resource->anchors;
	resource->anchors = a;
	return true;
}

/* The document of a URI: known, standard, or handed in by the loader. */
static jschema_resource *
resource_get(jschema_compiler *c, const char *uri, size_t length)
{
	jschema_resource *r = resource_find(c, uri, length);
	jschema_known *slot;
	char *name;
	const char *text;
	const jdoc_value *root = NULL;
	jdoc_error error;

	if (r != NULL)
	{
		/* a document may be registered under the place it came from too */
		slot = jschema_known_slot(c, r->root);
		return slot == NULL || slot->resource == NULL ? r : slot->resource;
	}
	name = arena_copy(c->memory, uri, length);
	if (name == NULL)
	{
		jschema_no_memory(c);
		return NULL;
	}
	text = jschema_meta_text(name);
	if (text != NULL)
		root = jdoc_parse(c->memory, text, strlen(text), NULL, &error);
	else if (c->schema->options.load != NULL)
		root = c->schema->options.load(c->schema->options.load_state, name);
	if (root == NULL)
	{
		jschema_problem(c, "nothing is known under the URI %s", name);
		return NULL;
	}
	return jschema_document(c, root, name);
}

/* --- dialects ---------------------------------------------------------- */

static unsigned
vocabulary_bit(const jdoc_member *m)
{
	static const struct
	{
		const char *uri;
		unsigned bit;
	} words[] = {
		{"https://json-schema.org/draft/2020-12/vocab/core", VOCABULARY_CORE},
		{"https://json-schema.org/draft/2020-12/vocab/applicator", VOCABULARY_APPLICATOR},
		{"https://json-schema.org/draft/2020-12/vocab/validation", VOCABULARY_VALIDATION},
		{"https://json-schema.org/draft/2020-12/vocab/unevaluated", VOCABULARY_UNEVALUATED},
		{"https://json-schema.org/draft/2020-12/vocab/format-annotation", VOCABULARY_FORMAT},
		{"https://json-schema.org/draft/2020-12/vocab/format-assertion", VOCABULARY_FORMAT_ASSERTION},
		{"https://json-schema.org/draft/2020-12/vocab/content", VOCABULARY_CORE},
		{"https://json-schema.org/draft/2020-12/vocab/meta-data", VOCABULARY_CORE},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].uri) == m->name_length &&
			memcmp(words[i].uri, m->name, m->name_length) == 0)
			return words[i].bit;
	return 0;
}

/* Reads $vocabulary of a metaschema. */
static bool
vocabularies_read(jschema_compiler *c, const jdoc_value *list, unsigned *bits)
{
	*bits = VOCABULARY_CORE;
	for (uint32_t i = 0; i < list->count; i++)
	{
		const jdoc_member *m = &list->is.members[i];
		unsigned bit = vocabulary_bit(m);

		if (bit == 0 && m->value.kind == JDOC_TRUE)
			return jschema_problem(c, "the vocabulary %.*s is not known",
								   (int) m->name_length, m->name);
		*bits |= bit;
	}
	return true;
}

/* The vocabularies that the "$schema" of a resource asks for. */
static bool
dialect_read(jschema_compiler *c, const jdoc_value *name, unsigned *bits)
{
	jschema_resource *meta;
	const jdoc_value *list;
	size_t length = name->count;

	while (length > 0 && name->is.text[length - 1] == '#')
		length--;
	*bits = VOCABULARY_STANDARD;
	if (length == strlen(STANDARD_URI) && memcmp(name->is.text, STANDARD_URI, length) == 0)
		return true;
	if (++c->loading > MOST_METASCHEMAS)
		return jschema_problem(c, "metaschemas follow one another without end");
	meta = resource_get(c, name->is.text, length);
	c->loading--;
	if (meta == NULL)
		return false;
	list = jdoc_find_word(meta->root, "$vocabulary");
	return list == NULL || list->kind != JDOC_OBJECT || vocabularies_read(c, list, bits);
}

/* --- the walk ---------------------------------------------------------- */

typedef enum holder
{
	HOLDS_ONE,
	HOLDS_LIST,
	HOLDS_MAP
} holder;

static const struct
{
	const char *keyword;
	holder holds;
} holders[] = {
	{"additionalProperties", HOLDS_ONE},
	{"propertyNames", HOLDS_ONE},
	{"items", HOLDS_ONE},
	{"contains", HOLDS_ONE},
	{"not", HOLDS_ONE},
	{"if", HOLDS_ONE},
	{"then", HOLDS_ONE},
	{"else", HOLDS_ONE},
	{"unevaluatedItems", HOLDS_ONE},
	{"unevaluatedProperties", HOLDS_ONE},
	{"contentSchema", HOLDS_ONE},
	{"allOf", HOLDS_LIST},
	{"anyOf", HOLDS_LIST},
	{"oneOf", HOLDS_LIST},
	{"prefixItems", HOLDS_LIST},
	{"properties", HOLDS_MAP},
	{"patternProperties", HOLDS_MAP},
	{"dependentSchemas", HOLDS_MAP},
	{"$defs", HOLDS_MAP},
	{"definitions", HOLDS_MAP},
};

static bool
scan_list(jschema_compiler *c, const jdoc_value *list, jschema_resource *resource)
{
	if (list->kind == JDOC_ARRAY)
		for (uint32_t i = 0; i < list->count; i++)
			if (!scan(c, &list->is.items[i], resource))
				return false;
	return true;
}

static bool
scan_map(jschema_compiler *c, const jdoc_value *map, jschema_resource *resource)
{
	if (map->kind == JDOC_OBJECT)
		for (uint32_t i = 0; i < map->count; i++)
			if (!scan(c, &map->is.members[i].value, resource))
				return false;
	return true;
}

/* The resource a value opens by its $id, or the one it is in; NULL after an
 * error. */
static jschema_resource *
scan_identity(jschema_compiler *c, const jdoc_value *value, jschema_resource *resource)
{
	const jdoc_value *id = jdoc_find_word(value, "$id");
	const jdoc_value *dialect = jdoc_find_word(value, "$schema");
	bool is_root = resource->root == value;
	jschema_known *slot;
	char *uri;

	if (id != NULL && id->kind == JDOC_STRING && memchr(id->is.text, '#', id->count) != NULL &&
		id->is.text[id->count - 1] != '#')
		id = NULL; /* $id with a fragment names nothing */
	if (id != NULL && id->kind == JDOC_STRING)
	{
		unsigned inherited = resource->vocabularies;

		uri = jschema_uri_resolve(c->memory, resource->uri, id->is.text,
								  id->count - (id->count > 0 && id->is.text[id->count - 1] == '#'));
		if (uri == NULL)
		{
			jschema_no_memory(c);
			return NULL;
		}
		resource = resource_add(c, uri, value);
		if (resource == NULL)
			return NULL;
		resource->vocabularies = inherited;
		is_root = true;
	}
	if (!is_root)
		return resource;
	slot = jschema_known_slot(c, value);
	if (slot == NULL)
		return NULL;
	slot->resource = resource;
	if (dialect != NULL && dialect->kind == JDOC_STRING &&
		!dialect_read(c, dialect, &resource->vocabularies))
		return NULL;
	return resource;
}

static bool
scan(jschema_compiler *c, const jdoc_value *value, jschema_resource *resource)
{
	if (value->kind != JDOC_OBJECT)
		return true;
	resource = scan_identity(c, value, resource);
	if (resource == NULL ||
		!anchor_add(c, resource, jdoc_find_word(value, "$anchor"), value, false) ||
		!anchor_add(c, resource, jdoc_find_word(value, "$dynamicAnchor"), value, true))
		return false;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
	{
		const jdoc_value *held = jdoc_find_word(value, holders[i].keyword);
		bool fine = true;

		if (held == NULL)
			continue;
		if (holders[i].holds == HOLDS_ONE)
			fine = scan(c, held, resource);
		else if (holders[i].holds == HOLDS_LIST)
			fine = scan_list(c, held, resource);
		else
			fine = scan_map(c, held, resource);
		if (!fine)
			return false;
	}
	return true;
}

/* Registers a document under the URI it was found at; its own $id may add
 * another name.  Returns the resource of its root. */
jschema_resource *
jschema_document(jschema_compiler *c, const jdoc_value *root, const char *uri)
{
	jschema_resource *found = resource_add(c, uri, root);
	jschema_known *slot;

	if (found == NULL)
		return NULL;
	found->vocabularies = VOCABULARY_STANDARD;
	if (!scan(c, root, found))
		return NULL;
	slot = jschema_known_slot(c, root);
	if (slot == NULL)
		return NULL;
	if (slot->resource == NULL)
		slot->resource = found;
	return slot->resource;
}

/* --- references -------------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes %XX in place and returns the new length. */
static size_t
percent_decode(char *text, size_t length)
{
	size_t out = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '%' && i + 2 < length &&
			hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0)
		{
			text[out++] = (char) (hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
			i += 2;
		}
		else
			text[out++] = text[i];
	}
	return out;
}

/* Undoes ~0 and ~1 of a pointer step in place. */
static size_t
pointer_unescape(char *text, size_t length)
{
	size_t out = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '~' && i + 1 < length && (text[i + 1] == '0' || text[i + 1] == '1'))
			text[out++] = text[++i] == '0' ? '~' : '/';
		else
			text[out++] = text[i];
	}
	return out;
}

static const jdoc_value *
pointer_enter(const jdoc_value *value, const char *step, size_t length)
{
	uint64_t index = 0;

	if (value->kind == JDOC_OBJECT)
		return jdoc_find(value, step, length);
	if (value->kind != JDOC_ARRAY || length == 0 || length > 9)
		return NULL;
	for (size_t i = 0; i < length; i++)
	{
		if (step[i] < '0' || step[i] > '9')
			return NULL;
		index = index * 10 + (uint64_t) (step[i] - '0');
	}
	return index < value->count ? &value->is.items[index] : NULL;
}

/* Follows a JSON pointer (destroying its text); *home becomes the innermost
 * resource passed. */
static const jdoc_value *
pointer_follow(jschema_compiler *c, char *text, size_t length, jschema_resource **home)
{
	const jdoc_value *value = (*home)->root;
	size_t at = 0;

	while (at < length && value != NULL)
	{
		size_t from = ++at; /* behind the slash */
		jschema_known *slot;

		while (at < length && text[at] != '/')
			at++;
		value = pointer_enter(value, text + from, pointer_unescape(text + from, at - from));
		if (value == NULL)
			return NULL;
		slot = jschema_known_slot(c, value);
		if (slot == NULL)
			return NULL;
		if (slot->resource != NULL)
			*home = slot->resource;
	}
	return value;
}

/* What $ref or $dynamicRef points at, the resource it stands in, and the
 * anchor when it was one; NULL after an error. */
const jdoc_value *
jschema_target(jschema_compiler *c, jschema_resource *from, const jdoc_value *ref,
			   jschema_resource **home, const jschema_anchor **anchor)
{
	char *uri = jschema_uri_resolve(c->memory, from->uri, ref->is.text, ref->count);
	char *fragment;
	size_t length;
	const jdoc_value *value = NULL;

	*anchor = NULL;
	if (uri == NULL)
	{
		jschema_no_memory(c);
		return NULL;
	}
	fragment = strchr(uri, '#');
	*home = resource_get(c, uri, fragment == NULL ? strlen(uri) : (size_t) (fragment - uri));
	if (*home == NULL)
		return NULL;
	if (fragment == NULL)
		return (*home)->root;
	fragment++;
	length = percent_decode(fragment, strlen(fragment));
	if (length == 0)
		value = (*home)->root;
	else if (fragment[0] == '/')
		value = pointer_follow(c, fragment, length, home);
	else
	{
		*anchor = jschema_anchor_find(*home, fragment, (uint32_t) length);
		if (*anchor != NULL)
			value = (*anchor)->value;
	}
	if (value == NULL)
		jschema_problem(c, "the reference %.*s points at nothing", (int) ref->count, ref->is.text);
	return value;
}
