/*
 * serve.c - `voygen serve`: the gateway through which assistants and other clients of MCP call the tools.
 */
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/options.h"
#include "config/gateway.h"
#include "db/greeting.h"
#include "gateway/gateway.h"

static bool
need(struct session *session, const char *value, const char *name, struct failure *failure)
{
	if (value != NULL)
		return true;
	return failure_set(failure, "precondition_failed", arena_format(session->arena, "%s is not set", name),
					   "`make up` writes it to .voygen/env; run there or set it in the environment");
}

/* A server that strangers talk to has no business being able to do everything. */
static bool
check_user(struct failure *failure)
{
	if (geteuid() != 0)
		return true;
	return failure_set(failure, "not_allowed", "the gateway does not run as root",
					   "start it as another user, by runuser -u USER -- or a unit of systemd; `make up` has one running, at "
					   "VOYGEN_MCP_URL of .voygen/env");
}

static bool
serve(struct session *session, struct gateway_task *task, const char *const *given, struct failure *failure)
{
	const struct settings *settings = &session->settings;

	if (!check_user(failure) || !gateway_settings_read(session->arena, given, &task->settings, failure))
		return false;
	if (task->settings.public_url != NULL && !greeting_set(session->arena, task->settings.public_url, failure))
		return false;
	/* for what is started from here (job/maker.h): the mail server's settings are read where they are used */
	if (task->settings.file != NULL)
		setenv("VOYGEN_SETTINGS", task->settings.file, 1);
	if (task->conformance)
		return gateway_run(task, session->arena, failure);
	task->database_url = settings->gateway_url;
	task->token = settings->token;
	if (!need(session, task->database_url, "VOYGEN_GATEWAY_URL", failure) ||
		(task->address == NULL && !need(session, task->token, "VOYGEN_TOKEN", failure)))
		return false;
	return gateway_run(task, session->arena, failure);
}

static enum command_status
run_serve(const struct command *self, struct session *session, int argc, char **argv)
{
	const char *given[GATEWAY_SETTINGS] = {NULL};
	struct option_value options[GATEWAY_SETTINGS + 4] = {{NULL, NULL, NULL}};
	struct gateway_task task = {0};
	struct failure failure;
	bool stdio = false;
	bool conformance = false;

	for (int i = 0; i < GATEWAY_SETTINGS; i++)
		options[i] = (struct option_value){gateway_table[i].option, &given[i], NULL};
	options[GATEWAY_SETTINGS] = (struct option_value){"--http", &task.address, NULL};
	options[GATEWAY_SETTINGS + 1] = (struct option_value){"--stdio", NULL, &stdio};
	options[GATEWAY_SETTINGS + 2] = (struct option_value){"--conformance", NULL, &conformance};
	if (!options_read(self, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	if (stdio == (task.address != NULL))
		return command_misused(self, "either --http ADDR:PORT or --stdio");
	task.conformance = conformance;
	task.given = given;
	if (!serve(session, &task, given, &failure))
		return command_failed(self, &failure);
	return command_finished(self);
}

const struct command serve_command = {
	.name = "serve",
	.summary = "the gateway: serve the tools to clients of MCP",
	.help = "usage: voygen serve --http ADDR:PORT | --stdio [OPTIONS]\n"
			"\n"
			"Serves the tools over the Model Context Protocol: at http://ADDR:PORT/mcp to whoever shows a token\n"
			"(Authorization: Bearer vg_...), or on standard input and output to one client, as the owner of\n"
			"VOYGEN_TOKEN. Port 0 takes a free one; the address is printed. The database is VOYGEN_GATEWAY_URL.\n"
			"SIGTERM stops taking calls and waits for those that run; SIGHUP reads tools, keys and --settings anew.\n"
			"\n"
			"Each option can be set by a variable of the environment as well (--pool: VOYGEN_POOL, …):\n"
			"  --allow-host LIST    names this server goes by, without port (localhost,127.0.0.1,[::1])\n"
			"  --allow-origin LIST  origins of web pages that may call, beside those hosts\n"
			"  --pool N             connections to the database (8)\n"
			"  --queue N            calls that may wait for one; more are refused (1000)\n"
			"  --queue-ms N         how long a call may wait for one (5000)\n"
			"  --connections N      clients at once (2048)\n"
			"  --max-body N         bytes of one request (33554432)\n"
			"  --max-held N         bytes of all requests under way (268435456)\n"
			"  --idle-ms N          an unused connection is closed after so long (75000)\n"
			"  --pace-ms N          in so long a client has to send or read 4 kB of what is under way (15000)\n"
			"  --drain-ms N         how long SIGTERM waits for calls that run (30000)\n"
			"  --resume-ms N        how long a request's stream waits for a client who has lost it; 0: not at all (30000)\n"
			"  --jobs N             jobs done at once, on connections of their own; 0: none (2)\n"
			"  --metrics-token T    what opens /metrics; without it, they are for direct clients of this machine\n"
			"  --refresh 0|1        1 keeps the facts of changed trips fresh, 0 leaves that to others (1)\n"
			"  --state-key TEXT     secret that gateways share, so that one takes what another has sealed for a client (random)\n"
			"  --state-ms N         how long a question to a client may wait for its answer (600000)\n"
			"  --issuer URL         whose signed tokens (JWT) are taken, beside keys of our own; with the two below\n"
			"  --audience URL       the address of this server that they are for\n"
			"  --jwks FILE|URL      the issuer's keys\n"
			"  --leeway-s N         seconds the clocks of issuer and server may differ (30)\n"
			"  --rate N             requests a second of one token, in the long run; 0: no limit (50000)\n"
			"  --burst N            requests of one token at once (50000)\n"
			"  --failures N         bad tokens a minute of one address; 0: no limit (120)\n"
			"  --per-address N      clients at once from one address (1536)\n"
			"  --per-caller N       connections to the database for one token; 0: 3/4 of the pool (0)\n"
			"  --log-format F       text, or json: an object with time, level, message and fields on each line (text)\n"
			"  --log-level L        info, warning or error: the least that is logged (info)\n"
			"  --share 0|1          1 serves the links to proposals below /p/ to whoever has one, 0 does not (1)\n"
			"  --share-rate N       requests under links a minute of one address; 0: no limit (600)\n"
			"  --public-url URL     where this server is reached from outside, for links: URL/p/KEY; its host is one of --allow-host\n"
			"  --settings FILE      lines VOYGEN_NAME=VALUE of what neither an option nor the environment says; at SIGHUP it is\n"
			"                       read anew, and the log says what has changed and what needs a restart\n"
			"\n"
			"--conformance serves what the conformance suite of the protocol asks for, to anybody and without a database.\n",
	.run = run_serve,
};
