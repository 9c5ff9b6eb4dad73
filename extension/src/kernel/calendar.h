/*
 * calendar.h - dates and times as ISO 8601 writes them, read and written for people.
 *
 * A moment is what its text says, in the place it was said of: nothing is converted to another time zone, and what a text does
 * not say (the time of a plain date) is not made up.
 */
#ifndef VOYGEN_KERNEL_CALENDAR_H
#define VOYGEN_KERNEL_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"

struct moment
{
	int year; /* 1 to 9999, of the Gregorian calendar */
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int offset;    /* minutes ahead of UTC */
	bool has_time; /* hour, minute and second are told */
	bool has_offset;
};

/* Reads YYYY-MM-DD, or that with T or a blank, HH:MM[:SS[.fraction]] and perhaps Z or +HH[[:]MM]. NULL, or what is wrong. */
const char *moment_read(kernel_text text, struct moment *moment);

/* Days from 1 January of year 1 to that date. */
long moment_day(const struct moment *moment);

/* Names and customs of a language. */
struct calendar_locale;

/* NULL when it is not known; "en" is the one without a country, day in front of month. */
const struct calendar_locale *calendar_locale(kernel_text name);

/* The locales that are known, for an error. */
extern const char calendar_locales[];

/* The styles and the letters of a format that are known, for errors. */
extern const char calendar_styles[];
extern const char calendar_letters[];

/* The format of a named style; NULL when it is none. */
const char *calendar_style(const struct calendar_locale *locale, kernel_text style);

#define CALENDAR_PIECE_ROOM 40

/*
 * Writes what a letter of strftime stands for; answers its length. 0 with *fault: the letter is none, or the moment does not
 * know that ("%H" of a plain date). `bare` is the minus of "%-d": without zeros in front.
 */
size_t calendar_piece(const struct moment *moment, const struct calendar_locale *locale, char letter, bool bare,
					  char text[CALENDAR_PIECE_ROOM], const char **fault);

#endif
