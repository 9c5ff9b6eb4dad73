/*
 * schema_check.c: a value against a node.
 *
 * unevaluatedItems and unevaluatedProperties need to know which items and
 * members other rules have looked at.  Marks for that are kept only below a
 * node that asks for them; everything else runs without.
 */
#include "schema_inside.h"

#include <string.h>

/* Subschemas within subschemas; an instance is at most 512 deep. */
#define MOST_DEPTH 1600

bool
jschema_give_up(jschema_run *run)
{
	run->gave_up = true;
	return false;
}

bool
jschema_marks_start(jschema_run *run, const jdoc_value *value, jschema_marks *marks)
{
	marks->count = value->kind == JDOC_ARRAY || value->kind == JDOC_OBJECT ? value->count : 0;
	marks->seen = arena_take(run->scratch, marks->count);
	if (marks->seen == NULL)
		return jschema_give_up(run);
	memset(marks->seen, 0, marks->count);
	return true;
}

void
jschema_marks_add(jschema_marks *marks, const jschema_marks *more)
{
	for (uint32_t i = 0; i < marks->count; i++)
		marks->seen[i] |= more->seen[i];
}

bool
jschema_run_quietly(jschema_run *run, const jschema_node *node, const jdoc_value *value,
					const jdoc_place *place, jschema_marks *marks)
{
	bool valid;

	run->quiet++;
	valid = jschema_run_node(run, node, value, place, marks);
	run->quiet--;
	return valid;
}

/* The type bits of a value: an integer is also a number. */
static unsigned
type_of(const jdoc_value *value)
{
	jdoc_decimal n;

	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NULL:
			return TYPE_NULL;
		case JDOC_FALSE:
		case JDOC_TRUE:
			return TYPE_BOOLEAN;
		case JDOC_STRING:
			return TYPE_STRING;
		case JDOC_ARRAY:
			return TYPE_ARRAY;
		case JDOC_OBJECT:
			return TYPE_OBJECT;
		case JDOC_NUMBER:
			break;
	}
	if (jdoc_decimal_read(value->is.text, value->count, &n) && jdoc_decimal_is_integer(&n))
		return TYPE_INTEGER;
	return TYPE_NUMBER;
}

/* The tolerated spellings of tool calls (see jschema_options.arguments). */
static bool
spelling_accepted(const jschema_node *node, const jdoc_value *value)
{
	jdoc_decimal n;

	if (node->takes_id && value->kind == JDOC_NUMBER)
		return jdoc_decimal_read(value->is.text, value->count, &n) &&
			   jdoc_decimal_is_integer(&n) && !n.negative;
	if (node->takes_decimal_text && value->kind == JDOC_STRING)
		return jdoc_decimal_read(value->is.text, value->count, &n);
	return false;
}

static bool
is_choice(const jdoc_value *choices, const jdoc_value *value)
{
	for (uint32_t i = 0; i < choices->count; i++)
		if (jdoc_equal(&choices->is.items[i], value))
			return true;
	return false;
}

/* The rules that hold for any kind of value. */
static bool
check_any(jschema_run *run, const jschema_node *node, const jdoc_value *value,
		  const jdoc_place *place)
{
	if (node->types != 0 && (node->types & type_of(value)) == 0 &&
		!spelling_accepted(node, value))
		return jschema_fail(run, node, "type", value, place, NULL);
	if (node->constant != NULL && !jdoc_equal(node->constant, value))
		return jschema_fail(run, node, "const", value, place, NULL);
	if (node->choices != NULL && !is_choice(node->choices, value))
		return jschema_fail(run, node, "enum", value, place, NULL);
	return true;
}

/* The rules for the value's own kind. */
static bool
check_kind(jschema_run *run, const jschema_node *node, const jdoc_value *value,
		   const jdoc_place *place, jschema_marks *marks)
{
	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NUMBER:
			return node->numbers == NULL || jschema_check_number(run, node, value, place);
		case JDOC_STRING:
			if (node->takes_decimal_text)
				return node->numbers == NULL || jschema_check_number(run, node, value, place);
			return jschema_check_text(run, node, value, place);
		case JDOC_ARRAY:
			return node->arrays == NULL || jschema_check_array(run, node, value, place, marks);
		case JDOC_OBJECT:
			return node->objects == NULL || jschema_check_object(run, node, value, place, marks);
		case JDOC_NULL:
		case JDOC_FALSE:
		case JDOC_TRUE:
			break;
	}
	return true;
}

