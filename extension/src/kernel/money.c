/* money.c: exact money in minor units; see money.h. */
#include "money.h"

#include "order.h"

static const int64_t powers_of_ten[19] = {
	INT64_C(1),
	INT64_C(10),
	INT64_C(100),
	INT64_C(1000),
	INT64_C(10000),
	INT64_C(100000),
	INT64_C(1000000),
	INT64_C(10000000),
	INT64_C(100000000),
	INT64_C(1000000000),
	INT64_C(10000000000),
	INT64_C(100000000000),
	INT64_C(1000000000000),
	INT64_C(10000000000000),
	INT64_C(100000000000000),
	INT64_C(1000000000000000),
	INT64_C(10000000000000000),
	INT64_C(100000000000000000),
	INT64_C(1000000000000000000),
};

int64_t
money_scale(int exponent)
{
	return powers_of_ten[exponent];
}

/* Adds one decimal digit to a magnitude that may reach 2^63 (for INT64_MIN); false when it would pass that. */
static bool
push_digit(uint64_t *magnitude, int digit)
{
	const uint64_t limit = (uint64_t) INT64_MAX + 1;

	if (*magnitude > (limit - (uint64_t) digit) / 10)
		return false;
	*magnitude = *magnitude * 10 + (uint64_t) digit;
	return true;
}

money_fault
money_parse(const char *text, size_t length, int exponent, int64_t *minor)
{
	size_t at = 0;
	size_t digits = 0;
	int decimals = -1; /* -1 until the point was seen */
	bool negative = false;
	bool excess = false;
	bool fits = true;
	uint64_t magnitude = 0;

	if (at < length && (text[at] == '-' || text[at] == '+'))
		negative = text[at++] == '-';
	for (; at < length; at++)
	{
		if (text[at] == '.' && decimals < 0)
		{
			decimals = 0;
			continue;
		}
		if (text[at] < '0' || text[at] > '9')
			return MONEY_NOT_A_NUMBER;
		digits++;
		if (decimals >= exponent)
		{
			excess = excess || text[at] != '0';
			continue;
		}
		if (decimals >= 0)
			decimals++;
		fits = fits && push_digit(&magnitude, text[at] - '0');
	}
	if (digits == 0)
		return MONEY_NOT_A_NUMBER;
	if (excess)
		return MONEY_EXCESS_DECIMALS;
	for (int i = decimals < 0 ? 0 : decimals; i < exponent; i++)
		fits = fits && push_digit(&magnitude, 0);
	if (!fits || (!negative && magnitude > (uint64_t) INT64_MAX))
		return MONEY_OUT_OF_RANGE;
	*minor = negative ? (int64_t) (0 - magnitude) : (int64_t) magnitude;
	return MONEY_FINE;
}

