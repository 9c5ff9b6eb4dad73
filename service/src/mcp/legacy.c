/*
 * legacy.c - what only clients of the revisions before 2026-07-28 ask: the handshake, ping, which log lines they want,
 * which resources they watch.
 */
#include "mcp/methods.h"
#include "mcp/news.h"
#include "mcp/notice.h"
#include "mcp/server_info.h"
#include "mcp/session.h"

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

/* What the client can be asked. */
static int
read_abilities(struct mcp_request *request)
{
	const struct scan_node *given = scan_member(request->params, "capabilities");
	const struct scan_node *all = given != NULL && given->kind == SCAN_OBJECT ? mcp_inside(request, given->raw, 1) : NULL;

	return (scan_member(all, "elicitation") != NULL ? SESSION_ELICITATION : 0) |
		   (scan_member(all, "sampling") != NULL ? SESSION_SAMPLING : 0) |
		   (scan_member(all, "roots") != NULL ? SESSION_ROOTS : 0);
}

static void
handle_initialize(struct mcp_request *request)
{
	struct slice wanted;
	struct slice session;

	if (!mcp_param_text(request, "protocolVersion", &wanted))
		return;
	session = session_begin(request->mcp->sessions, request->exchange, read_abilities(request));
	if (session.length > 0)
		exchange_say(request->exchange, "Mcp-Session-Id", session);
	if (!request->exchange->has_headers && request->mcp->standing != NULL && request->mcp->hearers == NULL)
		news_open_standing(request->mcp, request->mcp->standing);
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

static void
handle_set_level(struct mcp_request *request)
{
	struct session *session = session_of(request->mcp->sessions, request->exchange, true);
	struct slice level;

	if (!mcp_param_text(request, "level", &level))
		return;
	if (notice_level(level) < 0)
	{
		mcp_error(request, MCP_INVALID_PARAMS, "params.level is none of the levels of RFC 5424, debug to emergency", (struct slice){0});
		return;
	}
	/* without a session there is nobody to remember it for */
	if (session != NULL)
		session->level = notice_level(level);
	mcp_finish(request);
}

static void
handle_subscribe(struct mcp_request *request)
{
	struct session *session = session_of(request->mcp->sessions, request->exchange, true);
	struct slice uri;

	if (!mcp_param_text(request, "uri", &uri))
		return;
	if (session == NULL)
		mcp_error(request, MCP_INVALID_REQUEST, "only a client with a session (Mcp-Session-Id) can watch resources", (struct slice){0});
	else if (!session_watch(session, uri))
		mcp_error(request, MCP_INVALID_PARAMS, "this session watches too many resources already", (struct slice){0});
	else
		mcp_finish(request);
}

static void
handle_unsubscribe(struct mcp_request *request)
{
	struct session *session = session_of(request->mcp->sessions, request->exchange, false);
	struct slice uri;

	if (!mcp_param_text(request, "uri", &uri))
		return;
	if (session != NULL)
		session_unwatch(session, uri);
	mcp_finish(request);
}

const struct mcp_method legacy_methods[] = {
	{.name = "initialize", .eras = MCP_LEGACY, .handle = handle_initialize},
	{.name = "ping", .eras = MCP_LEGACY, .handle = handle_ping},
	{.name = "notifications/initialized", .eras = MCP_LEGACY, .handle = mcp_drop},
	{.name = "notifications/roots/list_changed", .eras = MCP_LEGACY, .handle = mcp_drop},
	{.name = "logging/setLevel", .eras = MCP_LEGACY, .handle = handle_set_level},
	{.name = "resources/subscribe", .eras = MCP_LEGACY, .handle = handle_subscribe},
	{.name = "resources/unsubscribe", .eras = MCP_LEGACY, .handle = handle_unsubscribe},
	{.name = NULL},
};
