/*
 * mail.c - reads the settings of the mail server.
 */
#include "config/mail.h"

#include <stdlib.h>
#include <string.h>

#include "config/env_file.h"
#include "text/read.h"

/* Below half of what an order may take (job/maker.c): a server that says nothing is waited for once more, to say good-bye. */
#define TIMEOUT_S_MOST 40

static const char *const names[] = {
	"VOYGEN_SMTP_URL",
	"VOYGEN_SMTP_USER",
	"VOYGEN_SMTP_PASSWORD",
	"VOYGEN_SMTP_TLS",
	"VOYGEN_SMTP_CA",
	"VOYGEN_SMTP_TIMEOUT_S",
};

enum
{
	URL,
	USER,
	PASSWORD,
	TLS,
	CA,
	TIMEOUT_S,
	COUNT
};

bool
mail_settings_has(struct slice name)
{
	for (int i = 0; i < COUNT; i++)
	{
		if (slice_is(name, names[i]))
			return true;
	}
	return false;
}

/* NULL for what is in neither. */
static bool
read_values(struct arena *arena, const char **values, struct failure *failure)
{
	const char *path = getenv("VOYGEN_SETTINGS");
	struct text file = {.bytes = ""};

	if (path != NULL && path[0] != '\0' && !read_text(arena, path, &file, failure))
		return false;
	for (int i = 0; i < COUNT; i++)
	{
		values[i] = getenv(names[i]);
		if (values[i] == NULL || values[i][0] == '\0')
			values[i] = env_file_value(arena, file.bytes, names[i]);
	}
	return true;
}

static bool
wrong(struct arena *arena, int which, const char *expected, struct failure *failure)
{
	return failure_set(failure, "precondition_failed", arena_format(arena, "the setting %s is not %s", names[which], expected), NULL);
}

static bool
read_timeout(struct arena *arena, const char *text, int *seconds, struct failure *failure)
{
	char *end;
	long value;

	*seconds = TIMEOUT_S_MOST;
	if (text == NULL)
		return true;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || value < 1 || value > TIMEOUT_S_MOST)
		return wrong(arena, TIMEOUT_S, arena_format(arena, "a whole number from 1 to %d", TIMEOUT_S_MOST), failure);
	*seconds = (int) value;
	return true;
}

static bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool
mail_settings_read(struct arena *arena, struct mail_settings *settings, struct failure *failure)
{
	const char *values[COUNT];

	if (!read_values(arena, values, failure))
		return false;
	*settings = (struct mail_settings){
		.url = values[URL],
		.user = values[USER],
		.password = values[PASSWORD],
		.tls = values[TLS] == NULL || strcmp(values[TLS], "none") != 0,
		.authorities = values[CA],
	};
	if (settings->url == NULL)
		return failure_set(failure, "precondition_failed",
						   "no mail server is set: VOYGEN_SMTP_URL (smtp://HOST:587) of whoever runs the jobs", NULL);
	if (!starts(settings->url, "smtp://") && !starts(settings->url, "smtps://"))
		return wrong(arena, URL, "smtp://HOST:PORT or smtps://HOST:PORT", failure);
	if (settings->tls && values[TLS] != NULL && strcmp(values[TLS], "required") != 0)
		return wrong(arena, TLS, "required or none", failure);
	if ((settings->user == NULL) != (settings->password == NULL))
		return wrong(arena, settings->user == NULL ? USER : PASSWORD, "set, but the other of user and password is", failure);
	if (settings->user != NULL && !settings->tls && starts(settings->url, "smtp://"))
		return wrong(arena, TLS, "required, so VOYGEN_SMTP_PASSWORD would be sent in the clear", failure);
	return read_timeout(arena, values[TIMEOUT_S], &settings->timeout_s, failure);
}
