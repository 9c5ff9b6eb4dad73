/*
 * settings.c - reads the configuration from the environment and from .voygen/env.
 */
#include "config/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/env_file.h"
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
	settings->public_url = environment("VOYGEN_PUBLIC_URL");
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
		settings->database_url = env_file_value(arena, text.bytes, "VOYGEN_DATABASE_URL");
		settings->gateway_url = env_file_value(arena, text.bytes, "VOYGEN_GATEWAY_URL");
		if (settings->public_url == NULL)
			settings->public_url = env_file_value(arena, text.bytes, "VOYGEN_PUBLIC_URL");
	}
	if (settings->token == NULL)
		settings->token = env_file_value(arena, text.bytes, "VOYGEN_TOKEN");
	return true;
}
