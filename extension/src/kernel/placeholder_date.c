/*
 * placeholder_date.c: dates and times in formats of letters: YYYY YY MMMM MMM MM M DD D Do dddd ddd HH H hh h mm m ss s A a Z,
 * anything in [brackets] as it stands.
 *
 * A value is a date (2025-03-15), a timestamp of ISO 8601, or a time of day (8:30, 08:30:00, 8:30 PM). Its parts are printed as
 * they are: nothing is moved to another zone, and what a value does not say is not made up.
 */
#include "placeholder_inside.h"

#include <stdio.h>

#include "calendar.h"

/* A run of one letter as the calendar's letter: D is written "%-d". */
typedef struct date_token
{
	const char *letters;
	char piece;
	bool bare;
	bool of_day; /* of the date, else of the time */
} date_token;

static const date_token tokens[] = {
	{"YYYY", 'Y', false, true},
	{"YY", 'y', false, true},
	{"MMMM", 'B', false, true},
	{"MMM", 'b', false, true},
	{"MM", 'm', false, true},
	{"M", 'm', true, true},
	{"DD", 'd', false, true},
	{"D", 'd', true, true},
	{"dddd", 'A', false, true},
	{"ddd", 'a', false, true},
	{"HH", 'H', false, false},
	{"H", 'H', true, false},
	{"hh", 'I', false, false},
	{"h", 'I', true, false},
	{"mm", 'M', false, false},
	{"m", 'M', true, false},
	{"ss", 'S', false, false},
	{"s", 'S', true, false},
	{"A", 'p', false, false},
	{"a", 'p', true, false},
	{"Z", 'z', false, false},
};

/* What a value says. */
typedef struct moment_said
{
	struct moment moment;
	bool day;
} moment_said;

/* The token at a place; NULL when the run of letters there is none. *length is that of the run. */
static const date_token *
token_at(kernel_text format, size_t at, size_t *length)
{
	char letter = format.bytes[at];

	*length = 1;
	while (at + *length < format.length && format.bytes[at + *length] == letter)
		++*length;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		if (tokens[i].letters[0] == letter && strlen(tokens[i].letters) == *length)
			return &tokens[i];
	return NULL;
}

/* "Do": the day with its ending. */
static bool
is_ordinal(kernel_text format, size_t at, size_t length)
{
	return length == 1 && format.bytes[at] == 'D' && at + 1 < format.length && format.bytes[at + 1] == 'o';
}

