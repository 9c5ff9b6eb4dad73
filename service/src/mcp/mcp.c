/*
 * mcp.c - from an exchange to requests and back.
 */
#include "mcp/mcp.h"

#include "mcp/admission.h"
#include "mcp/catalogue.h"
#include "mcp/ladder.h"
#include "mcp/news.h"
#include "mcp/request.h"
#include "mcp/server_info.h"
#include "metrics/metrics.h"
#include "mcp/session.h"

/* Nesting beyond what any arguments may have is refused by the database, with the place; this is for the rest. */
#define MESSAGE_DEPTH 256
#define MESSAGE_NODES 1000
#define BATCH_MOST 100

/* The requests of one exchange: one, or those of a batch. */
struct mcp_turn
{
	struct exchange *exchange;
	struct mcp_request *first;
	struct mcp_request **last;
	int open;
	bool batch;
	bool starting; /* requests are still being made */
	int status;    /* of a single request */
};

struct mcp *
mcp_open(struct loop *loop, struct pool *pool, struct records *records, const struct mcp_settings *settings)
{
	struct mcp *mcp = arena_alloc(loop->arena, sizeof(*mcp));

	mcp->loop = loop;
	mcp->pool = pool;
	mcp->records = records;
	mcp->settings = *settings;
	mcp->catalogue = catalogue_open(loop, pool);
	mcp->metrics = metrics_open(loop->arena);
	mcp->sessions = sessions_open(loop, settings->strict_sessions);
	return mcp;
}

void
mcp_close(struct mcp *mcp)
{
	sessions_close(mcp->sessions);
	catalogue_close(mcp->catalogue);
}

void
mcp_wind_up(struct mcp *mcp)
{
	struct mcp_request *next;

	for (struct mcp_request *request = mcp->running; request != NULL; request = next)
	{
		next = request->next;
		if (request->wind_up != NULL)
			request->wind_up(request);
	}
	hearers_wind_up(mcp);
}

static void
remember(struct mcp_request *request)
{
	struct mcp *mcp = request->mcp;

	request->next = mcp->running;
	if (request->next != NULL)
		request->next->previous = request;
	mcp->running = request;
	mcp->running_count++;
}

static void
forget(struct mcp_request *request)
{
	if (request->previous != NULL)
		request->previous->next = request->next;
	else
		request->mcp->running = request->next;
	if (request->next != NULL)
		request->next->previous = request->previous;
	request->mcp->running_count--;
}

/* Joins the answers of a batch to one list; notifications have none. */
static void
answer_batch(struct mcp_turn *turn)
{
	struct output all;

	output_start(&all, turn->exchange->arena);
	for (struct mcp_request *request = turn->first; request != NULL; request = request->sibling)
	{
		if (request->answer.length == 0)
			continue;
		output_word(&all, all.length == 0 ? "[" : ",");
		output_join(&all, &request->answer);
	}
	if (all.length == 0)
	{
		exchange_answer_empty(turn->exchange, 202);
		return;
	}
	output_word(&all, "]");
	exchange_answer(turn->exchange, 200, &all);
}

static void
answer_turn(struct mcp_turn *turn)
{
	if (turn->open > 0 || turn->starting)
		return;
	if (turn->batch)
		answer_batch(turn);
	else
		exchange_answer(turn->exchange, turn->status, &turn->first->answer);
}

void
mcp_end_request(struct mcp_request *request, int status)
{
	struct mcp_turn *turn = request->turn;

	if (request->ended)
		return;
	request->ended = true;
	forget(request);
	turn->open--;
	turn->status = status;
	answer_turn(turn);
}

bool
mcp_is_alone(const struct mcp_request *request)
{
	return request->exchange->has_headers && !request->turn->batch;
}

/* The client has gone: all that is under way for him stops. */
static void
on_abandoned(struct exchange *exchange)
{
	struct mcp_turn *turn = exchange->work;

	for (struct mcp_request *request = turn->first; request != NULL; request = request->sibling)
	{
		if (request->ended)
			continue;
		request->ended = true;
		forget(request);
		if (request->stop != NULL)
			request->stop(request);
	}
}

