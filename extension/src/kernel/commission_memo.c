/*
 * commission_memo.c: the expected commission of many offers, fast.
 *
 * A quote is two affine steps with limits between them: rates make `base x up + fixed`, cap and floor cut it, rules make
 * `x up + add` of that. Neither step looks at the amounts (marginal tiers apart), so both are kept, each under all that it
 * does look at:
 *
 *   terms    of a site's list: the keys some rate there gives, nights and days as far as one asks for them
 *   effects  of a set of rules, as bits
 *
 * Both are found by evaluating the quote itself at base 0 and 1, so that there is one place that knows what a rate or a
 * rule does. What does not fit 64 bits, or is not affine, is quoted the long way; so is every error.
 *
 * The tables are direct mapped and compare the full key: an entry that gives way to another is only worked out again.
 */
#include "commission_quoting.h"

#include <string.h>

#define MEMO_TERMS 1024 /* powers of two */
#define MEMO_EFFECTS 256
#define MEMO_PARTS 8

typedef struct terms_key
{
	uint64_t part[MEMO_PARTS];
} terms_key;

/* What the rates make of a base: (base x up + fixed) / down, cut to floor / down ... cap / down. */
typedef struct terms
{
	terms_key key;
	bool used;
	bool long_way;
	bool known;      /* a rate matches, and all it needs besides the base is known */
	bool needs_base; /* not known without a base */
	bool has_cap;
	bool has_floor;
	int64_t rate_id;
	int64_t up;
	int64_t fixed;
	int64_t cap;
	int64_t floor;
	int64_t down;
	commission_volume volume; /* what tiers were settled by; last, as it is seldom looked at */
} terms;

/* What rules make of a value: (value x up + add) / down; and the highest minimum percentage they ask. */
typedef struct effects
{
	uint64_t rules;
	uint8_t exponent;
	bool used;
	bool long_way;
	bool has_minimum;
	int64_t minimum_ppm;
	int64_t up;
	int64_t add;
	int64_t down;
} effects;

/* The rules that hold for the last offers, by how refundable they were. */
typedef struct last_rules
{
	uint64_t bits;  /* of the scope */
	uint64_t asked; /* dated rules that hold */
	kernel_day start;
	kernel_day check_in;
	kernel_day booked_on;
	int32_t nights;
	bool valid;
} last_rules;

struct commission_memo
{
	const commission_book *book;
	last_rules last;
	const book_list *days_of; /* of whose days the next two tell */
	kernel_day day;
	uint64_t turns;
	terms *terms;
	effects *effects;
};

kernel_status
commission_memo_new(const commission_book *book, commission_memo **out)
{
	const kernel_alloc *alloc = &book->alloc;
	size_t size = sizeof(commission_memo) + MEMO_TERMS * sizeof(terms) + MEMO_EFFECTS * sizeof(effects);
	commission_memo *memo = alloc->allocate(alloc->context, size);

	*out = memo;
	if (memo == NULL)
		return KERNEL_NO_MEMORY;
	memset(memo, 0, size);
	memo->book = book;
	memo->terms = (terms *) (memo + 1);
	memo->effects = (effects *) (memo->terms + MEMO_TERMS);
	return KERNEL_OK;
}

void
commission_memo_free(commission_memo *memo)
{
	if (memo != NULL)
		memo->book->alloc.release(memo->book->alloc.context, memo);
}

/* ---- keys -------------------------------------------------------------------------------------------------------------------- */

