/*
 * gateway.c - the table of the gateway's settings, and its reader.
 */
#include "config/gateway.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config/env_file.h"
#include "config/mail.h"
#include "text/read.h"

#define SETTINGS_OPTION "--settings"
#define FIELD(name) offsetof(struct gateway_settings, name)

const struct gateway_setting gateway_table[GATEWAY_SETTINGS] = {
	{"--allow-host", "VOYGEN_ALLOW_HOST", "localhost,127.0.0.1,[::1]", 0, 0, FIELD(hosts), GATEWAY_TEXT, true, NULL,
	 "names this server goes by, without port"},
	{"--allow-origin", "VOYGEN_ALLOW_ORIGIN", NULL, 0, 0, FIELD(origins), GATEWAY_TEXT, true, NULL,
	 "origins of web pages that may call, beside those hosts"},
	{"--pool", "VOYGEN_POOL", "8", 1, 200, FIELD(pool), GATEWAY_NUMBER, false, NULL, "connections to the database"},
	{"--queue", "VOYGEN_QUEUE", "1000", 1, 100000, FIELD(waiting), GATEWAY_NUMBER, true, NULL,
	 "calls that may wait for one; more are refused"},
	{"--queue-ms", "VOYGEN_QUEUE_MS", "5000", 1, 600000, FIELD(wait_ms), GATEWAY_NUMBER, true, NULL,
	 "how long a call may wait for one"},
	{"--connections", "VOYGEN_CONNECTIONS", "2048", 1, 100000, FIELD(connections), GATEWAY_NUMBER, true, NULL,
	 "clients at once"},
	{"--max-body", "VOYGEN_MAX_BODY", "33554432", 1024, 1000000000, FIELD(body_bytes), GATEWAY_NUMBER, true, NULL,
	 "bytes of one request"},
	{"--max-held", "VOYGEN_MAX_HELD", "268435456", 1024, 2000000000, FIELD(held_bytes), GATEWAY_NUMBER, true, NULL,
	 "bytes of all requests under way"},
	{"--idle-ms", "VOYGEN_IDLE_MS", "75000", 100, 86400000, FIELD(idle_ms), GATEWAY_NUMBER, true, NULL,
	 "an unused connection is closed after so long"},
	{"--pace-ms", "VOYGEN_PACE_MS", "15000", 100, 3600000, FIELD(pace_ms), GATEWAY_NUMBER, true, NULL,
	 "in so long a client has to send or read 4 kB of what is under way"},
	{"--drain-ms", "VOYGEN_DRAIN_MS", "30000", 0, 3600000, FIELD(drain_ms), GATEWAY_NUMBER, true, NULL,
	 "how long SIGTERM waits for calls that run"},
	{"--resume-ms", "VOYGEN_RESUME_MS", "30000", 0, 3600000, FIELD(resume_ms), GATEWAY_NUMBER, true, NULL,
	 "how long the stream of a request waits for a client who has lost the connection; 0: not at all"},
	{"--jobs", "VOYGEN_JOBS", "2", 0, 100, FIELD(jobs), GATEWAY_NUMBER, false, NULL,
	 "jobs done at once, on connections of their own; 0: none"},
	{"--metrics-token", "VOYGEN_METRICS_TOKEN", NULL, 0, 0, FIELD(metrics_token), GATEWAY_SECRET, true, NULL,
	 "what opens /metrics; without it, they are for direct clients of this machine"},
	{"--refresh", "VOYGEN_REFRESH", "1", 0, 1, FIELD(refresh), GATEWAY_NUMBER, false, NULL,
	 "1 keeps the facts of changed trips fresh, 0 leaves that to others"},
	{"--state-key", "VOYGEN_STATE_KEY", NULL, 0, 0, FIELD(state_key), GATEWAY_SECRET, false, NULL,
	 "secret that gateways share, so that one takes what another has sealed"},
	{"--state-ms", "VOYGEN_STATE_MS", "600000", 1, 86400000, FIELD(state_ms), GATEWAY_NUMBER, true, NULL,
	 "how long a question to a client may wait for its answer"},
	{"--issuer", "VOYGEN_ISSUER", NULL, 0, 0, FIELD(issuer), GATEWAY_TEXT, false, NULL,
	 "whose signed tokens are taken, as their iss says it"},
	{"--audience", "VOYGEN_AUDIENCE", NULL, 0, 0, FIELD(audience), GATEWAY_TEXT, false, NULL,
	 "the address of this server, as their aud says it"},
	{"--jwks", "VOYGEN_JWKS", NULL, 0, 0, FIELD(jwks), GATEWAY_TEXT, false, NULL,
	 "a file, or the address, of the issuer's keys"},
	{"--leeway-s", "VOYGEN_LEEWAY_S", "30", 0, 300, FIELD(leeway_s), GATEWAY_NUMBER, true, NULL,
	 "seconds the clocks of issuer and server may differ"},
	{"--rate", "VOYGEN_RATE", "50000", 0, 1000000, FIELD(rate), GATEWAY_NUMBER, true, NULL,
	 "requests a second of one token, in the long run; 0: no limit"},
	{"--burst", "VOYGEN_BURST", "50000", 1, 1000000, FIELD(burst), GATEWAY_NUMBER, true, NULL,
	 "requests of one token at once"},
	{"--failures", "VOYGEN_FAILURES", "120", 0, 100000, FIELD(failures), GATEWAY_NUMBER, true, NULL,
	 "bad tokens a minute of one address; 0: no limit"},
	{"--per-address", "VOYGEN_PER_ADDRESS", "1536", 1, 100000, FIELD(per_address), GATEWAY_NUMBER, true, NULL,
	 "clients at once from one address"},
	{"--per-caller", "VOYGEN_PER_CALLER", "0", 0, 200, FIELD(per_caller), GATEWAY_NUMBER, true, NULL,
	 "connections for one token; 0: 3/4 of the pool"},
	{"--log-format", "VOYGEN_LOG_FORMAT", "text", 0, 0, FIELD(log_format), GATEWAY_WORD, true, "text|json",
	 "lines of text, or of JSON"},
	{"--log-level", "VOYGEN_LOG_LEVEL", "info", 0, 0, FIELD(log_level), GATEWAY_WORD, true, "info|warning|error",
	 "the least that is logged"},
	{"--share", "VOYGEN_SHARE", "1", 0, 1, FIELD(share), GATEWAY_NUMBER, false, NULL,
	 "1 serves the links to proposals to whoever has one, 0 does not"},
	{"--share-rate", "VOYGEN_SHARE_RATE", "600", 0, 100000, FIELD(share_rate), GATEWAY_NUMBER, true, NULL,
	 "requests under links a minute of one address; 0: no limit"},
	{"--public-url", "VOYGEN_PUBLIC_URL", NULL, 0, 0, FIELD(public_url), GATEWAY_TEXT, false, NULL,
	 "where this server is reached from outside, for links"},
	{SETTINGS_OPTION, "VOYGEN_SETTINGS", NULL, 0, 0, FIELD(file), GATEWAY_TEXT, false, NULL,
	 "a file of these variables, read again at SIGHUP"},
};

