/*
 * tool_list.c
 *	  voygen.tools: what a token may call, in the shape of MCP's tools/list.
 *
 * In the order of names, so that equal lists are equal bytes. The schema of the
 * result is there where every answer follows it: not for a tool that starts a
 * job, whose caller gets the job or, from a program that waits for it, what it
 * answers in the end (voygen/jobSchema). What is ours alone goes into _meta.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "pg/call.h"
#include "pg/call_allowed.h"
#include "pg/call_guard.h"
#include "pg/call_hold.h"
#include "pg/call_store.h"
#include "pg/call_tools.h"
#include "pg/tool_signature.h"

PG_FUNCTION_INFO_V1(voygen_tools);

/* The behaviours an agency switches off when its clients are to show no pages, and no questions before something is destroyed. */
#define PAGES_FLAG "apps"
#define ASKING_FLAG "elicitation"

static const char functions_of_role[] =
	"select p.oid, p.proname::pg_catalog.text"
	" from pg_catalog.pg_proc p"
	" join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) p.pronamespace"
	" where n.nspname operator(pg_catalog.=) '" TOOL_SCHEMA "'"
	" and p.prokind operator(pg_catalog.=) 'f'"
	" and pg_catalog.has_function_privilege(p.oid, 'execute')"
	" order by p.proname";

static void
write_member(StringInfo out, const char *name, const char *text)
{
	appendStringInfo(out, ",\"%s\":", name);
	escape_json(out, text);
}

static void
write_hint(StringInfo out, const char *name, bool value)
{
	appendStringInfo(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
write_annotations(StringInfo out, const tool_signature *tool, const char *title)
{
	appendStringInfoString(out, ",\"annotations\":{\"title\":");
	escape_json(out, title);
	write_hint(out, "readOnlyHint", tool->read_only);
	write_hint(out, "destructiveHint", tool->tags.destructive);
	write_hint(out, "idempotentHint", tool->tags.idempotent || tool->read_only);
	write_hint(out, "openWorldHint", tool->tags.open_world);
	appendStringInfoChar(out, '}');
}

/* Both places in which hosts look for a tool's page. */
static void
write_page(StringInfo out, const char *page)
{
	appendStringInfoString(out, ",\"ui\":{\"resourceUri\":");
	escape_json(out, page);
	appendStringInfoChar(out, '}');
	write_member(out, "ui/resourceUri", page);
}

static void
write_meta(StringInfo out, const tool_signature *tool, const call_identity *identity)
{
	appendStringInfo(out, ",\"_meta\":{\"voygen/examples\":%s", tool_examples(tool));
	if (tool->job_result != NULL)
		appendStringInfo(out, ",\"voygen/job\":true,\"voygen/jobSchema\":%s", tool_output_schema(tool->job_result));
	if (tool->tags.destructive && !call_allowed_flag_off(identity, ASKING_FLAG))
		appendStringInfoString(out, ",\"voygen/asks\":true");
	if (tool->tags.page != NULL && !call_allowed_flag_off(identity, PAGES_FLAG))
		write_page(out, tool->tags.page);
	appendStringInfoChar(out, '}');
}

static void
write_tool(StringInfo out, const call_identity *identity, Oid function)
{
	tool_signature *tool = tool_signature_read(function);
	const char *title = tool->tags.title != NULL ? tool->tags.title : tool->name;
	const char *description = tool->tags.description;

	appendStringInfoString(out, "{\"name\":");
	escape_json(out, tool->name);
	write_member(out, "title", title);
	write_member(out, "description", description != NULL && description[0] != '\0' ? description : title);
	appendStringInfo(out, ",\"inputSchema\":%s", tool_input_schema(tool, SCHEMA_SHOWN));
	if (tool->job_result == NULL)
		appendStringInfo(out, ",\"outputSchema\":%s", tool_output_schema(tool->result));
	write_annotations(out, tool, title);
	write_meta(out, tool, identity);
	appendStringInfoChar(out, '}');
}

static bool
is_listed(const call_identity *identity, const char *name, Oid function)
{
	return call_allowed_scope(identity, name, func_volatile(function) != PROVOLATILE_VOLATILE) &&
		   !call_allowed_tool_off(identity, name);
}

/* Runs as the token's role. The statement's own snapshot may be older than tools that were exchanged while this waited. */
static char *
list_tools(const call_identity *identity, MemoryContext context)
{
	MemoryContext each = AllocSetContextCreate(context, "voygen tool list", ALLOCSET_DEFAULT_SIZES);
	StringInfoData out;

	PushActiveSnapshot(GetLatestSnapshot());
	SPI_connect();
	if (SPI_execute(functions_of_role, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "cannot list the tools");
	MemoryContextSwitchTo(context);
	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		bool isnull;
		Oid function = DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));

		if (!is_listed(identity, SPI_getvalue(row, SPI_tuptable->tupdesc, 2), function))
			continue;
		if (out.len > 1)
			appendStringInfoChar(&out, ',');
		MemoryContextSwitchTo(each);
		write_tool(&out, identity, function);
		MemoryContextSwitchTo(context);
		MemoryContextReset(each);
	}
	appendStringInfoChar(&out, ']');
	SPI_finish();
	PopActiveSnapshot();
	return out.data;
}

/* tools(agency_id, token_digest): what this token may call, for tools/list. */
Datum
voygen_tools(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	call_guard guard;
	call_identity identity;
	char *volatile result = NULL;

	call_check_door(fcinfo);
	call_guard_enter(&guard, PG_GETARG_INT64(0));
	PG_TRY();
	{
		call_hold_enter();
		call_guard_become(&guard, get_role_oid(CALL_OWNER, false));
		call_store_identify(PG_GETARG_INT64(0), PG_GETARG_DATUM(1), &identity);
		call_guard_become(&guard, identity.role);
		result = list_tools(&identity, context);
		call_hold_leave();
		call_guard_stop_clock();
	}
	PG_CATCH();
	{
		call_fail(&guard, context, "tools", NULL);
	}
	PG_END_TRY();
	call_guard_leave(&guard);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
