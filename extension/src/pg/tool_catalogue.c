/*
 * tool_catalogue.c
 *	  What SQL sees of the tools: the columns of the view voygen.tool, and the
 *	  problems of the catalogue.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/syscache.h"

#include "pg/call_tools.h"
#include "pg/tool_signature.h"

PG_FUNCTION_INFO_V1(voygen_describe_tool);
PG_FUNCTION_INFO_V1(voygen_tool_faults);

static Datum
jsonb_of(const char *text)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

/* describe_tool(oid): title, description, schemas and hints of a function. */
Datum
voygen_describe_tool(PG_FUNCTION_ARGS)
{
	tool_signature *tool = tool_signature_read(PG_GETARG_OID(0));
	TupleDesc desc;
	Datum values[9];
	bool nulls[9] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "describe_tool must return a row");
	values[0] = CStringGetTextDatum(tool->tags.title ? tool->tags.title : tool->name);
	values[1] = CStringGetTextDatum(tool->tags.description ? tool->tags.description : "");
	values[2] = jsonb_of(tool_input_schema(tool, SCHEMA_SHOWN));
	values[3] = jsonb_of(tool_output_schema(tool->result));
	values[4] = BoolGetDatum(tool->read_only);
	values[5] = BoolGetDatum(tool->tags.destructive);
	values[6] = BoolGetDatum(tool->tags.idempotent || tool->read_only);
	nulls[7] = tool->job_result == NULL;
	values[7] = nulls[7] ? (Datum) 0 : jsonb_of(tool_output_schema(tool->job_result));
	values[8] = jsonb_of(tool_examples(tool));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* tool_faults(oid): what is wrong with one function as a tool, as a set. */
Datum
voygen_tool_faults(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	tool_signature *tool = tool_signature_read(PG_GETARG_OID(0));
	List *problems = tool->findings.problems;
	char *unusable;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	unusable = tool_schema_problem(tool);
	if (unusable != NULL)
		problems = lappend(problems, unusable);
	foreach (cell, unusable == NULL ? tool->tags.examples : NIL)
	{
		char *fault = tool_arguments_problem(tool, lfirst(cell));

		if (fault != NULL)
			problems = lappend(problems, psprintf("@example: %s", fault));
	}
	foreach (cell, problems)
	{
		Datum value = CStringGetTextDatum(lfirst(cell));
		bool isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}
