/*
 * ask.c - both ways of asking.
 */
#include "mcp/ask.h"

#include <inttypes.h>
#include <sys/random.h>

#include "mcp/notice.h"
#include "mcp/session.h"
#include "mcp/state.h"
#include "memory/rescue.h"

/* Of one request; a handler that is never content would go on for ever. */
#define ROUNDS_MOST 16

struct asked
{
	const char *key;
	const char *id;     /* of the request to the client */
	struct slice value; /* the result, at NULL as long as it is not there */
};

struct mcp_asking
{
	struct asked *asked;
	int count;
	int open;
	int rounds;
};

bool
ask_read(struct mcp_request *request)
{
	const struct scan_node *state = scan_member(request->params, "requestState");
	const struct scan_node *responses = scan_member(request->params, "inputResponses");
	struct slice text;

	if (request->era == MCP_LEGACY)
		return true;
	if (state != NULL && (!scan_string(request->exchange->arena, state, &text) || !state_open(request, text, &request->state)))
	{
		mcp_error(request, MCP_INVALID_PARAMS, "params.requestState was not given for this request, or is too old", (struct slice){0});
		return false;
	}
	if (responses != NULL && responses->kind != SCAN_OBJECT)
	{
		mcp_error(request, MCP_INVALID_PARAMS, "params.inputResponses has to be an object", (struct slice){0});
		return false;
	}
	if (responses != NULL)
		request->responses = mcp_inside(request, responses->raw, 3);
	return true;
}

const struct scan_node *
ask_answer(struct mcp_request *request, const char *key)
{
	const struct scan_node *answer = scan_member(request->responses, key);

	return answer != NULL && answer->kind == SCAN_OBJECT ? answer : NULL;
}

bool
ask_field(struct mcp_request *request, const char *key, const char *field, struct slice *text)
{
	const struct scan_node *answer = ask_answer(request, key);
	struct slice action;

	return scan_string(request->exchange->arena, scan_member(answer, "action"), &action) && slice_is(action, "accept") &&
		   scan_string(request->exchange->arena, scan_member(scan_member(answer, "content"), field), text);
}

bool
ask_can(struct mcp_request *request, const char *method)
{
	static const struct
	{
		const char *method;
		const char *capability;
		int can;
	} kinds[] = {
		{"elicitation/create", "elicitation", SESSION_ELICITATION},
		{"sampling/createMessage", "sampling", SESSION_SAMPLING},
		{"roots/list", "roots", SESSION_ROOTS},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		if (strcmp(method, kinds[i].method) != 0)
			continue;
		if (request->era == MCP_MODERN)
			return mcp_client_can(request, kinds[i].capability, NULL);
		return request->exchange->takes_notices && (session_can(request->exchange, request->mcp->sessions) & kinds[i].can) != 0;
	}
	return false;
}

/* --- the newest revision ---------------------------------------------------------- */

static void
ask_by_result(struct mcp_request *request, const struct question *questions, int count, struct slice state)
{
	struct output *out = mcp_member(request, "inputRequests");

	for (int i = 0; i < count; i++)
	{
		output_word(out, i == 0 ? "{" : ",");
		output_quoted(out, slice_of(questions[i].key));
		output_word(out, ":{\"method\":");
		output_quoted(out, slice_of(questions[i].method));
		output_word(out, ",\"params\":");
		output_add(out, questions[i].params);
		output_word(out, "}");
	}
	output_word(out, "}");
	if (state.length > 0)
		output_quoted(mcp_member(request, "requestState"), state_seal(request, state));
	mcp_finish_as(request, "input_required");
}

/* --- older ones -------------------------------------------------------------------- */

/* Nobody else can guess it, so nobody else can answer. */
static const char *
question_id(struct arena *arena)
{
	uint64_t secret[2] = {0, 0};

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t) sizeof(secret))
		return NULL;
	return arena_format(arena, "voygen-%016" PRIx64 "%016" PRIx64, secret[0], secret[1]);
}

static bool
send_question(struct mcp_request *request, const struct question *question, const char *id)
{
	struct notice notice;

	notice_begin(&notice, request->mcp, question->method);
	output_word(&notice.out, ",\"id\":");
	output_quoted(&notice.out, slice_of(id));
	output_word(&notice.out, ",\"params\":");
	output_add(&notice.out, question->params);
	return notice_send(&notice, request->exchange);
}