/* Items no rule has looked at. */
static bool
check_unevaluated_items(jschema_run *run, const jschema_node *rest, const jdoc_value *value,
						const jdoc_place *place, jschema_marks *marks)
{
	for (uint32_t i = 0; i < value->count; i++)
	{
		jdoc_place here = {place, NULL, 0, i};

		if (marks->seen[i])
			continue;
		if (!jschema_run_node(run, rest, &value->is.items[i], &here, NULL))
			return false;
		marks->seen[i] = 1;
	}
	return true;
}

static bool
check_unevaluated_members(jschema_run *run, const jschema_node *rest, const jdoc_value *value,
						  const jdoc_place *place, jschema_marks *marks)
{
	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *m = &value->is.members[i];
		jdoc_place here = {place, m->name, m->name_length, 0};

		if (marks->seen[i])
			continue;
		if (!jschema_run_node(run, rest, &m->value, &here, NULL))
			return false;
		marks->seen[i] = 1;
	}
	return true;
}

/* The node whose turn comes last for this value, or NULL. */
static const jschema_node *
unevaluated_rule(const jschema_node *node, const jdoc_value *value)
{
	if (value->kind == JDOC_ARRAY && node->arrays != NULL)
		return node->arrays->unevaluated;
	if (value->kind == JDOC_OBJECT && node->objects != NULL)
		return node->objects->unevaluated;
	return NULL;
}

static bool
check_rules(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			const jdoc_place *place, jschema_marks *marks)
{
	if (!check_any(run, node, value, place) ||
		!check_kind(run, node, value, place, marks))
		return false;
	return node->logic == NULL || jschema_check_logic(run, node, value, place, marks);
}

/* A node with an unevaluated rule sees what its own rules looked at, not
 * what its neighbours did; its caller sees all of it. */
static bool
check_with_rest(jschema_run *run, const jschema_node *node, const jschema_node *rest,
				const jdoc_value *value, const jdoc_place *place, jschema_marks *marks)
{
	jschema_marks own;
	bool valid;

	if (!jschema_marks_start(run, value, &own) ||
		!check_rules(run, node, value, place, &own))
		return false;
	valid = value->kind == JDOC_ARRAY
				? check_unevaluated_items(run, rest, value, place, &own)
				: check_unevaluated_members(run, rest, value, place, &own);
	if (valid && marks != NULL)
		jschema_marks_add(marks, &own);
	return valid;
}

bool
jschema_run_node(jschema_run *run, const jschema_node *node, const jdoc_value *value,
				 const jdoc_place *place, jschema_marks *marks)
{
	jschema_scope scope = {run->scope, node->home};
	const jschema_node *rest;
	bool valid;

	if (node->never)
		return jschema_fail(run, node, "false", value, place, NULL);
	if (run->gave_up || run->steps_left == 0 || run->depth >= MOST_DEPTH)
		return jschema_give_up(run);
	run->steps_left--;
	run->depth++;
	if (run->scope == NULL || run->scope->resource != node->home)
		run->scope = &scope;
	rest = unevaluated_rule(node, value);
	valid = rest == NULL
				? check_rules(run, node, value, place, marks)
				: check_with_rest(run, node, rest, value, place, marks);
	run->scope = run->scope == &scope ? scope.outer : run->scope;
	run->depth--;
	return valid && !run->gave_up;
}

jschema_verdict
jschema_check(const jschema *schema, const jdoc_value *instance, arena *scratch,
			  jschema_report *report)
{
	jschema_run run;
	bool valid;

	memset(&run, 0, sizeof(run));
	memset(report, 0, sizeof(*report));
	run.schema = schema;
	run.scratch = scratch;
	run.report = report;
	run.steps_left = schema->options.max_steps;
	valid = jschema_run_node(&run, schema->root, instance, NULL, NULL);
	if (run.gave_up)
		return JSCHEMA_GAVE_UP;
	return valid ? JSCHEMA_VALID : JSCHEMA_INVALID;
}
