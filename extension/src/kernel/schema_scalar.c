/*
 * schema_scalar.c: rules for numbers and texts.
 */
#include "schema_inside.h"

/* Works on the digits of the value, be it a number or decimal text. */
bool
jschema_check_number(jschema_run *run, const jschema_node *node, const jdoc_value *value,
					 const jdoc_place *place)
{
	const jschema_numbers *rules = node->numbers;
	jdoc_decimal n;

	if (!jdoc_decimal_read(value->is.text, value->count, &n))
		return jschema_fail(run, node, "type", value, place, NULL);
	if (rules->minimum.given && jdoc_decimal_compare(&n, &rules->minimum.value) < 0)
		return jschema_fail(run, node, "minimum", value, place, NULL);
	if (rules->maximum.given && jdoc_decimal_compare(&n, &rules->maximum.value) > 0)
		return jschema_fail(run, node, "maximum", value, place, NULL);
	if (rules->above.given && jdoc_decimal_compare(&n, &rules->above.value) <= 0)
		return jschema_fail(run, node, "exclusiveMinimum", value, place, NULL);
	if (rules->below.given && jdoc_decimal_compare(&n, &rules->below.value) >= 0)
		return jschema_fail(run, node, "exclusiveMaximum", value, place, NULL);
	if (rules->step.given && !jdoc_decimal_is_multiple(&n, &rules->step.value))
		return jschema_fail(run, node, "multipleOf", value, place, NULL);
	return true;
}

static bool
check_length(jschema_run *run, const jschema_node *node, const jdoc_value *value,
			 const jdoc_place *place)
{
	const jschema_texts *t = node->texts;
	size_t length;

	if (!t->min_length.given && !t->max_length.given)
		return true;
	length = jdoc_code_points(value->is.text, value->count);
	if (t->min_length.given && length < t->min_length.value)
		return jschema_fail(run, node, "minLength", value, place, NULL);
	if (t->max_length.given && length > t->max_length.value)
		return jschema_fail(run, node, "maxLength", value, place, NULL);
	return true;
}

bool
jschema_check_text(jschema_run *run, const jschema_node *node, const jdoc_value *value,
				   const jdoc_place *place)
{
	const jschema_texts *t = node->texts;

	if (t != NULL && !check_length(run, node, value, place))
		return false;
	if (t != NULL && t->regex != NULL &&
		!jschema_regex_matches(run, t->regex, value->is.text, value->count))
		return jschema_fail(run, node, "pattern", value, place, NULL);
	if (node->assert_format && node->format != NULL && node->format->check != NULL &&
		!node->format->check(value->is.text, value->count))
		return jschema_fail(run, node, "format", value, place, NULL);
	return true;
}
