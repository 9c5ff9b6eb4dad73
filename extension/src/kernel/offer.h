/*
 * offer.h: what a listed price means per night. Prices come as thousandths of a unit, the exact content of a
 * numeric(14,3) column, and go out as minor units of the currency, rounded once (half up). Unknown in, unknown out.
 */
#ifndef VOYGEN_KERNEL_OFFER_H
#define VOYGEN_KERNEL_OFFER_H

#include "money.h"

typedef enum offer_basis
{
	OFFER_BASIS_UNKNOWN = 0,
	OFFER_PER_NIGHT,
	OFFER_PER_STAY,
	OFFER_PER_PERSON,
	OFFER_PACKAGE /* air and hotel in one price: says nothing about a night */
} offer_basis;

/* "per_night" -> OFFER_PER_NIGHT ...; OFFER_BASIS_UNKNOWN for any other text. */
offer_basis offer_basis_from_text(const char *text, size_t length);

/* What an answer is: a known amount, unknown (a needed part is missing), or a failure. */
typedef enum offer_answer
{
	OFFER_KNOWN,
	OFFER_UNKNOWN,
	OFFER_OVERFLOW
} offer_answer;

/*
 * Amount of one night: per_night price; per_stay price / nights; per_person price x guests / nights; package unknown.
 * nights and guests <= 0 mean not known. exponent < 0 (currency not known) makes the answer unknown.
 */
offer_answer offer_nightly(int64_t price_milli, offer_basis basis, int nights, int guests, int exponent,
						   int64_t *minor);

#endif
