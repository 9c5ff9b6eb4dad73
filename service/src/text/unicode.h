/*
 * unicode.h - UTF-8 texts by characters: going over them, upper and lower case.
 *
 * A character is a code point. A byte that belongs to no well-formed character counts as one by itself, so nothing here
 * reads beyond a text, whatever its bytes.
 */
#ifndef VOYGEN_UNICODE_H
#define VOYGEN_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/slice.h"

/* What stands for bytes that are no character. */
#define UNICODE_BROKEN 0xFFFDu

/* The character at a byte inside of the text; `at` moves behind it. */
uint32_t unicode_next(struct slice text, size_t *at);

/* The byte behind the character that begins at a byte; one more at the end of the text. */
static inline size_t
unicode_behind(struct slice text, size_t at)
{
	size_t next = at;

	if (at >= text.length)
		return at + 1;
	unicode_next(text, &next);
	return next;
}

/* The byte at which the character in front of a byte begins; `at` must not be 0. */
size_t unicode_before(struct slice text, size_t at);

/* Writes a character as UTF-8; answers the number of bytes. */
size_t unicode_write(uint32_t character, char bytes[4]);

/* A character can become three, each of up to three bytes: of every byte come at most so many. */
#define UNICODE_CASE_GROWTH 3

/*
 * Write a text in upper or lower case by Unicode's full mapping, as ECMA-262 does ("ß" is "SS", a sigma at the end of a
 * word is "ς"); room is UNICODE_CASE_GROWTH times the text. They answer the length in bytes.
 */
size_t unicode_upper(struct slice text, char *into);
size_t unicode_lower(struct slice text, char *into);

#endif
