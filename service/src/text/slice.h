/*
 * slice.h - a piece of a text that lies elsewhere: not owned, not terminated.
 */
#ifndef VOYGEN_SLICE_H
#define VOYGEN_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct slice
{
	const char *at; /* NULL: there is none */
	size_t length;
};

#define SLICE_OF(literal) ((struct slice){"" literal, sizeof(literal) - 1})

static inline struct slice
slice_of(const char *text)
{
	return (struct slice){text, text != NULL ? strlen(text) : 0};
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static inline bool
slice_is(struct slice slice, const char *word)
{
	return slice.at != NULL && strlen(word) == slice.length && memcmp(slice.at, word, slice.length) == 0;
}

/* The same without regard to case, for ASCII. */
static inline bool
slice_is_caseless(struct slice slice, const char *word)
{
	return slice.at != NULL && strlen(word) == slice.length && strncasecmp(slice.at, word, slice.length) == 0;
}

static inline bool
slice_starts(struct slice slice, const char *word)
{
	size_t length = strlen(word);

	return slice.length >= length && memcmp(slice.at, word, length) == 0;
}

/* Without the blanks and tabs around it. */
static inline struct slice
slice_trimmed(struct slice slice)
{
	while (slice.length > 0 && (slice.at[0] == ' ' || slice.at[0] == '\t'))
	{
		slice.at++;
		slice.length--;
	}
	while (slice.length > 0 && (slice.at[slice.length - 1] == ' ' || slice.at[slice.length - 1] == '\t'))
		slice.length--;
	return slice;
}

#endif
