/*
 * placeholder_values.c: the variables of one request: put together, checked, and what is wrong with them told.
 */
#include "placeholder_inside.h"

#include <stdio.h>

#define MISSING_NAME_MOST 400 /* bytes */

typedef struct checker
{
	arena *memory;
	const placeholder_rules *rules;
	const jdoc_value *context;
	const jdoc_value *variables;
	const jdoc_value *all;
	placeholder_fault *fault;
	/* Names of what is missing: */
	jdoc_text missing;
	size_t missing_count;
	char first[512]; /* of them, as a pointer */
} checker;

const jdoc_value *
placeholder_object_read(arena *memory, kernel_text text, placeholder_source source, placeholder_fault *fault)
{
	static const char *const what[] = {"the template", "the schema", "the default values", "the context", "the variables"};
	const jdoc_limits limits = {.depth = PLACEHOLDER_DEPTH_MOST};
	const jdoc_value *value;
	jdoc_error error;

	if (text.bytes == NULL)
		text = KERNEL_TEXT_OF("{}");
	value = jdoc_parse(memory, text.bytes, text.length, &limits, &error);
	if (value == NULL && error.fault == JDOC_NO_MEMORY)
	{
		placeholder_fault_memory(fault);
		return NULL;
	}
	if (value != NULL && value->kind == JDOC_OBJECT)
		return value;
	placeholder_fault_set(fault, source == PLACEHOLDER_OF_SCHEMA ? PLACEHOLDER_SCHEMA : PLACEHOLDER_INVALID, source,
						  value == NULL ? "%s cannot be read as JSON" : "%s must be an object", what[source]);
	if (value == NULL)
	{
		snprintf(fault->path, sizeof(fault->path), "%s", error.path);
		snprintf(fault->expected, sizeof(fault->expected), "%s", error.expected);
		snprintf(fault->got, sizeof(fault->got), "%s", error.got);
	}
	else
	{
		snprintf(fault->expected, sizeof(fault->expected), "a JSON object");
		jdoc_describe(value, fault->got, sizeof(fault->got));
	}
	return NULL;
}

/* ---- what is missing ---- */

/* A place among the declarations, for the names of its parts. */
typedef struct place
{
	const struct place *parent;
	kernel_text name;
} place;

static void
write_dotted(jdoc_text *out, const place *at, const char *between)
{
	if (at->parent != NULL)
	{
		write_dotted(out, at->parent, between);
		jdoc_text_add_word(out, between);
	}
	jdoc_text_add(out, at->name.bytes, at->name.length);
}

static void
note_missing(checker *check, const place *at)
{
	jdoc_text pointer;

	if (check->missing_count++ == 0)
	{
		jdoc_text_start(&pointer, check->memory);
		write_dotted(&pointer, at, "/");
		if (!pointer.failed)
			snprintf(check->first, sizeof(check->first), "/%.*s", (int) pointer.length, pointer.bytes);
	}
	else
		jdoc_text_add(&check->missing, ", ", 2);
	write_dotted(&check->missing, at, ".");
}

static void
find_missing(checker *check, const placeholder_declared *declared, const jdoc_value *object, const place *parent)
{
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
	{
		const jdoc_value *value = object != NULL ? jdoc_find(object, child->name.bytes, child->name.length) : NULL;
		place at = {parent, child->name};

		if (value != NULL && value->kind == JDOC_NULL)
			value = NULL;
		/* Of an object that is missing the parts are named, as far as any of them is needed. */
		if (child->children != NULL && (value != NULL ? value->kind == JDOC_OBJECT : child->required))
		{
			size_t before = check->missing_count;

			find_missing(check, child, value, &at);
			if (value != NULL || check->missing_count > before)
				continue;
		}
		if (value == NULL && child->required)
			note_missing(check, &at);
	}
}

