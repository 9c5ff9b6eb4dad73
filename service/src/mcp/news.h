/*
 * news.h - what has changed, told to the streams that wait for it.
 *
 * A stream gets what its client has asked for, and only of his agency. News that a client does not read in time is not
 * left out silently: his stream ends, and he asks again for what he knows.
 */
#ifndef VOYGEN_MCP_NEWS_H
#define VOYGEN_MCP_NEWS_H

#include "mcp/request.h"
#include "mcp/session.h"

enum news_lists
{
	NEWS_TOOLS = 1,
	NEWS_PROMPTS = 2,
	NEWS_RESOURCES = 4
};

struct task_view;

/* A stream that waits; it lies in the arena of its exchange. */
struct hearer
{
	struct hearer *next;
	struct hearer *previous;
	struct mcp *mcp;
	struct exchange *exchange;
	struct slice subscription;    /* the id of its request as it stands in the message; at NULL: of older revisions */
	int lists;                    /* of enum news_lists */
	const struct scan_node *uris; /* a list of texts, or NULL; what its session watches counts as well */
	const struct scan_node *tasks;
	struct session *session; /* NULL for none */
	void (*end)(struct hearer *hearer);
	void *owner;
};

/* For metrics: streams that are open now. */
struct hearer_counts
{
	int subscriptions; /* of subscriptions/listen */
	int streams;       /* of sessions of older revisions */
};

struct hearer_counts hearers_look(const struct mcp *mcp);

void hearer_add(struct hearer *hearer);
void hearer_remove(struct hearer *hearer);

/* Ends the streams of older revisions, which have no request to end. */
void hearers_wind_up(struct mcp *mcp);

/* Agency 0 is all of them. */
void news_of_lists(struct mcp *mcp, int64_t agency_id, int lists);
void news_of_resource(struct mcp *mcp, int64_t agency_id, struct slice uri);

#define NEWS_TRIP "voygen://trip/"
#define NEWS_PROPOSAL "voygen://proposal/"

/* Some resources whose addresses begin like this are new. The database names them by number or only their agency, and clients
 * watch them by address, so every watched one of the agency counts as updated: its client may read once too often, never too
 * rarely. */
void news_of_kind(struct mcp *mcp, int64_t agency_id, const char *kind);

/* True when the hearer has asked for this task. */
bool hearer_wants_task(struct hearer *hearer, struct slice task_id);

/* Tells one hearer of a task of his. */
void news_of_task(struct hearer *hearer, const struct task_view *task);

/* Opens the stream of a session: a handler for GET (`mcp` is a struct mcp). */
void news_open_stream(void *mcp, struct exchange *exchange);

/* On standard input there is one stream for all. `exchange` is never answered. */
void news_open_standing(struct mcp *mcp, struct exchange *exchange);

/* Ends a session: a handler for DELETE. */
void news_end_session(void *mcp, struct exchange *exchange);

#endif
