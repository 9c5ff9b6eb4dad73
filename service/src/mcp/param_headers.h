/*
 * param_headers.h - arguments that headers repeat (x-mcp-header in the schema of a tool, Mcp-Param-NAME in the request),
 * so that programs on the way can route by them without reading the body. The two may not differ.
 */
#ifndef VOYGEN_MCP_PARAM_HEADERS_H
#define VOYGEN_MCP_PARAM_HEADERS_H

#include "mcp/request.h"

/* False when they differ: the request has been ended then. `schema` is the tool's, `arguments` an object or NULL. */
bool param_headers_agree(struct mcp_request *request, struct slice schema, const struct scan_node *arguments);

#endif
