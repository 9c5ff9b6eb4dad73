/* exact.c: fractions of 128-bit integers; see exact.h. */
#include "exact.h"

static bool
fits_64(kernel_int128 x)
{
	return x >= INT64_MIN && x <= INT64_MAX;
}

static kernel_int128
greatest_common_divisor(kernel_int128 a, kernel_int128 b)
{
	if (a < 0)
		a = -a;
	while (b != 0)
	{
		kernel_int128 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void
cancel(kernel_int128 *a, kernel_int128 *b)
{
	kernel_int128 common = greatest_common_divisor(*a, *b);

	if (common > 1)
	{
		*a /= common;
		*b /= common;
	}
}

bool
exact_scale(exact *x, int64_t up, int64_t down)
{
	exact y = *x;
	kernel_int128 by = up;
	kernel_int128 over = down;

	/* Ordinary amounts: two factors of 64 bits cannot pass 128. */
	if (fits_64(y.numerator) && fits_64(y.denominator))
	{
		x->numerator = y.numerator * up;
		x->denominator = y.denominator * down;
		return true;
	}
	cancel(&y.numerator, &y.denominator);
	cancel(&by, &over);
	cancel(&y.numerator, &over);
	cancel(&by, &y.denominator);
	if (__builtin_mul_overflow(y.numerator, by, &y.numerator) || __builtin_mul_overflow(y.denominator, over, &y.denominator))
		return false;
	*x = y;
	return true;
}

/* x + y where one denominator is a small multiple of the other, the ordinary case (millionths and thousandths). */
static bool
add_nested(exact *x, exact y)
{
	exact fine = *x;
	int64_t times;

	if (!fits_64(fine.denominator) || !fits_64(y.denominator))
		return false;
	if (fine.denominator < y.denominator)
	{
		exact held = fine;

		fine = y;
		y = held;
	}
	if ((int64_t) fine.denominator % (int64_t) y.denominator != 0)
		return false;
	times = (int64_t) fine.denominator / (int64_t) y.denominator;
	if (!fits_64(y.numerator) || __builtin_add_overflow(fine.numerator, y.numerator * times, &fine.numerator))
		return false;
	*x = fine;
	return true;
}

bool
exact_add(exact *x, exact y)
{
	exact a = *x;
	kernel_int128 common;
	kernel_int128 left;
	kernel_int128 right;

	if (add_nested(x, y))
		return true;
	cancel(&a.numerator, &a.denominator);
	cancel(&y.numerator, &y.denominator);
	common = greatest_common_divisor(a.denominator, y.denominator);
	if (__builtin_mul_overflow(a.numerator, y.denominator / common, &left) ||
		__builtin_mul_overflow(y.numerator, a.denominator / common, &right) ||
		__builtin_add_overflow(left, right, &a.numerator) ||
		__builtin_mul_overflow(a.denominator, y.denominator / common, &a.denominator))
		return false;
	*x = a;
	return true;
}

/* Quotient rounded towards minus infinity, so that the rest is never negative. */
static kernel_int128
floor_divide(kernel_int128 a, kernel_int128 b)
{
	kernel_int128 quotient = a / b;

	return a % b < 0 ? quotient - 1 : quotient;
}

int
exact_compare(exact x, exact y)
{
	int sign = 1; /* turned each time the fractions are turned upside down */

	for (;;)
	{
		kernel_int128 whole_x = floor_divide(x.numerator, x.denominator);
		kernel_int128 whole_y = floor_divide(y.numerator, y.denominator);
		kernel_int128 rest_x = x.numerator - whole_x * x.denominator;
		kernel_int128 rest_y = y.numerator - whole_y * y.denominator;

		if (whole_x != whole_y)
			return whole_x < whole_y ? -sign : sign;
		if (rest_x == 0 || rest_y == 0)
			return rest_x == rest_y ? 0 : (rest_x == 0 ? -sign : sign);
		x = (exact){x.denominator, rest_x};
		y = (exact){y.denominator, rest_y};
		sign = -sign;
	}
}

bool
exact_show(exact x, int64_t scale, int64_t *shown)
{
	kernel_int128 whole;

	if (!exact_scale(&x, scale, 1))
		return false;
	whole = x.numerator / x.denominator;
	*shown = (int64_t) whole;
	return fits_64(whole);
}

bool
exact_common(const exact *fractions, size_t n, int64_t *numerators, int64_t *denominator)
{
	kernel_int128 common = 1;
	kernel_int128 wide;

	for (size_t i = 0; i < n; i++)
	{
		exact x = fractions[i];

		cancel(&x.numerator, &x.denominator);
		if (__builtin_mul_overflow(common, x.denominator / greatest_common_divisor(common, x.denominator), &common) ||
			!fits_64(common))
			return false;
	}
	for (size_t i = 0; i < n; i++)
	{
		exact x = fractions[i];

		cancel(&x.numerator, &x.denominator);
		if (__builtin_mul_overflow(x.numerator, common / x.denominator, &wide) || !fits_64(wide))
			return false;
		numerators[i] = (int64_t) wide;
	}
	*denominator = (int64_t) common;
	return true;
}
