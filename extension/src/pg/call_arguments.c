/*
 * call_arguments.c
 *	  Values of the JSON tree as Datums.
 *
 * The schema has been checked before, so kinds fit; what can still go wrong
 * (a domain's rule, a number beyond the type) is raised by the types' own
 * functions, and the place kept here tells where.
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "pg/call_arguments.h"
#include "pg/call_error.h"

PG_FUNCTION_INFO_V1(voygen_redact_arguments);

static int max_kilobytes = 64 * 1024;
static int max_values = 4000000;

static Datum read_value(tool_shape *shape, const jdoc_value *value, const char *text, call_place *place);

void
call_arguments_init(void)
{
	DefineCustomIntVariable("voygen.call_max_size",
							"Largest size of the arguments of one call.",
							NULL, &max_kilobytes, 64 * 1024, 1, 1024 * 1024, PGC_SUSET,
							GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("voygen.call_max_values",
							"Most values (numbers, texts, lists, objects) in the arguments of one call.",
							NULL, &max_values, 4000000, 1, INT_MAX, PGC_SUSET,
							0, NULL, NULL, NULL);
}

char *
call_place_text(const call_place *place)
{
	jdoc_place chain[CALL_DEPTH + 2];
	char out[JDOC_PATH_SIZE];
	int depth = Min(place->depth, CALL_DEPTH + 2);

	if (depth == 0)
		return NULL;
	for (int i = 0; i < depth; i++)
	{
		chain[i].parent = i == 0 ? NULL : &chain[i - 1];
		chain[i].name = place->steps[i].name;
		chain[i].name_length = place->steps[i].name_length;
		chain[i].index = place->steps[i].index;
	}
	jdoc_place_write(&chain[depth - 1], out, sizeof(out));
	return pstrdup(out);
}

/* --- checking ------------------------------------------------------------ */

static void
pg_attribute_noreturn()
	refuse_text(const call_tool *tool, const jdoc_error *error)
{
	call_fault fault = {error->path, error->expected, error->got, NULL};

	if (error->fault == JDOC_NO_MEMORY)
		call_raise(CALL_UNAVAILABLE, "memory ran out while reading the arguments", NULL);
	call_raise(CALL_INVALID_ARGUMENT,
			   psprintf("the arguments of %s are not acceptable at %s, byte %zu: expected %s, got %s",
						tool->signature->name, error->path[0] ? error->path : "the top", error->offset,
						error->expected, error->got),
			   &fault);
}

static void
pg_attribute_noreturn()
	refuse_value(const call_tool *tool, const jschema_report *report)
{
	call_fault fault = {report->path, report->expected, report->got, report->hint[0] ? report->hint : NULL};

	if (report->unknown_name)
		call_raise(CALL_UNKNOWN_NAME,
				   psprintf("%s does not know %s: expected %s", tool->signature->name, report->path, report->expected),
				   &fault);
	call_raise(CALL_INVALID_ARGUMENT,
			   psprintf("%s of %s: expected %s, got %s",
						report->path[0] ? report->path : "the arguments", tool->signature->name,
						report->expected, report->got),
			   &fault);
}

const jdoc_value *
call_arguments_check(call_tool *tool, const char *text, size_t length, arena *memory)
{
	jdoc_limits limits = {.bytes = (size_t) max_kilobytes * 1024, .depth = CALL_DEPTH, .values = (uint32) max_values, .number_bytes = 1000};
	jdoc_error error;
	jschema_report report;
	const jdoc_value *value = jdoc_parse(memory, text, length, &limits, &error);

	if (value == NULL)
		refuse_text(tool, &error);
	switch (jschema_check(tool->schema, value, memory, &report))
	{
		case JSCHEMA_VALID:
			break;
		case JSCHEMA_INVALID:
			refuse_value(tool, &report);
		case JSCHEMA_GAVE_UP:
			call_raise(CALL_UNAVAILABLE, "the arguments are too large to be checked", NULL);
	}
	return value;
}

/* --- reading --------------------------------------------------------------- */

