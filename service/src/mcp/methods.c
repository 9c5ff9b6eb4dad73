/*
 * methods.c - the list of lists. Those that are called most come first.
 */
#include "mcp/methods.h"

static const struct mcp_method *const usual[] = {
	tools_call_methods,
	tools_list_methods,
	discover_methods,
	cancel_methods,
	listen_methods,
	task_methods,
	passing_methods,
	legacy_methods,
	NULL,
};

static const struct mcp_method *
find_in(const struct mcp_method *const *lists, struct slice name, enum mcp_era era)
{
	for (; *lists != NULL; lists++)
	{
		for (const struct mcp_method *method = *lists; method->name != NULL; method++)
		{
			if ((method->eras & (int) era) != 0 && slice_is(name, method->name))
				return method;
		}
	}
	return NULL;
}

const struct mcp_method *
methods_find(const struct mcp_method *const *before, struct slice name, enum mcp_era era, bool request)
{
	const struct mcp_method *method = NULL;

	if (slice_starts(name, "notifications/") == request)
		return NULL;
	if (before != NULL)
		method = find_in(before, name, era);
	return method != NULL ? method : find_in(usual, name, era);
}
