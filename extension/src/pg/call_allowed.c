/*
 * call_allowed.c
 *	  Which tools an identity may call.
 *
 * A scope is a tool's name, the beginning of names with a * behind, or one of
 * the words "read" (every tool that only reads) and "write" (every other).
 * A switch is a row of voygen.feature_flags that says no; "tool.NAME" is the
 * switch of a tool.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "pg/call_allowed.h"
#include "pg/call_error.h"
#include "pg/tool_signature.h"

#define READING "read"
#define WRITING "write"
#define TOOL_FLAG "tool."

static bool
scope_matches(const char *scope, const char *tool, bool reads)
{
	size_t length = strlen(scope);

	if (length > 0 && scope[length - 1] == '*')
		return strncmp(scope, tool, length - 1) == 0;
	return strcmp(scope, tool) == 0 || strcmp(scope, reads ? READING : WRITING) == 0;
}

bool
call_allowed_scope(const call_identity *identity, const char *tool, bool reads)
{
	ListCell *cell;

	if (!identity->has_scopes)
		return true;
	foreach (cell, identity->scopes)
		if (scope_matches(lfirst(cell), tool, reads))
			return true;
	return false;
}

bool
call_allowed_flag_off(const call_identity *identity, const char *flag)
{
	ListCell *cell;

	foreach (cell, identity->flags_off)
		if (strcmp(lfirst(cell), flag) == 0)
			return true;
	return false;
}

bool
call_allowed_tool_off(const call_identity *identity, const char *tool)
{
	ListCell *cell;

	foreach (cell, identity->flags_off)
	{
		const char *flag = lfirst(cell);

		if (strncmp(flag, TOOL_FLAG, strlen(TOOL_FLAG)) == 0 && strcmp(flag + strlen(TOOL_FLAG), tool) == 0)
			return true;
	}
	return false;
}

/* What is asked beside tools (INNER_PREFIX) looks at the scopes itself: it may have a part of the answer. */
void
call_allowed_check(const call_identity *identity, const char *tool, Oid function)
{
	call_fault fault = {.hint = "voygen.tool lists the tools of a role."};

	if (pg_proc_aclcheck(function, identity->role, ACL_EXECUTE) != ACLCHECK_OK)
		call_raise(CALL_NOT_ALLOWED, psprintf("this token may not call the tool %s", tool), &fault);
	if (tool_is_inner(tool) ||
		call_allowed_scope(identity, tool, func_volatile(function) != PROVOLATILE_VOLATILE))
		return;
	fault.scope = tool;
	fault.hint = "Ask an administrator of the agency for a token with this scope.";
	call_raise(CALL_NOT_ALLOWED,
			   psprintf("this token may not call the tool %s: its scopes do not include it", tool), &fault);
}