/* The length of [words] with their brackets; 0 when none begin here. */
static size_t
bracketed(kernel_text format, size_t at)
{
	const char *end = format.bytes[at] == '[' ? memchr(format.bytes + at, ']', format.length - at) : NULL;

	return end != NULL ? (size_t) (end - format.bytes) - at + 1 : 0;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

placeholder_format
placeholder_date_format(kernel_text text)
{
	placeholder_format format = PLACEHOLDER_NO_FORMAT;
	size_t length;

	for (size_t at = 0; at < text.length; at += length)
	{
		length = bracketed(text, at);
		if (length > 0)
			continue;
		if (is_letter(text.bytes[at]))
		{
			if (token_at(text, at, &length) == NULL)
				return PLACEHOLDER_NO_FORMAT;
			if (length > 1)
				format = PLACEHOLDER_SURE_FORMAT;
			else if (format == PLACEHOLDER_NO_FORMAT)
				format = PLACEHOLDER_PERHAPS_FORMAT;
			length += is_ordinal(text, at, length);
			continue;
		}
		length = 1;
		if (memchr(" ,.:/-", text.bytes[at], 6) == NULL)
			return PLACEHOLDER_NO_FORMAT;
	}
	return format;
}

/* Reads the hour of a time of day with its half: "8:30 PM" as 20:30 into five bytes. */
static bool
half_day_read(kernel_text text, char clock[5])
{
	size_t colon = text.length > 1 && text.bytes[1] == ':' ? 1 : 2;
	int hour = 0;
	char half;

	if (text.length < colon + 5 || text.bytes[colon] != ':' || (text.bytes[text.length - 1] | 0x20) != 'm')
		return false;
	for (size_t i = 0; i < colon; i++)
	{
		if (text.bytes[i] < '0' || text.bytes[i] > '9')
			return false;
		hour = hour * 10 + text.bytes[i] - '0';
	}
	half = (char) (text.bytes[text.length - 2] | 0x20);
	if (hour < 1 || hour > 12 || (half != 'a' && half != 'p') || text.length - colon - 3 > 3 ||
		(text.length - colon == 6 && text.bytes[colon + 3] != ' '))
		return false;
	hour = hour % 12 + (half == 'p' ? 12 : 0);
	clock[0] = (char) ('0' + hour / 10);
	clock[1] = (char) ('0' + hour % 10);
	memcpy(clock + 2, text.bytes + colon, 3);
	return true;
}

/* A time of day alone: the calendar reads it behind a day of which nothing is taken. */
static bool
time_read(kernel_text text, struct moment *moment)
{
	char whole[32] = "2000-01-01T";
	size_t length = 11;

	if (text.length < 4 || text.length > 8)
		return false;
	if (half_day_read(text, whole + length))
		length += 5;
	else
	{
		if (text.bytes[1] == ':')
			whole[length++] = '0';
		memcpy(whole + length, text.bytes, text.length);
		length += text.length;
	}
	return moment_read((kernel_text){whole, length}, moment) == NULL && !moment->has_offset;
}

static bool
say_read(kernel_text text, moment_said *said)
{
	said->day = moment_read(text, &said->moment) == NULL;
	return said->day || time_read(text, &said->moment);
}

bool
placeholder_date_reads(kernel_text text)
{
	moment_said said;

	return say_read(text, &said);
}

/* 1st, 2nd, 3rd, 4th, ... 11th */
static size_t
ordinal_write(int day, char text[CALENDAR_PIECE_ROOM])
{
	static const char *const endings[] = {"th", "st", "nd", "rd"};
	int last = day % 10 <= 3 && day / 10 != 1 ? day % 10 : 0;

	return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%d%s", day, endings[last]);
}

/* One token; NULL, or what the value does not say. */
static const char *
token_write(jdoc_text *out, const moment_said *said, const date_token *token, bool ordinal)
{
	char piece[CALENDAR_PIECE_ROOM];
	const char *fault = NULL;
	size_t length;

	if (token->of_day && !said->day)
		return "it says no day, and the format asks for one";
	if (ordinal)
		length = ordinal_write(said->moment.day, piece);
	else
		length = calendar_piece(&said->moment, calendar_locale(KERNEL_TEXT_OF("en")), token->piece, token->bare, piece, &fault);
	if (fault != NULL)
		return token->piece == 'z' && said->moment.has_time ? "it says no time zone, and the format asks for one"
															: "it says no time of day, and the format asks for one";
	if (token->piece == 'p' && token->bare)
		for (size_t i = 0; i < length; i++)
			piece[i] = (char) (piece[i] | 0x20);
	jdoc_text_add(out, piece, length);
	return NULL;
}

bool
placeholder_date_write(arena *memory, kernel_text text, kernel_text format, kernel_text *written, const char **why)
{
	jdoc_text out;
	moment_said said;
	size_t length;

	*why = "it is no date or time";
	if (!say_read(text, &said))
		return false;
	jdoc_text_start(&out, memory);
	*why = NULL;
	for (size_t at = 0; at < format.length && *why == NULL; at += length)
	{
		const date_token *token = NULL;
		bool ordinal = false;

		length = bracketed(format, at);
		if (length > 0)
		{
			jdoc_text_add(&out, format.bytes + at + 1, length - 2);
			continue;
		}
		length = 1;
		if (is_letter(format.bytes[at]))
			token = token_at(format, at, &length);
		if (token == NULL)
		{
			jdoc_text_add(&out, format.bytes + at, length);
			continue;
		}
		ordinal = is_ordinal(format, at, length);
		length += ordinal;
		*why = token_write(&out, &said, token, ordinal);
	}
	*written = (kernel_text){out.bytes, out.length};
	return *why == NULL && !out.failed && out.bytes != NULL;
}