static bool
check_missing(checker *check)
{
	kernel_text names;

	jdoc_text_start(&check->missing, check->memory);
	find_missing(check, &check->rules->root, check->all, NULL);
	if (check->missing.failed)
		return placeholder_fault_memory(check->fault);
	if (check->missing_count == 0)
		return true;
	names = (kernel_text){check->missing.bytes, check->missing.length};
	placeholder_fault_set(check->fault, PLACEHOLDER_MISSING, PLACEHOLDER_OF_VARIABLES,
						  check->missing_count == 1 ? "a variable is missing: %.*s" : "variables are missing: %.*s",
						  placeholder_shown(names, 900), names.bytes);
	snprintf(check->fault->path, sizeof(check->fault->path), "%s", check->first);
	snprintf(check->fault->expected, sizeof(check->fault->expected), "%s %.*s", check->missing_count == 1 ? "a value for" : "values for",
			 placeholder_shown(names, MISSING_NAME_MOST), names.bytes);
	snprintf(check->fault->got, sizeof(check->fault->got), "nothing");
	return false;
}

/* ---- what is wrong ---- */

/* The variable a pointer leads to: "/trip/city" is trip.city; in place of "~1" and "~0" what they stand for. */
static void
dotted_name(const char *pointer, char name[256])
{
	size_t length = 0;

	for (const char *at = *pointer == '/' ? pointer + 1 : pointer; *at != '\0' && length + 1 < 256; at++)
	{
		char byte = *at == '/' ? '.' : *at;

		if (*at == '~' && (at[1] == '0' || at[1] == '1'))
			byte = *++at == '0' ? '~' : '/';
		name[length++] = byte;
	}
	name[length] = '\0';
}

/* Who said the value at a pointer: whoever gave its first part and goes first. */
static placeholder_source
source_of(const checker *check, const char *name)
{
	const jdoc_value *sides[] = {check->variables, check->context};
	size_t length = strcspn(name, ".");

	for (size_t i = 0; i < 2; i++)
		for (uint32_t m = 0; m < sides[i]->count; m++)
		{
			const jdoc_member *member = &sides[i]->is.members[m];

			if (member->name_length >= length && memcmp(member->name, name, length) == 0 &&
				(member->name_length == length || member->name[length] == '.'))
				return i == 0 ? PLACEHOLDER_OF_VARIABLES : PLACEHOLDER_OF_CONTEXT;
		}
	return PLACEHOLDER_OF_DEFAULTS;
}

static bool
refuse_value(checker *check, const char *pointer, bool unknown, const char *expected, const char *got)
{
	char name[256];

	dotted_name(pointer, name);
	placeholder_fault_set(check->fault, unknown ? PLACEHOLDER_UNKNOWN : PLACEHOLDER_INVALID, source_of(check, name),
						  unknown ? "there is no variable %s" : "the variable %s is not as it has to be", name);
	snprintf(check->fault->path, sizeof(check->fault->path), "%s", pointer);
	snprintf(check->fault->expected, sizeof(check->fault->expected), "%s", expected);
	snprintf(check->fault->got, sizeof(check->fault->got), "%s", got);
	return false;
}

static bool
check_schema(checker *check)
{
	jschema_report report;

	switch (jschema_check(check->rules->schema, check->all, check->memory, &report))
	{
		case JSCHEMA_VALID:
			return true;
		case JSCHEMA_INVALID:
			return refuse_value(check, report.path, report.unknown_name, report.expected, report.got);
		default:
			placeholder_fault_set(check->fault, PLACEHOLDER_STEPS, PLACEHOLDER_OF_SCHEMA,
								  "checking the variables takes too much work or memory");
			return false;
	}
}

/* The format a definition asks for that is ours: its own, or that of its type date. */
static kernel_text
own_format(const jdoc_value *definition)
{
	const jdoc_value *format = definition != NULL ? jdoc_find_word(definition, "format") : NULL;
	const jdoc_value *type = definition != NULL ? jdoc_find_word(definition, "type") : NULL;

	if (format != NULL && format->kind == JDOC_STRING && placeholder_format_known((kernel_text){format->is.text, format->count}))
		return (kernel_text){format->is.text, format->count};
	if (type != NULL && jdoc_is_word(type, "date"))
		return KERNEL_TEXT_OF("date");
	return (kernel_text){NULL, 0};
}

static bool check_formats(checker *check, const placeholder_declared *declared, const jdoc_value *object, const jdoc_place *parent);