/* Copies bytes with a terminating NUL, which none of them is. */
static char *
terminated(const char *bytes, size_t length)
{
	char *copy = MemoryContextAllocHuge(CurrentMemoryContext, length + 1);

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

static Datum
by_input_function(tool_shape *shape, const char *bytes, size_t length)
{
	char *words = terminated(bytes, length);
	Datum value = InputFunctionCall(&shape->input, words, shape->input_param, shape->typmod);

	pfree(words);
	return value;
}

static Datum
read_integer(tool_shape *shape, const jdoc_value *value)
{
	jdoc_decimal number;
	int64 whole;

	/* texts (ids) and what does not fit are judged by the type itself */
	if (value->kind != JDOC_NUMBER || shape->type != INT8OID ||
		!jdoc_decimal_read(value->is.text, value->count, &number) ||
		!jdoc_decimal_to_int64(&number, &whole))
	{
		if (value->kind == JDOC_NUMBER && jdoc_decimal_read(value->is.text, value->count, &number) &&
			jdoc_decimal_to_int64(&number, &whole))
		{
			if (shape->type == INT4OID && whole >= PG_INT32_MIN && whole <= PG_INT32_MAX)
				return Int32GetDatum((int32) whole);
			if (shape->type == INT2OID && whole >= PG_INT16_MIN && whole <= PG_INT16_MAX)
				return Int16GetDatum((int16) whole);
		}
		return by_input_function(shape, value->is.text, value->count);
	}
	return Int64GetDatum(whole);
}

/* A number where a text is meant (an id): its plain digits. */
static Datum
read_text(tool_shape *shape, const jdoc_value *value)
{
	jdoc_decimal number;
	int64 whole;

	if (value->kind == JDOC_NUMBER && jdoc_decimal_read(value->is.text, value->count, &number) &&
		jdoc_decimal_to_int64(&number, &whole))
	{
		char digits[32];

		snprintf(digits, sizeof(digits), INT64_FORMAT, whole);
		return by_input_function(shape, digits, strlen(digits));
	}
	if (shape->type == TEXTOID)
		return PointerGetDatum(cstring_to_text_with_len(value->is.text, value->count));
	return by_input_function(shape, value->is.text, value->count);
}

static Datum
read_list(tool_shape *shape, const jdoc_value *value, const char *text, call_place *place)
{
	tool_shape *element = shape->element;
	Oid type = OidIsValid(element->domain) ? element->domain : element->type;
	Datum *items;
	ArrayType *array;
	int step = place->depth++;

	if (value->count == 0)
		array = construct_empty_array(type);
	else
	{
		items = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * value->count);
		place->steps[step].name = NULL;
		for (uint32 i = 0; i < value->count; i++)
		{
			place->steps[step].index = i;
			if ((i & 1023) == 0)
				CHECK_FOR_INTERRUPTS();
			items[i] = read_value(element, &value->is.items[i], text, place);
		}
		array = construct_array(items, value->count, type, shape->length, shape->by_value, shape->align);
		pfree(items);
	}
	place->depth--;
	return PointerGetDatum(array);
}

/* The column of a member; members mostly come in the order of the columns,
 * so the search begins behind the last one found. */
static const shape_field *
field_of(const tool_shape *shape, const jdoc_member *member, int *next)
{
	int count = list_length(shape->fields);

	for (int i = 0; i < count; i++)
	{
		int at = *next + i < count ? *next + i : *next + i - count;
		const shape_field *field = list_nth(shape->fields, at);

		if (field->name_length == (int) member->name_length &&
			memcmp(field->name, member->name, member->name_length) == 0)
		{
			*next = at + 1 < count ? at + 1 : 0;
			return field;
		}
	}
	return NULL;
}

static Datum
read_record(tool_shape *shape, const jdoc_value *value, const char *text, call_place *place)
{
	int count = shape->desc->natts;
	Datum *values = palloc0(sizeof(Datum) * count);
	bool *nulls = palloc(sizeof(bool) * count);
	int step = place->depth++;
	int next = 0;
	HeapTuple tuple;

	memset(nulls, true, sizeof(bool) * count);
	for (uint32 i = 0; i < value->count; i++)
	{
		const jdoc_member *member = &value->is.members[i];
		const shape_field *field = field_of(shape, member, &next);

		if (field == NULL || member->value.kind == JDOC_NULL)
			continue;
		place->steps[step].name = member->name;
		place->steps[step].name_length = member->name_length;
		values[field->number - 1] = read_value(field->shape, &member->value, text, place);
		nulls[field->number - 1] = false;
	}
	place->depth--;
	tuple = heap_form_tuple(shape->desc, values, nulls);
	return HeapTupleGetDatum(tuple);
}

/* A value that is not null. */
static Datum
read_value(tool_shape *shape, const jdoc_value *value, const char *text, call_place *place)
{
	Datum datum;

	switch (shape->kind)
	{
		case SHAPE_RECORD:
			datum = read_record(shape, value, text, place);
			break;
		case SHAPE_LIST:
			datum = read_list(shape, value, text, place);
			break;
		case SHAPE_BOOLEAN:
			datum = BoolGetDatum(value->kind == JDOC_TRUE);
			break;
		case SHAPE_INTEGER:
			datum = read_integer(shape, value);
			break;
		case SHAPE_TEXT:
			datum = read_text(shape, value);
			break;
		case SHAPE_JSON:
			datum = by_input_function(shape, text + value->start, value->end - value->start);
			break;
		default:
			datum = by_input_function(shape, value->is.text, value->count);
	}
	if (OidIsValid(shape->domain))
		domain_check(datum, false, shape->domain, NULL, NULL);
	return datum;
}

