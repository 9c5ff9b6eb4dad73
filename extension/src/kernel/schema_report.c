/*
 * schema_report.c: the first failure that counts, in words.
 */
#include "schema_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Words being written into a buffer of fixed size. */
typedef struct words
{
	char *out;
	size_t size;
	size_t length;
} words;

static void __attribute__((format(printf, 2, 3)))
say(words *w, const char *format, ...)
{
	va_list args;
	int added;

	if (w->length + 1 >= w->size)
		return;
	va_start(args, format);
	added = vsnprintf(w->out + w->length, w->size - w->length, format, args);
	va_end(args);
	if (added > 0)
		w->length += (size_t) added;
	if (w->length >= w->size)
		w->length = w->size - 1;
}

/* Writes a bound's own text: the schema's spelling is the clearest. */
static void
say_decimal(words *w, const jdoc_value *source)
{
	say(w, "%.*s", (int) source->count, source->is.text);
}

static void
say_value(words *w, const jdoc_value *value)
{
	char text[96];

	if (value->kind == JDOC_STRING)
		say(w, "\"%.*s\"", (int) (value->count > 80 ? 80 : value->count), value->is.text);
	else
	{
		jdoc_describe(value, text, sizeof(text));
		say(w, "%s", text);
	}
}

static void
say_choices(words *w, const jdoc_value *choices)
{
	say(w, choices->count == 1 ? "" : "one of ");
	for (uint32_t i = 0; i < choices->count; i++)
	{
		if (i > 0)
			say(w, ", ");
		say_value(w, &choices->is.items[i]);
	}
}

static void
say_range(words *w, const jschema_node *node)
{
	const jdoc_value *low = jdoc_find_word(node->source, "minimum");
	const jdoc_value *high = jdoc_find_word(node->source, "maximum");

	if (node->numbers == NULL)
		return;
	if (node->numbers->minimum.given && low != NULL)
	{
		say(w, node->numbers->maximum.given ? " from " : " of at least ");
		say_decimal(w, low);
	}
	if (node->numbers->maximum.given && high != NULL)
	{
		say(w, node->numbers->minimum.given ? " to " : " of at most ");
		say_decimal(w, high);
	}
	if (node->numbers->above.given)
	{
		say(w, " greater than ");
		say_decimal(w, jdoc_find_word(node->source, "exclusiveMinimum"));
	}
	if (node->numbers->below.given)
	{
		say(w, " less than ");
		say_decimal(w, jdoc_find_word(node->source, "exclusiveMaximum"));
	}
}

static void
say_step(words *w, const jschema_node *node)
{
	const jschema_bound *step;
	int64_t scale;

	if (node->numbers == NULL || !node->numbers->step.given)
		return;
	step = &node->numbers->step;
	scale = jdoc_decimal_scale(&step->value);
	if (scale > 0 && jdoc_decimal_digits(&step->value) == 1 &&
		(step->value.head_length == 1 ? step->value.head[0] : step->value.tail[0]) == '1')
		say(w, " with at most %lld decimal%s", (long long) scale, scale == 1 ? "" : "s");
	else if (scale > 0 || jdoc_decimal_digits(&step->value) > 0)
	{
		say(w, ", a multiple of ");
		say_decimal(w, jdoc_find_word(node->source, "multipleOf"));
	}
}

static void
say_count(words *w, const jschema_count *least, const jschema_count *most,
		  const char *unit, const char *units)
{
	if (least->given && most->given && least->value == most->value)
		say(w, " of %llu %s", (unsigned long long) least->value, least->value == 1 ? unit : units);
	else if (least->given && most->given)
		say(w, " of %llu to %llu %s", (unsigned long long) least->value,
			(unsigned long long) most->value, units);
	else if (least->given)
		say(w, " of at least %llu %s", (unsigned long long) least->value,
			least->value == 1 ? unit : units);
	else if (most->given)
		say(w, " of at most %llu %s", (unsigned long long) most->value,
			most->value == 1 ? unit : units);
}

static void
say_text(words *w, const jschema_node *node)
{
	const jschema_texts *t = node->texts;

	if (node->format != NULL && node->format->words != NULL)
	{
		say(w, "%s", node->format->words);
		return;
	}
	say(w, "text");
	if (t == NULL)
		return;
	say_count(w, &t->min_length, &t->max_length, "character", "characters");
	if (t->pattern != NULL)
		say(w, " matching %.*s", (int) t->pattern->count, t->pattern->is.text);
}

static void
say_type(words *w, const jschema_node *node, unsigned type)
{
	switch (type)
	{
		case TYPE_NULL:
			say(w, "null");
			break;
		case TYPE_BOOLEAN:
			say(w, "true or false");
			break;
		case TYPE_INTEGER:
			say(w, "an integer");
			say_range(w, node);
			say_step(w, node);
			break;
		case TYPE_NUMBER:
			say(w, "a number");
			say_range(w, node);
			say_step(w, node);
			break;
		case TYPE_STRING:
			say_text(w, node);
			break;
		case TYPE_ARRAY:
			say(w, "a list");
			if (node->arrays != NULL)
				say_count(w, &node->arrays->min_items, &node->arrays->max_items, "item", "items");
			break;
		default:
			say(w, "an object");
			if (node->objects != NULL)
				say_count(w, &node->objects->min_properties, &node->objects->max_properties,
						  "member", "members");
			break;
	}
}

/* The type bits worth speaking of, by what the value was when none is given. */
static unsigned
spoken_types(const jschema_node *node, const jdoc_value *value)
{
	unsigned types = node->types;

	if ((types & TYPE_NUMBER) != 0)
		types &= ~(unsigned) TYPE_INTEGER;
	if (types != 0)
		return types;
	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NUMBER:
			return TYPE_NUMBER;
		case JDOC_STRING:
			return TYPE_STRING;
		case JDOC_ARRAY:
			return TYPE_ARRAY;
		case JDOC_OBJECT:
			return TYPE_OBJECT;
		default:
			return 0;
	}
}

