/*
 * commission_fuzz.c: any book that compiles quotes any offer: nothing negative, cap kept without rules, the same with and
 * without a trace, the same whatever the order of the rates, and every allocation may fail.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/commission.h"

#define MOST 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char letters[] = "abc";

static kernel_text
word(fuzz_input *input)
{
	size_t which = fuzz_below(input, 8);

	return which < 3 ? (kernel_text){letters + which, fuzz_below(input, 12) != 0} : (kernel_text){NULL, 0};
}

static kernel_day
day(fuzz_input *input)
{
	return fuzz_below(input, 3) != 0 ? KERNEL_DAY_UNKNOWN : (kernel_day) fuzz_bits(input, fuzz_bool(input) ? 4 : 1);
}

static commission_rate
read_rate(fuzz_input *input, commission_tier *tiers)
{
	commission_rate rate;

	commission_rate_init(&rate);
	rate.id = (int64_t) fuzz_bits(input, 1);
	rate.kind = (commission_kind) fuzz_below(input, 10);
	rate.priority = (int32_t) fuzz_below(input, 3);
	for (int i = 0; i < COMMISSION_WORDS; i++)
		rate.word[i] = word(input);
	rate.refundable = (kernel_tri) fuzz_below(input, 3);
	rate.prepaid = (kernel_tri) fuzz_below(input, 3);
	rate.min_nights = (int32_t) fuzz_below(input, 4);
	rate.stay_from = day(input);
	rate.stay_until = day(input);
	rate.effective_from = day(input);
	rate.effective_until = day(input);
	rate.weekdays = (uint8_t) fuzz_bits(input, 1) & 0x7f;
	rate.has_ppm = rate.has_fixed = true;
	rate.ppm = (int64_t) fuzz_bits(input, 3);
	rate.fixed_milli = fuzz_amount(input);
	rate.has_cap = fuzz_bool(input);
	rate.cap_milli = fuzz_amount(input);
	rate.has_floor = fuzz_bool(input);
	rate.floor_milli = fuzz_amount(input);
	rate.first_nights = (int32_t) fuzz_below(input, 3);
	rate.mode = (commission_mode) fuzz_below(input, 4);
	rate.window = (commission_window) fuzz_below(input, 5);
	rate.measure = (commission_measure) fuzz_below(input, 5);
	rate.tiers = tiers;
	rate.n_tiers = rate.kind == COMMISSION_TIER_PERCENT ? 1 + fuzz_below(input, 3) : 0;
	for (size_t i = 0; i < rate.n_tiers; i++)
		tiers[i] = (commission_tier){(int64_t) fuzz_bits(input, 2) + (int64_t) i * 65536, (int64_t) fuzz_bits(input, 3)};
	return rate;
}

static commission_rule
read_rule(fuzz_input *input, kernel_text *words)
{
	commission_rule rule;

	commission_rule_init(&rule);
	rule.id = (int64_t) fuzz_bits(input, 1);
	rule.priority = (int32_t) fuzz_below(input, 3);
	for (int i = 0; i < 2; i++)
		words[i] = (kernel_text){letters + fuzz_below(input, 3), 1};
	rule.effective_from = day(input);
	rule.effective_until = day(input);
	rule.has_budget_min = fuzz_bool(input);
	rule.budget_min_milli = fuzz_amount(input);
	rule.client_tiers = rule.destinations = rule.sites = rule.prefer_sites = words;
	rule.n_client_tiers = fuzz_below(input, 3);
	rule.n_destinations = fuzz_below(input, 3);
	rule.n_sites = fuzz_below(input, 3);
	rule.n_prefer_sites = fuzz_below(input, 3);
	rule.travel_start = day(input);
	rule.travel_end = day(input);
	rule.min_nights = (int32_t) fuzz_below(input, 3);
	rule.refundable = (kernel_tri) fuzz_below(input, 3);
	rule.has_multiplier = fuzz_bool(input);
	rule.multiplier_ppm = (int64_t) fuzz_bits(input, 3);
	rule.has_bonus = fuzz_bool(input);
	rule.bonus_milli = fuzz_bool(input) ? -(fuzz_amount(input) / 2) : fuzz_amount(input);
	rule.require_refundable = fuzz_bool(input);
	rule.has_min_percent = fuzz_bool(input);
	rule.min_percent_ppm = (int64_t) fuzz_bits(input, 3);
	rule.exclude = fuzz_below(input, 8) == 0;
	return rule;
}

static commission_offer
read_offer(fuzz_input *input, commission_component *components, commission_volume *volume)
{
	commission_offer offer;

	commission_offer_init(&offer);
	for (int i = 0; i < COMMISSION_WORDS; i++)
		offer.word[i] = (uint32_t) fuzz_below(input, 5); /* beyond the book's numbers too */
	offer.refundable = (uint8_t) fuzz_below(input, 3);
	offer.prepaid = (uint8_t) fuzz_below(input, 3);
	offer.exponent = (uint8_t) fuzz_below(input, 6);
	offer.nights = (int32_t) fuzz_bits(input, fuzz_below(input, 16) == 0 ? 4 : 1);
	offer.rooms = (int32_t) fuzz_bits(input, fuzz_below(input, 16) == 0 ? 4 : 1);
	offer.check_in = day(input);
	offer.booked_on = (kernel_day) fuzz_bits(input, 1);
	offer.components = components;
	offer.n_components = fuzz_below(input, 4);
	for (size_t i = 0; i < offer.n_components; i++)
		components[i] = (commission_component){fuzz_amount(input),
											   fuzz_amount(input),
											   (uint8_t) fuzz_below(input, 14),
											   (uint8_t) fuzz_below(input, 3),
											   fuzz_bool(input),
											   (uint8_t) fuzz_below(input, 3)};
	for (int i = 0; i < 3; i++)
	{
		volume->amount_milli[i] = fuzz_amount(input);
		volume->room_nights[i] = (int64_t) fuzz_bits(input, 1);
		volume->bookings[i] = fuzz_amount(input);
	}
	offer.volume = fuzz_bool(input) ? volume : NULL;
	offer.has_stated_amount = fuzz_bool(input);
	offer.stated_amount = fuzz_amount(input);
	offer.has_stated_percent = fuzz_bool(input);
	offer.stated_ppm = (int64_t) fuzz_bits(input, 3);
	return offer;
}

