/*
 * discover.c - server/discover: what this server is and can, for clients of the newest revisions.
 */
#include "mcp/methods.h"
#include "mcp/server_info.h"

/* It changes with the program alone. */
#define TTL_MS 3600000

static void
handle_discover(struct mcp_request *request)
{
	output_word(mcp_member(request, "supportedVersions"), "[\"" MCP_VERSION_MODERN "\"]");
	output_word(mcp_member(request, "capabilities"), CAPABILITIES_MODERN);
	output_quoted(mcp_member(request, "instructions"), SLICE_OF(SERVER_INSTRUCTIONS));
	mcp_member_freshness(request, TTL_MS);
	mcp_finish(request);
}

const struct mcp_method discover_methods[] = {
	{.name = "server/discover", .eras = MCP_MODERN, .handle = handle_discover},
	{.name = NULL},
};
