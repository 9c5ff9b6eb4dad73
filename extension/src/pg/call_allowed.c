/*
 * call_allowed.c
 *	  Which tools an identity may call.
 */
#include "postgres.h"

#include "utils/acl.h"

#include "pg/call_allowed.h"
#include "pg/call_error.h"

/* A scope is a tool's name, or the beginning of names with a * behind. */
static bool
scope_matches(const char *scope, const char *tool)
{
	size_t length = strlen(scope);

	if (length > 0 && scope[length - 1] == '*')
		return strncmp(scope, tool, length - 1) == 0;
	return strcmp(scope, tool) == 0;
}

bool
call_allowed_scope(const call_identity *identity, const char *tool)
{
	ListCell *cell;

	if (!identity->has_scopes)
		return true;
	foreach (cell, identity->scopes)
		if (scope_matches(lfirst(cell), tool))
			return true;
	return false;
}

void
call_allowed_check(const call_identity *identity, const char *tool, Oid function)
{
	call_fault fault = {NULL, NULL, NULL, "voygen.tool lists the tools of a role."};

	if (pg_proc_aclcheck(function, identity->role, ACL_EXECUTE) == ACLCHECK_OK &&
		call_allowed_scope(identity, tool))
		return;
	call_raise(CALL_NOT_ALLOWED, psprintf("this token may not call the tool %s", tool), &fault);
}
