/*
 * gateway.c - the life of the gateway: open, run, drain, close.
 *
 * At the end it takes nobody new, lets calls that run come to their end for a while, and stays until the failures that
 * belong into the audit are there. A second signal ends it at once.
 */
#include "gateway/gateway.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "conformance/fixtures.h"
#include "db/listener.h"
#include "db/pool.h"
#include "db/records.h"
#include "gateway/reload.h"
#include "gateway/status.h"
#include "job/queue.h"
#include "job/work.h"
#include "limits/limits.h"
#include "log/log.h"
#include "loop/door.h"
#include "loop/loop.h"
#include "mcp/catalogue.h"
#include "mcp/jobs.h"
#include "mcp/mcp.h"
#include "mcp/news.h"
#include "oauth/metadata.h"
#include "oauth/signed.h"
#include "share/share.h"
#include "transport/http.h"
#include "transport/stdio.h"

#define DRAIN_LOOK_MS 20

struct gateway
{
	const struct gateway_task *task;
	struct gateway_settings settings; /* as they are now */
	struct arena texts;               /* of settings that were read anew */
	struct loop loop;
	struct canceller *canceller;
	struct pool *pool;
	struct records *records;
	struct listener *listener;
	struct work *work;
	struct queue *queue;
	struct mcp *mcp;
	struct identity_sources identities;
	struct signed_tokens *signed_tokens; /* NULL when none are taken */
	struct metadata metadata;
	struct limits limits;
	struct door door;
	struct status status;
	struct share share;
	const char *hosts;   /* names this server goes by: those of the settings, and the public one */
	struct http *http;   /* or */
	struct stdio *stdio; /* the one that serves */
	bool tools_heard;    /* of that kind of news */
	bool prompts_heard;
	bool facts_heard;
	bool proposals_heard;
	bool draining;
	int64_t drain_since_ms;
	bool cut; /* calls were under way at the end of the drain */
};

/* --- the end --------------------------------------------------------------------- */

/* No call, no step of a job, no answer on its way. */
static bool
is_quiet(const struct gateway *gateway)
{
	bool database = gateway->pool == NULL || (pool_quiet(gateway->pool) && records_quiet(gateway->records) && work_quiet(gateway->work));

	return database && (gateway->http == NULL || http_look(gateway->http).exchanges == 0);
}

static void
look_whether_drained(void *context)
{
	struct gateway *gateway = context;
	bool late;

	if (!gateway->draining)
		return;
	late = gateway->loop.now_ms - gateway->drain_since_ms > gateway->settings.drain_ms;
	if (!late && !is_quiet(gateway))
		return;
	gateway->cut = late && gateway->mcp->running_count > 0;
	loop_stop(&gateway->loop);
}

static void
on_terminate(void *context)
{
	struct gateway *gateway = context;

	if (gateway->draining)
	{
		loop_stop(&gateway->loop);
		return;
	}
	gateway->draining = true;
	gateway->drain_since_ms = gateway->loop.now_ms;
	if (gateway->work != NULL)
		work_drain(gateway->work);
	log_say(LOG_LEVEL_INFO, "stopping: %d requests are under way", gateway->mcp->running_count);
	mcp_wind_up(gateway->mcp);
	if (gateway->http != NULL)
	{
		door_close(&gateway->door);
		http_drain(gateway->http);
	}
	else
		stdio_drain(gateway->stdio);
}

/* Standard input has ended: so does the process, once the audit is complete. */
static void
on_input_ended(void *context)
{
	struct gateway *gateway = context;

	if (gateway->draining)
		return;
	gateway->draining = true;
	gateway->drain_since_ms = gateway->loop.now_ms;
	work_drain(gateway->work);
}

/* --- while it runs ------------------------------------------------------------------ */

/* The arena lives as long as the names shall count. */
static void
name_hosts(struct gateway *gateway, struct arena *arena)
{
	const char *url = gateway->settings.public_url;
	const char *host = url != NULL ? strstr(url, "://") + 3 : NULL;
	size_t length;

	gateway->hosts = gateway->settings.hosts;
	if (host == NULL)
		return;
	length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	gateway->hosts = arena_format(arena, "%s,%.*s", gateway->hosts, (int) length, host);
}

static struct http_settings
http_settings_of(struct gateway *gateway)
{
	const struct gateway_settings *settings = &gateway->settings;

	return (struct http_settings){
		.hosts = gateway->hosts,
		.origins = settings->origins,
		.body_bytes = (size_t) settings->body_bytes,
		.held_bytes = (size_t) settings->held_bytes,
		.connections = settings->connections,
		.idle_ms = settings->idle_ms,
		.pace_ms = settings->pace_ms,
		.per_address = settings->per_address,
		.resume_ms = settings->resume_ms,
		.limits = &gateway->limits,
		.challenge = gateway->metadata.challenge,
	};
}

