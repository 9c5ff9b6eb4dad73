/*
 * day.h
 *	  Days between text and the count of kernels.
 */
#ifndef VOYGEN_DAY_H
#define VOYGEN_DAY_H

#include "postgres.h"

#include "kernel/kernel.h"

/* Reads YYYY-MM-DD of the calendar, year 1 to 9999; false for anything else. */
extern bool day_from_text(const char *text, int length, kernel_day *day);

/* Two digits as a number within bounds. */
extern bool day_two_digits(const char *text, int lowest, int highest);

#endif
