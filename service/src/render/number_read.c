/*
 * number_read.c - texts read as JavaScript reads numbers.
 */
#include "render/number_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/space.h"
#include "text/slice.h"

/* No double needs more digits to be told from its neighbours; of those behind, only whether one is not zero counts. */
#define DIGITS_READ 800
#define EXPONENT_LIMIT 100000

/* A decimal as it is read: its digits as a whole number, and the power of ten that scales it. */
struct decimal
{
	char digits[DIGITS_READ + 2];
	size_t count;
	int64_t exponent;
	bool rest; /* a digit behind the kept ones is not zero */
};

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
decimal_add(struct decimal *decimal, char digit, bool fraction)
{
	if (decimal->count == 0 && digit == '0')
	{
		decimal->exponent -= fraction;
		return;
	}
	if (decimal->count < DIGITS_READ)
	{
		decimal->digits[decimal->count++] = digit;
		decimal->exponent -= fraction;
		return;
	}
	decimal->rest = decimal->rest || digit != '0';
	decimal->exponent += !fraction;
}

static double
decimal_value(struct decimal *decimal)
{
	char text[DIGITS_READ + 32];
	uint64_t whole = 0;

	if (decimal->count == 0)
		return 0;
	/* Both factors are exact, so the one operation rounds correctly. */
	if (decimal->count <= 15 && decimal->exponent >= -15 && decimal->exponent <= 0)
	{
		for (size_t i = 0; i < decimal->count; i++)
			whole = whole * 10 + (uint64_t) (decimal->digits[i] - '0');
		return (double) whole / powers[-decimal->exponent];
	}
	if (decimal->rest)
	{
		decimal->digits[decimal->count++] = '1';
		decimal->exponent--;
	}
	snprintf(text, sizeof(text), "%.*se%lld", (int) decimal->count, decimal->digits, (long long) decimal->exponent);
	return strtod(text, NULL);
}

/* Reads the exponent behind an e when it has digits; `at` stays where it is when it has none. */
static void
read_exponent(struct slice text, size_t *at, struct decimal *decimal)
{
	size_t i = *at;
	int64_t value = 0;
	bool negative = false;

	if (i == text.length || (text.at[i] != 'e' && text.at[i] != 'E'))
		return;
	i++;
	if (i < text.length && (text.at[i] == '+' || text.at[i] == '-'))
		negative = text.at[i++] == '-';
	if (i == text.length || !is_digit(text.at[i]))
		return;
	for (; i < text.length && is_digit(text.at[i]); i++)
		if (value < EXPONENT_LIMIT)
			value = value * 10 + (text.at[i] - '0');
	/* The mantissa may have moved the point by as much as a text is long; what is beyond that is 0 or infinite anyway. */
	if (value >= EXPONENT_LIMIT)
		value = INT64_C(1) << 40;
	decimal->exponent += negative ? -value : value;
	*at = i;
}

/* Reads the longest decimal at the front, Infinity included; `read` is its length, 0 when there is none. */
static double
read_decimal(struct slice text, size_t *read)
{
	struct decimal decimal = {.count = 0};
	size_t at = 0;
	size_t digits = 0;
	bool negative = false;

	*read = 0;
	if (at < text.length && (text.at[at] == '+' || text.at[at] == '-'))
		negative = text.at[at++] == '-';
	if (slice_starts((struct slice){text.at + at, text.length - at}, "Infinity"))
	{
		*read = at + strlen("Infinity");
		return negative ? -INFINITY : INFINITY;
	}
	for (; at < text.length && is_digit(text.at[at]); at++, digits++)
		decimal_add(&decimal, text.at[at], false);
	if (at < text.length && text.at[at] == '.' && (digits > 0 || (at + 1 < text.length && is_digit(text.at[at + 1]))))
		for (at++; at < text.length && is_digit(text.at[at]); at++, digits++)
			decimal_add(&decimal, text.at[at], true);
	if (digits == 0)
		return NAN;
	read_exponent(text, &at, &decimal);
	*read = at;
	return negative ? -decimal_value(&decimal) : decimal_value(&decimal);
}

static int
digit_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 36;
}

/* Reads digits of a base to their end; `read` is how many there were. */
static double
read_base(struct slice text, int base, size_t *read)
{
	double value = 0;
	size_t at = 0;

	if (base == 10)
	{
		struct decimal decimal = {.count = 0};

		for (; at < text.length && is_digit(text.at[at]); at++)
			decimal_add(&decimal, text.at[at], false);
		*read = at;
		return decimal_value(&decimal);
	}
	for (; at < text.length && digit_of(text.at[at]) < base; at++)
		value = value * base + digit_of(text.at[at]);
	*read = at;
	return value;
}

static bool
has_base_prefix(struct slice text, char lower)
{
	return text.length >= 2 && text.at[0] == '0' && (text.at[1] | 0x20) == lower;
}

static struct slice
slice_behind(struct slice text, size_t offset)
{
	return (struct slice){text.at + offset, text.length - offset};
}

static struct slice
without_blanks(const char *text, size_t length)
{
	const char *start = space_skip(text, text + length);
	const char *end = space_skip_back(start, text + length);

	return (struct slice){start, (size_t) (end - start)};
}

double
number_prefix_float(const char *text, size_t length)
{
	size_t read;

	return read_decimal(without_blanks(text, length), &read);
}

double
number_prefix_int(const char *text, size_t length, int base)
{
	struct slice rest = without_blanks(text, length);
	bool negative = false;
	size_t read;
	double value;

	if (rest.length > 0 && (rest.at[0] == '+' || rest.at[0] == '-'))
	{
		negative = rest.at[0] == '-';
		rest = slice_behind(rest, 1);
	}
	if ((base == 0 || base == 16) && has_base_prefix(rest, 'x'))
	{
		base = 16;
		rest = slice_behind(rest, 2);
	}
	if (base == 0)
		base = 10;
	if (base < 2 || base > 36)
		return NAN;
	value = read_base(rest, base, &read);
	if (read == 0)
		return NAN;
	return negative ? -value : value;
}

double
number_from_text(const char *text, size_t length)
{
	static const struct
	{
		char letter;
		int base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
	struct slice whole = without_blanks(text, length);
	size_t read;
	double value;

	if (whole.length == 0)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (has_base_prefix(whole, prefixes[i].letter))
		{
			value = read_base(slice_behind(whole, 2), prefixes[i].base, &read);
			return read > 0 && read == whole.length - 2 ? value : NAN;
		}
	value = read_decimal(whole, &read);
	return read == whole.length ? value : NAN;
}
