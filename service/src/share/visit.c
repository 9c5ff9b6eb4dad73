/*
 * visit.c - what the database says to a visit, and what the visitor is told.
 */
#include "share/visit.h"

#include "memory/rescue.h"

#define ATTEMPTS 3
#define AGAIN_MS 100
/* When a link that was opened too often may be opened again; the database counts by the minute. */
#define LINK_WAIT_S "60"

struct refusal
{
	int status;
	const char *title;
	const char *words;
};

/* A link that was ended is spoken of as one that never was. */
static const struct refusal refusals[] = {
	{400, "That could not be read", "The form did not arrive as the page sends it. Go back, reload and try again."},
	{403, "Not from here", "This form can only be sent from the page of the proposal itself."},
	{404, "There is nothing here", "This link is not valid. Ask your travel advisor for a new one."},
	{405, "That is not possible here", "This address does not do what was asked of it."},
	{408, "That took too long", "Please reload the page."},
	{409, "This proposal was answered before, or is another version", "Reload the page to see where it stands. Nothing was changed."},
	{410, "This offer has ended", "The link, or the offer, is past its last day. Ask your travel advisor for a new one."},
	{413, "That is too much", "What you wrote is too long. Go back and shorten it."},
	{415, "That could not be read", "Only the form of the page can be sent here."},
	{422, "Something is missing", "Go back and fill in your name, your choice where there is one, and your words, not too many."},
	{429, "Too many requests", "Please wait a minute, then reload the page."},
	{503, "Not available right now", "Please try again in a moment."},
	{0, "That did not work", "Please try again, or ask your travel advisor."},
};

void
visit_refuse(const struct share *share, struct exchange *exchange, int status)
{
	const struct refusal *refusal = refusals;

	while (refusal->status != 0 && refusal->status != status)
		refusal++;
	share_pages_explain(share->pages, exchange, status, refusal->title, refusal->words);
}

static void
refuse_for_now(const struct visit *visit)
{
	exchange_say(visit->exchange, "Retry-After", SLICE_OF("1"));
	visit_refuse(visit->share, visit->exchange, 503);
}

struct slice
visit_value(const PGresult *result, int column)
{
	return (struct slice){PQgetvalue(result, 0, column), (size_t) PQgetlength(result, 0, column)};
}

static void
free_result(void *result)
{
	PQclear(result);
}

/* The words of the database for what a link is good for. */
static int
status_of(struct slice outcome)
{
	static const struct
	{
		const char *outcome;
		int status;
	} known[] = {{"ok", 200},
				 {"not_found", 404},
				 {"expired", 410},
				 {"rate_limited", 429},
				 {"decided", 409},
				 {"changed", 409},
				 {"invalid", 422}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		if (slice_is(outcome, known[i].outcome))
			return known[i].status;
	}
	return 500;
}

static void
answer(struct visit *visit, PGresult *result)
{
	int status = status_of(visit_value(result, 0));

	exchange_keep(visit->exchange, free_result, result);
	if (status == 429)
		exchange_say(visit->exchange, "Retry-After", SLICE_OF(LINK_WAIT_S));
	if (status == 200)
		visit->place->answer(visit, result);
	else
		visit_refuse(visit->share, visit->exchange, status);
}

/* Whether it is worth another try: nothing of it has happened and it may go well now, or it does no harm twice. */
static bool
may_run_again(const struct visit *visit, const struct query_outcome *outcome)
{
	bool passing = strncmp(outcome->sqlstate, "57", 2) == 0 || strncmp(outcome->sqlstate, "40", 2) == 0;

	if (visit->attempts >= ATTEMPTS)
		return false;
	return outcome->fate == QUERY_REFUSED ? passing : outcome->fate == QUERY_LOST && visit->place->repeatable;
}

struct ending
{
	struct visit *visit;
	struct query_outcome *outcome;
};

static void
end(void *context)
{
	const struct ending *ending = context;
	struct visit *visit = ending->visit;
	const struct query_outcome *outcome = ending->outcome;

	if (outcome->fate == QUERY_DONE)
		answer(visit, outcome->result);
	/* what came is no text, or has a NUL in it */
	else if (outcome->fate == QUERY_REFUSED && strncmp(outcome->sqlstate, "22", 2) == 0)
		visit_refuse(visit->share, visit->exchange, 400);
	else
		refuse_for_now(visit);
}

static void
on_ended(void *owner, struct query_outcome *outcome)
{
	struct visit *visit = owner;
	struct exchange *exchange = visit->exchange;

	if (may_run_again(visit, outcome))
	{
		visit->attempts++;
		pool_run_again(visit->share->pool, &visit->query, AGAIN_MS);
		return;
	}
	/* an answer may be too large for the memory there is */
	if (!rescue_run(end, &(struct ending){visit, outcome}))
		exchange_starve(exchange);
}

static void
on_abandoned(struct exchange *exchange)
{
	struct visit *visit = exchange->work;

	pool_stop(visit->share->pool, &visit->query);
}

void
visit_run(struct visit *visit)
{
	visit->attempts = 1;
	visit->query.done = on_ended;
	/* one link waits for itself alone */
	memcpy(&visit->query.caller, visit->key.digest, sizeof(visit->query.caller));
	visit->query.caller |= 1;
	visit->exchange->work = visit;
	if (!pool_run(visit->share->pool, &visit->query))
	{
		refuse_for_now(visit);
		return;
	}
	visit->exchange->abandoned = on_abandoned;
}
