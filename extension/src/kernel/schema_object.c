/*
 * schema_object.c: rules for objects.
 */
#include "schema_inside.h"

#include <string.h>

/* An optional property may be null in a tool call: it counts as absent. */
static bool
null_is_absent(const jschema_run *run, const jschema_property *property, const jdoc_value *value)
{
	return run->schema->options.arguments && value->kind == JDOC_NULL && !property->required;
}

/* Checks a member against every pattern its name matches. */
static bool
check_patterns(jschema_run *run, const jschema_objects *o, const jdoc_member *m,
			   const jdoc_place *here, bool *known)
{
	for (uint32_t i = 0; i < o->pattern_count; i++)
	{
		if (!jschema_regex_matches(run, o->patterns[i].regex, m->name, m->name_length))
			continue;
		*known = true;
		if (!jschema_run_node(run, o->patterns[i].node, &m->value, here, NULL))
			return false;
	}
	return true;
}

static bool
check_name(jschema_run *run, const jschema_node *rule, const jdoc_member *m,
		   const jdoc_place *here)
{
	jdoc_value name;

	memset(&name, 0, sizeof(name));
	name.kind = JDOC_STRING;
	name.count = m->name_length;
	name.is.text = m->name;
	return jschema_run_node(run, rule, &name, here, NULL);
}

static bool
check_member(jschema_run *run, const jschema_node *node, const jdoc_member *m,
			 const jschema_property *property, const jdoc_place *here, bool *known)
{
	const jschema_objects *o = node->objects;

	if (property != NULL && property->node != NULL)
	{
		*known = true;
		if (!null_is_absent(run, property, &m->value) &&
			!jschema_run_node(run, property->node, &m->value, here, NULL))
			return false;
	}
	if (o->pattern_count > 0 && !check_patterns(run, o, m, here, known))
		return false;
	if (o->names != NULL && !check_name(run, o->names, m, here))
		return false;
	if (*known || o->additional == NULL)
		return true;
	*known = true;
	if (o->additional->never)
		return jschema_fail_unknown(run, node, m, here);
	return jschema_run_node(run, o->additional, &m->value, here, NULL);
}

static bool
check_members(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			  const jdoc_place *place, jschema_marks *marks, uint32_t *required)
{
	const jschema_objects *o = node->objects;

	for (uint32_t i = 0; i < value->count; i++)
	{
		const jdoc_member *m = &value->is.members[i];
		jdoc_place here = {place, m->name, m->name_length, 0};
		const jschema_property *property = NULL;
		bool known = false;

		if (o->table_size > 0)
			property = jschema_property_slot(o, m->name, m->name_length);
		if (property != NULL && property->name == NULL)
			property = NULL;
		if (property != NULL)
			*required += property->required;
		if (!check_member(run, node, m, property, &here, &known))
			return false;
		if (known && marks != NULL)
			marks->seen[i] = 1;
	}
	return true;
}

static bool
fail_first_missing(jschema_run *run, const jschema_node *node, const jdoc_value *value,
				   const jdoc_value *names, const jdoc_place *place)
{
	for (uint32_t i = 0; i < names->count; i++)
	{
		const jdoc_value *name = &names->is.items[i];

		if (jdoc_find(value, name->is.text, name->count) == NULL)
			return jschema_fail_missing(run, node, name->is.text, name->count, place);
	}
	return true;
}

static bool
check_dependency(jschema_run *run, const jschema_node *node, const jschema_dependency *d,
				 const jdoc_value *value, const jdoc_place *place, jschema_marks *marks)
{
	if (jdoc_find(value, d->name, d->name_length) == NULL)
		return true;
	if (d->required != NULL)
		return fail_first_missing(run, node, value, d->required, place);
	return jschema_run_node(run, d->node, value, place, marks);
}

bool
jschema_check_object(jschema_run *run, const jschema_node *node, const jdoc_value *value,
					 const jdoc_place *place, jschema_marks *marks)
{
	const jschema_objects *o = node->objects;
	uint32_t required = 0;

	if (o->min_properties.given && value->count < o->min_properties.value)
		return jschema_fail(run, node, "minProperties", value, place, NULL);
	if (o->max_properties.given && value->count > o->max_properties.value)
		return jschema_fail(run, node, "maxProperties", value, place, NULL);
	if (!check_members(run, node, value, place, marks, &required))
		return false;
	if (required < o->required_count &&
		!fail_first_missing(run, node, value, o->required, place))
		return false;
	for (uint32_t i = 0; i < o->dependency_count; i++)
		if (!check_dependency(run, node, &o->dependencies[i], value, place, marks))
			return false;
	return true;
}
