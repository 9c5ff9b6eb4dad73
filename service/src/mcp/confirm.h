/*
 * confirm.h - tools that destroy something want `confirm: true`. A client that can be asked is asked for it, so that the
 * person before it decides; for others the database's own refusal stands.
 */
#ifndef VOYGEN_MCP_CONFIRM_H
#define VOYGEN_MCP_CONFIRM_H

#include "mcp/catalogue.h"
#include "mcp/request.h"

/* True when the call may run, with the arguments as they are to be; false when the client has been asked. */
bool confirm_call(struct mcp_request *request, const struct catalogue_tool *tool, struct slice *arguments);

#endif
