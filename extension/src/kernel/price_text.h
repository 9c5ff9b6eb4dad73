/*
 * price_text.h - amounts of money as a country writes them.
 *
 * Works on the decimal digits of an amount, never on a binary fraction: it is rounded once, half away from zero, to the
 * decimals of its currency (ISO 4217: USD 2, JPY 0, KWD 3). Signs, symbols and grouping are those of CLDR.
 */
#ifndef VOYGEN_KERNEL_PRICE_TEXT_H
#define VOYGEN_KERNEL_PRICE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"

/* Most digits in front of the point. */
#define PRICE_DIGITS_MOST 40

/* Room for any price: digits with their group signs, decimals, the longest symbol, sign and blank. */
#define PRICE_ROOM 256

enum price_fault
{
	PRICE_FINE,
	PRICE_NO_NUMBER, /* not [-+]digits[.digits][e[-+]digits] */
	PRICE_TOO_LONG,
	PRICE_NO_CURRENCY, /* not an active code of ISO 4217 */
	PRICE_NO_LOCALE
};

/* The locales that are known, for an error: "en-US, en-GB, ...". */
extern const char price_locales[];

enum price_fault price_text(kernel_text amount, kernel_text currency, kernel_text locale, char text[PRICE_ROOM], size_t *length);

#endif
