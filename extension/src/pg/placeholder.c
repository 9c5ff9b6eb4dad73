/*
 * placeholder.c
 *	  Texts with placeholders for SQL: filling them in, checking them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/call_error.h"
#include "pg/kernels.h"
#include "pg/placeholder_cache.h"

PG_FUNCTION_INFO_V1(voygen_placeholders_render);
PG_FUNCTION_INFO_V1(voygen_placeholders_check);

static text *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_TEXT_PP(number);
}

static Jsonb *
document_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_JSONB_P(number);
}

/* A part of the fault without the half of a character it may have been cut at; NULL when it is empty. */
static const char *
whole(const char *part)
{
	int length = strlen(part);

	return length > 0 ? pnstrdup(part, pg_mbcliplen(part, length, length)) : NULL;
}

/* Where the fault was handed in: of a template in a table, its name. */
static const char *
fault_path(const placeholder_fault *fault, bool named)
{
	const char *inside = fault->path[0] != '\0' ? whole(fault->path) : "";

	if (fault->failure == PLACEHOLDER_FORMAT)
		return "/output_format";
	switch (fault->source)
	{
		case PLACEHOLDER_OF_CONTEXT:
			return psprintf("/context%s", inside);
		case PLACEHOLDER_OF_VARIABLES:
			return psprintf("/variables%s", inside);
		case PLACEHOLDER_OF_DEFAULTS:
			return named ? "/template_name" : psprintf("/default_values%s", inside);
		case PLACEHOLDER_OF_SCHEMA:
			return named ? "/template_name" : "/variables_schema";
		default:
			return named ? "/template_name" : "/content";
	}
}

/* Raises what is wrong; name is that of the template, NULL while it has none. */
static void
pg_attribute_noreturn()
	fault_raise(const placeholder_fault *fault, text *name)
{
	bool own = fault->source != PLACEHOLDER_OF_CONTEXT && fault->source != PLACEHOLDER_OF_VARIABLES;
	call_fault parts = {.path = fault_path(fault, name != NULL)};
	StringInfoData message;

	if (fault->failure == PLACEHOLDER_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	initStringInfo(&message);
	if (name != NULL && own)
		appendStringInfo(&message, "template %s: ", text_to_cstring(name));
	if (fault->line > 0)
		appendStringInfo(&message, "line %u, column %u: ", fault->line, fault->column);
	appendStringInfoString(&message, fault->message);
	parts.expected = fault->expected[0] != '\0' ? fault->expected : NULL;
	parts.got = fault->got[0] != '\0' ? fault->got : fault->excerpt[0] != '\0' ? fault->excerpt
																			   : NULL;
	call_raise(fault->failure == PLACEHOLDER_UNKNOWN ? CALL_UNKNOWN_NAME : CALL_INVALID_ARGUMENT, message.data, &parts);
}

static Datum
list_datum(placeholder_list list)
{
	Datum *texts = palloc(sizeof(Datum) * Max(list.count, 1));

	for (size_t i = 0; i < list.count; i++)
		texts[i] = PointerGetDatum(cstring_to_text_with_len(list.texts[i].bytes, list.texts[i].length));
	return PointerGetDatum(construct_array(texts, list.count, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
row_of(FunctionCallInfo fcinfo, Datum *values)
{
	bool nulls[4] = {false};
	TupleDesc shape;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

/* Reads the name of a kind; otherwise when it is not given. */
static placeholder_kind
kind_argument(text *name, const char *path, placeholder_kind otherwise)
{
	placeholder_kind kind = otherwise;
	call_fault parts = {.path = path, .expected = "one of " PLACEHOLDER_KINDS};

	if (name == NULL || placeholder_kind_read((kernel_text){VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)}, &kind))
		return kind;
	parts.got = text_to_cstring(name);
	call_raise(CALL_INVALID_ARGUMENT, "there is no such format", &parts);
}

/*
 * placeholders_render(template text, written text, output text, variables_schema jsonb, default_values jsonb, context jsonb,
 * variables jsonb, template_name text)
 */
Datum
voygen_placeholders_render(PG_FUNCTION_ARGS)
{
	text *content = text_argument(fcinfo, 0);
	text *name = text_argument(fcinfo, 7);
	placeholder_request request = {0};
	kernel_alloc alloc = kernels_memory(CurrentMemoryContext);
	const placeholder_template *template;
	placeholder_result result;
	placeholder_fault fault;
	Datum values[4];

	request.written = kind_argument(text_argument(fcinfo, 1), "/format", PLACEHOLDER_TEXT);
	request.output = kind_argument(text_argument(fcinfo, 2), "/output_format", request.written);
	request.context = placeholder_document(document_argument(fcinfo, 5));
	request.variables = placeholder_document(document_argument(fcinfo, 6));
	template = placeholder_cache_get(content, document_argument(fcinfo, 3), document_argument(fcinfo, 4), &fault);
	if (template == NULL || !placeholder_render(template, &request, &alloc, &result, &fault))
		fault_raise(&fault, name);
	values[0] = PointerGetDatum(cstring_to_text_with_len(result.content.bytes, result.content.length));
	values[1] = list_datum(result.used);
	values[2] = list_datum(result.defaulted);
	values[3] = list_datum(result.warnings);
	placeholder_result_close(&result);
	PG_RETURN_DATUM(row_of(fcinfo, values));
}

/*
 * placeholders_check(template text, variables_schema jsonb, default_values jsonb)
 */
Datum
voygen_placeholders_check(PG_FUNCTION_ARGS)
{
	const placeholder_template *template;
	placeholder_fault fault;
	Datum values[4];

	template = placeholder_cache_get(text_argument(fcinfo, 0), document_argument(fcinfo, 1), document_argument(fcinfo, 2), &fault);
	if (template == NULL)
		fault_raise(&fault, NULL);
	values[0] = list_datum(placeholder_used(template));
	values[1] = list_datum(placeholder_undefined(template));
	values[2] = list_datum(placeholder_unused(template));
	values[3] = list_datum(placeholder_remarks(template));
	PG_RETURN_DATUM(row_of(fcinfo, values));
}