static struct pool_settings
pool_settings_of(const struct gateway *gateway)
{
	const struct gateway_settings *settings = &gateway->settings;

	return (struct pool_settings){
		.url = gateway->task->database_url,
		.connections = settings->pool,
		.waiting = settings->waiting,
		.per_caller = settings->per_caller > 0 ? settings->per_caller : settings->pool - settings->pool / 4,
		.wait_ms = settings->wait_ms,
	};
}

static struct limits_settings
limits_settings_of(const struct gateway *gateway)
{
	const struct gateway_settings *settings = &gateway->settings;

	return (struct limits_settings){
		.rate = settings->rate,
		.burst = settings->burst,
		.failures = settings->failures,
		.pages = settings->share_rate,
	};
}

/* Hands the settings to all parts that have some; those that need a restart are as they were. */
static void
change_settings(struct gateway *gateway)
{
	const struct limits_settings limits = limits_settings_of(gateway);
	const struct pool_settings pool = pool_settings_of(gateway);
	const struct http_settings http = http_settings_of(gateway);

	limits_change(&gateway->limits, &limits);
	gateway->mcp->settings.state_ms = gateway->settings.state_ms;
	if (gateway->signed_tokens != NULL)
		signed_change(gateway->signed_tokens, gateway->settings.leeway_s);
	if (gateway->pool != NULL)
		pool_change(gateway->pool, &pool);
	if (gateway->stdio != NULL)
		stdio_change(gateway->stdio, (size_t) gateway->settings.body_bytes);
	if (gateway->http == NULL)
		return;
	http_change(gateway->http, &http);
	gateway->status.token = gateway->settings.metrics_token;
}

static void
reload(struct gateway *gateway)
{
	struct arena texts;

	arena_open(&texts, gateway->loop.arena->fail);
	if (!reload_settings(&gateway->settings, gateway->task->given, &texts))
	{
		arena_close(&texts);
		return;
	}
	name_hosts(gateway, &texts);
	change_settings(gateway);
	arena_close(&gateway->texts);
	gateway->texts = texts;
}

static void
on_reload(void *context)
{
	struct gateway *gateway = context;

	log_say(LOG_LEVEL_INFO, "reloading");
	reload(gateway);
	catalogue_change(gateway->mcp->catalogue);
	if (gateway->signed_tokens != NULL)
		signed_reload(gateway->signed_tokens);
}

/* The agency that news are about; 0, all of them, for "all" and after a gap. */
static int64_t
agency_of(const char *payload)
{
	return payload != NULL ? strtoll(payload, NULL, 10) : 0;
}

/* The first connection to the database is no gap. */
static bool
is_news(bool *heard, const char *payload)
{
	bool news = payload != NULL || *heard;

	*heard = true;
	return news;
}

static void
on_tools_changed(void *owner, const char *channel, const char *payload)
{
	struct gateway *gateway = owner;

	(void) channel;
	catalogue_change(gateway->mcp->catalogue);
	if (is_news(&gateway->tools_heard, payload))
		news_of_lists(gateway->mcp, agency_of(payload), NEWS_TOOLS);
}

static void
on_job_news(void *owner, const char *channel, const char *payload)
{
	struct gateway *gateway = owner;

	(void) channel;
	jobs_news(gateway->mcp, payload);
}

/* "AGENCY TRIP,TRIP,…", or "AGENCY many". */
static void
on_facts_news(void *owner, const char *channel, const char *payload)
{
	struct gateway *gateway = owner;

	(void) channel;
	if (is_news(&gateway->facts_heard, payload))
		news_of_kind(gateway->mcp, agency_of(payload), NEWS_TRIP);
}

static void
on_proposal_news(void *owner, const char *channel, const char *payload)
{
	struct gateway *gateway = owner;

	(void) channel;
	if (is_news(&gateway->proposals_heard, payload))
		news_of_kind(gateway->mcp, agency_of(payload), NEWS_PROPOSAL);
}

static void
on_prompts_changed(void *owner, const char *channel, const char *payload)
{
	struct gateway *gateway = owner;

	(void) channel;
	if (is_news(&gateway->prompts_heard, payload))
		news_of_lists(gateway->mcp, agency_of(payload), NEWS_PROMPTS | NEWS_RESOURCES);
}

/* --- the beginning ------------------------------------------------------------------- */

