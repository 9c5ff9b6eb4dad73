/*
 * notice.c - notifications of a request: progress and log lines.
 */
#include "mcp/notice.h"

#include "mcp/session.h"

void
notice_begin(struct notice *notice, struct mcp *mcp, const char *method)
{
	arena_open(&notice->arena, mcp->loop->arena->fail);
	output_start(&notice->out, &notice->arena);
	notice->members = 0;
	output_word(&notice->out, "{\"jsonrpc\":\"2.0\",\"method\":");
	output_quoted(&notice->out, slice_of(method));
}

struct output *
notice_member(struct notice *notice, const char *name)
{
	output_word(&notice->out, notice->members++ > 0 ? "," : ",\"params\":{");
	output_quoted(&notice->out, slice_of(name));
	output_word(&notice->out, ":");
	return &notice->out;
}

bool
notice_send(struct notice *notice, struct exchange *exchange)
{
	bool sent;

	output_word(&notice->out, notice->members > 0 ? "}}" : "}");
	sent = exchange_notify(exchange, &notice->out);
	arena_close(&notice->arena);
	return sent;
}

void
notice_progress(struct mcp_request *request, int64_t done, int64_t total, struct slice message)
{
	struct notice notice;

	if (request->progress_token.at == NULL || (request->progress_told && done <= request->progress))
		return;
	request->progress = done;
	request->progress_told = true;
	notice_begin(&notice, request->mcp, "notifications/progress");
	output_refer(notice_member(&notice, "progressToken"), request->progress_token);
	output_number(notice_member(&notice, "progress"), done);
	if (total >= 0)
		output_number(notice_member(&notice, "total"), total);
	if (message.length > 0)
		output_quoted(notice_member(&notice, "message"), message);
	notice_send(&notice, request->exchange);
}

int
notice_level(struct slice level)
{
	static const char *const levels[] = {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};

	for (int i = 0; i < (int) (sizeof(levels) / sizeof(levels[0])); i++)
	{
		if (slice_is(level, levels[i]))
			return i;
	}
	return -1;
}

/* The least level the client wants; above all when he wants none. */
static int
wanted_level(struct mcp_request *request)
{
	const int none = 8;
	struct slice level;

	if (request->era == MCP_LEGACY)
		return session_level(request->mcp->sessions, request->exchange);
	if (!scan_string(request->exchange->arena, scan_member(request->meta, "io.modelcontextprotocol/logLevel"), &level))
		return none;
	return notice_level(level) < 0 ? none : notice_level(level);
}

void
notice_log(struct mcp_request *request, const char *level, const char *logger, struct slice data)
{
	struct notice notice;

	if (notice_level(slice_of(level)) < wanted_level(request))
		return;
	notice_begin(&notice, request->mcp, "notifications/message");
	output_quoted(notice_member(&notice, "level"), slice_of(level));
	output_quoted(notice_member(&notice, "logger"), slice_of(logger));
	output_add(notice_member(&notice, "data"), data);
	notice_send(&notice, request->exchange);
}