/* A value and all within it. */
static bool
check_format(checker *check, const placeholder_declared *declared, const jdoc_value *value, const jdoc_place *at)
{
	kernel_text format = own_format(declared->definition);
	const char *expected;
	char pointer[JDOC_PATH_SIZE];
	char got[128];

	if (value->kind == JDOC_OBJECT && !check_formats(check, declared, value, at))
		return false;
	for (uint32_t i = 0; declared->items != NULL && value->kind == JDOC_ARRAY && i < value->count; i++)
	{
		jdoc_place item = {at, NULL, 0, i};

		if (!check_format(check, declared->items, &value->is.items[i], &item))
			return false;
	}
	/* An empty text is one that was left out on purpose. */
	if (format.bytes == NULL || value->kind == JDOC_NULL || jdoc_is_word(value, ""))
		return true;
	expected = placeholder_format_expects(format, value);
	if (expected == NULL)
		return true;
	jdoc_place_write(at, pointer, sizeof(pointer));
	jdoc_describe(value, got, sizeof(got));
	return refuse_value(check, pointer, false, expected, got);
}

static bool
check_formats(checker *check, const placeholder_declared *declared, const jdoc_value *object, const jdoc_place *parent)
{
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
	{
		const jdoc_value *value = jdoc_find(object, child->name.bytes, child->name.length);
		jdoc_place at = {parent, child->name.bytes, (uint32_t) child->name.length, 0};

		if (value != NULL && !check_format(check, child, value, &at))
			return false;
	}
	return true;
}

/* ---- putting together ---- */

/* Of a context that knows more than a closed schema asks for, only what it asks for. */
static bool
put_context(checker *check, placeholder_tree *tree, bool *too_many)
{
	for (uint32_t i = 0; i < check->context->count; i++)
	{
		const jdoc_member *member = &check->context->is.members[i];
		const char *point = memchr(member->name, '.', member->name_length);
		placeholder_step step = {
			PLACEHOLDER_STEP_NAME, {member->name, point != NULL ? (size_t) (point - member->name) : member->name_length}, 0};

		if (check->rules->closed && !placeholder_rules_know(check->rules, &step, 1))
			continue;
		if (!placeholder_tree_put_at(check->memory, tree, (kernel_text){member->name, member->name_length}, &member->value, too_many))
			return false;
	}
	return true;
}

/* Variables, then context; with defaults also those. NULL with the fault filled. */
static const jdoc_value *
put_together(checker *check, bool with_defaults)
{
	placeholder_tree *tree = placeholder_tree_open(check->memory);
	bool too_many = false;
	const jdoc_value *made;

	if (tree == NULL || !placeholder_tree_put(check->memory, tree, check->variables, &too_many) || !put_context(check, tree, &too_many) ||
		(with_defaults && !placeholder_tree_put(check->memory, tree, check->rules->defaults, &too_many)))
		made = NULL;
	else
		made = placeholder_tree_value(check->memory, tree);
	if (made == NULL && too_many)
		placeholder_fault_set(check->fault, PLACEHOLDER_INVALID, PLACEHOLDER_OF_VARIABLES, "more than %d variables, or %d of one object",
							  PLACEHOLDER_ALL_NAMES_MOST, PLACEHOLDER_NAMES_MOST);
	else if (made == NULL)
		placeholder_fault_memory(check->fault);
	return made;
}

bool
placeholder_values_read(arena *memory, const placeholder_rules *rules, kernel_text context, kernel_text variables,
						placeholder_values *values, placeholder_fault *fault)
{
	checker check = {.memory = memory, .rules = rules, .fault = fault};

	check.context = placeholder_object_read(memory, context, PLACEHOLDER_OF_CONTEXT, fault);
	if (check.context == NULL)
		return false;
	check.variables = placeholder_object_read(memory, variables, PLACEHOLDER_OF_VARIABLES, fault);
	if (check.variables == NULL)
		return false;
	values->given = put_together(&check, false);
	values->all = values->given != NULL ? put_together(&check, true) : NULL;
	check.all = values->all;
	return values->all != NULL && check_missing(&check) && check_schema(&check) && check_formats(&check, &rules->root, check.all, NULL);
}
