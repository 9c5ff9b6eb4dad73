/*
 * news.c - the list of waiting streams, and the stream that a session of an older revision has.
 */
#include "mcp/news.h"

#include "mcp/notice.h"
#include "mcp/tasks.h"

void
hearer_add(struct hearer *hearer)
{
	struct mcp *mcp = hearer->mcp;

	hearer->previous = NULL;
	hearer->next = mcp->hearers;
	if (hearer->next != NULL)
		hearer->next->previous = hearer;
	mcp->hearers = hearer;
}

void
hearer_remove(struct hearer *hearer)
{
	if (hearer->previous != NULL)
		hearer->previous->next = hearer->next;
	else
		hearer->mcp->hearers = hearer->next;
	if (hearer->next != NULL)
		hearer->next->previous = hearer->previous;
	if (hearer->session != NULL && hearer->session->hearer == hearer)
		hearer->session->hearer = NULL;
}

struct hearer_counts
hearers_look(const struct mcp *mcp)
{
	struct hearer_counts counts = {0};

	for (const struct hearer *hearer = mcp->hearers; hearer != NULL; hearer = hearer->next)
	{
		counts.subscriptions += hearer->subscription.at != NULL;
		counts.streams += hearer->subscription.at == NULL;
	}
	return counts;
}

void
hearers_wind_up(struct mcp *mcp)
{
	struct hearer *next;

	for (struct hearer *hearer = mcp->hearers; hearer != NULL; hearer = next)
	{
		next = hearer->next;
		hearer->end(hearer);
	}
}

/* Begins a notification for this hearer; its subscription stands in all of them. */
static void
begin(struct notice *notice, struct hearer *hearer, const char *method)
{
	struct output *out;

	notice_begin(notice, hearer->mcp, method);
	if (hearer->subscription.at == NULL)
		return;
	out = notice_member(notice, "_meta");
	output_word(out, "{\"io.modelcontextprotocol/subscriptionId\":");
	output_add(out, hearer->subscription);
	output_word(out, "}");
}

static void
send(struct notice *notice, struct hearer *hearer)
{
	if (!notice_send(notice, hearer->exchange))
		hearer->end(hearer);
}

static bool
concerns(const struct hearer *hearer, int64_t agency_id)
{
	return agency_id == 0 || hearer->exchange->identity.agency_id == agency_id;
}

static void
tell_list(struct mcp *mcp, int64_t agency_id, int list, const char *method)
{
	struct hearer *next;

	for (struct hearer *hearer = mcp->hearers; hearer != NULL; hearer = next)
	{
		struct notice notice;

		next = hearer->next;
		if ((hearer->lists & list) == 0 || !concerns(hearer, agency_id))
			continue;
		begin(&notice, hearer, method);
		send(&notice, hearer);
	}
}

void
news_of_lists(struct mcp *mcp, int64_t agency_id, int lists)
{
	if ((lists & NEWS_TOOLS) != 0)
		tell_list(mcp, agency_id, NEWS_TOOLS, "notifications/tools/list_changed");
	if ((lists & NEWS_PROMPTS) != 0)
		tell_list(mcp, agency_id, NEWS_PROMPTS, "notifications/prompts/list_changed");
	if ((lists & NEWS_RESOURCES) != 0)
		tell_list(mcp, agency_id, NEWS_RESOURCES, "notifications/resources/list_changed");
}

/* Names that a client sends hold what he likes: they are compared as they decode. */
static bool
names(struct hearer *hearer, const struct scan_node *list, struct slice word)
{
	struct arena arena;
	bool found = false;

	arena_open(&arena, hearer->mcp->loop->arena->fail);
	for (const struct scan_node *item = list != NULL ? list->first : NULL; item != NULL && !found; item = item->next)
	{
		struct slice text;

		found = scan_string(&arena, item, &text) && slice_equal(text, word);
	}
	arena_close(&arena);
	return found;
}

void
news_of_resource(struct mcp *mcp, int64_t agency_id, struct slice uri)
{
	struct hearer *next;

	for (struct hearer *hearer = mcp->hearers; hearer != NULL; hearer = next)
	{
		struct notice notice;

		next = hearer->next;
		if (!concerns(hearer, agency_id) ||
			(!names(hearer, hearer->uris, uri) && (hearer->session == NULL || !session_watches(hearer->session, uri))))
			continue;
		begin(&notice, hearer, "notifications/resources/updated");
		output_quoted(notice_member(&notice, "uri"), uri);
		send(&notice, hearer);
	}
}

