/*
 * tool_signature.c
 *	  Reading a tool from pg_proc and its comment.
 *
 * What does not fit together (a @param nobody has, a parameter without words,
 * a result that is no object) is gathered as problems, not raised: the view
 * still shows the tool and voygen.tool_problems() says what is wrong with it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/call_result.h"
#include "pg/tool_signature.h"

static void
problem(tool_signature *tool, const char *text)
{
	tool->findings.problems = lappend(tool->findings.problems, pstrdup(text));
}

bool
tool_is_inner(const char *name)
{
	return strncmp(name, INNER_PREFIX, strlen(INNER_PREFIX)) == 0;
}

Oid
tool_function(const char *name)
{
	bool inner = tool_is_inner(name);
	Oid schema = get_namespace_oid(inner ? INNER_SCHEMA : TOOL_SCHEMA, true);
	Oid found = InvalidOid;
	CatCList *list;

	if (!OidIsValid(schema))
		return InvalidOid;
	if (inner)
		name = psprintf(INNER_FUNCTION "%s", name + strlen(INNER_PREFIX));
	list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (proc->pronamespace != schema || proc->prokind != PROKIND_FUNCTION)
			continue;
		if (inner && proc->provolatile == PROVOLATILE_VOLATILE)
			continue;
		if (OidIsValid(found))
		{
			ReleaseSysCacheList(list);
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_FUNCTION),
					 errmsg("there are several functions named %s.%s", inner ? INNER_SCHEMA : TOOL_SCHEMA, name)));
		}
		found = proc->oid;
	}
	ReleaseSysCacheList(list);
	return found;
}

/* The tags of a parameter: its @param line, else none. */
static value_tags
tags_of_param(tool_signature *tool, const char *name)
{
	value_tags none = {0};
	ListCell *cell;

	foreach (cell, tool->tags.params)
	{
		param_tags *param = lfirst(cell);

		if (strcmp(param->name, name) == 0)
			return param->tags;
	}
	problem(tool, psprintf("parameter %s has no @param line", name));
	return none;
}

/* A default shown in the schema: a constant that is not null. */
static char *
shown_default(Node *expression, tool_shape *shape)
{
	Const *constant = (Const *) expression;
	StringInfoData out;

	if (expression == NULL || !IsA(expression, Const) || constant->constisnull)
		return NULL;
	shape_prepare(shape, CurrentMemoryContext);
	initStringInfo(&out);
	call_result_write(&out, shape, constant->constvalue, false);
	return out.data;
}

static void
read_parameter(tool_signature *tool, int number, const char *name, Oid type, char mode, Node *default_value)
{
	shape_field *field = palloc0(sizeof(*field));
	value_tags tags;

	if (mode == PROARGMODE_VARIADIC)
		problem(tool, "has a VARIADIC parameter");
	if (name[0] == '\0')
	{
		problem(tool, psprintf("parameter %d has no name", number));
		name = psprintf("$%d", number);
		memset(&tags, 0, sizeof(tags));
	}
	else
		tags = tags_of_param(tool, name);
	field->name = pstrdup(name);
	field->name_length = strlen(name);
	field->number = number;
	field->shape = shape_of_type(type, -1, &tags, name, &tool->findings);
	field->shape->tags.required = tags.required || default_value == NULL;
	field->shown_default = shown_default(default_value, field->shape);
	tool->arguments->fields = lappend(tool->arguments->fields, field);
}

/* The defaults of the last parameters, constants folded. */
static List *
read_defaults(HeapTuple tuple)
{
	bool isnull;
	Datum stored = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);
	List *folded = NIL;
	ListCell *cell;

	if (isnull)
		return NIL;
	foreach (cell, castNode(List, stringToNode(TextDatumGetCString(stored))))
		folded = lappend(folded, eval_const_expressions(NULL, lfirst(cell)));
	return folded;
}

