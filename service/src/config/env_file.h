/*
 * env_file.h - files of shell lines NAME=VALUE, so that `. FILE` in a shell, systemd and this program see the same. An
 * `export` in front and quotes around the value are allowed, as are empty lines and those that begin with #.
 */
#ifndef VOYGEN_CONFIG_ENV_FILE_H
#define VOYGEN_CONFIG_ENV_FILE_H

#include <stdbool.h>

#include "memory/arena.h"
#include "text/slice.h"

/* A line that says something. */
struct env_line
{
	int number;        /* from 1 */
	struct slice name; /* all of the line where there is no = in it */
	struct slice value;
	bool whole; /* it has a = */
};

/* The next line that says something; false at the end. `*text` moves on, and `line`, all zero at first, keeps the count. */
bool env_file_next(const char **text, struct env_line *line);

/* The value of a name, without its quotes; the last line counts. NULL when there is none, or an empty one. */
const char *env_file_value(struct arena *arena, const char *text, const char *name);

#endif
