/*
 * ladder.h - is a message what it has to be? The checks and their order are those of the revision 2026-07-28: clients
 * and the conformance suite tell faults apart by which comes first.
 */
#ifndef VOYGEN_MCP_LADDER_H
#define VOYGEN_MCP_LADDER_H

#include "mcp/request.h"

/* Fills the request from the message (NULL: it could not be read). True when its method is to be run; else the request
 * has been ended. */
bool ladder_climb(struct mcp_request *request, const struct scan_node *message);

/* True when the message carries the envelope of the newest revisions. */
bool ladder_claims_modern(struct arena *arena, const struct scan_node *message);

#endif
