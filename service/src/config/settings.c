/*
 * settings.c - reads the configuration from the environment and from .voygen/env.
 *
 * The file holds shell lines NAME=VALUE (an `export` in front and quotes around the value are allowed), so that
 * `. .voygen/env` in a shell and this program see the same.
 */
#include "config/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/read.h"

/* The folder of the checkout this program was built in, from /proc; NULL when it cannot be told. */
static const char *
checkout_folder(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length <= 0)
		return NULL;
	path[length] = '\0';
	for (int up = 0; up < 2; up++)
	{
		char *slash = strrchr(path, '/');

		if (slash == NULL)
			return NULL;
		*slash = '\0';
	}
	return arena_string(arena, path);
}

/* The first env file that exists, or NULL. */
static const char *
env_file(struct arena *arena)
{
	const char *near = ".voygen/env";
	const char *folder;
	const char *built;

	if (access(near, F_OK) == 0)
		return near;
	folder = checkout_folder(arena);
	if (folder == NULL)
		return NULL;
	built = arena_format(arena, "%s/.voygen/env", folder);
	return access(built, F_OK) == 0 ? built : NULL;
}

/* The value without the quotes of the shell. */
static const char *
unquoted(struct arena *arena, const char *value, size_t length)
{
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\r'))
		length--;
	if (length >= 2 && (value[0] == '\'' || value[0] == '"') && value[length - 1] == value[0])
		return arena_copy(arena, value + 1, length - 2);
	return arena_copy(arena, value, length);
}

/* A line NAME=VALUE gives the value when the name is the one asked for; the last such line counts. */
static void
take_line(struct arena *arena, const char *line, size_t length, const char *name, const char **value)
{
	const char *export = "export ";
	size_t name_length = strlen(name);

	if (length > strlen(export) && strncmp(line, export, strlen(export)) == 0)
	{
		line += strlen(export);
		length -= strlen(export);
	}
	if (length > name_length && strncmp(line, name, name_length) == 0 && line[name_length] == '=')
		*value = unquoted(arena, line + name_length + 1, length - name_length - 1);
}

static const char *
file_value(struct arena *arena, const char *text, const char *name)
{
	const char *value = NULL;

	for (const char *line = text; *line != '\0';)
	{
		size_t length = strcspn(line, "\n");

		take_line(arena, line, length, name, &value);
		line += length + (line[length] == '\n');
	}
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* An environment variable; one that is set but empty counts as not set. */
static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

bool
settings_read(struct arena *arena, struct settings *settings, struct failure *failure)
{
	const char *path;
	struct text text;

	bool addressed;

	settings->database_url = environment("VOYGEN_DATABASE_URL");
	settings->gateway_url = environment("VOYGEN_GATEWAY_URL");
	settings->token = environment("VOYGEN_TOKEN");
	addressed = settings->database_url != NULL || settings->gateway_url != NULL;
	if (addressed && settings->token != NULL)
		return true;
	path = env_file(arena);
	if (path == NULL)
		return true;
	if (!read_text(arena, path, &text, failure))
	{
		failure->hint =
			"run as the user who ran `make up`, or set VOYGEN_DATABASE_URL, VOYGEN_GATEWAY_URL and VOYGEN_TOKEN";
		return false;
	}
	if (!addressed)
	{
		settings->database_url = file_value(arena, text.bytes, "VOYGEN_DATABASE_URL");
		settings->gateway_url = file_value(arena, text.bytes, "VOYGEN_GATEWAY_URL");
	}
	if (settings->token == NULL)
		settings->token = file_value(arena, text.bytes, "VOYGEN_TOKEN");
	return true;
}
