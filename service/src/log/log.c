/*
 * log.c - lines on stderr: time, level, words. One write per line, so that lines of several processes do not mix.
 */
#include "log/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 1024

void
log_say(enum log_level level, const char *format, ...)
{
	static const char *const levels[] = {"info", "warning", "error"};
	char line[LINE_BYTES];
	time_t now = time(NULL);
	struct tm utc;
	va_list arguments;
	size_t length;

	gmtime_r(&now, &utc);
	length = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &utc);
	length += (size_t) snprintf(line + length, sizeof(line) - length, "%s ", levels[level]);
	va_start(arguments, format);
	vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
	va_end(arguments);
	length = strlen(line);
	/* what libpq and the system say may be several lines */
	for (char *at = line; *at != '\0'; at++)
	{
		if (*at == '\n' || *at == '\r')
			*at = ' ';
	}
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		return; /* nobody is left to be told */
}
