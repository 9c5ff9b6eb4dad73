/*
 * legacy.c - what only clients of the revisions before 2026-07-28 ask: the handshake and ping.
 *
 * No session is kept: whatever id such a client shows is accepted, so one that comes back after a restart of the
 * gateway just goes on.
 */
#include "mcp/methods.h"
#include "mcp/server_info.h"

/* The revision that was asked for if it is known, else the newest of its era. */
static struct slice
agree(struct slice wanted)
{
	static const char *const known[] = {MCP_VERSIONS_LEGACY};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (slice_is(wanted, known[i]))
			return wanted;
	}
	return SLICE_OF(MCP_VERSION_LEGACY_NEWEST);
}

static void
handle_initialize(struct mcp_request *request)
{
	struct slice wanted;

	if (!mcp_param_text(request, "protocolVersion", &wanted))
		return;
	output_quoted(mcp_member(request, "protocolVersion"), agree(wanted));
	output_word(mcp_member(request, "capabilities"), CAPABILITIES_LEGACY);
	output_word(mcp_member(request, "serverInfo"), SERVER_INFO);
	output_quoted(mcp_member(request, "instructions"), SLICE_OF(SERVER_INSTRUCTIONS));
	mcp_finish(request);
}

static void
handle_ping(struct mcp_request *request)
{
	mcp_finish(request);
}

const struct mcp_method legacy_methods[] = {
	{.name = "initialize", .eras = MCP_LEGACY, .handle = handle_initialize},
	{.name = "ping", .eras = MCP_LEGACY, .handle = handle_ping},
	{.name = "notifications/initialized", .eras = MCP_LEGACY, .handle = mcp_drop},
	{.name = NULL},
};
