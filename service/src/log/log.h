/*
 * log.h - what the gateway tells its operator, on stderr.
 */
#ifndef VOYGEN_LOG_H
#define VOYGEN_LOG_H

enum log_level
{
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR
};

/* One line. Never hand it a token, an argument of a tool or a result. */
void log_say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
