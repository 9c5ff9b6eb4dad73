/*
 * schema_logic.c: rules that are made of other schemas for the same value.
 */
#include "schema_inside.h"

/* Marks for a subschema whose outcome is not certain to count: fresh ones
 * where the caller keeps marks, none otherwise. */
static jschema_marks *
trial_marks(jschema_run *run, const jdoc_value *value, const jschema_marks *marks,
			jschema_marks *fresh)
{
	if (marks == NULL || !jschema_marks_start(run, value, fresh))
		return NULL;
	return fresh;
}

/* Tries a subschema quietly and keeps its marks when it holds. */
static bool
holds(jschema_run *run, const jschema_node *node, const jdoc_value *value,
	  const jdoc_place *place, jschema_marks *marks)
{
	jschema_marks fresh;
	jschema_marks *trial = trial_marks(run, value, marks, &fresh);

	if (run->gave_up || !jschema_run_quietly(run, node, value, place, trial))
		return false;
	if (trial != NULL)
		jschema_marks_add(marks, trial);
	return true;
}

/* Reports the alternative that came closest: the one whose failure lay
 * deepest in the value. */
static bool
fail_closest(jschema_run *run, const jschema_node *node, const jschema_nodes *list,
			 const char *keyword, const jdoc_value *value, const jdoc_place *place)
{
	const jschema_node *closest = NULL;
	unsigned deepest = 0;
	unsigned here = 0;

	if (run->quiet > 0)
		return jschema_fail(run, node, keyword, value, place, NULL);
	for (const jdoc_place *p = place; p != NULL; p = p->parent)
		here++;
	for (uint32_t i = 0; i < list->count; i++)
	{
		run->deepest = 0;
		jschema_run_quietly(run, list->list[i], value, place, NULL);
		if (run->deepest > deepest)
		{
			deepest = run->deepest;
			closest = list->list[i];
		}
	}
	if (closest != NULL && deepest > here)
		return jschema_run_node(run, closest, value, place, NULL) && false;
	return jschema_fail(run, node, keyword, value, place, NULL);
}

static bool
check_any_of(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			 const jdoc_place *place, jschema_marks *marks)
{
	const jschema_nodes *list = &node->logic->any;
	bool found = list->count == 0;

	for (uint32_t i = 0; i < list->count; i++)
	{
		if (holds(run, list->list[i], value, place, marks))
			found = true;
		if (found && marks == NULL)
			return true;
	}
	return found || fail_closest(run, node, list, "anyOf", value, place);
}

static bool
check_one_of(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			 const jdoc_place *place, jschema_marks *marks)
{
	const jschema_nodes *list = &node->logic->one;
	uint32_t matches = 0;

	for (uint32_t i = 0; i < list->count && matches < 2; i++)
		matches += holds(run, list->list[i], value, place, marks);
	if (matches == 1 || list->count == 0)
		return true;
	if (matches > 1)
		return jschema_fail(run, node, "oneOf", value, place,
							"a value that fits exactly one of the forms, not several");
	return fail_closest(run, node, list, "oneOf", value, place);
}

static bool
check_condition(jschema_run *run, const jschema_logic *l, const jdoc_value *value,
				const jdoc_place *place, jschema_marks *marks)
{
	const jschema_node *next;

	if (l->condition == NULL)
		return true;
	next = holds(run, l->condition, value, place, marks) ? l->then : l->otherwise;
	return next == NULL || jschema_run_node(run, next, value, place, marks);
}

/* The outermost resource of the dynamic scope that has the anchor decides
 * where a $dynamicRef goes. */
static const jschema_node *
dynamic_target(const jschema_run *run, const jschema_logic *l)
{
	const jschema_node *target = l->dynamic_ref;

	if (l->dynamic_anchor == NULL)
		return target;
	for (const jschema_scope *s = run->scope; s != NULL; s = s->outer)
	{
		const jschema_anchor *a = jschema_anchor_find(s->resource, l->dynamic_anchor->name,
													  l->dynamic_anchor->name_length);

		if (a != NULL && a->dynamic)
			target = a->node;
	}
	return target;
}

bool
jschema_check_logic(jschema_run *run, const jschema_node *node, const jdoc_value *value,
					const jdoc_place *place, jschema_marks *marks)
{
	const jschema_logic *l = node->logic;

	if (l->ref != NULL && !jschema_run_node(run, l->ref, value, place, marks))
		return false;
	if (l->dynamic_ref != NULL &&
		!jschema_run_node(run, dynamic_target(run, l), value, place, marks))
		return false;
	for (uint32_t i = 0; i < l->all.count; i++)
		if (!jschema_run_node(run, l->all.list[i], value, place, marks))
			return false;
	if (l->none != NULL && jschema_run_quietly(run, l->none, value, place, NULL))
		return jschema_fail(run, node, "not", value, place, "a value the schema does not exclude");
	return check_any_of(run, node, value, place, marks) &&
		   check_one_of(run, node, value, place, marks) &&
		   check_condition(run, l, value, place, marks);
}