/* Every client is an open file. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max)
	{
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool
check_url(const struct gateway *gateway, struct failure *failure)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(gateway->task->database_url, &why);
	bool fine = options != NULL;

	/* without memory there may not even be a reason */
	if (!fine && (why == NULL || strstr(why, "out of memory") != NULL))
		failure_set(failure, "unavailable", "memory ran out", NULL);
	else if (!fine)
		failure_set(failure, "invalid_argument", "VOYGEN_GATEWAY_URL is no address of a database",
					"postgresql://voygen_gateway:PASSWORD@HOST:PORT/voygen");
	PQconninfoFree(options);
	PQfreemem(why);
	return fine;
}

/* Whose word counts beside that of our own tokens; the three settings belong together. */
static bool
open_signed(struct gateway *gateway, struct failure *failure)
{
	const struct gateway_settings *settings = &gateway->settings;
	const struct signed_settings wanted = {
		.expected = {.issuer = settings->issuer, .audience = settings->audience, .leeway_s = settings->leeway_s},
		.keys = settings->jwks,
	};
	struct identity_source source;

	if (settings->issuer == NULL && settings->audience == NULL && settings->jwks == NULL)
		return true;
	if (settings->issuer == NULL || settings->audience == NULL || settings->jwks == NULL)
		return failure_set(failure, "invalid_argument", "--issuer, --audience and --jwks go together",
						   "all three for signed tokens, none for tokens of our own alone");
	if (!metadata_make(gateway->loop.arena, settings->audience, settings->issuer, &gateway->metadata, failure))
		return false;
	gateway->signed_tokens = signed_open(&gateway->loop, gateway->pool, &wanted, failure);
	if (gateway->signed_tokens == NULL)
		return false;
	source = signed_source(gateway->signed_tokens);
	identity_add(&gateway->identities, &source);
	return true;
}

static void
open_share(struct gateway *gateway)
{
	gateway->share.pool = gateway->pool;
	gateway->share.limits = &gateway->limits;
	gateway->share.public_url = gateway->settings.public_url;
	share_open(&gateway->share, gateway->http, gateway->loop.arena);
}

static bool
open_http(struct gateway *gateway, struct failure *failure)
{
	const struct gateway_settings *settings = &gateway->settings;
	struct http_settings http;
	int identity = gateway->task->conformance ? 0 : HTTP_IDENTITY;
	const struct http_route routes[] = {
		{.method = "POST", .path = "/mcp", .demands = identity | HTTP_JSON, .handle = mcp_receive, .owner = gateway->mcp},
		{.method = "GET", .path = "/mcp", .demands = identity, .handle = news_open_stream, .owner = gateway->mcp},
		{.method = "DELETE", .path = "/mcp", .demands = identity, .handle = news_end_session, .owner = gateway->mcp},
	};

	identity_add(&gateway->identities, &identity_bearer);
	if (!open_signed(gateway, failure))
		return false;
	name_hosts(gateway, gateway->loop.arena);
	http = http_settings_of(gateway);
	gateway->http = http_open(&gateway->loop, &http, &gateway->identities);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		http_add_route(gateway->http, &routes[i]);
	if (gateway->signed_tokens != NULL)
		metadata_serve(gateway->http, &gateway->metadata);
	if (settings->share != 0 && gateway->pool != NULL)
		open_share(gateway);
	if (!door_open(&gateway->door, &gateway->loop, gateway->task->address, http_visit, gateway->http, failure))
		return false;
	gateway->status = (struct status){
		.pool = gateway->pool,
		.mcp = gateway->mcp,
		.work = gateway->work,
		.queue = gateway->queue,
		.http = gateway->http,
		.signed_tokens = gateway->signed_tokens,
		.share = &gateway->share,
		.draining = &gateway->draining,
		.token = settings->metrics_token,
		.local = door_is_local(&gateway->door),
	};
	/* the fixtures of conformance have no database whose state could be told */
	if (gateway->pool != NULL)
		status_add_routes(gateway->http, &gateway->status);
	if (!door_is_local(&gateway->door))
		log_say(LOG_LEVEL_WARNING, "%s is not of this machine alone, and this program speaks no TLS: put a proxy in front",
				gateway->door.address);
	printf("voygen: listening on http://%s/mcp\n", gateway->door.address);
	fflush(stdout);
	return true;
}

static bool
open_stdio(struct gateway *gateway, struct failure *failure)
{
	struct stdio_settings settings = {
		.line_bytes = (size_t) gateway->settings.body_bytes,
		.receive = mcp_receive,
		.receiver = gateway->mcp,
		.ended = on_input_ended,
		.owner = gateway,
	};

	if (!gateway->task->conformance && !identity_of_token(gateway->task->token, &settings.identity, failure))
		return false;
	gateway->stdio = stdio_open(&gateway->loop, &settings);
	gateway->mcp->standing = stdio_standing(gateway->stdio);
	return true;
}

