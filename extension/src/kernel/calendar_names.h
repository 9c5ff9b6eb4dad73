/*
 * calendar_names.h - what months and days are called, and how a date is put together.
 */
#ifndef VOYGEN_KERNEL_CALENDAR_NAMES_H
#define VOYGEN_KERNEL_CALENDAR_NAMES_H

struct calendar_locale
{
	const char *name;
	const char *const *months;
	const char *const *short_months;
	const char *const *weekdays; /* from Monday */
	const char *const *short_weekdays;
	const char *const *styles; /* formats, in the order of the styles' names */
};

#endif
