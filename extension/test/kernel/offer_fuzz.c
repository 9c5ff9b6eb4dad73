/*
 * offer_fuzz.c: a price per night equals the fraction worked out here by hand, rounded once; unknown in,
 * unknown out; a basis is read from its own word and from no other.
 */
#include "fuzz_input.h"
#include "kernel/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* price_milli x up / down in minor units, half away from zero; false when it does not fit. Digit by digit, so that it shares
 * nothing with the kernel's division. */
static bool
worked_out(int64_t price_milli, int64_t up, int64_t down, int exponent, int64_t *minor)
{
	bool negative = price_milli < 0;
	kernel_uint128 top = (kernel_uint128) (negative ? -(kernel_int128) price_milli : price_milli) * (kernel_uint128) up;
	kernel_uint128 bottom = (kernel_uint128) down * 1000;
	kernel_uint128 whole;

	for (int i = 0; i < exponent; i++)
		top *= 10;
	whole = top / bottom;
	if (top % bottom >= bottom - top % bottom)
		whole++;
	if (whole > (kernel_uint128) INT64_MAX + negative)
		return false;
	*minor = negative ? (int64_t) - (kernel_int128) whole : (int64_t) whole;
	return true;
}

static void
demand_answer(offer_answer answer, int64_t minor, bool known, int64_t price_milli, int64_t up, int64_t down, int exponent)
{
	int64_t expected = 0;

	if (!known || exponent < 0)
		FUZZ_DEMAND(answer == OFFER_UNKNOWN);
	else if (worked_out(price_milli, up, down, exponent, &expected))
		FUZZ_DEMAND(answer == OFFER_KNOWN && minor == expected);
	else
		FUZZ_DEMAND(answer == OFFER_OVERFLOW);
}

static int
count(fuzz_input *input)
{
	return fuzz_below(input, 8) == 0 ? (int) fuzz_bits(input, 4) : (int) fuzz_below(input, 40) - 2;
}

static void
demand_basis(const fuzz_input *input)
{
	static const char *const words[] = {"", "per_night", "per_stay", "per_person", "package"};
	offer_basis basis = offer_basis_from_text((const char *) input->bytes, input->left);

	for (int i = OFFER_PER_NIGHT; i <= OFFER_PACKAGE; i++)
	{
		bool same = strlen(words[i]) == input->left && memcmp(words[i], input->bytes, input->left) == 0;

		FUZZ_DEMAND(same == (basis == (offer_basis) i));
		FUZZ_DEMAND(offer_basis_from_text(words[i], strlen(words[i])) == (offer_basis) i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	offer_basis basis = (offer_basis) fuzz_below(&input, 5);
	int64_t price = fuzz_amount(&input);
	int exponent = (int) fuzz_below(&input, 6) - 1;
	int nights = count(&input);
	int guests = count(&input);
	bool by_stay = basis == OFFER_PER_STAY;
	bool by_night = basis == OFFER_PER_NIGHT;
	bool by_person = basis == OFFER_PER_PERSON;
	int64_t minor = 0;
	offer_answer answer = offer_nightly(price, basis, nights, guests, exponent, &minor);

	demand_answer(answer, minor, by_night || (by_stay && nights > 0) || (by_person && nights > 0 && guests > 0), price,
				  by_person ? guests : 1, by_night ? 1 : nights, exponent);
	demand_basis(&input);
	return 0;
}