static struct mcp_request *
add_request(struct mcp *mcp, struct mcp_turn *turn)
{
	struct mcp_request *request = arena_alloc(turn->exchange->arena, sizeof(*request));

	request->mcp = mcp;
	request->exchange = turn->exchange;
	request->turn = turn;
	output_start(&request->answer, turn->exchange->arena);
	*turn->last = request;
	turn->last = &request->sibling;
	turn->open++;
	remember(request);
	return request;
}

/* Once the server has the statement it runs: who may not is told at its beginning, which takes no time. */
static int64_t
under_way(const struct exchange *exchange)
{
	const struct mcp_turn *turn = exchange->work;
	const struct mcp_request *request = turn->first;

	if (request->job_since_ms != 0)
		return request->job_since_ms;
	return request->query != NULL ? pool_runs_since(request->query) : -1;
}

/* The revisions with a handshake know resumption, the newest of them also events without data. There is nobody to come back
 * before the handshake, and the rest of a batch has no one stream. */
static void
offer_resumption(const struct mcp_request *request)
{
	if (request->era != MCP_LEGACY || request->id.at == NULL || !mcp_is_alone(request) || slice_is(request->method_name, "initialize"))
		return;
	request->exchange->under_way = under_way;
	request->exchange->resumption = slice_is(request->version, MCP_VERSION_LEGACY_NEWEST) ? EXCHANGE_PRIMED : EXCHANGE_RESUMABLE;
}

static void
run_message(struct mcp *mcp, struct mcp_turn *turn, const struct scan_node *message)
{
	struct mcp_request *request = add_request(mcp, turn);

	if (!ladder_climb(request, message) || !admission_grant(request))
		return;
	offer_resumption(request);
	request->method->handle(request);
}

static const struct scan_node *
read_message(struct exchange *exchange, struct slice text, struct scan_fault *fault)
{
	const struct scan_limits limits = {.levels = 2, .nodes = MESSAGE_NODES, .depth = MESSAGE_DEPTH};

	return scan_text(exchange->arena, text, &limits, fault);
}

/* Answers that the exchange as a whole is no message. */
static void
refuse_turn(struct mcp *mcp, struct mcp_turn *turn, enum mcp_code code, const char *message)
{
	mcp_refuse(add_request(mcp, turn), 400, code, message, (struct slice){0});
}

/* Only the revision 2025-03-26 has batches; it is also the one of a client that does not say. */
static const char *
batch_objection(const struct exchange *exchange, const struct scan_node *list)
{
	struct slice version = exchange_header(exchange, "MCP-Protocol-Version");
	int count = 0;

	if (version.at != NULL && !slice_is(version, MCP_VERSION_LEGACY_OLDEST))
		return "this revision has no batches";
	for (const struct scan_node *item = list->first; item != NULL; item = item->next)
	{
		if (ladder_claims_modern(exchange->arena, item))
			return "a message of this revision cannot be part of a batch";
		count++;
	}
	if (count == 0)
		return "a batch has to have messages";
	return count > BATCH_MOST ? "there are more than 100 messages in the batch" : NULL;
}

static void
run_batch(struct mcp *mcp, struct mcp_turn *turn, const struct scan_node *list)
{
	const char *objection = batch_objection(turn->exchange, list);

	if (objection != NULL)
	{
		refuse_turn(mcp, turn, MCP_INVALID_REQUEST, objection);
		return;
	}
	turn->batch = true;
	turn->starting = true;
	for (const struct scan_node *item = list->first; item != NULL; item = item->next)
	{
		struct scan_fault fault;

		run_message(mcp, turn, read_message(turn->exchange, item->raw, &fault));
	}
	turn->starting = false;
	answer_turn(turn);
}

void
mcp_receive(void *context, struct exchange *exchange)
{
	struct mcp *mcp = context;
	struct mcp_turn *turn = arena_alloc(exchange->arena, sizeof(*turn));
	struct scan_fault fault;
	const struct scan_node *message;

	turn->exchange = exchange;
	turn->last = &turn->first;
	exchange->work = turn;
	exchange->abandoned = on_abandoned;
	message = read_message(exchange, exchange->body, &fault);
	if (message == NULL)
		refuse_turn(mcp, turn, MCP_PARSE_ERROR,
					arena_format(exchange->arena, "the message is no JSON: %s at byte %zu", fault.what, fault.offset));
	else if (message->kind == SCAN_ARRAY)
		run_batch(mcp, turn, message);
	else
		run_message(mcp, turn, message);
}
