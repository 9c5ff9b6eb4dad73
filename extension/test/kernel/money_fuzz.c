/*
 * money_fuzz.c: text and amount turn into each other, rounding is off by at most a half, parts add up to the whole.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand_round_trip(fuzz_input *input)
{
	int exponent = (int) fuzz_below(input, 5);
	char text[MONEY_TEXT_SIZE];
	int64_t minor = fuzz_amount(input);
	int64_t again;
	size_t length = money_format(minor, exponent, text);

	FUZZ_DEMAND(length < MONEY_TEXT_SIZE && money_parse(text, length, exponent, &again) == MONEY_FINE && again == minor);
	if (money_parse((const char *) input->bytes, input->left, exponent, &minor) != MONEY_FINE)
		return;
	length = money_format(minor, exponent, text);
	FUZZ_DEMAND(money_parse(text, length, exponent, &again) == MONEY_FINE && again == minor);
}

static void
demand_rounding(fuzz_input *input)
{
	int64_t amount = fuzz_amount(input);
	int64_t divisor = fuzz_amount(input);
	money_rounding rounding = fuzz_bool(input) ? MONEY_HALF_EVEN : MONEY_HALF_UP;
	int64_t quotient;
	kernel_int128 off;
	kernel_int128 half = divisor;

	if (money_divide(amount, divisor, rounding, &quotient) != KERNEL_OK)
		return;
	off = ((kernel_int128) quotient * divisor - amount) * 2;
	off = off < 0 ? -off : off;
	half = half < 0 ? -half : half;
	FUZZ_DEMAND(off <= half);
	if (off == half && rounding == MONEY_HALF_EVEN)
		FUZZ_DEMAND(quotient % 2 == 0);
	if (off == half && rounding == MONEY_HALF_UP)
	{
		kernel_int128 magnitude = (kernel_int128) quotient * divisor;
		kernel_int128 asked = amount;

		FUZZ_DEMAND((magnitude < 0 ? -magnitude : magnitude) >= (asked < 0 ? -asked : asked));
	}
}

static void
demand_parts(fuzz_input *input)
{
	allocation state = {.refuse = fuzz_below(input, 8)};
	kernel_alloc alloc = allocation_of(&state);
	size_t n = fuzz_below(input, 9);
	int64_t total = fuzz_amount(input);
	int64_t weights[8];
	int64_t parts[8];
	kernel_int128 sum = 0;

	for (size_t i = 0; i < n; i++)
		weights[i] = fuzz_amount(input);
	if (money_allocate(total, weights, n, &alloc, parts) == KERNEL_OK)
	{
		for (size_t i = 0; i < n; i++)
		{
			FUZZ_DEMAND(parts[i] == 0 || (parts[i] < 0) == (total < 0));
			FUZZ_DEMAND(weights[i] > 0 || parts[i] == 0);
			sum += parts[i];
		}
		FUZZ_DEMAND(sum == total);
	}
	FUZZ_DEMAND(state.live == 0);
}

static void
demand_chain(fuzz_input *input)
{
	money_split_step steps[6];
	int64_t kept[6];
	int64_t amount = fuzz_amount(input);
	int64_t passed;
	size_t n = fuzz_below(input, 7);
	kernel_int128 sum = 0;

	for (size_t i = 0; i < n; i++)
		steps[i] = (money_split_step){(money_split_kind) fuzz_below(input, 3), fuzz_amount(input)};
	if (money_split_chain(amount, steps, n, MONEY_HALF_UP, kept, &passed, NULL) != KERNEL_OK)
		return;
	for (size_t i = 0; i < n; i++)
	{
		FUZZ_DEMAND(kept[i] >= 0);
		sum += kept[i];
	}
	FUZZ_DEMAND(passed >= 0 && sum + passed == amount);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};

	switch (fuzz_below(&input, 4))
	{
		case 0:
			demand_round_trip(&input);
			break;
		case 1:
			demand_rounding(&input);
			break;
		case 2:
			demand_parts(&input);
			break;
		default:
			demand_chain(&input);
	}
	return 0;
}
