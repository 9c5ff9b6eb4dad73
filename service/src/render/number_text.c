/*
 * number_text.c - the fewest digits of a double.
 *
 * Whole numbers and short decimals, which is nearly everything a template prints, need no search: when m / 10^k with
 * m < 10^15 gives the double back, its digits are those of m, since of the decimals with at most 15 digits only one reads
 * as a given double. The rest is printed with 15, 16 and 17 digits until it reads back.
 */
#include "render/number_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 17
#define EXACT_WHOLE 9007199254740992.0 /* 2^53 */
#define EXACT_DECIMAL 1e15             /* below it every decimal of its digits is told apart from the others */
#define SHORT_DECIMALS 6
#define PLAIN_BELOW 1e21 /* from here on an exponent is written */

/* The value is 0.d1d2d3... times ten to the power of `point`; no zero at either end. */
struct digits
{
	char at[DIGITS_MOST + 1];
	int count;
	int point;
};

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

/* Writes a whole number; answers its length. */
static size_t
write_whole(uint64_t whole, char *text)
{
	char reversed[20];
	size_t count = 0;

	do
		reversed[count++] = (char) ('0' + whole % 10);
	while ((whole /= 10) > 0);
	for (size_t i = 0; i < count; i++)
		text[i] = reversed[count - 1 - i];
	return count;
}

/* Digits of m / 10^k for the first k that gives the value back; false when none does. */
static bool
short_decimal(double value, struct digits *digits)
{
	if (value < 1e-3 || value >= EXACT_DECIMAL)
		return false;
	for (int k = 1; k <= SHORT_DECIMALS; k++)
	{
		double scaled = round(value * powers[k]);

		if (scaled >= EXACT_DECIMAL)
			return false;
		if (scaled / powers[k] == value)
		{
			digits->count = (int) write_whole((uint64_t) scaled, digits->at);
			digits->point = digits->count - k;
			return true;
		}
	}
	return false;
}

static void
digits_trim(struct digits *digits)
{
	while (digits->count > 1 && digits->at[digits->count - 1] == '0')
		digits->count--;
}

/* The nearest decimal of so many digits; the text it was taken from, d.ddde[+-]x, is left in `text`. */
static void
digits_print(double value, int count, struct digits *digits, char text[32])
{
	snprintf(text, 32, "%.*e", count - 1, value);
	digits->at[0] = text[0];
	for (int i = 1; i < count; i++)
		digits->at[i] = text[i + 1]; /* behind the point */
	digits->count = count;
	digits->point = atoi(strchr(text, 'e') + 1) + 1;
}

static double
digits_value(const struct digits *digits)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*se%d", digits->count, digits->at, digits->point - digits->count);
	return strtod(text, NULL);
}

/* One more in the last place. */
static void
digits_step(struct digits *digits)
{
	int i = digits->count - 1;

	while (i >= 0 && digits->at[i] == '9')
		digits->at[i--] = '0';
	if (i >= 0)
	{
		digits->at[i]++;
		return;
	}
	digits->at[0] = '1';
	digits->point++;
}

/*
 * Tries numbers of digits from the fewest on. Below a power of two doubles lie closer than above it, so there the nearest
 * decimal may be another double while the next one up is still this one.
 */
static void
digits_search(double value, struct digits *digits)
{
	int exponent;
	bool power_of_two = frexp(value, &exponent) == 0.5;
	char text[32];

	for (int count = value < 2.3e-308 ? 1 : 15; count < DIGITS_MOST; count++)
	{
		digits_print(value, count, digits, text);
		if (digits_value(digits) == value)
			return;
		if (!power_of_two)
			continue;
		digits_step(digits);
		if (digits_value(digits) == value)
			return;
	}
	digits_print(value, DIGITS_MOST, digits, text);
}

/* Lays the digits out as ECMA-262 does: plain for exponents of -7 to 20. */
static size_t
digits_write(const struct digits *digits, char *text)
{
	int count = digits->count;
	int point = digits->point;
	size_t at = 0;

	if (point > 21 || point <= -6)
	{
		text[at++] = digits->at[0];
		if (count > 1)
			text[at++] = '.';
		for (int i = 1; i < count; i++)
			text[at++] = digits->at[i];
		text[at++] = 'e';
		text[at++] = point > 0 ? '+' : '-';
		return at + write_whole((uint64_t) abs(point - 1), text + at);
	}
	if (point <= 0)
	{
		text[at++] = '0';
		text[at++] = '.';
		for (int i = point; i < 0; i++)
			text[at++] = '0';
	}
	for (int i = 0; i < count || i < point; i++)
	{
		if (i == point && i > 0)
			text[at++] = '.';
		text[at++] = i < count ? digits->at[i] : '0';
	}
	return at;
}

static size_t
write_word(const char *word, char *text)
{
	size_t length = strlen(word);

	memcpy(text, word, length);
	return length;
}

/* What number_text says of a number above zero. */
static size_t
write_positive(double number, char *text)
{
	struct digits digits;

	if (isinf(number))
		return write_word("Infinity", text);
	if (number <= EXACT_WHOLE && number == (double) (uint64_t) number)
		return write_whole((uint64_t) number, text);
	if (!short_decimal(number, &digits))
	{
		digits_search(number, &digits);
		digits_trim(&digits);
	}
	return digits_write(&digits, text);
}

size_t
number_text(double number, char text[NUMBER_TEXT_ROOM])
{
	size_t length = 0;

	if (isnan(number))
		length = write_word("NaN", text);
	else
	{
		if (number < 0)
			text[length++] = '-';
		length += write_positive(fabs(number), text + length);
	}
	text[length] = '\0';
	return length;
}

/* Binary places behind the point; as many decimals write the value exactly. */
static int
binary_places(double value)
{
	int exponent;
	double fraction = frexp(value, &exponent);
	uint64_t mantissa = (uint64_t) ldexp(fraction, 53);

	if (mantissa == 0)
		return 0;
	return 53 - exponent - __builtin_ctzll(mantissa);
}

/* Rounds a written number up to one decimal less, away from zero; answers the new length. */
static size_t
round_last_up(char *text, size_t length)
{
	size_t end = length - 1;
	size_t i;

	if (text[end - 1] == '.')
		end--;
	for (i = end; i-- > 0;)
	{
		if (text[i] == '.')
			continue;
		if (text[i] != '9')
		{
			text[i]++;
			return end;
		}
		text[i] = '0';
	}
	memmove(text + 1, text, end);
	text[0] = '1';
	return end + 1;
}

size_t
number_fixed(double number, int decimals, char text[NUMBER_FIXED_ROOM])
{
	size_t at = 0;

	if (isnan(number) || fabs(number) >= PLAIN_BELOW)
		return number_text(number, text);
	if (number < 0)
	{
		text[at++] = '-';
		number = -number;
	}
	/* printf rounds a tie to the even neighbour. A tie is a value whose last decimal is the one behind the last shown. */
	if (binary_places(number) == decimals + 1)
	{
		int length = snprintf(text + at, NUMBER_FIXED_ROOM - at, "%.*f", decimals + 1, number);

		at += round_last_up(text + at, (size_t) length);
		text[at] = '\0';
		return at;
	}
	return at + (size_t) snprintf(text + at, NUMBER_FIXED_ROOM - at, "%.*f", decimals, number);
}