static bool
tell_if_of_kind(struct hearer *hearer, const char *kind, struct slice uri)
{
	struct notice notice;

	if (!slice_starts(uri, kind))
		return true;
	begin(&notice, hearer, "notifications/resources/updated");
	output_quoted(notice_member(&notice, "uri"), uri);
	return notice_send(&notice, hearer->exchange);
}

/* False when the client does not read. */
static bool
tell_kind(struct hearer *hearer, const char *kind)
{
	const struct session_watch *watch = hearer->session != NULL ? hearer->session->watches : NULL;
	const struct scan_node *item = hearer->uris != NULL ? hearer->uris->first : NULL;
	struct slice uri;
	bool read = true;

	for (; item != NULL && read; item = item->next)
		read = !scan_string(hearer->exchange->arena, item, &uri) || tell_if_of_kind(hearer, kind, uri);
	for (; watch != NULL && read; watch = watch->next)
		read = tell_if_of_kind(hearer, kind, slice_of(watch->uri));
	return read;
}

void
news_of_kind(struct mcp *mcp, int64_t agency_id, const char *kind)
{
	struct hearer *next;

	for (struct hearer *hearer = mcp->hearers; hearer != NULL; hearer = next)
	{
		next = hearer->next;
		if (concerns(hearer, agency_id) && !tell_kind(hearer, kind))
			hearer->end(hearer);
	}
}

bool
hearer_wants_task(struct hearer *hearer, struct slice task_id)
{
	return names(hearer, hearer->tasks, task_id);
}

void
news_of_task(struct hearer *hearer, const struct task_view *task)
{
	struct notice notice;

	begin(&notice, hearer, "notifications/tasks");
	output_word(&notice.out, notice.members++ > 0 ? "," : ",\"params\":{");
	task_write(&notice.out, task);
	send(&notice, hearer);
}

/* --- streams of older revisions ------------------------------------------------------- */

static void
end_stream(struct hearer *hearer)
{
	hearer_remove(hearer);
	exchange_answer_empty(hearer->exchange, 200);
}

static void
on_stream_gone(struct exchange *exchange)
{
	hearer_remove(exchange->work);
}

static struct hearer *
new_hearer(struct mcp *mcp, struct exchange *exchange, void (*end)(struct hearer *))
{
	struct hearer *hearer = arena_alloc(exchange->arena, sizeof(*hearer));

	hearer->mcp = mcp;
	hearer->exchange = exchange;
	hearer->lists = NEWS_TOOLS | NEWS_PROMPTS | NEWS_RESOURCES;
	hearer->session = session_of(mcp->sessions, exchange, true);
	hearer->end = end;
	hearer_add(hearer);
	return hearer;
}

static void
refuse(struct exchange *exchange, int status, const char *words)
{
	struct output body;

	output_start(&body, exchange->arena);
	output_word(&body, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":");
	output_quoted(&body, slice_of(words));
	output_word(&body, "}}");
	exchange_answer(exchange, status, &body);
}

void
news_open_stream(void *context, struct exchange *exchange)
{
	struct mcp *mcp = context;
	struct slice event_id = exchange_header(exchange, "Last-Event-ID");
	struct session *session;
	struct hearer *hearer;

	if (event_id.length > 0 && exchange->takes_notices)
	{
		if (!exchange_resume(exchange, event_id))
			refuse(exchange, 400,
				   "Last-Event-ID is of no stream of yours that can be resumed (any more): what its request has done is unknown");
		return;
	}
	if (!exchange->takes_notices || !exchange_begin(exchange))
	{
		refuse(exchange, 406, "Accept has to name text/event-stream");
		return;
	}
	hearer = new_hearer(mcp, exchange, end_stream);
	exchange->work = hearer;
	exchange->abandoned = on_stream_gone;
	session = hearer->session;
	if (session == NULL)
		return;
	/* a message goes to one stream of a session: the newest */
	if (session->hearer != NULL)
		session->hearer->end(session->hearer);
	session->hearer = hearer;
}

static void
end_standing(struct hearer *hearer)
{
	hearer_remove(hearer);
}

void
news_open_standing(struct mcp *mcp, struct exchange *exchange)
{
	struct hearer *hearer = new_hearer(mcp, exchange, end_standing);

	if (hearer->session != NULL)
		hearer->session->hearer = hearer;
}

void
news_end_session(void *context, struct exchange *exchange)
{
	struct mcp *mcp = context;
	struct session *session = session_of(mcp->sessions, exchange, false);

	if (session == NULL && mcp->settings.strict_sessions)
	{
		refuse(exchange, 404, "there is no such session");
		return;
	}
	if (session != NULL && session->hearer != NULL)
		session->hearer->end(session->hearer);
	session_end(mcp->sessions, exchange);
	exchange_answer_empty(exchange, 200);
}
