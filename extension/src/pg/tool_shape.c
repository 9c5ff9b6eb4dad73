/*
 * tool_shape.c
 *	  From types of the catalogue to shapes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "funcapi.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/tool_shape.h"

/* Composite types within one another; more is a mistake. */
#define MOST_NESTED 16

static tool_shape *shape_read(Oid type, int32 typmod, const value_tags *tags, const char *where,
							  shape_findings *findings, int depth);

static void
problem(shape_findings *findings, const char *where, const char *text)
{
	findings->problems = lappend(findings->problems, psprintf("%s: %s", where, text));
}

/* Kinds of the base types that have a schema of their own. */
static shape_kind
base_kind(Oid type, const char **format, const char **pattern)
{
	switch (type)
	{
		case BOOLOID:
			return SHAPE_BOOLEAN;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return SHAPE_INTEGER;
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return SHAPE_NUMBER;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
			return SHAPE_TEXT;
		case DATEOID:
			return SHAPE_DATE;
		case TIMESTAMPTZOID:
			return SHAPE_INSTANT;
		case TIMEOID:
			*pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";
			return SHAPE_WORD;
		case INTERVALOID:
			*format = "duration";
			return SHAPE_WORD;
		case UUIDOID:
			*format = "uuid";
			return SHAPE_WORD;
		case JSONOID:
		case JSONBOID:
			return SHAPE_JSON;
		default:
			return SHAPE_UNKNOWN;
	}
}

/* Checks that a tag's value is a number, dropping it when it is not. */
static void
number_tag(char **value, const char *name, const char *where, shape_findings *findings)
{
	char *end;

	if (*value == NULL)
		return;
	(void) strtod(*value, &end);
	if (end != *value && *end == '\0')
		return;
	problem(findings, where, psprintf("@%s is followed by \"%s\", which is no number", name, *value));
	*value = NULL;
}

static void
tags_check(tool_shape *shape, const char *where, shape_findings *findings)
{
	value_tags *tags = &shape->tags;

	number_tag(&tags->min, "min", where, findings);
	number_tag(&tags->max, "max", where, findings);
	number_tag(&tags->max_items, "max_items", where, findings);
	if (tags->max_items != NULL && shape->element == NULL)
		problem(findings, where, "@max_items belongs on a list");
	if (tags->items != NULL && shape->kind != SHAPE_JSON)
		problem(findings, where, "@items belongs on a jsonb");
	if ((tags->min != NULL || tags->max != NULL) && shape->kind != SHAPE_INTEGER &&
		shape->kind != SHAPE_NUMBER && shape->kind != SHAPE_TEXT)
		problem(findings, where, "@min and @max belong on numbers and texts");
	if (tags->format != NULL && shape->kind != SHAPE_TEXT && !shape->is_id &&
		!(shape->kind == SHAPE_JSON && strcmp(tags->format, "any") == 0))
		problem(findings, where, "@format belongs on a text, says id of a number, or any of a jsonb");
}

static void
add_field(tool_shape *record, const char *name, int number, tool_shape *shape)
{
	shape_field *field = palloc0(sizeof(*field));

	field->name = pstrdup(name);
	field->name_length = strlen(name);
	field->number = number;
	field->shape = shape;
	record->fields = lappend(record->fields, field);
}

/* Adds the columns of a row type; relation gives their comments. */
static void
read_columns(tool_shape *record, TupleDesc desc, Oid relation, const char *where,
			 shape_findings *findings, int depth)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		char *path = psprintf("%s.%s", where, NameStr(column->attname));
		List *unknown = NIL;
		value_tags tags;
		ListCell *cell;

		if (column->attisdropped)
			continue;
		value_tags_read(OidIsValid(relation) ? GetComment(relation, RelationRelationId, column->attnum) : NULL,
						&tags, &unknown);
		foreach (cell, unknown)
			problem(findings, path, lfirst(cell));
		add_field(record, NameStr(column->attname), i + 1,
				  shape_read(column->atttypid, column->atttypmod, &tags, path, findings, depth + 1));
	}
}

static void
read_record(tool_shape *shape, const char *where, shape_findings *findings, int depth)
{
	Oid relation = get_typ_typrelid(shape->type);
	TupleDesc desc = lookup_rowtype_tupdesc(shape->type, -1);

	shape->kind = SHAPE_RECORD;
	shape->desc = CreateTupleDescCopy(desc);
	ReleaseTupleDesc(desc);
	findings->relations = list_append_unique_oid(findings->relations, relation);
	read_columns(shape, shape->desc, relation, where, findings, depth);
}