static void
say_expectation(words *w, const jschema_node *node, const jdoc_value *value)
{
	unsigned types = spoken_types(node, value);
	bool first = true;

	if (node->constant != NULL)
		say_value(w, node->constant);
	else if (node->choices != NULL)
		say_choices(w, node->choices);
	else if (types == 0)
		say(w, "another value");
	else
		for (unsigned bit = TYPE_NULL; bit <= TYPE_OBJECT; bit <<= 1)
			if ((types & bit) != 0)
			{
				if (!first)
					say(w, " or ");
				first = false;
				say_type(w, node, bit);
			}
}

/* Notes how deep a failure lies; true when it is the one to report. */
static bool
to_report(jschema_run *run, const jdoc_place *place)
{
	unsigned depth = 0;

	if (run->quiet > 0)
	{
		for (; place != NULL; place = place->parent)
			depth++;
		if (depth > run->deepest)
			run->deepest = depth;
		return false;
	}
	if (run->reported)
		return false;
	run->reported = true;
	return true;
}

bool
jschema_fail(jschema_run *run, const jschema_node *node, const char *keyword,
			 const jdoc_value *value, const jdoc_place *place, const char *given)
{
	jschema_report *r = run->report;
	words w = {r->expected, sizeof(r->expected), 0};

	if (!to_report(run, place))
		return false;
	r->keyword = keyword;
	jdoc_place_write(place, r->path, sizeof(r->path));
	jdoc_describe(value, r->got, sizeof(r->got));
	if (given != NULL)
		say(&w, "%s", given);
	else if (node->never)
		say(&w, "nothing here");
	else if (strcmp(keyword, "anyOf") == 0 || strcmp(keyword, "oneOf") == 0)
		say(&w, "one of the forms the schema allows");
	else
		say_expectation(&w, node, value);
	return false;
}

/* Adds the path of a member that is not there. */
bool
jschema_fail_missing(jschema_run *run, const jschema_node *node, const char *name,
					 uint32_t name_length, const jdoc_place *place)
{
	jschema_report *r = run->report;
	words w = {r->expected, sizeof(r->expected), 0};
	jdoc_place here = {place, name, name_length, 0};
	const jschema_property *property = NULL;
	jdoc_value absent;

	if (!to_report(run, place))
		return false;
	memset(&absent, 0, sizeof(absent));
	r->keyword = "required";
	jdoc_place_write(&here, r->path, sizeof(r->path));
	snprintf(r->got, sizeof(r->got), "nothing");
	if (node->objects->table_size > 0)
		property = jschema_property_slot(node->objects, name, name_length);
	if (property == NULL || property->node == NULL || property->node->never)
		say(&w, "a value");
	else
		say_expectation(&w, property->node, &absent);
	snprintf(r->hint, sizeof(r->hint), "\"%.*s\" is required.",
			 (int) (name_length > 80 ? 80 : name_length), name);
	return false;
}

#define LONGEST_NAME 48

/* Edits (insert, delete, replace) between two short names. */
static unsigned
edit_distance(const char *a, uint32_t a_length, const char *b, uint32_t b_length)
{
	unsigned row[LONGEST_NAME + 1];

	for (unsigned j = 0; j <= b_length; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_length; i++)
	{
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++)
		{
			unsigned replace = diagonal + (a[i - 1] != b[j - 1]);
			unsigned least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = replace < least ? replace : least;
		}
	}
	return row[b_length];
}

/* The known name nearest to the one given, if near enough to be a slip. */
static const jdoc_member *
nearest_name(const jdoc_value *described, const jdoc_member *wrong)
{
	const jdoc_member *nearest = NULL;
	unsigned best = 1 + (wrong->name_length > LONGEST_NAME ? 0 : wrong->name_length / 3);

	if (wrong->name_length > LONGEST_NAME)
		return NULL;
	for (uint32_t i = 0; i < described->count; i++)
	{
		const jdoc_member *m = &described->is.members[i];
		unsigned distance;

		if (m->name_length > LONGEST_NAME)
			continue;
		distance = edit_distance(wrong->name, wrong->name_length, m->name, m->name_length);
		if (distance <= best && (nearest == NULL || distance < best))
		{
			best = distance;
			nearest = m;
		}
	}
	return nearest;
}

bool
jschema_fail_unknown(jschema_run *run, const jschema_node *node, const jdoc_member *member,
					 const jdoc_place *place)
{
	jschema_report *r = run->report;
	words w = {r->expected, sizeof(r->expected), 0};
	const jdoc_value *described = node->objects->described;
	const jdoc_member *nearest;

	if (!to_report(run, place))
		return false;
	r->keyword = "additionalProperties";
	r->unknown_name = true;
	jdoc_place_write(place, r->path, sizeof(r->path));
	snprintf(r->got, sizeof(r->got), "the name \"%.*s\"",
			 (int) (member->name_length > 80 ? 80 : member->name_length), member->name);
	if (described == NULL || described->count == 0)
	{
		say(&w, "no members");
		return false;
	}
	say(&w, "one of the names ");
	for (uint32_t i = 0; i < described->count; i++)
		say(&w, "%s%.*s", i == 0 ? "" : ", ", (int) described->is.members[i].name_length,
			described->is.members[i].name);
	nearest = nearest_name(described, member);
	if (nearest != NULL)
		snprintf(r->hint, sizeof(r->hint), "Did you mean \"%.*s\"?", (int) nearest->name_length,
				 nearest->name);
	return false;
}
