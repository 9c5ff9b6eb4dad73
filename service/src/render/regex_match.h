/*
 * regex_match.h - the inside of regular expressions, for what cuts texts by them.
 */
#ifndef VOYGEN_RENDER_REGEX_MATCH_H
#define VOYGEN_RENDER_REGEX_MATCH_H

#include "render/regex.h"

struct matcher;

/* The matches of an expression in a text, one after the other. Lives in the heap of the render. */
struct matches
{
	struct render *run;
	const struct regex *regex;
	struct slice text;
	struct matcher *matcher;
	/* the match found last: bytes of start and end of the whole and of each group; SIZE_MAX for a group without a match */
	const size_t *groups;
	size_t count;
};

/* Fails when the text is not UTF-8. */
void matches_open(struct render *run, const struct regex *regex, struct slice text, struct matches *matches);

/* The first match that begins at or behind a byte; false when there is none. Fails when finding out takes too long. */
bool matches_find(struct matches *matches, size_t from);

/* The replacement with JavaScript's $&, $1, $$ and so on filled in, from `count` groups as above. */
void regex_expand(struct render *run, struct buffer *buffer, struct slice text, struct slice replacement, const size_t *groups,
				  size_t count);

/* PCRE2's spelling of a pattern of JavaScript, in the arena; `multiline` is flag m. NULL with *error when it is none. */
const char *regex_translate(struct arena *arena, struct slice pattern, bool multiline, const char **error);

#endif