static void
stop_asking(struct mcp_request *request)
{
	request->asking->open = 0;
}

static void
ask_by_stream(struct mcp_request *request, const struct question *questions, int count, struct slice state)
{
	struct arena *arena = request->exchange->arena;
	struct mcp_asking *asking = request->asking;

	if (asking == NULL)
		request->asking = asking = arena_alloc(arena, sizeof(*asking));
	asking->asked = arena_alloc(arena, (size_t) count * sizeof(*asking->asked));
	asking->count = asking->open = count;
	request->stop = stop_asking;
	request->state = (struct slice){arena_copy(arena, state.at != NULL ? state.at : "", state.length), state.length};
	request->responses = NULL;
	if (++asking->rounds > ROUNDS_MOST)
	{
		mcp_error(request, MCP_INTERNAL_ERROR, "the client has been asked too often", (struct slice){0});
		return;
	}
	for (int i = 0; i < count; i++)
		asking->asked[i] = (struct asked){.key = questions[i].key, .id = question_id(arena)};
	for (int i = 0; i < count; i++)
	{
		if (asking->asked[i].id != NULL && send_question(request, &questions[i], asking->asked[i].id))
			continue;
		mcp_error(request, MCP_INTERNAL_ERROR, "the client does not read what it is asked", (struct slice){0});
		return;
	}
}

void
ask(struct mcp_request *request, const struct question *questions, int count, struct slice state)
{
	if (request->era == MCP_MODERN)
		ask_by_result(request, questions, count, state);
	else
		ask_by_stream(request, questions, count, state);
}

static void
go_on(struct mcp_request *request)
{
	struct arena *arena = request->exchange->arena;
	struct mcp_asking *asking = request->asking;
	struct output out;
	char *text;

	output_start(&out, arena);
	for (int i = 0; i < asking->count; i++)
	{
		output_word(&out, i == 0 ? "{" : ",");
		output_quoted(&out, slice_of(asking->asked[i].key));
		output_word(&out, ":");
		output_refer(&out, asking->asked[i].value);
	}
	output_word(&out, "}");
	text = arena_alloc(arena, out.length + 16);
	request->responses = mcp_inside(request, (struct slice){text, output_read(&out, text, out.length + 16)}, 3);
	request->stop = NULL;
	request->method->handle(request);
}

static struct asked *
find_asked(struct mcp *mcp, const struct exchange *exchange, struct slice id, struct mcp_request **found)
{
	for (struct mcp_request *request = mcp->running; request != NULL; request = request->next)
	{
		const struct identity *identity = &request->exchange->identity;

		if (request->asking == NULL || identity->agency_id != exchange->identity.agency_id ||
			memcmp(identity->digest, exchange->identity.digest, DIGEST_BYTES) != 0)
			continue;
		*found = request;
		for (int i = 0; i < request->asking->count; i++)
		{
			struct asked *asked = &request->asking->asked[i];

			if (request->asking->open > 0 && asked->value.at == NULL && slice_is(id, asked->id))
				return asked;
		}
	}
	return NULL;
}

struct taking
{
	struct mcp_request *request;
	struct asked *asked;
	struct slice value;
};

static void
take_value(void *context)
{
	struct taking *taking = context;
	struct mcp_request *request = taking->request;
	struct slice value = taking->value;

	taking->asked->value = (struct slice){arena_copy(request->exchange->arena, value.at, value.length), value.length};
	if (--request->asking->open == 0)
		go_on(request);
}

void
ask_take(struct mcp *mcp, const struct exchange *exchange, const struct scan_node *message)
{
	const struct scan_node *result = scan_member(message, "result");
	struct mcp_request *request = NULL;
	struct exchange *asking;
	struct asked *asked;
	struct slice id;

	if (!scan_string(exchange->arena, scan_member(message, "id"), &id))
		return;
	asked = find_asked(mcp, exchange, id, &request);
	if (asked == NULL)
		return;
	if (result == NULL)
	{
		request->asking->open = 0;
		mcp_error(request, MCP_INTERNAL_ERROR, "the client answers a question with an error", (struct slice){0});
		return;
	}
	/* the exchange that asked is another one than the one that brings the answer, and ends for itself */
	asking = request->exchange;
	if (!rescue_run(take_value, &(struct taking){request, asked, result->raw}))
		exchange_starve(asking);
}
