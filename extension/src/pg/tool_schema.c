/*
 * tool_schema.c
 *	  Shapes as JSON Schema.
 *
 * What clients are shown keeps to what all of them understand: one type where
 * a type is named, items always an object, no references, no formats of our
 * own. A value of two kinds is a choice (anyOf) of two schemas of one type: an
 * exact amount, which may be a number or decimal text, and in results whatever
 * may be null. How many decimals an amount may have is not shown, since
 * clients divide in binary floating point and would refuse 296.03 as no
 * multiple of 0.01. What calls are checked by (SCHEMA_CHECKED) has all of it,
 * and tolerates the same spellings (see jschema_options.arguments). A list in
 * a result is never null.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"

#include "pg/tool_shape.h"

/* Items of a list whose comment sets no @max_items. */
#define DEFAULT_MAX_ITEMS "100000"

static void
write_type(StringInfo out, const char *type)
{
	appendStringInfo(out, "\"type\":\"%s\"", type);
}

static void
write_text(StringInfo out, const char *key, const char *value)
{
	appendStringInfo(out, ",\"%s\":", key);
	escape_json(out, value);
}

static void
write_bound(StringInfo out, const char *name, const char *value)
{
	if (value != NULL)
		appendStringInfo(out, ",\"%s\":%s", name, value);
}

static void
write_bounds(StringInfo out, const tool_shape *shape, const char *least, const char *most)
{
	write_bound(out, "minimum", shape->tags.min ? shape->tags.min : least);
	write_bound(out, "maximum", shape->tags.max ? shape->tags.max : most);
}

static void
write_integer(StringInfo out, const tool_shape *shape)
{
	if (shape->type == INT2OID)
		write_bounds(out, shape, "-32768", "32767");
	else if (shape->type == INT4OID)
		write_bounds(out, shape, "-2147483648", "2147483647");
	else
		write_bounds(out, shape, "-9223372036854775808", "9223372036854775807");
}

/* Writes count digits of one kind. */
static void
write_digits(StringInfo out, char digit, int count)
{
	while (count-- > 0)
		appendStringInfoChar(out, digit);
}