size_t
money_format(int64_t minor, int exponent, char text[MONEY_TEXT_SIZE])
{
	char reversed[MONEY_TEXT_SIZE];
	uint64_t rest = minor < 0 ? 0 - (uint64_t) minor : (uint64_t) minor;
	size_t n = 0;
	size_t length = 0;

	for (int i = 0; i < exponent; i++, rest /= 10)
		reversed[n++] = (char) ('0' + rest % 10);
	if (exponent > 0)
		reversed[n++] = '.';
	do
	{
		reversed[n++] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (minor < 0)
		reversed[n++] = '-';
	while (n > 0)
		text[length++] = reversed[--n];
	text[length] = '\0';
	return length;
}

kernel_status
money_round_milli(int64_t milli, int exponent, money_rounding rounding, int64_t *minor)
{
	if (exponent <= 3)
		return money_divide(milli, money_scale(3 - exponent), rounding, minor);
	if (__builtin_mul_overflow(milli, money_scale(exponent - 3), minor))
		return KERNEL_OVERFLOW;
	return KERNEL_OK;
}

kernel_status
money_from_milli(int64_t milli, int exponent, int64_t *minor)
{
	if (exponent < 3 && milli % money_scale(3 - exponent) != 0)
		return KERNEL_INVALID;
	return money_round_milli(milli, exponent, MONEY_HALF_UP, minor);
}

kernel_status
money_to_milli(int64_t minor, int exponent, int64_t *milli)
{
	if (exponent <= 3)
		return __builtin_mul_overflow(minor, money_scale(3 - exponent), milli) ? KERNEL_OVERFLOW : KERNEL_OK;
	if (minor % money_scale(exponent - 3) != 0)
		return KERNEL_INVALID;
	*milli = minor / money_scale(exponent - 3);
	return KERNEL_OK;
}

kernel_status
money_divide_wide(kernel_int128 numerator, kernel_int128 denominator, money_rounding rounding, int64_t *quotient)
{
	bool negative = numerator < 0;
	kernel_uint128 magnitude = negative ? 0 - (kernel_uint128) numerator : (kernel_uint128) numerator;
	kernel_uint128 whole;
	kernel_uint128 rest;
	kernel_uint128 other; /* what is missing to the next whole: rest against it decides the rounding without doubling */

	if (denominator <= 0)
		return KERNEL_INVALID;
	/* One 64-bit division serves nearly every price there is and is several times faster. */
	if (magnitude <= UINT64_MAX && (kernel_uint128) denominator <= UINT64_MAX)
	{
		whole = (uint64_t) magnitude / (uint64_t) denominator;
		rest = (uint64_t) magnitude % (uint64_t) denominator;
	}
	else
	{
		whole = magnitude / (kernel_uint128) denominator;
		rest = magnitude - whole * (kernel_uint128) denominator;
	}
	other = (kernel_uint128) denominator - rest;
	if (rest > other || (rest == other && (rounding == MONEY_HALF_UP || (whole & 1) != 0)))
		whole++;
	if (whole > (kernel_uint128) INT64_MAX + (negative ? 1 : 0))
		return KERNEL_OVERFLOW;
	*quotient = negative ? (int64_t) (0 - (uint64_t) whole) : (int64_t) whole;
	return KERNEL_OK;
}

kernel_status
money_divide(int64_t amount, int64_t divisor, money_rounding rounding, int64_t *quotient)
{
	kernel_int128 numerator = amount;
	kernel_int128 denominator = divisor;

	if (divisor < 0)
	{
		numerator = -numerator;
		denominator = -denominator;
	}
	return money_divide_wide(numerator, denominator, rounding, quotient);
}

kernel_status
money_multiply_ppm(int64_t amount, int64_t ppm, money_rounding rounding, int64_t *product)
{
	return money_divide_wide((kernel_int128) amount * ppm, MONEY_PPM, rounding, product);
}

/* ---- largest remainder ------------------------------------------------------------------------------------------------ */

typedef struct share
{
	kernel_uint128 remainder;
	size_t index;
} share;

/* Larger remainder first, then lower index: a strict order, so the result depends on no sorting method. */
static bool
share_before(const void *left, const void *right, const void *context)
{
	const share *a = left;
	const share *b = right;

	(void) context;
	return a->remainder != b->remainder ? a->remainder > b->remainder : a->index < b->index;
}

kernel_status
money_allocate(int64_t total, const int64_t *weights, size_t n, const kernel_alloc *alloc, int64_t *parts)
{
	uint64_t magnitude = total < 0 ? 0 - (uint64_t) total : (uint64_t) total;
	uint64_t given = 0;
	kernel_uint128 sum = 0;
	share *shares;

	for (size_t i = 0; i < n; i++)
	{
		if (weights[i] < 0)
			return KERNEL_INVALID;
		sum += (kernel_uint128) weights[i];
	}
	if (sum == 0)
		return KERNEL_INVALID;
	if (n > SIZE_MAX / sizeof(share))
		return KERNEL_NO_MEMORY;
	shares = alloc->allocate(alloc->context, n * sizeof(share));
	if (shares == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
	{
		kernel_uint128 product = (kernel_uint128) magnitude * (kernel_uint128) weights[i];
		uint64_t part = (uint64_t) (product / sum);

		shares[i] = (share){product % sum, i};
		parts[i] = total < 0 ? (int64_t) (0 - part) : (int64_t) part;
		given += part;
	}
	order_sort(shares, n, sizeof(share), share_before, NULL);
	/* Fewer units are left than there are remainders above zero, so a weight of zero never receives one. */
	for (size_t i = 0; given < magnitude; i++, given++)
		parts[shares[i].index] += total < 0 ? -1 : 1;
	alloc->release(alloc->context, shares);
	return KERNEL_OK;
}

/* ---- split chain -------------------------------------------------------------------------------------------------------- */

/* What one step keeps of the amount that comes in. */
static kernel_status
step_keeps(int64_t amount, const money_split_step *step, money_rounding rounding, int64_t *kept)
{
	int64_t passed;
	kernel_status status;

	if (step->value < 0)
		return KERNEL_INVALID;
	if (step->kind == MONEY_FEE_FIXED)
	{
		*kept = step->value;
		return step->value > amount ? KERNEL_INVALID : KERNEL_OK;
	}
	if (step->value > MONEY_PPM)
		return KERNEL_INVALID;
	if (step->kind == MONEY_FEE_PERCENT)
		return money_multiply_ppm(amount, step->value, rounding, kept);
	status = money_multiply_ppm(amount, step->value, rounding, &passed);
	if (status == KERNEL_OK)
		*kept = amount - passed;
	return status;
}

kernel_status
money_split_chain(int64_t amount, const money_split_step *steps, size_t n, money_rounding rounding, int64_t *kept,
				  int64_t *passed, size_t *failed_step)
{
	if (failed_step != NULL)
		*failed_step = 0;
	if (amount < 0)
		return KERNEL_INVALID;
	for (size_t i = 0; i < n; i++)
	{
		kernel_status status = step_keeps(amount, &steps[i], rounding, &kept[i]);

		if (failed_step != NULL)
			*failed_step = i;
		if (status != KERNEL_OK)
			return status;
		amount -= kept[i];
	}
	*passed = amount;
	return KERNEL_OK;
}
