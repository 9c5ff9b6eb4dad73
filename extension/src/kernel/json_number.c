/*
 * json_number.c: decimal numbers compared and divided on their digits.
 */
#include "json.h"

#include <string.h>

/* Beyond this an exponent is as good as infinite, and sums still fit. A number is told with at most half of it, so that
 * it is read again as the same one, wherever its point is put. */
#define EXPONENT_LIMIT INT64_C(1000000000000000)
#define EXPONENT_MOST (EXPONENT_LIMIT / 2)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads the digits at *at up to the end of the run; returns their number. */
static size_t
digits_run(const char *text, size_t length, size_t *at)
{
	size_t from = *at;

	while (*at < length && is_digit(text[*at]))
		(*at)++;
	return *at - from;
}

/* Reads an exponent, saturating at EXPONENT_LIMIT; false when it has no digit. */
static bool
exponent_read(const char *text, size_t length, size_t *at, int64_t *out)
{
	bool negative = false;
	int64_t value = 0;
	size_t from;

	if (*at < length && (text[*at] == '+' || text[*at] == '-'))
		negative = text[(*at)++] == '-';
	from = *at;
	while (*at < length && is_digit(text[*at]))
	{
		value = value * 10 + (text[(*at)++] - '0');
		if (value > EXPONENT_LIMIT)
			value = EXPONENT_LIMIT;
	}
	*out = negative ? -value : value;
	return *at > from;
}

/* Drops zeros at both ends of the digits, moving the exponent along. */
static void
decimal_trim(jdoc_decimal *n)
{
	while (n->head_length > 0 && n->head[0] == '0')
	{
		n->head++;
		n->head_length--;
	}
	if (n->head_length == 0)
		while (n->tail_length > 0 && n->tail[0] == '0')
		{
			n->tail++;
			n->tail_length--;
		}
	while (n->tail_length > 0 && n->tail[n->tail_length - 1] == '0')
	{
		n->tail_length--;
		n->exponent++;
	}
	if (n->tail_length == 0)
		while (n->head_length > 0 && n->head[n->head_length - 1] == '0')
		{
			n->head_length--;
			n->exponent++;
		}
	if (n->head_length == 0 && n->tail_length == 0)
	{
		n->negative = false;
		n->exponent = 0;
	}
}

bool
jdoc_decimal_read(const char *text, size_t length, jdoc_decimal *n)
{
	size_t at = 0;
	size_t run;

	memset(n, 0, sizeof(*n));
	n->head = n->tail = text;
	if (length > UINT32_MAX)
		return false;
	if (at < length && text[at] == '-')
	{
		n->negative = true;
		at++;
	}
	n->head = text + at;
	run = digits_run(text, length, &at);
	if (run == 0 || (run > 1 && n->head[0] == '0'))
		return false;
	n->head_length = (uint32_t) run;
	if (at < length && text[at] == '.')
	{
		at++;
		n->tail = text + at;
		run = digits_run(text, length, &at);
		if (run == 0)
			return false;
		n->tail_length = (uint32_t) run;
	}
	if (at < length && (text[at] == 'e' || text[at] == 'E'))
	{
		at++;
		if (!exponent_read(text, length, &at, &n->exponent))
			return false;
	}
	if (at != length)
		return false;
	n->exponent -= n->tail_length;
	decimal_trim(n);
	if (n->exponent > EXPONENT_MOST)
		n->exponent = EXPONENT_MOST;
	if (n->exponent < -EXPONENT_MOST)
		n->exponent = -EXPONENT_MOST;
	return true;
}

uint32_t
jdoc_decimal_digits(const jdoc_decimal *n)
{
	return n->head_length + n->tail_length;
}

static int
digit_at(const jdoc_decimal *n, uint32_t i)
{
	return i < n->head_length ? n->head[i] - '0'
							  : n->tail[i - n->head_length] - '0';
}

/* Compares two positive or zero magnitudes. */
static int
magnitude_compare(const jdoc_decimal *a, const jdoc_decimal *b)
{
	uint32_t a_digits = jdoc_decimal_digits(a);
	uint32_t b_digits = jdoc_decimal_digits(b);
	int64_t a_top = a->exponent + a_digits;
	int64_t b_top = b->exponent + b_digits;
	uint32_t most = a_digits > b_digits ? a_digits : b_digits;

	if (a_digits == 0 || b_digits == 0)
		return (a_digits != 0) - (b_digits != 0);
	if (a_top != b_top)
		return a_top < b_top ? -1 : 1;
	for (uint32_t i = 0; i < most; i++)
	{
		int x = i < a_digits ? digit_at(a, i) : 0;
		int y = i < b_digits ? digit_at(b, i) : 0;

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

int
jdoc_decimal_compare(const jdoc_decimal *a, const jdoc_decimal *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? magnitude_compare(b, a) : magnitude_compare(a, b);
}

bool
jdoc_decimal_is_integer(const jdoc_decimal *n)
{
	return n->exponent >= 0;
}

int64_t
jdoc_decimal_scale(const jdoc_decimal *n)
{
	return n->exponent < 0 ? -n->exponent : 0;
}

bool
jdoc_decimal_to_int64(const jdoc_decimal *n, int64_t *out)
{
	uint32_t digits = jdoc_decimal_digits(n);
	uint64_t limit = n->negative ? (uint64_t) INT64_MAX + 1 : (uint64_t) INT64_MAX;
	uint64_t value = 0;

	if (n->exponent < 0 || n->exponent + digits > 19)
		return false;
	for (uint32_t i = 0; i < digits + (uint32_t) n->exponent; i++)
	{
		uint64_t digit = i < digits ? (uint64_t) digit_at(n, i) : 0;

		/* nineteen digits stay below 2^64, so the sum cannot wrap */
		value = value * 10 + digit;
	}
	if (value > limit)
		return false;
	*out = n->negative ? (int64_t) (0 - value) : (int64_t) value;
	return true;
}

/* value x 10^power modulo m, by squaring. */
static uint64_t
times_power_of_ten(uint64_t value, int64_t power, uint64_t m)
{
	unsigned __int128 result = value % m;
	unsigned __int128 factor = 10 % m;

	while (power > 0)
	{
		if (power & 1)
			result = result * factor % m;
		factor = factor * factor % m;
		power >>= 1;
	}
	return (uint64_t) result;
}

bool
jdoc_decimal_is_multiple(const jdoc_decimal *n, const jdoc_decimal *step)
{
	uint32_t digits = jdoc_decimal_digits(n);
	uint64_t divisor = 0;
	unsigned __int128 rest = 0;

	if (digits == 0)
		return true;
	/* The digits end in no zero, so a step with the higher power of ten
	 * cannot divide them. */
	if (n->exponent < step->exponent)
		return false;
	for (uint32_t i = 0; i < jdoc_decimal_digits(step); i++)
		divisor = divisor * 10 + (uint64_t) digit_at(step, i);
	if (divisor == 0)
		return false;
	for (uint32_t i = 0; i < digits; i++)
		rest = (rest * 10 + (unsigned) digit_at(n, i)) % divisor;
	return times_power_of_ten((uint64_t) rest, n->exponent - step->exponent,
							  divisor) == 0;
}
