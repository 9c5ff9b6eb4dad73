/*
 * room_commission_plan.c
 *	  Tells the planner that room_commission(r) is room_commission of r's columns.
 *
 * For a function of a whole row the executor unpacks every column, builds a new
 * row from them, and the function unpacks it again: as much work as the
 * commission. Where the row is a table's (or built from expressions) its columns
 * can be named instead, and only those that are asked for are looked at. Any
 * other row goes the long way.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "pg/room_commission.h"
#include "pg/tables.h"

PG_FUNCTION_INFO_V1(voygen_room_commission_support);

/* The row and what is known of its columns. */
typedef struct Row
{
	Node *node;
	TupleDesc desc; /* NULL: names are with the expression */
} Row;

/* Position of a column in the row, from 0; -1: none of this name and type. */
static int
position_of(const Row *row, const char *name, Oid type)
{
	int i = 0;
	ListCell *cell;

	if (row->desc != NULL)
	{
		for (i = 0; i < row->desc->natts; i++)
		{
			Form_pg_attribute attribute = TupleDescAttr(row->desc, i);

			if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0)
				return attribute->atttypid == type ? i : -1;
		}
		return -1;
	}
	foreach (cell, ((RowExpr *) row->node)->colnames)
	{
		if (strcmp(strVal(lfirst(cell)), name) == 0)
			return i;
		i++;
	}
	return -1;
}

static Node *
column_at(const Row *row, int position, Oid type)
{
	if (IsA(row->node, Var))
	{
		Form_pg_attribute attribute = TupleDescAttr(row->desc, position);

		return (Node *) makeVar(((Var *) row->node)->varno, position + 1, type, attribute->atttypmod, attribute->attcollation, 0);
	}
	if (position < list_length(((RowExpr *) row->node)->args))
	{
		Node *field = list_nth(((RowExpr *) row->node)->args, position);

		return exprType(field) == type ? field : NULL;
	}
	return NULL;
}

/* The columns as arguments; NIL: some cannot be named. */
static List *
columns_of(const Row *row)
{
	List *columns = NIL;

	for (int i = 0; i < ROOM_COMMISSION_COLUMNS; i++)
	{
		const RoomColumn *wanted = &room_commission_columns[i];
		int position = position_of(row, table_specs[TABLE_ROOMS].columns[wanted->column], wanted->type);
		Node *column = position < 0 ? NULL : column_at(row, position, wanted->type);

		if (column == NULL)
			return NIL;
		columns = lappend(columns, column);
	}
	return columns;
}

static Oid
type_of_row(Node *node)
{
	if (IsA(node, Var) && ((Var *) node)->varattno == InvalidAttrNumber && ((Var *) node)->varlevelsup == 0)
		return ((Var *) node)->vartype == RECORDOID ? InvalidOid : ((Var *) node)->vartype;
	return IsA(node, RowExpr) ? ((RowExpr *) node)->row_typeid : InvalidOid;
}

/* The function of the same name and schema that takes the columns. */
static Oid
function_of_columns(Oid function)
{
	Oid types[ROOM_COMMISSION_COLUMNS];
	List *name = list_make2(makeString(get_namespace_name(get_func_namespace(function))), makeString(get_func_name(function)));

	for (int i = 0; i < ROOM_COMMISSION_COLUMNS; i++)
		types[i] = room_commission_columns[i].type;
	return LookupFuncName(name, ROOM_COMMISSION_COLUMNS, types, true);
}

static Node *
by_columns(const FuncExpr *call)
{
	Row row = {linitial(call->args), NULL};
	Oid type = type_of_row(row.node);
	Oid function = OidIsValid(type) ? function_of_columns(call->funcid) : InvalidOid;
	List *columns;

	if (!OidIsValid(function))
		return NULL;
	if (type != RECORDOID)
		row.desc = lookup_rowtype_tupdesc_noerror(type, -1, true);
	if (row.desc == NULL && type != RECORDOID)
		return NULL;
	columns = columns_of(&row);
	if (row.desc != NULL)
		ReleaseTupleDesc(row.desc);
	if (columns == NIL)
		return NULL;
	return (Node *) makeFuncExpr(function, call->funcresulttype, columns, call->funccollid, call->inputcollid,
								 COERCE_EXPLICIT_CALL);
}

/* room_commission_support(internal): support function of room_commission(record). */
Datum
voygen_room_commission_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);

	PG_RETURN_POINTER(IsA(request, SupportRequestSimplify) ? by_columns(((SupportRequestSimplify *) request)->fcall) : NULL);
}