static void
read_parameters(tool_signature *tool, HeapTuple tuple)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	List *defaults = read_defaults(tuple);
	int first_default = proc->pronargs - list_length(defaults);
	Oid *types;
	char **names;
	char *modes;
	int all = get_func_arg_info(tuple, &types, &names, &modes);

	tool->arguments = palloc0(sizeof(tool_shape));
	tool->arguments->kind = SHAPE_RECORD;
	tool->defaults = palloc0(sizeof(Node *) * (proc->pronargs + 1));
	for (int i = 0; i < all; i++)
	{
		char mode = modes == NULL ? PROARGMODE_IN : modes[i];
		int at = tool->count;

		if (mode == PROARGMODE_OUT || mode == PROARGMODE_TABLE)
			continue;
		if (at >= first_default)
			tool->defaults[at] = list_nth(defaults, at - first_default);
		tool->count++;
		read_parameter(tool, tool->count, names == NULL ? "" : names[i], types[i], mode, tool->defaults[at]);
	}
}

static shape_field *
parameter_named(const tool_signature *tool, const char *name)
{
	ListCell *cell;

	foreach (cell, tool->arguments->fields)
	{
		shape_field *field = lfirst(cell);

		if (strcmp(field->name, name) == 0)
			return field;
	}
	return NULL;
}

/* Applies "@required a, b" and finds @param lines nobody has. */
static void
match_names(tool_signature *tool)
{
	ListCell *cell;

	foreach (cell, tool->tags.required)
	{
		shape_field *field = parameter_named(tool, lfirst(cell));

		if (field != NULL)
			field->shape->tags.required = true;
		else
			problem(tool, psprintf("@required names %s, which is no parameter", (char *) lfirst(cell)));
	}
	foreach (cell, tool->tags.params)
	{
		param_tags *param = lfirst(cell);

		if (parameter_named(tool, param->name) == NULL)
			problem(tool, psprintf("@param names %s, which is no parameter", param->name));
		else if (param->tags.text == NULL || param->tags.text[0] == '\0')
			problem(tool, psprintf("@param %s has no words", param->name));
	}
}

static void
read_result(tool_signature *tool, HeapTuple tuple)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	TupleDesc columns = build_function_result_tupdesc_t(tuple);
	value_tags none = {0};

	if (proc->proretset)
		problem(tool, "returns a set: a tool answers one object");
	if (columns != NULL)
		tool->result = shape_of_columns(columns, "result", &tool->findings);
	else
		tool->result = shape_of_type(proc->prorettype, -1, &none, "result", &tool->findings);
	if (tool->result->kind != SHAPE_RECORD)
		problem(tool, psprintf("returns %s, not an object", format_type_be(proc->prorettype)));
}

static void
read_job(tool_signature *tool)
{
	value_tags none = {0};
	Oid type;
	int32 typmod;

	if (tool->tags.job_result == NULL)
		return;
	type = shape_type_named(tool->tags.job_result, &typmod);
	if (!OidIsValid(type))
		problem(tool, psprintf("@job names the type %s, which does not exist", tool->tags.job_result));
	else
		tool->job_result = shape_of_type(type, typmod, &none, "job", &tool->findings);
}

tool_signature *
tool_signature_read(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	tool_signature *tool = palloc0(sizeof(*tool));
	Form_pg_proc proc;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function with OID %u does not exist", function)));
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	tool->function = function;
	tool->name = pstrdup(NameStr(proc->proname));
	tool->read_only = proc->provolatile != PROVOLATILE_VOLATILE;
	tool->strict = proc->proisstrict;
	tool->inner = proc->pronamespace == get_namespace_oid(INNER_SCHEMA, true);
	tool_tags_read(GetComment(function, ProcedureRelationId, 0), &tool->tags, &tool->findings.problems);
	if (tool->tags.title == NULL || tool->tags.title[0] == '\0')
		problem(tool, "has no comment");
	read_parameters(tool, tuple);
	match_names(tool);
	read_result(tool, tuple);
	read_job(tool);
	ReleaseSysCache(tuple);
	return tool;
}

char *
tool_input_schema(const tool_signature *tool, schema_use use)
{
	StringInfoData out;

	initStringInfo(&out);
	shape_write_input(&out, tool->arguments, NULL, use);
	return out.data;
}

char *
tool_output_schema(const tool_shape *result)
{
	StringInfoData out;

	initStringInfo(&out);
	shape_write_output(&out, result, false);
	return out.data;
}
