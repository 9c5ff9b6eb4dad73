/*
 * http_identity.c - who asks, from the one header that may say so, and what is answered when it is nobody.
 *
 * The answer may need a look elsewhere (an issuer's keys, the database). Meanwhile the body comes in; the request is
 * handed on when both are there.
 */
#include <inttypes.h>

#include "limits/limits.h"
#include "memory/rescue.h"
#include "transport/http_inside.h"

/* The status of a verdict, 0 for somebody; says in WWW-Authenticate how to ask. */
static int
status_of(struct http_exchange *x, enum identity_verdict verdict, const char **words)
{
	*words = x->ask.reason;
	switch (verdict)
	{
		case IDENTITY_KNOWN:
		case IDENTITY_LATER:
			return 0;
		case IDENTITY_MISSING:
			*words = "a token is needed: Authorization: Bearer ...";
			exchange_challenge(&x->exchange, NULL, NULL);
			return 401;
		case IDENTITY_MALFORMED:
			exchange_challenge(&x->exchange, "invalid_request", NULL);
			return 400;
		case IDENTITY_STRANGER:
			return 403;
		case IDENTITY_UNAVAILABLE:
			return 503;
		case IDENTITY_OTHER:
		case IDENTITY_REFUSED:
			break;
	}
	exchange_challenge(&x->exchange, "invalid_token", NULL);
	return 401;
}

/* The same, after too many bad tokens from where it comes from. */
static int
judge(struct http_exchange *x, enum identity_verdict verdict, const char **words)
{
	struct limits *limits = x->connection->http->settings.limits;
	const struct identity *identity = verdict == IDENTITY_KNOWN ? &x->exchange.identity : NULL;
	int64_t wait;

	/* who shows nothing guesses nothing; who is still asked about is judged then */
	if (verdict == IDENTITY_MISSING || verdict == IDENTITY_LATER)
		return status_of(x, verdict, words);
	wait = limits_hear(limits, x->exchange.address, identity);
	if (wait > 0)
	{
		*words = "too many bad tokens come from this address";
		exchange_say(&x->exchange, "Retry-After", slice_of(arena_format(&x->arena, "%" PRId64, (wait + 999) / 1000)));
		return 429;
	}
	if (verdict == IDENTITY_REFUSED)
		limits_failed(limits, x->exchange.address);
	return status_of(x, verdict, words);
}

struct answered
{
	struct http_exchange *exchange;
	enum identity_verdict verdict;
};

static void
go_on(void *context)
{
	const struct answered *answered = context;
	struct http_exchange *x = answered->exchange;
	const char *words;
	int status = x->phase == HTTP_ANSWERED ? 0 : judge(x, answered->verdict, &words);

	x->asking = false;
	if (status != 0 && x->refusal == 0)
	{
		x->refusal = status;
		x->refusal_words = words;
	}
	if (x->phase == HTTP_WORKING)
		http_request_work(x);
}

/* The request that waited for it may be too large for the memory there is. */
static void
on_answered(struct identity_ask *ask, enum identity_verdict verdict)
{
	struct http_exchange *x = ask->asker;

	if (!rescue_run(go_on, &(struct answered){x, verdict}))
	{
		x->asking = false;
		exchange_starve(&x->exchange);
	}
}

/* Two of them may be taken for one another by what stands in front of this server. */
static bool
says_twice(const struct exchange *exchange)
{
	int count = 0;

	for (int i = 0; i < exchange->header_count; i++)
		count += slice_is_caseless(exchange->headers[i].name, "Authorization");
	return count > 1;
}

int
http_identity_check(struct http *http, struct http_exchange *x, const char **words)
{
	enum identity_verdict verdict;

	x->exchange.challenge = http->settings.challenge;
	x->ask = (struct identity_ask){
		.arena = &x->arena,
		.credentials = exchange_header(&x->exchange, "Authorization"),
		.identity = &x->exchange.identity,
		.reason = "there are several headers Authorization",
		.answered = on_answered,
		.asker = x,
	};
	verdict = says_twice(&x->exchange) ? IDENTITY_MALFORMED : identity_find(http->sources, &x->ask);
	x->asking = verdict == IDENTITY_LATER;
	return judge(x, verdict, words);
}
