/* offer.c: what a listed price means per night; see offer.h. */
#include "offer.h"

#include <string.h>

static bool
is(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(text, word, length) == 0;
}

offer_basis
offer_basis_from_text(const char *text, size_t length)
{
	if (is(text, length, "per_night"))
		return OFFER_PER_NIGHT;
	if (is(text, length, "per_stay"))
		return OFFER_PER_STAY;
	if (is(text, length, "per_person"))
		return OFFER_PER_PERSON;
	return is(text, length, "package") ? OFFER_PACKAGE : OFFER_BASIS_UNKNOWN;
}

/* price x times / parts in minor units, rounded once. */
static offer_answer
scaled(int64_t price_milli, int64_t times, int64_t parts, int exponent, int64_t *minor)
{
	kernel_int128 numerator = (kernel_int128) price_milli * times * money_scale(exponent);
	kernel_int128 denominator = (kernel_int128) 1000 * parts;

	return money_divide_wide(numerator, denominator, MONEY_HALF_UP, minor) == KERNEL_OK ? OFFER_KNOWN : OFFER_OVERFLOW;
}

offer_answer
offer_nightly(int64_t price_milli, offer_basis basis, int nights, int guests, int exponent, int64_t *minor)
{
	if (exponent < 0)
		return OFFER_UNKNOWN;
	if (basis == OFFER_PER_NIGHT)
		return scaled(price_milli, 1, 1, exponent, minor);
	if (basis == OFFER_PER_STAY && nights > 0)
		return scaled(price_milli, 1, nights, exponent, minor);
	if (basis == OFFER_PER_PERSON && nights > 0 && guests > 0)
		return scaled(price_milli, guests, nights, exponent, minor);
	return OFFER_UNKNOWN;
}
