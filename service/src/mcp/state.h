/*
 * state.h - what a handler wants to remember from one round of a request to the next, carried by the client.
 *
 * The client can read it, but not make or change one: it is sealed (HMAC-SHA-256) together with who asks, the method, the
 * digest of what it was asked for (name and arguments, as they were written) and the time until which it counts. The key
 * is the gateway's: where it was made at random, a restart ends what was under way, and the client is told that the state
 * is not known; gateways that share one key take each other's.
 */
#ifndef VOYGEN_MCP_STATE_H
#define VOYGEN_MCP_STATE_H

#include "mcp/request.h"

/* The state as text for the client, in the arena of the exchange. */
struct slice state_seal(const struct mcp_request *request, struct slice state);

/* What was sealed for this very request; false when the text is anything else, or too old. */
bool state_open(const struct mcp_request *request, struct slice text, struct slice *state);

#endif
