/*
 * notice.h - messages ahead of an answer: notifications, and requests to clients of older revisions.
 *
 *	struct notice notice;
 *
 *	notice_begin(&notice, mcp, "notifications/progress");
 *	output_number(notice_member(&notice, "progress"), 50);
 *	notice_send(&notice, exchange);
 */
#ifndef VOYGEN_MCP_NOTICE_H
#define VOYGEN_MCP_NOTICE_H

#include "mcp/request.h"

struct notice
{
	struct arena arena; /* owned until it is sent */
	struct output out;
	int members; /* of params, so far */
};

void notice_begin(struct notice *notice, struct mcp *mcp, const char *method);

/* Begins the next member of params; write its value to what comes back. */
struct output *notice_member(struct notice *notice, const char *name);

/* Sends it and gives its memory back; false when the client cannot take it or does not read. */
bool notice_send(struct notice *notice, struct exchange *exchange);

/* Tells how far a request has come, when its client has asked for that. `total` is negative when nobody knows; an empty
 * message is left out. It never tells less than before: the protocol wants it to grow. */
void notice_progress(struct mcp_request *request, int64_t done, int64_t total, struct slice message);

/* A line for the client's log, when he wants lines of this level: "debug" … "emergency". `data` is JSON. */
void notice_log(struct mcp_request *request, const char *level, const char *logger, struct slice data);

/* The rank of a level of RFC 5424, 0 the least; -1 for a word that is none. */
int notice_level(struct slice level);

#endif
