/*
 * gateway.c - the table of the gateway's settings, and its reader.
 */
#include "config/gateway.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define FIELD(name) offsetof(struct gateway_settings, name)

const struct gateway_setting gateway_table[GATEWAY_SETTINGS] = {
	{"--allow-host", "VOYGEN_ALLOW_HOST", "localhost,127.0.0.1,[::1]", 0, 0, FIELD(hosts), true,
	 "names this server goes by, without port"},
	{"--allow-origin", "VOYGEN_ALLOW_ORIGIN", NULL, 0, 0, FIELD(origins), true,
	 "origins of web pages that may call, beside those hosts"},
	{"--pool", "VOYGEN_POOL", "8", 1, 200, FIELD(pool), false, "connections to the database"},
	{"--queue", "VOYGEN_QUEUE", "1000", 1, 100000, FIELD(waiting), false, "calls that may wait for one; more are refused"},
	{"--queue-ms", "VOYGEN_QUEUE_MS", "5000", 1, 600000, FIELD(wait_ms), false, "how long a call may wait for one"},
	{"--connections", "VOYGEN_CONNECTIONS", "2048", 1, 100000, FIELD(connections), false, "clients at once"},
	{"--max-body", "VOYGEN_MAX_BODY", "33554432", 1024, 1000000000, FIELD(body_bytes), false, "bytes of one request"},
	{"--max-held", "VOYGEN_MAX_HELD", "268435456", 1024, 2000000000, FIELD(held_bytes), false, "bytes of all requests under way"},
	{"--idle-ms", "VOYGEN_IDLE_MS", "75000", 100, 86400000, FIELD(idle_ms), false, "an unused connection is closed after so long"},
	{"--drain-ms", "VOYGEN_DRAIN_MS", "30000", 0, 3600000, FIELD(drain_ms), false, "how long SIGTERM waits for calls that run"},
	{"--jobs", "VOYGEN_JOBS", "2", 0, 100, FIELD(jobs), false, "jobs done at once, on connections of their own; 0: none"},
	{"--metrics-token", "VOYGEN_METRICS_TOKEN", NULL, 0, 0, FIELD(metrics_token), true,
	 "what opens /metrics; without it, they are for direct clients of this machine"},
	{"--refresh", "VOYGEN_REFRESH", "1", 0, 1, FIELD(refresh), false, "1 keeps the facts of changed trips fresh, 0 leaves that to others"},
	{"--state-key", "VOYGEN_STATE_KEY", NULL, 0, 0, FIELD(state_key), true,
	 "secret that gateways share, so that one takes what another has sealed"},
	{"--state-ms", "VOYGEN_STATE_MS", "600000", 1, 86400000, FIELD(state_ms), false,
	 "how long a question to a client may wait for its answer"},
	{"--issuer", "VOYGEN_ISSUER", NULL, 0, 0, FIELD(issuer), true, "whose signed tokens are taken, as their iss says it"},
	{"--audience", "VOYGEN_AUDIENCE", NULL, 0, 0, FIELD(audience), true, "the address of this server, as their aud says it"},
	{"--jwks", "VOYGEN_JWKS", NULL, 0, 0, FIELD(jwks), true, "a file, or the address, of the issuer's keys"},
	{"--leeway-s", "VOYGEN_LEEWAY_S", "30", 0, 300, FIELD(leeway_s), false, "seconds the clocks of issuer and server may differ"},
	{"--rate", "VOYGEN_RATE", "50000", 0, 1000000, FIELD(rate), false, "requests a second of one token, in the long run; 0: no limit"},
	{"--burst", "VOYGEN_BURST", "50000", 1, 1000000, FIELD(burst), false, "requests of one token at once"},
	{"--failures", "VOYGEN_FAILURES", "120", 0, 100000, FIELD(failures), false, "bad tokens a minute of one address; 0: no limit"},
	{"--per-address", "VOYGEN_PER_ADDRESS", "1536", 1, 100000, FIELD(per_address), false, "clients at once from one address"},
	{"--per-caller", "VOYGEN_PER_CALLER", "0", 0, 200, FIELD(per_caller), false, "connections for one token; 0: 3/4 of the pool"},
};

static const char *
value_of(const struct gateway_setting *setting, const char *given)
{
	const char *environment = getenv(setting->variable);

	if (given != NULL)
		return given;
	return environment != NULL && environment[0] != '\0' ? environment : setting->fallback;
}

static bool
read_number(struct arena *arena, const struct gateway_setting *setting, const char *text, int *number, struct failure *failure)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && value >= setting->least && value <= setting->most)
	{
		*number = (int) value;
		return true;
	}
	failure_set(failure, "invalid_argument", arena_format(arena, "%s (%s) is \"%s\"", setting->option, setting->variable, text), NULL);
	failure->expected = arena_format(arena, "a whole number from %ld to %ld", setting->least, setting->most);
	return false;
}

bool
gateway_settings_read(struct arena *arena, const char *const *given, struct gateway_settings *settings, struct failure *failure)
{
	for (int i = 0; i < GATEWAY_SETTINGS; i++)
	{
		const struct gateway_setting *setting = &gateway_table[i];
		char *field = (char *) settings + setting->offset;
		const char *text = value_of(setting, given[i]);

		if (setting->is_text)
			*(const char **) (void *) field = text;
		else if (!read_number(arena, setting, text, (int *) (void *) field, failure))
			return false;
	}
	return true;
}
