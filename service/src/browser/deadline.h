/*
 * deadline.h - moments by which something has to be done, in milliseconds of the monotonic clock.
 */
#ifndef VOYGEN_BROWSER_DEADLINE_H
#define VOYGEN_BROWSER_DEADLINE_H

#include <stdint.h>
#include <time.h>

static inline int64_t
deadline_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int64_t
deadline_in(int64_t milliseconds)
{
	return deadline_now() + milliseconds;
}

/* Milliseconds until then, as poll takes them; 0 when it has passed. */
static inline int
deadline_left(int64_t deadline)
{
	int64_t left = deadline - deadline_now();

	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX
											: (int) left;
}

#endif
