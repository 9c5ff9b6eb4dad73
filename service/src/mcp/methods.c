/*
 * methods.c - the list of lists. Those that are called most come first.
 */
#include "mcp/methods.h"

static const struct mcp_method *const lists[] = {
	tools_call_methods,
	tools_list_methods,
	discover_methods,
	cancel_methods,
	legacy_methods,
};

const struct mcp_method *
methods_find(struct slice name, enum mcp_era era, bool request)
{
	if (slice_starts(name, "notifications/") == request)
		return NULL;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
	{
		for (const struct mcp_method *method = lists[i]; method->name != NULL; method++)
		{
			if ((method->eras & (int) era) != 0 && slice_is(name, method->name))
				return method;
		}
	}
	return NULL;
}
