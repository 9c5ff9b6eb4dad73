/*
 * methods.h - the methods of the protocol that are served here.
 */
#ifndef VOYGEN_MCP_METHODS_H
#define VOYGEN_MCP_METHODS_H

#include "mcp/request.h"

/* The method of that name in that era; NULL when there is none. A request and a notification never have one in common:
 * the names of notifications begin with "notifications/". `before` are lists, ended by NULL, that come before the usual
 * ones; NULL for none. */
const struct mcp_method *methods_find(const struct mcp_method *const *before, struct slice name, enum mcp_era era, bool request);

/* Each file of methods ends its list with an entry without a name. */
extern const struct mcp_method cancel_methods[];
extern const struct mcp_method discover_methods[];
extern const struct mcp_method legacy_methods[];
extern const struct mcp_method listen_methods[];
extern const struct mcp_method passing_methods[];
extern const struct mcp_method task_methods[];
extern const struct mcp_method tools_call_methods[];
extern const struct mcp_method tools_list_methods[];

#endif
