/*
 * calling.c - one statement for one call.
 */
#include "mcp/calling.h"

#include <time.h>

#include "db/records.h"
#include "memory/rescue.h"

int64_t
calling_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct ending
{
	struct calling *calling;
	struct query_outcome *outcome;
};

static void
hand_on(void *context)
{
	struct ending *ending = context;

	ending->calling->done(ending->calling->owner, ending->outcome);
}

/* An answer may be too large for the memory there is. */
static void
on_ended(void *owner, struct query_outcome *outcome)
{
	struct calling *calling = owner;
	struct exchange *exchange = calling->exchange;
	struct ending ending = {calling, outcome};

	if (!rescue_run(hand_on, &ending))
		exchange_starve(exchange);
}

bool
calling_start(struct calling *calling, struct mcp_request *request, struct slice tool, struct slice arguments, query_done *done,
			  void *owner)
{
	const struct identity *identity = &request->exchange->identity;

	calling->tool = tool;
	calling->arguments = arguments;
	calling->done = done;
	calling->owner = owner;
	calling->exchange = request->exchange;
	query_start(&calling->query, &prepared_call, on_ended, calling);
	query_integer(&calling->query, identity->agency_id);
	query_slice(&calling->query, (struct slice){(const char *) identity->digest, DIGEST_BYTES});
	query_slice(&calling->query, tool);
	query_slice(&calling->query, arguments);
	calling->query.caller = identity_key(identity);
	request->query = &calling->query;
	return pool_run(request->mcp->pool, &calling->query);
}

void
calling_record(const struct calling *calling, const struct mcp_request *request, const char *outcome)
{
	records_add(request->mcp->records, &request->exchange->identity, calling->tool, outcome, calling->arguments,
				calling_clock_us() - calling->started_us);
}

const char *
calling_code(const struct failure *failure)
{
	static const char *const codes[] = {"invalid_argument", "unknown_name", "not_found", "conflict", "not_allowed",
										"precondition_failed", "rate_limited", "timeout", "unavailable"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
	{
		if (strcmp(failure->code, codes[i]) == 0)
			return codes[i];
	}
	return "internal";
}
