/*
 * status.c - health, readiness and metrics.
 *
 * Health and readiness tell nothing but themselves, so everybody may ask. Metrics tell which tools are used and how much:
 * they are for who shows the token of --metrics-token; without one, for clients of this machine that come directly.
 */
#include "gateway/status.h"

#include <openssl/crypto.h>

#include "db/records.h"
#include "identity/digest.h"
#include "limits/limits.h"
#include "mcp/news.h"
#include "metrics/metrics.h"

static void
answer_text(struct exchange *exchange, int status, const char *text)
{
	struct output out;

	output_start(&out, exchange->arena);
	output_word(&out, text);
	exchange->content_type = "text/plain; charset=utf-8";
	exchange_say(exchange, "Cache-Control", SLICE_OF("no-store"));
	exchange_answer(exchange, status, &out);
}

static void
handle_health(void *owner, struct exchange *exchange)
{
	(void) owner;
	answer_text(exchange, 200, "ok\n");
}

/* The words are few and say no address: who may not log in may ask. */
static void
handle_readiness(void *owner, struct exchange *exchange)
{
	const struct status *status = owner;

	if (*status->draining)
		answer_text(exchange, 503, "stopping\n");
	else if (pool_look(status->pool).connected == 0)
		answer_text(exchange, 503, "no connection to the database\n");
	else
		answer_text(exchange, 200, "ready\n");
}

/* --- metrics ---------------------------------------------------------------- */

static void
write_pool(struct output *out, const struct pool *pool)
{
	struct pool_state state = pool_look(pool);

	metrics_write_one(out, "voygen_pool_size", "gauge", "Connections to the database for calls, as configured.", "", state.connections);
	metrics_write_one(out, "voygen_pool_connected", "gauge", "Of these, connections that are there.", "", state.connected);
	metrics_write_one(out, "voygen_pool_busy", "gauge", "Of these, connections that run a statement.", "", state.busy);
	metrics_write_one(out, "voygen_pool_waiting", "gauge", "Statements of clients that wait for a connection.", "", state.waiting);
}

/* Jobs of all processes that wait; left out while it is not known. */
static void
write_queue(struct output *out, struct queue *queue)
{
	struct queue_state state = queue_look(queue);

	if (!state.known)
		return;
	metrics_write_one(out, "voygen_jobs_queued", "gauge", "Jobs in the database that wait for somebody to do them.", "", state.queued);
	metrics_write_one(out, "voygen_jobs_queued_oldest_seconds", "gauge", "How long the first of them has waited.", "", state.oldest_s);
}

/* What goes on beside the calls: the audit, jobs of this process, streams that wait for news. */
static void
write_rest(struct output *out, const struct status *status)
{
	struct worker_state jobs = work_look(status->work);
	struct hearer_counts hearers = hearers_look(status->mcp);

	metrics_write_one(out, "voygen_audit_backlog", "gauge", "Calls the audit has not been told of.", "",
					  records_backlog(status->mcp->records));
	metrics_write_one(out, "voygen_job_slots", "gauge", "Jobs this process can do at once, as configured.", "", jobs.slots);
	metrics_write_one(out, "voygen_jobs_running", "gauge", "Jobs this process does now.", "", jobs.running);
	metrics_write_one(out, "voygen_jobs_done_total", "counter", "Jobs this process has brought to their end.", "", jobs.done);
	metrics_write_one(out, "voygen_jobs_failed_total", "counter", "Jobs that have failed for good here.", "", jobs.failed);
	metrics_write_one(out, "voygen_jobs_cancelled_total", "counter", "Jobs that were cancelled while this process did them.", "",
					  jobs.cancelled);
	metrics_write_one(out, "voygen_subscriptions", "gauge", "Open streams of subscriptions/listen.", "", hearers.subscriptions);
	metrics_write_one(out, "voygen_session_streams", "gauge", "Open streams of sessions of older revisions.", "", hearers.streams);
}

static void
write_http(struct output *out, const struct http *http)
{
	struct http_state state = http_look(http);

	metrics_write_one(out, "voygen_http_connections", "gauge", "Clients that are connected.", "", state.connections);
	metrics_write_one(out, "voygen_http_exchanges", "gauge", "Requests of HTTP that are worked on or answered.", "", state.exchanges);
	metrics_write_one(out, "voygen_http_parted", "gauge", "Streams that wait for a client who has lost the connection.", "", state.parted);
	metrics_write_one(out, "voygen_http_held_bytes", "gauge", "Bytes of the requests under way.", "", (int64_t) state.held_bytes);
	metrics_write_one(out, "voygen_http_requests_total", "counter", "Requests of HTTP.", "", state.requests);
	metrics_write_one(out, "voygen_http_refused_total", "counter", "Connections beyond the limit.", "", state.refused);
}