/* numeric(p,s): at most s decimals, and what p - s digits can hold. */
static void
write_numeric(StringInfo out, const tool_shape *shape)
{
	int precision = 0;
	int scale = 0;
	bool limited = shape->type == NUMERICOID && shape->typmod >= (int32) VARHDRSZ;

	if (limited)
	{
		precision = ((shape->typmod - VARHDRSZ) >> 16) & 0xffff;
		scale = (((shape->typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
		limited = scale >= 0 && scale <= precision;
	}
	if (shape->tags.min)
		appendStringInfo(out, ",\"minimum\":%s", shape->tags.min);
	else if (limited)
	{
		appendStringInfoString(out, ",\"exclusiveMinimum\":-1");
		write_digits(out, '0', precision - scale);
	}
	if (shape->tags.max)
		appendStringInfo(out, ",\"maximum\":%s", shape->tags.max);
	else if (limited)
	{
		appendStringInfoString(out, ",\"exclusiveMaximum\":1");
		write_digits(out, '0', precision - scale);
	}
	if (limited && scale == 0)
		appendStringInfoString(out, ",\"multipleOf\":1");
	else if (limited)
	{
		appendStringInfoString(out, ",\"multipleOf\":0.");
		write_digits(out, '0', scale - 1);
		appendStringInfoChar(out, '1');
	}
}

/* An amount: a number, or the same as decimal text, which no client rounds. */
static void
write_shown_amount(StringInfo out, const tool_shape *shape)
{
	bool signless = shape->tags.min != NULL && shape->tags.min[0] != '-';

	appendStringInfoString(out, "\"anyOf\":[{");
	write_type(out, "number");
	write_bounds(out, shape, NULL, NULL);
	appendStringInfoString(out, "},{");
	write_type(out, "string");
	write_text(out, "pattern", signless ? "^[0-9]+(\\.[0-9]+)?$" : "^-?[0-9]+(\\.[0-9]+)?$");
	appendStringInfoString(out, "}]");
}

static void
write_text_rules(StringInfo out, const tool_shape *shape)
{
	bool sized = (shape->type == VARCHAROID || shape->type == BPCHAROID) && shape->typmod >= (int32) VARHDRSZ;

	if (shape->tags.format)
		write_text(out, "format", shape->tags.format);
	if (shape->tags.min)
		appendStringInfo(out, ",\"minLength\":%s", shape->tags.min);
	if (shape->tags.max)
		appendStringInfo(out, ",\"maxLength\":%s", shape->tags.max);
	else if (sized)
		appendStringInfo(out, ",\"maxLength\":%d", shape->typmod - VARHDRSZ);
	if (shape->type == BPCHAROID && sized && !shape->tags.min)
		appendStringInfo(out, ",\"minLength\":%d", shape->typmod - VARHDRSZ);
}

/* The labels of an enum in their order. */
static void
write_labels(StringInfo out, Oid type)
{
	Relation rel = table_open(EnumRelationId, AccessShareLock);
	Relation index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	bool first = true;

	ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(type));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	appendStringInfoString(out, ",\"enum\":[");
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		escape_json(out, NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	}
	appendStringInfoChar(out, ']');
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
}

/* Writes an example: as it stands where it is JSON for this kind, else as
 * text. */
static void
write_example(StringInfo out, const tool_shape *shape)
{
	if (!shape->tags.example)
		return;
	appendStringInfoString(out, ",\"examples\":[");
	if (!shape->is_id && (shape->kind == SHAPE_BOOLEAN || shape->kind == SHAPE_INTEGER || shape->kind == SHAPE_NUMBER ||
						  shape->kind == SHAPE_LIST || shape->kind == SHAPE_RECORD || shape->kind == SHAPE_JSON))
		appendStringInfoString(out, shape->tags.example);
	else
		escape_json(out, shape->tags.example);
	appendStringInfoChar(out, ']');
}

static void
write_description(StringInfo out, const tool_shape *shape)
{
	if (shape->tags.text && shape->tags.text[0] && shape->tags.unit)
		write_text(out, "description", psprintf("%s (%s)", shape->tags.text, shape->tags.unit));
	else if (shape->tags.text && shape->tags.text[0])
		write_text(out, "description", shape->tags.text);
	else if (shape->tags.unit)
		write_text(out, "description", psprintf("(%s)", shape->tags.unit));
}

/* The keywords of one value that is neither list nor record. */
static void
write_scalar(StringInfo out, const tool_shape *shape, schema_use use)
{
	if (shape->is_id)
	{
		write_type(out, "string");
		if (use == SCHEMA_CHECKED)
			write_text(out, "format", "id");
		return;
	}
	switch (shape->kind)
	{
		case SHAPE_BOOLEAN:
			write_type(out, "boolean");
			break;
		case SHAPE_INTEGER:
			write_type(out, "integer");
			if (use == SCHEMA_CHECKED)
				write_integer(out, shape);
			else
				write_bounds(out, shape, NULL, NULL);
			break;
		case SHAPE_NUMBER:
			if (use == SCHEMA_SHOWN)
			{
				write_shown_amount(out, shape);
				break;
			}
			write_type(out, "number");
			write_numeric(out, shape);
			break;
		case SHAPE_DATE:
			write_type(out, "string");
			write_text(out, "format", "date");
			break;
		case SHAPE_INSTANT:
			write_type(out, "string");
			write_text(out, "format", "date-time");
			break;
		case SHAPE_ENUM:
			write_type(out, "string");
			write_labels(out, shape->type);
			break;
		default:
			write_type(out, "string");
			write_text_rules(out, shape);
			if (shape->format)
				write_text(out, "format", shape->format);
			if (shape->pattern)
				write_text(out, "pattern", shape->pattern);
	}
}

static void
write_names(StringInfo out, const List *fields, bool all)
{
	ListCell *cell;
	bool first = true;

	foreach (cell, fields)
	{
		const shape_field *field = lfirst(cell);

		if (!all && !field->shape->tags.required)
			continue;
		appendStringInfoString(out, first ? ",\"required\":[" : ",");
		first = false;
		escape_json(out, field->name);
	}
	if (!first)
		appendStringInfoChar(out, ']');
}

static void
write_input_record(StringInfo out, const tool_shape *shape, schema_use use)
{
	ListCell *cell;

	appendStringInfoString(out, "\"type\":\"object\",\"properties\":{");
	foreach (cell, shape->fields)
	{
		const shape_field *field = lfirst(cell);

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		escape_json(out, field->name);
		appendStringInfoChar(out, ':');
		shape_write_input(out, field->shape, field->shown_default, use);
	}
	appendStringInfoChar(out, '}');
	write_names(out, shape->fields, false);
	appendStringInfoString(out, ",\"additionalProperties\":false");
}

static void
write_input_list(StringInfo out, const tool_shape *shape, schema_use use)
{
	appendStringInfoString(out, "\"type\":\"array\"");
	if (shape->kind == SHAPE_LIST || use == SCHEMA_SHOWN)
	{
		appendStringInfoString(out, ",\"items\":");
		shape_write_input(out, shape->element, NULL, use);
	}
	write_bound(out, "maxItems", shape->tags.max_items != NULL || use == SCHEMA_SHOWN ? shape->tags.max_items : DEFAULT_MAX_ITEMS);
}

/* Drops the comma that every keyword but the first of a schema has before it. */
static void
drop_first_comma(StringInfo out, int start)
{
	if (out->len > start && out->data[start] == ',')
	{
		memmove(out->data + start, out->data + start + 1, out->len - start);
		out->len--;
	}
}

void
shape_write_input(StringInfo out, const tool_shape *shape, const char *shown_default, schema_use use)
{
	int start;

	appendStringInfoChar(out, '{');
	start = out->len;
	if (shape->kind == SHAPE_RECORD)
		write_input_record(out, shape, use);
	else if (shape->element != NULL)
		write_input_list(out, shape, use);
	else if (shape->kind != SHAPE_JSON)
		write_scalar(out, shape, use);
	else if (shape->tags.format == NULL)
		write_type(out, "object"); /* @format any: a value of any kind */
	write_description(out, shape);
	if (shown_default != NULL)
		appendStringInfo(out, ",\"default\":%s", shown_default);
	write_example(out, shape);
	drop_first_comma(out, start);
	appendStringInfoChar(out, '}');
}

static void
write_output_record(StringInfo out, const tool_shape *shape)
{
	ListCell *cell;

	write_type(out, "object");
	appendStringInfoString(out, ",\"properties\":{");
	foreach (cell, shape->fields)
	{
		const shape_field *field = lfirst(cell);

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		escape_json(out, field->name);
		appendStringInfoChar(out, ':');
		shape_write_output(out, field->shape, !field->shape->tags.required);
	}
	appendStringInfoChar(out, '}');
	write_names(out, shape->fields, true);
}

/* Ranges are left out of results: what was stored is what comes, a number as a number. */
static void
write_output_scalar(StringInfo out, const tool_shape *shape)
{
	if (shape->kind == SHAPE_INTEGER && !shape->is_id)
		write_type(out, "integer");
	else if (shape->kind == SHAPE_NUMBER)
		write_type(out, "number");
	else if ((shape->kind == SHAPE_TEXT && !shape->is_id) || shape->kind == SHAPE_WORD)
		write_type(out, "string");
	else
		write_scalar(out, shape, SCHEMA_SHOWN);
}

static void
write_output_value(StringInfo out, const tool_shape *shape)
{
	if (shape->kind == SHAPE_RECORD)
		write_output_record(out, shape);
	else if (shape->kind == SHAPE_LIST)
	{
		write_type(out, "array");
		appendStringInfoString(out, ",\"items\":");
		shape_write_output(out, shape->element, false);
	}
	else
		write_output_scalar(out, shape);
}

void
shape_write_output(StringInfo out, const tool_shape *shape, bool nullable)
{
	int start;

	appendStringInfoChar(out, '{');
	start = out->len;
	/* a jsonb may be anything, null too, which no keyword says */
	if (shape->kind != SHAPE_JSON && nullable && shape->kind != SHAPE_LIST)
	{
		appendStringInfoString(out, "\"anyOf\":[{");
		write_output_value(out, shape);
		appendStringInfoString(out, "},{\"type\":\"null\"}]");
	}
	else if (shape->kind != SHAPE_JSON)
		write_output_value(out, shape);
	write_description(out, shape);
	drop_first_comma(out, start);
	appendStringInfoChar(out, '}');
}
