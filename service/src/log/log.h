/*
 * log.h - what the gateway tells its operator, on stderr.
 */
#ifndef VOYGEN_LOG_H
#define VOYGEN_LOG_H

#include <stdint.h>

enum log_level
{
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR
};

enum log_format
{
	LOG_FORMAT_TEXT, /* time, level, words */
	LOG_FORMAT_JSON  /* an object a line: time, level, message, and the fields */
};

/* What a program that reads the log looks for; the words say it as well. The last of a list has no name. */
struct log_field
{
	const char *name;
	const char *text; /* or, where it is NULL, */
	int64_t number;
};

/* How lines look from now on, and the level below which they are left out. Until then: text, all of them. */
void log_configure(enum log_format format, enum log_level least);

/* One line. Never hand it a token, an argument of a tool or a result. */
void log_say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_say_with(enum log_level level, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
