/*
 * day.c
 *	  Days between text and the count of kernels.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/datetime.h"

#include "pg/day.h"

bool
day_two_digits(const char *text, int lowest, int highest)
{
	int number;

	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	number = (text[0] - '0') * 10 + text[1] - '0';
	return number >= lowest && number <= highest;
}

bool
day_from_text(const char *text, int length, kernel_day *day)
{
	int year;
	int month;
	int of_month;

	if (length != 10 || !day_two_digits(text, 0, 99) || !day_two_digits(text + 2, 0, 99) || text[4] != '-' ||
		!day_two_digits(text + 5, 1, 12) || text[7] != '-' || !day_two_digits(text + 8, 1, 31))
		return false;
	year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
	month = (text[5] - '0') * 10 + text[6] - '0';
	of_month = (text[8] - '0') * 10 + text[9] - '0';
	if (year == 0 || of_month > day_tab[isleap(year)][month - 1])
		return false;
	*day = date2j(year, month, of_month) - POSTGRES_EPOCH_JDATE;
	return true;
}