/* The items a jsonb is said to hold. */
static void
read_items(tool_shape *shape, const char *where, shape_findings *findings, int depth)
{
	value_tags none = {0};
	int32 typmod;
	Oid type = shape_type_named(shape->tags.items, &typmod);

	if (OidIsValid(type))
		shape->element = shape_read(type, typmod, &none, psprintf("%s[]", where), findings, depth + 1);
	else
		problem(findings, where, psprintf("@items names the type %s, which does not exist", shape->tags.items));
}

/* Sets the kind by the type's entry in the catalogue. */
static void
read_kind(tool_shape *shape, const char *where, shape_findings *findings, int depth)
{
	Oid element = get_element_type(shape->type);
	value_tags item = {0};

	if (OidIsValid(element))
	{
		shape->kind = SHAPE_LIST;
		/* The format of a list is that of its items: a list of ids takes numbers too. */
		item.format = shape->tags.format;
		shape->tags.format = NULL;
		shape->element = shape_read(element, shape->typmod, &item, psprintf("%s[]", where), findings, depth + 1);
		return;
	}
	switch (get_typtype(shape->type))
	{
		case TYPTYPE_COMPOSITE:
			read_record(shape, where, findings, depth);
			return;
		case TYPTYPE_ENUM:
			shape->kind = SHAPE_ENUM;
			return;
		default:
			shape->kind = base_kind(shape->type, &shape->format, &shape->pattern);
	}
	if (shape->kind == SHAPE_JSON && shape->tags.items != NULL)
		read_items(shape, where, findings, depth);
	if (shape->kind == SHAPE_UNKNOWN)
		problem(findings, where, psprintf("type %s has no JSON Schema", format_type_be(shape->type)));
}

static tool_shape *
shape_read(Oid type, int32 typmod, const value_tags *tags, const char *where,
		   shape_findings *findings, int depth)
{
	tool_shape *shape = palloc0(sizeof(*shape));

	shape->typmod = typmod;
	shape->type = type;
	shape->tags = *tags;
	if (get_typtype(type) == TYPTYPE_DOMAIN)
	{
		shape->domain = type;
		shape->type = getBaseTypeAndTypmod(type, &shape->typmod);
		findings->types = list_append_unique_oid(findings->types, type);
	}
	findings->types = list_append_unique_oid(findings->types, shape->type);
	if (depth > MOST_NESTED)
		problem(findings, where, "types are nested too deeply");
	else
		read_kind(shape, where, findings, depth);
	shape->is_id = tags->format != NULL && strcmp(tags->format, "id") == 0 &&
				   (shape->kind == SHAPE_TEXT || shape->kind == SHAPE_INTEGER);
	tags_check(shape, where, findings);
	return shape;
}

Oid
shape_type_named(const char *name, int32 *typmod)
{
	Oid type;

	if (strchr(name, '.') == NULL)
		name = psprintf("%s.%s", TOOL_SCHEMA, name);
	parseTypeString(name, &type, typmod, true);
	return type;
}

tool_shape *
shape_of_type(Oid type, int32 typmod, const value_tags *tags, const char *where, shape_findings *findings)
{
	return shape_read(type, typmod, tags, where, findings, 0);
}

tool_shape *
shape_of_columns(TupleDesc desc, const char *where, shape_findings *findings)
{
	tool_shape *shape = palloc0(sizeof(*shape));

	shape->kind = SHAPE_RECORD;
	shape->type = RECORDOID;
	shape->typmod = -1;
	shape->desc = CreateTupleDescCopy(desc);
	read_columns(shape, shape->desc, InvalidOid, where, findings, 0);
	return shape;
}

bool
shape_has_secret(const tool_shape *shape)
{
	ListCell *cell;

	if (shape->tags.redact)
		return true;
	if (shape->element != NULL)
		return shape_has_secret(shape->element);
	foreach (cell, shape->fields)
		if (shape_has_secret(((shape_field *) lfirst(cell))->shape))
			return true;
	return false;
}

void
shape_prepare(tool_shape *shape, MemoryContext context)
{
	ListCell *cell;
	Oid function;
	bool varlena;

	if (shape->ready)
		return;
	if (shape->kind == SHAPE_RECORD)
	{
		if (shape->desc != NULL && shape->desc->tdtypeid != RECORDOID)
			BlessTupleDesc(shape->desc);
		foreach (cell, shape->fields)
			shape_prepare(((shape_field *) lfirst(cell))->shape, context);
	}
	else
	{
		getTypeInputInfo(shape->type, &function, &shape->input_param);
		fmgr_info_cxt(function, &shape->input, context);
		getTypeOutputInfo(shape->type, &function, &varlena);
		fmgr_info_cxt(function, &shape->output, context);
	}
	if (shape->element != NULL)
	{
		shape_prepare(shape->element, context);
		get_typlenbyvalalign(shape->element->type, &shape->length, &shape->by_value, &shape->align);
	}
	shape->ready = true;
}