/* Of links; no label says which. */
static void
write_share(struct output *out, const struct status *status)
{
	const struct share_state *state = &status->share->state;

	metrics_write_one(out, "voygen_share_requests_total", "counter", "Requests under links to proposals.", "", state->requests);
	metrics_write_one(out, "voygen_share_answers_total", "counter", "Decisions and questions of clients that were taken.", "",
					  state->answered);
	metrics_write_one(out, "voygen_share_limited_total", "counter", "Requests under links beyond the rate of their address.", "",
					  status->mcp->limits->pages_refused);
}

/* Who was turned away, and whom an issuer has identified. */
static void
write_callers(struct output *out, const struct status *status)
{
	const struct limits *limits = status->mcp->limits;
	struct signed_state state;

	metrics_write_one(out, "voygen_calls_limited_total", "counter", "Requests beyond the rate of their token.", "", limits->calls_refused);
	metrics_write_one(out, "voygen_bad_tokens_total", "counter", "Requests without a good token.", "", limits->failures);
	metrics_write_one(out, "voygen_addresses_limited_total", "counter", "Requests from addresses that showed too many bad tokens.", "",
					  limits->addresses_refused);
	if (status->signed_tokens == NULL)
		return;
	state = signed_look(status->signed_tokens);
	metrics_write_one(out, "voygen_signed_tokens_verified_total", "counter", "Signed tokens whose signature was good.", "",
					  state.verified);
	metrics_write_one(out, "voygen_signed_tokens_refused_total", "counter", "Signed tokens with a fault.", "", state.refused);
	metrics_write_one(out, "voygen_signed_tokens_kept_total", "counter", "Signed tokens known from before.", "", state.kept);
	metrics_write_one(out, "voygen_issuer_keys", "gauge", "Keys of the issuer.", "", state.keys.count);
	metrics_write_one(out, "voygen_issuer_keys_failed_total", "counter", "Times the issuer's keys could not be had.", "",
					  state.keys.failed);
}

static void
answer_metrics(const struct status *status, struct exchange *exchange)
{
	struct output out;

	output_start(&out, exchange->arena);
	metrics_write_one(&out, "voygen_build_info", "gauge", "The version that runs.", "{version=\"" VOYGEN_VERSION "\"}", 1);
	metrics_write_one(&out, "voygen_draining", "gauge", "1 while the gateway ends.", "", *status->draining);
	metrics_write_one(&out, "voygen_requests_running", "gauge", "Requests of the protocol that have not been answered.", "",
					  status->mcp->running_count);
	write_pool(&out, status->pool);
	write_http(&out, status->http);
	write_rest(&out, status);
	write_queue(&out, status->queue);
	write_callers(&out, status);
	write_share(&out, status);
	metrics_write_calls(status->mcp->metrics, &out);
	exchange->content_type = "text/plain; version=0.0.4; charset=utf-8";
	exchange_answer(exchange, 200, &out);
}

/* Compares digests, so that the time it takes tells nothing of the token. */
static bool
shows_token(const struct exchange *exchange, const char *token)
{
	static const char scheme[] = "Bearer ";
	struct slice shown = exchange_header(exchange, "Authorization");
	unsigned char theirs[DIGEST_BYTES];
	unsigned char ours[DIGEST_BYTES];

	if (!slice_starts(shown, scheme))
		return false;
	digest_of(shown.at + sizeof(scheme) - 1, shown.length - sizeof(scheme) + 1, theirs);
	digest_of(token, strlen(token), ours);
	return CRYPTO_memcmp(theirs, ours, DIGEST_BYTES) == 0;
}

/* A proxy in front is of this machine, too, and brings strangers. */
static bool
comes_directly(const struct exchange *exchange)
{
	return exchange_header(exchange, "Forwarded").at == NULL && exchange_header(exchange, "X-Forwarded-For").at == NULL &&
		   exchange_header(exchange, "X-Real-IP").at == NULL && exchange_header(exchange, "Via").at == NULL;
}

static void
handle_metrics(void *owner, struct exchange *exchange)
{
	const struct status *status = owner;

	if (status->token == NULL && (!status->local || !comes_directly(exchange)))
		answer_text(exchange, 403, "metrics are for clients of this machine; --metrics-token opens them to others\n");
	else if (status->token != NULL && !shows_token(exchange, status->token))
	{
		exchange_say(exchange, "WWW-Authenticate", SLICE_OF("Bearer realm=\"voygen metrics\""));
		answer_text(exchange, 401, "the token of --metrics-token is needed: Authorization: Bearer ...\n");
	}
	else
		answer_metrics(status, exchange);
}

void
status_add_routes(struct http *http, struct status *status)
{
	const struct http_route routes[] = {
		{.method = "GET", .path = "/healthz", .handle = handle_health, .owner = status},
		{.method = "GET", .path = "/readyz", .handle = handle_readiness, .owner = status},
		{.method = "GET", .path = "/metrics", .handle = handle_metrics, .owner = status},
	};

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		http_add_route(http, &routes[i]);
}
