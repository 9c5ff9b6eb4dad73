/*
 * log.c - lines on stderr, as text or as objects of JSON. One write per line, so that lines of several processes do not
 * mix; nothing is allocated, so that a process without memory can still say so.
 */
#include "log/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORD_BYTES 1000
/* Escaped, a byte is at most six; beside the words there is room for the rest of the line. */
#define LINE_BYTES (6 * WORD_BYTES + 2048)

/* Cancelling speaks from a thread of its own. */
static atomic_int format_now = LOG_FORMAT_TEXT;
static atomic_int least_now = LOG_LEVEL_INFO;

struct line
{
	size_t length;
	char bytes[LINE_BYTES];
};

void
log_configure(enum log_format format, enum log_level least)
{
	atomic_store(&format_now, format);
	atomic_store(&least_now, least);
}

static void
put_bytes(struct line *line, const char *bytes, size_t length)
{
	/* the end of the line always has room */
	if (line->length + length > LINE_BYTES - 3)
		return;
	memcpy(line->bytes + line->length, bytes, length);
	line->length += length;
}

static void
put(struct line *line, const char *text)
{
	put_bytes(line, text, strlen(text));
}

/* --- JSON ---------------------------------------------------------------------- */

/* How many bytes the character of UTF-8 at this place has; 0 when there is none, as where a text was cut. */
static size_t
character(const unsigned char *at)
{
	size_t length = 0;

	if (at[0] < 0x80)
		length = 1;
	else if (at[0] >= 0xc2 && at[0] <= 0xdf)
		length = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef)
		length = 3;
	else if (at[0] >= 0xf0 && at[0] <= 0xf4)
		length = 4;
	for (size_t i = 1; i < length; i++)
	{
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* written longer than need be, surrogates, beyond the last character */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf0 && at[1] < 0x90) ||
		(at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

static void
put_escaped(struct line *line, unsigned char byte)
{
	char escaped[8];

	if (byte == '"' || byte == '\\')
		snprintf(escaped, sizeof(escaped), "\\%c", byte);
	else if (byte == '\n')
		snprintf(escaped, sizeof(escaped), "\\n");
	else
		snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
	put(line, escaped);
}

/* A string of JSON; bytes that are no UTF-8 become the replacement character. */
static void
put_quoted(struct line *line, const char *text)
{
	put(line, "\"");
	for (const unsigned char *at = (const unsigned char *) text; *at != '\0';)
	{
		size_t length = character(at);

		if (length == 0)
			put(line, "\\ufffd");
		else if (*at < 0x20 || *at == '"' || *at == '\\' || *at == 0x7f)
			put_escaped(line, *at);
		else
			put_bytes(line, (const char *) at, length);
		at += length > 0 ? length : 1;
	}
	put(line, "\"");
}

static void
put_field(struct line *line, const struct log_field *field)
{
	char number[24];

	put(line, ",");
	put_quoted(line, field->name);
	put(line, ":");
	snprintf(number, sizeof(number), "%lld", (long long) field->number);
	if (field->text != NULL)
		put_quoted(line, field->text);
	else
		put(line, number);
}

static void
make_json(struct line *line, const char *time, const char *level, const char *words, const struct log_field *fields)
{
	put(line, "{\"time\":");
	put_quoted(line, time);
	put(line, ",\"level\":");
	put_quoted(line, level);
	put(line, ",\"message\":");
	put_quoted(line, words);
	for (; fields != NULL && fields->name != NULL; fields++)
		put_field(line, fields);
	put(line, "}");
}

/* --- text ----------------------------------------------------------------------- */

static void
make_text(struct line *line, const char *time, const char *level, const char *words)
{
	put(line, time);
	put(line, " ");
	put(line, level);
	put(line, " ");
	put(line, words);
	/* what libpq and the system say may be several lines */
	for (size_t i = 0; i < line->length; i++)
	{
		if (line->bytes[i] == '\n' || line->bytes[i] == '\r')
			line->bytes[i] = ' ';
	}
}

/* --- a line ---------------------------------------------------------------------- */

static void __attribute__((format(printf, 3, 0)))
say(enum log_level level, const struct log_field *fields, const char *format, va_list arguments)
{
	static const char *const levels[] = {"info", "warning", "error"};
	char words[WORD_BYTES];
	char moment[24];
	time_t now = time(NULL);
	struct tm utc;
	struct line line;

	if ((int) level < atomic_load(&least_now))
		return;
	line.length = 0;
	gmtime_r(&now, &utc);
	strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", &utc);
	vsnprintf(words, sizeof(words), format, arguments);
	if (atomic_load(&format_now) == LOG_FORMAT_JSON)
		make_json(&line, moment, levels[level], words, fields);
	else
		make_text(&line, moment, levels[level], words);
	line.bytes[line.length++] = '\n';
	if (write(STDERR_FILENO, line.bytes, line.length) < 0)
		return; /* nobody is left to be told */
}

void
log_say(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(level, NULL, format, arguments);
	va_end(arguments);
}

void
log_say_with(enum log_level level, const struct log_field *fields, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(level, fields, format, arguments);
	va_end(arguments);
}
