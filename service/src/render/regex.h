/*
 * regex.h - regular expressions of templates, r/…/flags.
 */
#ifndef VOYGEN_RENDER_REGEX_H
#define VOYGEN_RENDER_REGEX_H

#include <stdbool.h>

#include "memory/arena.h"
#include "render/run.h"
#include "text/slice.h"

/* Compiled once, with its template; used by any number of renders, none of which changes it. */
struct regex
{
	struct slice pattern;
	struct slice flags; /* of g, i, m, y */
	bool global;
	const char *translated; /* the pattern as the matcher spells it */
	const void *code;       /* of the matcher's own, in the arena */
};

/* NULL with *error, static or in the arena, when the pattern is none. */
const struct regex *regex_compile(struct arena *arena, struct slice pattern, struct slice flags, const char **error);

/* JavaScript's regex.test(text); what it costs is charged to the render and limited. */
bool regex_test(struct render *run, const struct regex *regex, struct slice text);

/* JavaScript's text.replace(regex, replacement), with $1, $& and the like. */
struct value regex_replace(struct render *run, const struct regex *regex, struct slice text, struct slice replacement);

#endif
