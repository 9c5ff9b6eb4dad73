/*
 * ask.h - questions to the client in the middle of a request: confirmations (elicitation), samples, roots.
 *
 * A handler asks and returns; it is called again, from its beginning, when there are answers. The newest revision has the
 * client repeat the request with them; for older ones the questions go out as requests on the stream of the answer, and
 * the handler is called again when the client has sent the last answer. A handler need not know which it is:
 *
 *	if (!ask_read(request))
 *		return;
 *	answer = ask_answer(request, "confirm");
 *	if (answer == NULL)
 *	{
 *		ask(request, &question, 1, SLICE_OF(""));
 *		return;
 *	}
 *
 * Answers come from the client and are what he likes: one that is missing or not as it should be is asked for again.
 */
#ifndef VOYGEN_MCP_ASK_H
#define VOYGEN_MCP_ASK_H

#include "mcp/request.h"

struct question
{
	const char *key;
	const char *method;  /* "elicitation/create", "sampling/createMessage", "roots/list" */
	struct slice params; /* JSON */
};

/* Reads what the client has sent beside the request: answers, and the state of the round before, which is left in
 * request->state. False when the request has been ended, since the state is not for it. */
bool ask_read(struct mcp_request *request);

/* The answer to a question, an object; NULL when there is none. */
const struct scan_node *ask_answer(struct mcp_request *request, const char *key);

/* The text of a field of a form the client has accepted; false when it is not there. */
bool ask_field(struct mcp_request *request, const char *key, const char *field, struct slice *text);

/* True when the client can be asked this by this request. */
bool ask_can(struct mcp_request *request, const char *method);

/* Asks; a state that is not empty comes back with the answers. The handler returns then. */
void ask(struct mcp_request *request, const struct question *questions, int count, struct slice state);

/* A message that may be the answer to a question (older revisions); others are ignored. */
void ask_take(struct mcp *mcp, const struct exchange *exchange, const struct scan_node *message);

#endif