/* What was given with the command, else in the environment, else in the file (NULL for none). */
static const char *
value_of(struct arena *arena, const struct gateway_setting *setting, const char *given, const char *file)
{
	const char *value = getenv(setting->variable);

	if (given != NULL)
		return given;
	if (value != NULL && value[0] != '\0')
		return value;
	value = file != NULL ? env_file_value(arena, file, setting->variable) : NULL;
	return value != NULL ? value : setting->fallback;
}

/* --- the file ----------------------------------------------------------------------- */

/* What `make up` writes into .voygen/env for others to read, and the mail server's, which whoever sends reads: such a file may be the
 * one of the settings. */
static bool
is_of_others(const struct env_line *line)
{
	static const char *const names[] = {"VOYGEN_DATABASE_URL", "VOYGEN_GATEWAY_URL", "VOYGEN_TOKEN",
										"VOYGEN_MCP_URL", "VOYGEN_PASSWORD", "VOYGEN_DEMO_LINK"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_is(line->name, names[i]))
			return line->whole;
	}
	return line->whole && mail_settings_has(line->name);
}

static bool
is_setting(const struct env_line *line)
{
	for (int i = 0; i < GATEWAY_SETTINGS; i++)
	{
		if (line->whole && slice_is(line->name, gateway_table[i].variable))
			return strcmp(gateway_table[i].option, SETTINGS_OPTION) != 0;
	}
	return false;
}

/* A name with a slip in it would be a setting that never counts. */
static bool
check_file(struct arena *arena, const char *path, const char *text, struct failure *failure)
{
	struct env_line line = {0};

	while (env_file_next(&text, &line))
	{
		if (is_setting(&line) || is_of_others(&line))
			continue;
		failure_set(failure, "invalid_argument",
					arena_format(arena, "%s, line %d: \"%.*s\" is no setting of the gateway", path, line.number, (int) line.name.length,
								 line.name.at),
					"`voygen serve -h` lists them");
		failure->expected = "VOYGEN_NAME=VALUE";
		return false;
	}
	return true;
}

/* *text becomes NULL when there is no such file to be read. */
static bool
read_file(struct arena *arena, const char *const *given, const char **text, struct failure *failure)
{
	/* the last of the table says where the file is */
	const struct gateway_setting *setting = &gateway_table[GATEWAY_SETTINGS - 1];
	const char *path = value_of(arena, setting, given[GATEWAY_SETTINGS - 1], NULL);
	struct text content;

	*text = NULL;
	if (path == NULL)
		return true;
	if (!read_text(arena, path, &content, failure))
		return false;
	*text = content.bytes;
	return check_file(arena, path, content.bytes, failure);
}

/* --- values ------------------------------------------------------------------------- */

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

/* The place of the word among those of the setting. */
static bool
read_word(struct arena *arena, const struct gateway_setting *setting, const char *text, int *place, struct failure *failure)
{
	const char *word = setting->words;

	for (int i = 0; *word != '\0'; i++)
	{
		size_t length = strcspn(word, "|");

		if (strlen(text) == length && memcmp(word, text, length) == 0)
		{
			*place = i;
			return true;
		}
		word += length + (word[length] == '|');
	}
	failure_set(failure, "invalid_argument", arena_format(arena, "%s (%s) is \"%s\"", setting->option, setting->variable, text), NULL);
	failure->expected = setting->words;
	return false;
}

static bool
read_setting(struct arena *arena, const struct gateway_setting *setting, const char *text, void *field, struct failure *failure)
{
	switch (setting->kind)
	{
		case GATEWAY_TEXT:
		case GATEWAY_SECRET:
			*(const char **) field = text;
			return true;
		case GATEWAY_WORD:
			return read_word(arena, setting, text, field, failure);
		case GATEWAY_NUMBER:
			break;
	}
	return read_number(arena, setting, text, field, failure);
}

bool
gateway_settings_read(struct arena *arena, const char *const *given, struct gateway_settings *settings, struct failure *failure)
{
	const char *file;

	if (!read_file(arena, given, &file, failure))
		return false;
	for (int i = 0; i < GATEWAY_SETTINGS; i++)
	{
		const struct gateway_setting *setting = &gateway_table[i];
		char *field = (char *) settings + setting->offset;
		const char *text = value_of(arena, setting, given[i], file);

		if (!read_setting(arena, setting, text, field, failure))
			return false;
	}
	return true;
}
