/*
 * scope.h - what the claim of a signed token leaves of what its row allows: never more. The words are those of the row: a
 * tool's name, the beginning of names with a * behind, "read" and "write"; words of other servers allow nothing here.
 */
#ifndef VOYGEN_MCP_SCOPE_H
#define VOYGEN_MCP_SCOPE_H

#include "mcp/request.h"

/* Whether the token leaves the caller a tool; `reads` when it only reads. True when the token says nothing of it. */
bool scope_allows(const struct identity *identity, struct slice tool, bool reads);

/* The same; where it does not, ends the request with what is missing (RFC 6750, section 3.1) and answers false. */
bool scope_check(struct mcp_request *request, struct slice tool, bool reads);

#endif
