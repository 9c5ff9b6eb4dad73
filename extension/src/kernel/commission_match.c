/* commission_match.c: does a rate or rule hold for an offer or trip, and if not, which key says so. */
#include "commission_book.h"

#include <string.h>

book_key
book_key_of_offer(const commission_offer *offer)
{
	const uint32_t *word = offer->word;

	return (book_key){{
		word[0] | (uint64_t) word[1] << 32,
		word[2] | (uint64_t) word[3] << 32,
		word[4] | (uint64_t) word[5] << 32,
		word[6] | (uint64_t) word[7] << 32,
		offer->refundable | (uint64_t) offer->prepaid << 32,
	}};
}

uint64_t
book_signature(const book_key *key)
{
	const uint64_t low = (1u << BOOK_SIGNATURE_BITS) - 1;
	uint64_t signature = 0;

	for (int i = 0; i < BOOK_LANES; i++)
	{
		uint64_t pair = (key->lane[i] & low) | (key->lane[i] >> 32 & low) << BOOK_SIGNATURE_BITS;

		signature |= pair << (2 * BOOK_SIGNATURE_BITS * i);
	}
	return signature;
}

uint8_t
book_weekday_bit(kernel_day day)
{
	int64_t since_monday;

	if (day == KERNEL_DAY_UNKNOWN)
		return BOOK_WEEKDAY_UNKNOWN;
	since_monday = ((int64_t) day + 5) % 7; /* 2000-01-01 was a Saturday */
	return (uint8_t) (1 << (since_monday < 0 ? since_monday + 7 : since_monday));
}

const char *
book_rate_mismatch(const book_rate *rate, const commission_offer *offer)
{
	book_key key = book_key_of_offer(offer);

	for (int i = 0; i < BOOK_KEYS; i++)
	{
		uint64_t differs = (key.lane[i / 2] ^ rate->key.lane[i / 2]) & rate->given.lane[i / 2];

		if ((uint32_t) (differs >> (i % 2 == 0 ? 0 : 32)) != 0)
			return book_key_names[i];
	}
	if (offer->nights < rate->min_nights)
		return "min_nights";
	if (offer->check_in < rate->stay_from)
		return "stay_from";
	if (offer->check_in > rate->stay_until)
		return "stay_until";
	if ((rate->weekdays & book_weekday_bit(offer->check_in)) == 0)
		return "weekdays";
	if (offer->booked_on < rate->effective_from)
		return "effective_from";
	return offer->booked_on > rate->effective_until ? "effective_until" : NULL;
}

static bool
one_of(kernel_text text, const kernel_text *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (text.bytes != NULL && text.length == list[i].length && memcmp(text.bytes, list[i].bytes, text.length) == 0)
			return true;
	}
	return n == 0;
}

static bool
one_occurs(kernel_text text, const kernel_text *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (words_occur(text, list[i]))
			return true;
	}
	return n == 0;
}

const char *
book_rule_trip_mismatch(const commission_rule *rule, const commission_trip *trip)
{
	if ((rule->has_budget_min || rule->has_budget_max) && !trip->has_budget)
		return "trip_budget";
	if (rule->has_budget_min && trip->budget_milli < rule->budget_min_milli)
		return "trip_budget.min";
	if (rule->has_budget_max && trip->budget_milli > rule->budget_max_milli)
		return "trip_budget.max";
	if (!one_of(trip->client_tier, rule->client_tiers, rule->n_client_tiers))
		return "client_tier";
	return one_occurs(trip->destination, rule->destinations, rule->n_destinations) ? NULL : "destination";
}

static bool
one_number(uint32_t number, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (list[i] == number)
			return true;
	}
	return n == 0;
}

const char *
book_rule_days_mismatch(const commission_rule *rule, const commission_trip *trip, const commission_offer *offer)
{
	kernel_day travel = offer->check_in != KERNEL_DAY_UNKNOWN ? offer->check_in : trip->start;

	if (rule->effective_from != KERNEL_DAY_UNKNOWN && offer->booked_on < rule->effective_from)
		return "effective_from";
	if (rule->effective_until != KERNEL_DAY_UNKNOWN && offer->booked_on > rule->effective_until)
		return "effective_until";
	if (rule->travel_start != KERNEL_DAY_UNKNOWN && travel < rule->travel_start)
		return "travel_dates.start";
	if (rule->travel_end != KERNEL_DAY_UNKNOWN && (travel > rule->travel_end || travel == KERNEL_DAY_UNKNOWN))
		return "travel_dates.end";
	return offer->nights < rule->min_nights ? "min_nights" : NULL;
}

const char *
book_rule_offer_mismatch(const book_rule *rule, const commission_trip *trip, const commission_offer *offer)
{
	const commission_rule *given = &rule->rule;
	const char *days = book_rule_days_mismatch(given, trip, offer);

	if (days != NULL)
		return days;
	if (!one_number(offer->word[COMMISSION_SITE], rule->sites, given->n_sites))
		return "site";
	return given->refundable != KERNEL_UNKNOWN && offer->refundable != given->refundable ? "refundable" : NULL;
}

/* ---- scope of a trip ------------------------------------------------------------------------------------------------------ */

commission_scope *
book_scope_in(void *memory, const commission_book *book)
{
	commission_scope *scope = memory;

	scope->book = book;
	scope->rules = (uint32_t *) (scope + 1);
	commission_scope_set(scope, NULL);
	return scope;
}

kernel_status
commission_scope_new(const commission_book *book, commission_scope **out)
{
	void *memory = book->alloc.allocate(book->alloc.context, book_scope_size(book));

	*out = memory != NULL ? book_scope_in(memory, book) : NULL;
	return memory != NULL ? KERNEL_OK : KERNEL_NO_MEMORY;
}

static void
scope_add(commission_scope *scope, size_t rule)
{
	scope->rules[scope->n_rules++] = (uint32_t) rule;
	scope->has_minimum = scope->has_minimum || scope->book->rules[rule].rule.has_min_percent;
	if (rule < BOOK_RULE_BITS)
		scope->bits |= UINT64_C(1) << rule;
}

static void
scope_clear(commission_scope *scope)
{
	scope->n_rules = 0;
	scope->has_minimum = false;
	scope->bits = 0;
}

void
commission_scope_set(commission_scope *scope, const commission_trip *trip)
{
	static const commission_trip unknown = {.start = KERNEL_DAY_UNKNOWN};

	scope_clear(scope);
	scope->trip = trip != NULL ? *trip : unknown;
	for (size_t i = 0; i < scope->book->n_rules; i++)
	{
		if (book_rule_trip_mismatch(&scope->book->rules[i].rule, &scope->trip) == NULL)
			scope_add(scope, i);
	}
}

commission_held
commission_scope_hold(const commission_scope *scope)
{
	return (commission_held){scope->bits, scope->trip.start};
}

void
commission_scope_recall(commission_scope *scope, commission_held held)
{
	scope_clear(scope);
	scope->trip = (commission_trip){.start = held.start};
	for (uint64_t rest = held.rules; rest != 0; rest &= rest - 1)
		scope_add(scope, (size_t) __builtin_ctzll(rest));
}

void
commission_scope_free(commission_scope *scope)
{
	if (scope != NULL)
		scope->book->alloc.release(scope->book->alloc.context, scope);
}