static void
open_database(struct gateway *gateway)
{
	const struct gateway_settings *settings = &gateway->settings;
	const struct pool_settings pool = pool_settings_of(gateway);
	const struct work_settings work = {
		.url = gateway->task->database_url,
		.jobs = settings->jobs,
		.refresh = settings->refresh != 0,
	};

	gateway->canceller = canceller_open(&gateway->loop);
	gateway->pool = pool_open(&gateway->loop, &pool, gateway->canceller);
	gateway->records = records_open(&gateway->loop, gateway->pool);
	gateway->listener = listener_open(&gateway->loop, gateway->task->database_url);
	listener_subscribe(gateway->listener, "voygen_catalogue", on_tools_changed, gateway);
	listener_subscribe(gateway->listener, "voygen_job", on_job_news, gateway);
	listener_subscribe(gateway->listener, "voygen_facts", on_facts_news, gateway);
	listener_subscribe(gateway->listener, "voygen_prompts", on_prompts_changed, gateway);
	listener_subscribe(gateway->listener, "voygen_proposals", on_proposal_news, gateway);
	gateway->work = work_open(&gateway->loop, gateway->listener, gateway->canceller, &work);
	gateway->queue = queue_open(&gateway->loop, gateway->pool);
	listener_start(gateway->listener);
}

/* Who shares the key takes the states that others have sealed; without one they end with this process. */
static bool
make_state_key(const struct gateway_settings *settings, unsigned char key[MCP_KEY_BYTES])
{
	if (settings->state_key == NULL)
		return getrandom(key, MCP_KEY_BYTES, 0) == MCP_KEY_BYTES;
	digest_of(settings->state_key, strlen(settings->state_key), key);
	return true;
}

static bool
open_protocol(struct gateway *gateway, struct failure *failure)
{
	const struct gateway_settings *settings = &gateway->settings;
	const struct limits_settings limits = limits_settings_of(gateway);
	struct mcp_settings mcp = {
		.state_ms = settings->state_ms,
		.tasks = &job_source,
	};

	if (!make_state_key(settings, mcp.state_key))
		return failure_set(failure, "unavailable", "the system gives no random numbers", NULL);
	if (gateway->task->conformance)
	{
		mcp.strict_sessions = true;
		mcp.methods = fixture_methods;
		mcp.tasks = &fixture_task_source;
	}
	gateway->mcp = mcp_open(&gateway->loop, gateway->pool, gateway->records, &mcp);
	limits_open(&gateway->limits, &gateway->loop, &limits);
	gateway->mcp->limits = &gateway->limits;
	return true;
}

static void
close_all(struct gateway *gateway)
{
	door_close(&gateway->door);
	if (gateway->http != NULL)
		http_close(gateway->http);
	if (gateway->stdio != NULL)
		stdio_close(gateway->stdio);
	share_close(&gateway->share);
	signed_close(gateway->signed_tokens);
	mcp_close(gateway->mcp);
	if (gateway->pool != NULL)
	{
		records_close(gateway->records);
		listener_close(gateway->listener);
		work_close(gateway->work);
		pool_close(gateway->pool);
		canceller_close(gateway->canceller);
	}
	else
		fixture_tasks_close();
}

static bool
serve(struct gateway *gateway, struct failure *failure)
{
	bool http = gateway->task->address != NULL;

	if (!gateway->task->conformance && !check_url(gateway, failure))
		return false;
	raise_file_limit();
	if (!gateway->task->conformance)
		open_database(gateway);
	if (!open_protocol(gateway, failure))
		return false;
	/* before anybody hears that it listens: a signal without its handler would end it */
	loop_on_signal(&gateway->loop, SIGTERM, on_terminate, gateway);
	loop_on_signal(&gateway->loop, SIGINT, on_terminate, gateway);
	loop_on_signal(&gateway->loop, SIGHUP, on_reload, gateway);
	if (http ? !open_http(gateway, failure) : !open_stdio(gateway, failure))
		return false;
	loop_every(&gateway->loop, DRAIN_LOOK_MS, look_whether_drained, gateway);
	loop_run(&gateway->loop);
	if (gateway->cut)
		log_say(LOG_LEVEL_WARNING, "stopped while requests were under way");
	return true;
}

bool
gateway_run(const struct gateway_task *task, struct arena *arena, struct failure *failure)
{
	struct gateway gateway = {.task = task, .settings = task->settings, .door = {.socket = -1}};
	bool served;

	log_configure((enum log_format) task->settings.log_format, (enum log_level) task->settings.log_level);
	arena_open(&gateway.texts, arena->fail);
	if (!loop_open(&gateway.loop, arena, task->address == NULL, failure))
		return false;
	served = serve(&gateway, failure);
	if (gateway.mcp != NULL)
		close_all(&gateway);
	loop_close(&gateway.loop);
	arena_close(&gateway.texts);
	return served;
}