static void
look(void *context, const commission_step *step)
{
	FUZZ_DEMAND(commission_what_text(step->what)[0] != '\0');
	FUZZ_DEMAND(commission_why_text(step->why) != NULL);
	++*(size_t *) context;
}

static void
demand_sound(const commission_quote *quote, const commission_rate *rates, size_t n_rates, size_t n_rules)
{
	FUZZ_DEMAND(!quote->has_computed || quote->computed >= 0);
	FUZZ_DEMAND(!quote->has_base || quote->base >= 0);
	FUZZ_DEMAND((quote->source == COMMISSION_SOURCE_NONE) == (!quote->has_computed && !quote->has_stated));
	FUZZ_DEMAND(quote->eligible == (quote->ineligible_reason == COMMISSION_WHY_NONE));
	for (size_t i = 0; i < n_rates && n_rules == 0 && quote->has_computed; i++)
	{
		if (rates[i].id == quote->rate_id && rates[i].has_cap)
			FUZZ_DEMAND(quote->computed / 10 <= rates[i].cap_milli);
	}
}

/* A memo, twice asked, answers what the quote did. */
static void
demand_memo(const commission_book *book, const commission_scope *scope, const commission_offer *offer,
			kernel_status status, const commission_quote *quote)
{
	commission_memo *memo;
	commission_expected expected;
	kernel_error error;

	if (commission_memo_new(book, &memo) != KERNEL_OK)
		return;
	for (int i = 0; i < 2; i++)
	{
		FUZZ_DEMAND(commission_expect(memo, scope, offer, &expected, &error) == status);
		if (status != KERNEL_OK)
			continue;
		FUZZ_DEMAND(expected.source == quote->source && expected.amount == quote->expected);
		FUZZ_DEMAND(expected.rate_id == quote->rate_id && expected.eligible == quote->eligible);
	}
	commission_memo_free(memo);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	allocation state = {.refuse = fuzz_below(&input, 60)};
	kernel_alloc alloc = allocation_of(&state);
	commission_tier tiers[MOST][3];
	kernel_text words[MOST][2];
	commission_rate rates[MOST];
	commission_rule rules[MOST];
	commission_component components[4];
	commission_volume volume;
	commission_trip trip = {fuzz_bool(&input), fuzz_amount(&input), word(&input), word(&input), day(&input)};
	size_t n_rates = fuzz_below(&input, MOST + 1);
	size_t n_rules = fuzz_below(&input, MOST + 1);
	commission_offer offer = read_offer(&input, components, &volume);
	commission_book *book;
	commission_scope *scope = NULL;
	commission_quote quote = {0}; /* padding too, as the two are compared whole */
	commission_quote traced = {0};
	size_t steps = 0;
	commission_trace trace = {look, &steps};
	kernel_error error;
	kernel_status status;

	for (size_t i = 0; i < n_rates; i++)
		rates[i] = read_rate(&input, tiers[i]);
	for (size_t i = 0; i < n_rules; i++)
		rules[i] = read_rule(&input, words[i]);
	status = commission_book_compile(rates, n_rates, rules, n_rules, MONEY_HALF_UP, &alloc, &book, &error);
	if (status == KERNEL_OK && commission_scope_new(book, &scope) == KERNEL_OK)
	{
		commission_scope_set(scope, &trip);
		status = commission_quote_offer(book, scope, &offer, NULL, &quote, &error);
		FUZZ_DEMAND(commission_quote_offer(book, scope, &offer, &trace, &traced, &error) == status);
		FUZZ_DEMAND(status != KERNEL_OK || memcmp(&quote, &traced, sizeof quote) == 0);
		demand_memo(book, scope, &offer, status, &quote);
		if (status == KERNEL_OK && offer.exponent == 2)
			demand_sound(&quote, rates, n_rates, n_rules);
		commission_scope_free(scope);
	}
	commission_book_free(status == KERNEL_NO_MEMORY ? NULL : book);
	FUZZ_DEMAND(state.live == 0);
	return 0;
}
