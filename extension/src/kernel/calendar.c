/*
 * calendar.c - dates and times, read and written.
 */
#include "calendar.h"

#include <stdio.h>

#include "calendar_names.h"

const char calendar_letters[] = "%Y %y %m %d %e %j %u %B %b %A %a %F %H %I %M %S %p %R %T %z %%";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads so many digits at the front and drops them. */
static bool
take_digits(kernel_text *text, size_t count, int *number)
{
	*number = 0;
	if (text->length < count)
		return false;
	for (size_t i = 0; i < count; i++)
	{
		if (!is_digit(text->bytes[i]))
			return false;
		*number = *number * 10 + (text->bytes[i] - '0');
	}
	*text = (kernel_text){text->bytes + count, text->length - count};
	return true;
}

static bool
take(kernel_text *text, char c)
{
	if (text->length == 0 || text->bytes[0] != c)
		return false;
	*text = (kernel_text){text->bytes + 1, text->length - 1};
	return true;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static const char *
read_date(kernel_text *text, struct moment *moment)
{
	if (!take_digits(text, 4, &moment->year) || !take(text, '-') || !take_digits(text, 2, &moment->month) || !take(text, '-') ||
		!take_digits(text, 2, &moment->day))
		return "it is not written YYYY-MM-DD";
	if (moment->year == 0)
		return "there is no year 0";
	if (moment->month < 1 || moment->month > 12)
		return "its month is not 01 to 12";
	if (moment->day < 1 || moment->day > days_of_month(moment->year, moment->month))
		return "its month has no such day";
	return NULL;
}

/* Behind the minutes: seconds, and a fraction of them that is dropped. */
static bool
read_seconds(kernel_text *text, struct moment *moment)
{
	int digit;

	moment->second = 0;
	if (!take(text, ':'))
		return true;
	if (!take_digits(text, 2, &moment->second))
		return false;
	if (!take(text, '.') && !take(text, ','))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	while (take_digits(text, 1, &digit))
		continue;
	return true;
}

static bool
read_offset(kernel_text *text, struct moment *moment)
{
	bool west = text->length > 0 && text->bytes[0] == '-';
	int hours;
	int minutes = 0;

	if (text->length == 0)
		return true;
	moment->has_offset = true;
	if (take(text, 'Z') || take(text, 'z'))
		return text->length == 0;
	if ((!take(text, '+') && !take(text, '-')) || !take_digits(text, 2, &hours))
		return false;
	if (text->length > 0)
	{
		take(text, ':');
		if (!take_digits(text, 2, &minutes) || text->length > 0)
			return false;
	}
	moment->offset = (hours * 60 + minutes) * (west ? -1 : 1);
	return hours < 24 && minutes < 60;
}

const char *
moment_read(kernel_text text, struct moment *moment)
{
	const char *fault;

	*moment = (struct moment){0};
	fault = read_date(&text, moment);
	if (fault != NULL || text.length == 0)
		return fault;
	if (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' '))
		return "behind its date is no time";
	moment->has_time = true;
	if (!take_digits(&text, 2, &moment->hour) || !take(&text, ':') || !take_digits(&text, 2, &moment->minute) ||
		!read_seconds(&text, moment))
		return "its time is not written HH:MM or HH:MM:SS";
	if (moment->hour > 23 || moment->minute > 59 || moment->second > 59)
		return "there is no such time of day";
	return read_offset(&text, moment) ? NULL : "its time zone is not Z or written +HH:MM";
}

/* Days before the first of January of a year. */
static long
days_before_year(int year)
{
	long past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

static int
day_of_year(const struct moment *moment)
{
	int day = moment->day;

	for (int month = 1; month < moment->month; month++)
		day += days_of_month(moment->year, month);
	return day;
}

long
moment_day(const struct moment *moment)
{
	return days_before_year(moment->year) + day_of_year(moment) - 1;
}

/* 0 is Monday: so was 1 January of year 1. */
static int
weekday(const struct moment *moment)
{
	return (int) (moment_day(moment) % 7);
}

static size_t
write_number(char *text, int number, int width, bool bare)
{
	return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%0*d", bare ? 1 : width, number);
}

static size_t
write_word(char *text, const char *word)
{
	return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%s", word);
}

static size_t
write_offset(char *text, const struct moment *moment, const char **fault)
{
	int minutes = moment->offset < 0 ? -moment->offset : moment->offset;

	if (!moment->has_offset)
	{
		*fault = "no time zone";
		return 0;
	}
	return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%c%02d:%02d", moment->offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static size_t
write_time(char *text, const struct moment *moment, char letter, bool bare, const char **fault)
{
	int half_day = moment->hour % 12 == 0 ? 12 : moment->hour % 12;

	if (!moment->has_time)
	{
		*fault = "no time of day";
		return 0;
	}
	switch (letter)
	{
		case 'H':
			return write_number(text, moment->hour, 2, bare);
		case 'I':
			return write_number(text, half_day, 2, bare);
		case 'M':
			return write_number(text, moment->minute, 2, bare);
		case 'S':
			return write_number(text, moment->second, 2, bare);
		case 'p':
			return write_word(text, moment->hour < 12 ? "AM" : "PM");
		case 'R':
			return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%02d:%02d", moment->hour, moment->minute);
		default:
			return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%02d:%02d:%02d", moment->hour, moment->minute, moment->second);
	}
}

size_t
calendar_piece(const struct moment *moment, const struct calendar_locale *locale, char letter, bool bare, char text[CALENDAR_PIECE_ROOM],
			   const char **fault)
{
	switch (letter)
	{
		case 'Y':
			return write_number(text, moment->year, 4, bare);
		case 'y':
			return write_number(text, moment->year % 100, 2, bare);
		case 'm':
			return write_number(text, moment->month, 2, bare);
		case 'd':
			return write_number(text, moment->day, 2, bare);
		case 'e':
			return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, bare ? "%d" : "%2d", moment->day);
		case 'j':
			return write_number(text, day_of_year(moment), 3, bare);
		case 'u':
			return write_number(text, weekday(moment) + 1, 1, bare);
		case 'B':
			return write_word(text, locale->months[moment->month - 1]);
		case 'b':
			return write_word(text, locale->short_months[moment->month - 1]);
		case 'A':
			return write_word(text, locale->weekdays[weekday(moment)]);
		case 'a':
			return write_word(text, locale->short_weekdays[weekday(moment)]);
		case 'F':
			return (size_t) snprintf(text, CALENDAR_PIECE_ROOM, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
		case 'z':
			return write_offset(text, moment, fault);
		case '%':
			return write_word(text, "%");
		case 'H':
		case 'I':
		case 'M':
		case 'S':
		case 'p':
		case 'R':
		case 'T':
			return write_time(text, moment, letter, bare, fault);
		default:
			*fault = "";
			return 0;
	}
}
