/*
 * settings.h - where the database is and who is asking: the program's only configuration.
 */
#ifndef VOYGEN_SETTINGS_H
#define VOYGEN_SETTINGS_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"

/*
 * Each value comes from the environment; when it is not there, from `.voygen/env` in the current folder, else
 * from the one of the checkout the program was built in (build/voygen: .voygen/env beside build/). The two
 * addresses are one set: when the environment gives either, the file is asked for neither, so that a command
 * never administers one database and calls another; nor for the public address, which belongs to them.
 */
struct settings
{
	const char *database_url; /* VOYGEN_DATABASE_URL: the login of an administrator; NULL when nobody says */
	const char *gateway_url;  /* VOYGEN_GATEWAY_URL: the login that may only call tools; NULL when nobody says */
	const char *token;        /* VOYGEN_TOKEN; NULL when nobody says */
	const char *public_url;   /* VOYGEN_PUBLIC_URL: where the gateway is reached from outside; NULL when nobody says */
};

bool settings_read(struct arena *arena, struct settings *settings, struct failure *failure);

#endif