/* The default of a parameter that was not given. */
static NullableDatum
default_of(Node *expression)
{
	NullableDatum result = {(Datum) 0, true};

	if (expression == NULL)
		return result;
	if (IsA(expression, Const))
	{
		result.value = ((Const *) expression)->constvalue;
		result.isnull = ((Const *) expression)->constisnull;
	}
	else
	{
		EState *estate = CreateExecutorState();
		ExprState *state = ExecPrepareExpr((Expr *) expression, estate);
		int16 length;
		bool by_value;

		result.value = ExecEvalExprSwitchContext(state, GetPerTupleExprContext(estate), &result.isnull);
		get_typlenbyval(exprType(expression), &length, &by_value);
		if (!result.isnull)
			result.value = datumCopy(result.value, by_value, length);
		FreeExecutorState(estate);
	}
	return result;
}

void
call_arguments_read(call_tool *tool, const jdoc_value *object, const char *text,
					NullableDatum *arguments, call_place *place)
{
	ListCell *cell;

	foreach (cell, tool->signature->arguments->fields)
	{
		const shape_field *field = lfirst(cell);
		const jdoc_value *value = jdoc_find(object, field->name, field->name_length);
		NullableDatum *argument = &arguments[field->number - 1];

		if (value == NULL || value->kind == JDOC_NULL)
		{
			*argument = default_of(tool->signature->defaults[field->number - 1]);
			continue;
		}
		place->depth = 1;
		place->steps[0].name = field->name;
		place->steps[0].name_length = field->name_length;
		argument->value = read_value(field->shape, value, text, place);
		argument->isnull = false;
	}
	place->depth = 0;
}

/* --- without secrets --------------------------------------------------------- */

static void
write_redacted(StringInfo out, const tool_shape *shape, const jdoc_value *value, const char *text)
{
	int next = 0;

	if (shape->tags.redact && value->kind != JDOC_NULL)
		appendStringInfoString(out, "\"(redacted)\"");
	else if (shape->element != NULL && value->kind == JDOC_ARRAY)
	{
		appendStringInfoChar(out, '[');
		for (uint32 i = 0; i < value->count; i++)
		{
			if (i > 0)
				appendStringInfoChar(out, ',');
			write_redacted(out, shape->element, &value->is.items[i], text);
		}
		appendStringInfoChar(out, ']');
	}
	else if (shape->kind == SHAPE_RECORD && value->kind == JDOC_OBJECT)
	{
		appendStringInfoChar(out, '{');
		for (uint32 i = 0; i < value->count; i++)
		{
			const jdoc_member *member = &value->is.members[i];
			const shape_field *field = field_of(shape, member, &next);

			if (i > 0)
				appendStringInfoChar(out, ',');
			escape_json(out, pnstrdup(member->name, member->name_length));
			appendStringInfoChar(out, ':');
			if (field != NULL)
				write_redacted(out, field->shape, &member->value, text);
			else
				appendStringInfoString(out, "null");
		}
		appendStringInfoChar(out, '}');
	}
	else
		appendBinaryStringInfo(out, text + value->start, value->end - value->start);
}

char *
call_arguments_redacted(call_tool *tool, const jdoc_value *object, const char *text)
{
	StringInfoData out;

	if (!tool->has_secret)
		return terminated(text + object->start, object->end - object->start);
	initStringInfo(&out);
	write_redacted(&out, tool->signature->arguments, object, text);
	return out.data;
}

/* redact_arguments(tool, arguments): arguments of a tool with what is tagged
 * @redact left out. Reads the signature anew: the tool may be running. */
Datum
voygen_redact_arguments(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *text = DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(1)));
	Oid function = tool_function(name);
	jdoc_error error;
	arena memory;
	const jdoc_value *object;
	StringInfoData out;

	if (!OidIsValid(function))
		call_raise(CALL_UNKNOWN_NAME, psprintf("there is no tool %s", name), NULL);
	arena_start(&memory, call_tools_memory(CurrentMemoryContext));
	object = jdoc_parse(&memory, text, strlen(text), NULL, &error);
	if (object == NULL)
		elog(ERROR, "arguments cannot be read: expected %s, got %s", error.expected, error.got);
	initStringInfo(&out);
	write_redacted(&out, tool_signature_read(function)->arguments, object, text);
	arena_end(&memory);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}
