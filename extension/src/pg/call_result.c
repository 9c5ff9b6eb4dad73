/*
 * call_result.c
 *	  Writing results. row_to_json would look every column's type up anew; a
 *	  shape has the output functions at hand.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "pg/call_result.h"
#include "pg/json_text.h"

static void
write_record(StringInfo out, tool_shape *shape, Datum value)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(value);
	HeapTupleData tuple;
	Datum *values = palloc(sizeof(Datum) * shape->desc->natts);
	bool *nulls = palloc(sizeof(bool) * shape->desc->natts);
	ListCell *cell;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, shape->desc, values, nulls);
	appendStringInfoChar(out, '{');
	foreach (cell, shape->fields)
	{
		const shape_field *field = lfirst(cell);

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		escape_json(out, field->name);
		appendStringInfoChar(out, ':');
		call_result_write(out, field->shape, values[field->number - 1], nulls[field->number - 1]);
	}
	appendStringInfoChar(out, '}');
	pfree(values);
	pfree(nulls);
}

static void
write_list(StringInfo out, tool_shape *shape, Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *items;
	bool *nulls;
	int count;

	deconstruct_array(array, ARR_ELEMTYPE(array), shape->length, shape->by_value, shape->align,
					  &items, &nulls, &count);
	appendStringInfoChar(out, '[');
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		CHECK_FOR_INTERRUPTS();
		call_result_write(out, shape->element, items[i], nulls[i]);
	}
	appendStringInfoChar(out, ']');
}

/* Numbers that JSON can write; NaN and the infinities become text. */
static void
write_number(StringInfo out, tool_shape *shape, Datum value)
{
	char *text = OutputFunctionCall(&shape->output, value);
	char first = text[0] == '-' ? text[1] : text[0];

	if (first >= '0' && first <= '9')
		appendStringInfoString(out, text);
	else
		escape_json(out, text);
	pfree(text);
}

static void
write_instant(StringInfo out, Datum value)
{
	char text[MAXDATELEN + 1];
	int utc = 0;
	size_t length;

	JsonEncodeDateTime(text, value, TIMESTAMPTZOID, &utc);
	length = strlen(text);
	/* Z is shorter than +00:00 and reads the same everywhere */
	if (length > 6 && strcmp(text + length - 6, "+00:00") == 0)
		strcpy(text + length - 6, "Z");
	escape_json(out, text);
}

static void
write_date(StringInfo out, Datum value)
{
	char text[MAXDATELEN + 1];

	JsonEncodeDateTime(text, value, DATEOID, NULL);
	escape_json(out, text);
}

static void
write_json(StringInfo out, tool_shape *shape, Datum value)
{
	if (shape->type == JSONBOID)
		json_text_document(out, DatumGetJsonbP(value));
	else
	{
		text *json = DatumGetTextPP(value);

		appendBinaryStringInfo(out, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
	}
}

static void
write_words(StringInfo out, tool_shape *shape, Datum value)
{
	char *text = OutputFunctionCall(&shape->output, value);

	escape_json(out, text);
	pfree(text);
}

void
call_result_write(StringInfo out, tool_shape *shape, Datum value, bool isnull)
{
	if (isnull)
	{
		appendStringInfoString(out, shape->kind == SHAPE_LIST ? "[]" : "null");
		return;
	}
	switch (shape->kind)
	{
		case SHAPE_RECORD:
			write_record(out, shape, value);
			break;
		case SHAPE_LIST:
			write_list(out, shape, value);
			break;
		case SHAPE_BOOLEAN:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case SHAPE_INTEGER:
		case SHAPE_NUMBER:
			if (shape->is_id)
				write_words(out, shape, value);
			else
				write_number(out, shape, value);
			break;
		case SHAPE_DATE:
			write_date(out, value);
			break;
		case SHAPE_INSTANT:
			write_instant(out, value);
			break;
		case SHAPE_JSON:
			write_json(out, shape, value);
			break;
		default:
			write_words(out, shape, value);
	}
}
