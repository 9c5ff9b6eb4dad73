/*
 * money.h: exact money. An amount is an int64_t of minor units (cents, yen, fils); how many decimals that means is the
 * currency's ISO 4217 exponent (USD 2, JPY 0, KWD 3). Rates are parts per million of one (30 % = 300000). Products are
 * taken in 128 bits and rounded once. Nothing here allocates except money_allocate.
 *
 * Rounding of negative amounts: half_up rounds a half away from zero (-0.5 -> -1), as numeric's round() does in SQL, so
 * that a refund mirrors the charge it takes back. half_even rounds a half to the even neighbour.
 *
 * numeric(14,3) of a table fits an int64_t of thousandths ("milli"); money_from_milli and money_to_milli convert. A caller
 * that holds numeric digits takes them as text through money_parse, or forms thousandths itself; both are exact.
 */
#ifndef VOYGEN_KERNEL_MONEY_H
#define VOYGEN_KERNEL_MONEY_H

#include "kernel.h"

typedef enum money_rounding
{
	MONEY_HALF_UP = 0,
	MONEY_HALF_EVEN = 1
} money_rounding;

/* What money_parse found wrong. */
typedef enum money_fault
{
	MONEY_FINE = 0,
	MONEY_NOT_A_NUMBER,    /* empty, or a character that is not part of [-+]digits[.digits] */
	MONEY_EXCESS_DECIMALS, /* more decimals than the exponent, and one of them is not zero */
	MONEY_OUT_OF_RANGE     /* does not fit an int64_t of minor units */
} money_fault;

/* Longest output of money_format with its NUL: sign, 19 digits, "0.", up to 4 decimals of padding. */
#define MONEY_TEXT_SIZE 32
#define MONEY_PPM INT64_C(1000000)

/* Decimals of an active ISO 4217 code (three upper-case letters), or -1 when the code is not on the list. Funds and metals
 * that the list gives no exponent for (XAU, XDR ...) are -1 too: no price is made in them. */
int money_exponent(const char code[3]);

/* 10^exponent for 0..18. */
int64_t money_scale(int exponent);

/* Reads [-+]digits[.digits] without blanks, exponents or grouping. "12", "12.", ".5" are read; "." and "" are not. */
money_fault money_parse(const char *text, size_t length, int exponent, int64_t *minor);

/* Writes the amount with exactly `exponent` decimals and a NUL; answers the length without it. */
size_t money_format(int64_t minor, int exponent, char text[MONEY_TEXT_SIZE]);

/* Thousandths of a unit <-> minor units. from_milli: KERNEL_INVALID when the amount has decimals the currency lacks
 * (12.345 USD); money_round_milli rounds them instead. to_milli: KERNEL_INVALID for a 4-decimal currency's odd digit. */
kernel_status money_from_milli(int64_t milli, int exponent, int64_t *minor);
kernel_status money_round_milli(int64_t milli, int exponent, money_rounding rounding, int64_t *minor);
kernel_status money_to_milli(int64_t minor, int exponent, int64_t *milli);

/* numerator / denominator rounded to an integer. denominator > 0, else KERNEL_INVALID. */
kernel_status money_divide_wide(kernel_int128 numerator, kernel_int128 denominator, money_rounding rounding,
								int64_t *quotient);

/* amount / divisor, rounded; divisor must not be 0. 1,405.37 / 2 = 702.69. */
kernel_status money_divide(int64_t amount, int64_t divisor, money_rounding rounding, int64_t *quotient);

/* amount x ppm / 1,000,000, rounded. */
kernel_status money_multiply_ppm(int64_t amount, int64_t ppm, money_rounding rounding, int64_t *product);

/*
 * Largest-remainder allocation: shares total over n weights so that the parts add up to total to the unit. Each part is
 * its exact share rounded towards zero; the units left over go to the largest remainders, ties to the lowest index. A
 * negative total is shared as its magnitude and negated. KERNEL_INVALID: n == 0, a negative weight, all weights zero.
 * Uses temporary memory, given back before it returns.
 */
kernel_status money_allocate(int64_t total, const int64_t *weights, size_t n, const kernel_alloc *alloc, int64_t *parts);

/*
 * Split chain: an amount flows from party to party (host, agency, advisor). A fee step takes its fee off the top and
 * passes the rest on; a percent step passes that share on and the upstream party keeps the remainder. Each step rounds
 * once, what is passed plus what is kept is always what came in.
 *   1,000.00 through 90 % and 90 %: kept 100.00, 90.00; 810.00 arrives.
 *   50.69 with a 3 % fee: kept 1.52; 49.17 arrives.
 */
typedef enum money_split_kind
{
	MONEY_FEE_FIXED,   /* value: minor units; must not exceed what comes in */
	MONEY_FEE_PERCENT, /* value: ppm kept as fee, rounded; the rest is passed on */
	MONEY_PASS_PERCENT /* value: ppm passed on, rounded; the rest is kept */
} money_split_kind;

typedef struct money_split_step
{
	money_split_kind kind;
	int64_t value;
} money_split_step;

/* kept[i] is what stays at step i; *passed is what arrives at the end. KERNEL_INVALID: a percentage outside 0..100 %, a
 * negative fixed fee, or one above the amount; *failed_step (may be NULL) says where. amount must not be negative. */
kernel_status money_split_chain(int64_t amount, const money_split_step *steps, size_t n, money_rounding rounding,
								int64_t *kept, int64_t *passed, size_t *failed_step);

#endif