/* How many of a list's turns have come by a day: all its stay windows can tell of it. */
static uint64_t
turns_by(const book_list *list, kernel_day day)
{
	uint32_t low = 0;
	uint32_t high = list->n_turns;

	while (low < high)
	{
		uint32_t middle = (low + high) / 2;

		if (list->turns[middle] <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t
turns_of(commission_memo *memo, const book_list *list, kernel_day day)
{
	if (memo->days_of != list || memo->day != day)
	{
		memo->days_of = list;
		memo->day = day;
		memo->turns = turns_by(list, day) << 32 | turns_by(&memo->book->sites[0], day);
		if (list->cares_weekday)
			memo->turns ^= (uint64_t) book_weekday_bit(day) << 24;
	}
	return memo->turns;
}

static terms_key
key_of(commission_memo *memo, const commission_offer *offer)
{
	uint32_t site = offer->word[COMMISSION_SITE];
	const book_list *list = book_site(memo->book, site);
	book_key words = book_key_of_offer(offer);
	terms_key key;

	for (int i = 0; i < BOOK_LANES; i++)
		key.part[i] = words.lane[i] & list->care.lane[i];
	key.part[5] = (uint64_t) (list - memo->book->sites) << 35 | (uint64_t) offer->exponent << 32 | (uint32_t) offer->booked_on;
	key.part[6] = turns_of(memo, list, offer->check_in);
	key.part[7] = (list->cares_nights ? (uint64_t) (uint32_t) offer->nights : 0) |
				  (list->cares_rooms ? (uint64_t) (uint32_t) offer->rooms << 32 : 0);
	return key;
}

static bool
same_key(const terms_key *a, const terms_key *b)
{
	uint64_t differs = 0;

	for (int i = 0; i < MEMO_PARTS; i++)
		differs |= a->part[i] ^ b->part[i];
	return differs == 0;
}

/* A sum of products, which do not wait for each other. */
static size_t
place_of(const terms_key *key)
{
	static const uint64_t odd[MEMO_PARTS] = {
		UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93),
		UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db), UINT64_C(0x8ebc6af09c88c6e3), UINT64_C(0x589965cc75374cc3)};
	uint64_t hash = 0;

	for (int i = 0; i < MEMO_PARTS; i++)
		hash += (key->part[i] ^ key->part[i] >> 32) * odd[i];
	return (size_t) (hash >> 40) % MEMO_TERMS;
}

/* ---- terms -------------------------------------------------------------------------------------------------------------------- */

/* The sum of the rates at a base; false when it does not fit. */
static bool
sum_at(const commission_memo *memo, const commission_offer *offer, bool has_base, int64_t base, quoting *q,
	   commission_quote *quote, const book_rate **rate)
{
	*quote = (commission_quote){.eligible = true, .has_base = has_base, .base = base};
	*q = (quoting){
		.book = memo->book, .scope = memo->book->no_trip, .offer = offer, .quote = quote, .value = exact_of(0)};
	return quoting_sum_rates(q, rate) == KERNEL_OK;
}

/* Takes b from a; false when it does not fit. */
static bool
subtract(exact *a, exact b)
{
	return exact_add(a, (exact){-b.numerator, b.denominator});
}

/* Over one denominator: slope, sum, cap, floor. */
static bool
set_terms(const quoting *q, const book_rate *rate, exact at_nothing, exact at_one, terms *to)
{
	exact parts[4] = {at_one, at_nothing, exact_of(0), exact_of(0)};
	int64_t numbers[4];

	to->has_cap = rate->has_cap;
	to->has_floor = rate->has_floor;
	if (rate->has_cap)
		parts[2] = quoting_from_milli(q, rate->cap_milli);
	if (rate->has_floor)
		parts[3] = quoting_from_milli(q, rate->floor_milli);
	if (!subtract(&parts[0], at_nothing) || !exact_common(parts, 4, numbers, &to->down))
		return false;
	to->up = numbers[0];
	to->fixed = numbers[1];
	to->cap = numbers[2];
	to->floor = numbers[3];
	return true;
}

static void
settle_terms(const commission_memo *memo, const commission_offer *offer, terms *to)
{
	quoting nothing;
	quoting one;
	quoting unknown;
	commission_quote quotes[3];
	const book_rate *rate;

	to->used = true;
	to->long_way = !(sum_at(memo, offer, false, 0, &unknown, &quotes[0], &rate) &&
					 sum_at(memo, offer, true, 0, &nothing, &quotes[1], &rate) &&
					 sum_at(memo, offer, true, 1, &one, &quotes[2], &rate)) ||
				   (rate != NULL && rate->kind == COMMISSION_TIER_PERCENT && rate->mode == COMMISSION_MARGINAL);
	to->known = !to->long_way && one.known;
	to->needs_base = !to->long_way && one.known && !unknown.known;
	to->rate_id = rate != NULL ? rate->id : 0;
	if (to->known && !set_terms(&one, rate, nothing.value, one.value, to))
		to->long_way = true;
}

static bool
same_volume(const commission_memo *memo, const terms *t, const commission_offer *offer)
{
	static const commission_volume none;

	return !book_site(memo->book, offer->word[COMMISSION_SITE])->cares_volume ||
		   memcmp(&t->volume, offer->volume != NULL ? offer->volume : &none, sizeof none) == 0;
}

static inline const terms *
terms_of(commission_memo *memo, const commission_offer *offer)
{
	terms_key key = key_of(memo, offer);
	terms *found = &memo->terms[place_of(&key)];

	if (found->used && same_key(&found->key, &key) && same_volume(memo, found, offer))
		return found;
	found->key = key;
	found->volume = offer->volume != NULL ? *offer->volume : (commission_volume){{0}, {0}, {0}};
	settle_terms(memo, offer, found);
	return found;
}

/* ---- rules -------------------------------------------------------------------------------------------------------------------- */

/* The dated rules of the scope that hold on the offer's days. Rooms of one hotel come together: the last answer is kept. */
static uint64_t
dated_rules(commission_memo *memo, const commission_scope *scope, const commission_offer *offer)
{
	const book_rule_sets *sets = &memo->book->sets;
	last_rules *last = &memo->last;

	if (last->valid && last->bits == scope->bits && last->start == scope->trip.start && last->check_in == offer->check_in &&
		last->booked_on == offer->booked_on && last->nights == offer->nights)
		return last->asked;
	*last = (last_rules){scope->bits, 0, scope->trip.start, offer->check_in, offer->booked_on, offer->nights, true};
	for (uint64_t rest = scope->bits & sets->dated; rest != 0; rest &= rest - 1)
	{
		const book_rule *rule = &memo->book->rules[__builtin_ctzll(rest)];

		if (book_rule_days_mismatch(&rule->rule, &scope->trip, offer) == NULL)
			last->asked |= rest & -rest;
	}
	return last->asked;
}

static uint64_t
rules_of(commission_memo *memo, const commission_scope *scope, const commission_offer *offer)
{
	const book_rule_sets *sets = &memo->book->sets;
	uint32_t site = offer->word[COMMISSION_SITE];
	uint64_t held = scope->bits & sets->of_refundable[offer->refundable] &
					sets->of_site[site < memo->book->n_sites ? site : 0];

	if ((held & sets->dated) == 0)
		return held;
	return held & (~sets->dated | dated_rules(memo, scope, offer));
}

/* What the rules make of a value; false when it does not fit. */
static bool
act_on(const commission_memo *memo, const commission_offer *offer, uint64_t rules, exact *value)
{
	commission_quote quote = {.eligible = true};
	quoting q = {.book = memo->book,
				 .scope = memo->book->no_trip,
				 .offer = offer,
				 .quote = &quote,
				 .known = true,
				 .value = *value};

	for (uint64_t rest = rules; rest != 0; rest &= rest - 1)
	{
		if (quoting_act(&q, &memo->book->rules[__builtin_ctzll(rest)]) != KERNEL_OK)
			return false;
	}
	*value = q.value;
	return true;
}

static void
settle_effects(const commission_memo *memo, const commission_offer *offer, effects *to)
{
	exact parts[2] = {exact_of(1), exact_of(0)};
	int64_t numbers[2] = {0, 0};

	to->used = true;
	to->has_minimum = false;
	to->minimum_ppm = 0;
	for (uint64_t rest = to->rules; rest != 0; rest &= rest - 1)
	{
		const commission_rule *rule = &memo->book->rules[__builtin_ctzll(rest)].rule;

		to->has_minimum = to->has_minimum || rule->has_min_percent;
		if (rule->has_min_percent && rule->min_percent_ppm > to->minimum_ppm)
			to->minimum_ppm = rule->min_percent_ppm;
	}
	to->long_way = !act_on(memo, offer, to->rules, &parts[0]) || !act_on(memo, offer, to->rules, &parts[1]) ||
				   !subtract(&parts[0], parts[1]) || !exact_common(parts, 2, numbers, &to->down);
	to->up = numbers[0];
	to->add = numbers[1];
}

static inline const effects *
effects_of(commission_memo *memo, uint64_t rules, const commission_offer *offer)
{
	size_t at = (size_t) (rules * UINT64_C(0x9e3779b97f4a7c15) >> 40) % MEMO_EFFECTS;
	effects *found = &memo->effects[at];

	if (found->used && found->rules == rules && found->exponent == offer->exponent)
		return found;
	found->rules = rules;
	found->exponent = offer->exponent;
	settle_effects(memo, offer, found);
	return found;
}

/* ---- the quote ---------------------------------------------------------------------------------------------------------------- */

static kernel_status
the_long_way(const commission_memo *memo, const commission_scope *scope, const commission_offer *offer,
			 commission_expected *expected, kernel_error *error)
{
	commission_quote quote;
	kernel_status status = commission_quote_offer(memo->book, scope, offer, NULL, &quote, error);

	if (status == KERNEL_OK)
		*expected = (commission_expected){quote.expected, quote.rate_id, quote.source, quote.eligible};
	return status;
}

/* Sum of the commissionable components, never below zero; false when one of them is for the long way. */
static inline bool
find_base(const commission_offer *offer, int64_t *base)
{
	commission_why why;

	*base = 0;
	for (size_t i = 0; i < offer->n_components; i++)
	{
		const commission_component *component = &offer->components[i];
		int64_t part;

		if (component->kind == COMMISSION_COMPONENT_UNKNOWN || component->kind > COMMISSION_PENALTY)
			return false;
		if (quoting_is_commissionable(component) &&
			(!quoting_component_base(component, &part, &why) || __builtin_add_overflow(*base, part, base)))
			return false;
	}
	if (*base < 0)
		*base = 0;
	return true;
}

/* The computed commission by terms and effects; false when a step does not fit. */
static inline bool
compute(const terms *t, const effects *e, int64_t base, money_rounding rounding, int64_t *amount)
{
	int64_t value;
	int64_t added;
	int64_t down;

	if (__builtin_mul_overflow(base, t->up, &value) || __builtin_add_overflow(value, t->fixed, &value))
		return false;
	if (t->has_cap && value > t->cap)
		value = t->cap;
	if (t->has_floor && value < t->floor)
		value = t->floor;
	if (__builtin_mul_overflow(value, e->up, &value) || __builtin_mul_overflow(e->add, t->down, &added) ||
		__builtin_add_overflow(value, added, &value) || __builtin_mul_overflow(t->down, e->down, &down))
		return false;
	return money_divide_wide(value > 0 ? value : 0, down, rounding, amount) == KERNEL_OK;
}

/* A stated commission so large that its distance to the computed one might not fit. */
static inline bool
is_wild(const commission_offer *offer)
{
	return offer->has_stated_amount &&
		   (offer->stated_amount > INT64_MAX / 4 || offer->stated_amount < INT64_MIN / 4);
}

/* Replaces the computed commission by what is stated; false when that does not fit. */
static inline bool
take_stated(const commission_offer *offer, bool has_base, int64_t base, money_rounding rounding,
			commission_expected *expected)
{
	if (offer->has_stated_amount)
		expected->amount = offer->stated_amount;
	else if (!offer->has_stated_percent || !has_base)
		return true;
	else if (money_multiply_ppm(base, offer->stated_ppm, rounding, &expected->amount) != KERNEL_OK)
		return false;
	expected->source = COMMISSION_SOURCE_STATED;
	return true;
}

/* Is the expected commission at least the share of the base that the rules ask? */
static inline bool
reaches(const commission_expected *expected, const effects *e, bool has_base, int64_t base, money_rounding rounding,
		bool *fits)
{
	int64_t least = 0;

	if (!e->has_minimum)
		return true;
	if (expected->source == COMMISSION_SOURCE_NONE || !has_base)
		return false;
	*fits = money_multiply_ppm(base, e->minimum_ppm, rounding, &least) == KERNEL_OK;
	return expected->amount >= least;
}

/* The answer from what is remembered; false: the long way. */
static inline bool
recall(commission_memo *memo, const commission_scope *scope, const commission_offer *offer, commission_expected *expected)
{
	const commission_book *book = memo->book;
	money_rounding rounding = book->rounding;
	uint64_t rules = rules_of(memo, scope, offer);
	const terms *t = terms_of(memo, offer);
	const effects *e = effects_of(memo, rules, offer);
	bool has_base = offer->n_components > 0;
	bool fits = true;
	bool reached;
	int64_t base;

	if (t->long_way || e->long_way || is_wild(offer) || !find_base(offer, &base))
		return false;
	*expected = (commission_expected){0, t->rate_id, COMMISSION_SOURCE_NONE, true};
	if (t->known && (has_base || !t->needs_base))
	{
		if (!compute(t, e, base, rounding, &expected->amount))
			return false;
		expected->source = COMMISSION_SOURCE_COMPUTED;
	}
	if (!take_stated(offer, has_base, base, rounding, expected))
		return false;
	/* Asked of excluded offers, too: the quote does, and may fail by it. */
	reached = reaches(expected, e, has_base, base, rounding, &fits);
	expected->eligible = reached && (rules & book->sets.excluding) == 0 &&
						 ((rules & book->sets.refundable_only) == 0 || offer->refundable == KERNEL_YES);
	return fits;
}

kernel_status
commission_expect(commission_memo *memo, const commission_scope *scope, const commission_offer *offer,
				  commission_expected *expected, kernel_error *error)
{
	const commission_book *book = memo->book;

	if (scope == NULL)
		scope = book->no_trip;
	if (book->n_rules <= BOOK_RULE_BITS && offer->booked_on != KERNEL_DAY_UNKNOWN && offer->exponent <= 4 &&
		offer->nights >= 0 && recall(memo, scope, offer, expected))
		return KERNEL_OK;
	return the_long_way(memo, scope, offer, expected, error);
}
