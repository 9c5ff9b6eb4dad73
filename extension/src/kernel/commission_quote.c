/* commission_quote.c: the way of one quote, from components to expected commission; see commission.h for its steps. */
#include "commission_quoting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
commission_offer_init(commission_offer *offer)
{
	memset(offer, 0, sizeof *offer);
	offer->check_in = offer->booked_on = KERNEL_DAY_UNKNOWN;
	offer->exponent = 2;
}

static kernel_status
refuse(kernel_error *error, const char *path, const char *expected, int64_t got)
{
	if (error == NULL)
		return KERNEL_INVALID;
	error->id = 0;
	snprintf(error->path, sizeof error->path, "offer.%s", path);
	snprintf(error->expected, sizeof error->expected, "%s", expected);
	snprintf(error->got, sizeof error->got, "%" PRId64, got);
	snprintf(error->message, sizeof error->message, "offer: %s must be %s, got %" PRId64, path, expected, got);
	return KERNEL_INVALID;
}

/* An exact value that does not fit is the input's fault as well: say so in words. */
static kernel_status
overflowed(kernel_error *error)
{
	if (error != NULL)
	{
		error->id = 0;
		snprintf(error->path, sizeof error->path, "offer");
		snprintf(error->expected, sizeof error->expected, "amounts, rates and rules whose exact product fits 128 bits");
		snprintf(error->got, sizeof error->got, "larger");
		snprintf(error->message, sizeof error->message, "the commission of this offer is too large to be computed exactly");
	}
	return KERNEL_OVERFLOW;
}

/* ---- base ---------------------------------------------------------------------------------------------------------------------- */

static kernel_status
find_base(const quoting *q, kernel_error *error)
{
	const commission_offer *offer = q->offer;
	commission_quote *quote = q->quote;

	for (size_t i = 0; i < offer->n_components; i++)
	{
		const commission_component *component = &offer->components[i];
		int64_t before = quote->base;
		int64_t part;
		commission_why why;

		if (component->kind == COMMISSION_COMPONENT_UNKNOWN || component->kind > COMMISSION_PENALTY)
			return refuse(error, "components.kind", "a component kind", component->kind);
		if (!quoting_is_commissionable(component))
		{
			quoting_tell_change(q, COMMISSION_STEP_COMPONENT, COMMISSION_WHY_NOT_COMMISSIONABLE, (int64_t) i,
								exact_of(before), exact_of(before), NULL);
			continue;
		}
		if (!quoting_component_base(component, &part, &why) || __builtin_add_overflow(quote->base, part, &quote->base))
			return overflowed(error);
		quote->base_estimated = quote->base_estimated || why == COMMISSION_WHY_TAX_UNKNOWN;
		quoting_tell_change(q, COMMISSION_STEP_COMPONENT, why, (int64_t) i, exact_of(before), exact_of(quote->base), NULL);
	}
	if (quote->base < 0)
	{
		quoting_tell_change(q, COMMISSION_STEP_NOT_NEGATIVE, COMMISSION_WHY_NONE, 0, exact_of(quote->base), exact_of(0),
							NULL);
		quote->base = 0;
	}
	quote->has_base = offer->n_components > 0;
	if (quote->has_base)
		quoting_tell_change(q, COMMISSION_STEP_BASE, quote->base_estimated ? COMMISSION_WHY_TAX_UNKNOWN : COMMISSION_WHY_NONE,
							0, exact_of(0), exact_of(quote->base), NULL);
	else
		quoting_tell(q, COMMISSION_STEP_BASE, COMMISSION_WHY_BASE_UNKNOWN, 0, NULL);
	return KERNEL_OK;
}

/* ---- rates --------------------------------------------------------------------------------------------------------------------- */

/* What of an offer is compared with rates. */
typedef struct question
{
	const commission_offer *offer;
	uint64_t signature;
	book_key key;
	uint8_t weekday;
	const book_list *own; /* rates of the site ... */
	const book_list *any; /* ... and those of any site */
} question;

static const book_list no_rates;

static question
question_of(const quoting *q)
{
	uint32_t site = q->offer->word[COMMISSION_SITE];
	question asked = {.offer = q->offer, .key = book_key_of_offer(q->offer)};

	asked.signature = book_signature(&asked.key);
	asked.weekday = book_weekday_bit(q->offer->check_in);
	asked.any = &q->book->sites[0];
	asked.own = book_site(q->book, site);
	if (asked.own == asked.any)
		asked.own = &no_rates;
	return asked;
}

/* The same verdict as book_rate_mismatch, without the name of the key: this is where a table scan spends its time. */
static inline bool
matches(const book_entry *entry, const question *asked)
{
	const book_rate *rate = entry->rate;
	const commission_offer *offer = asked->offer;
	uint64_t differs = 0;

	if (((asked->signature ^ entry->signature) & entry->given) != 0)
		return false;
	for (int i = 0; i < BOOK_LANES; i++)
		differs |= (asked->key.lane[i] ^ rate->key.lane[i]) & rate->given.lane[i];
	return differs == 0 && offer->booked_on >= rate->effective_from && offer->booked_on <= rate->effective_until &&
		   offer->check_in >= rate->stay_from && offer->check_in <= rate->stay_until && offer->nights >= rate->min_nights &&
		   (rate->weekdays & asked->weekday) != 0;
}

/* The first that matches, from a position on; n when there is none. */
static inline uint32_t
next_match(const book_entry *entries, uint32_t at, uint32_t n, const question *asked)
{
	while (at < n && !matches(&entries[at], asked))
		at++;
	return at;
}

/* Rates lie in the order of precedence, so the lower address goes first. */
static const book_rate *
choose_rate(const question *asked)
{
	uint32_t own = next_match(asked->own->base, 0, asked->own->n_base, asked);
	const book_rate *best = own < asked->own->n_base ? asked->own->base[own].rate : NULL;
	uint32_t n = asked->any->n_base;

	/* Of the rates of any site only those before the best of the site's own are of interest. */
	for (uint32_t i = 0; i < n && (best == NULL || asked->any->base[i].rate < best); i++)
	{
		if (matches(&asked->any->base[i], asked))
			return asked->any->base[i].rate;
	}
	return best;
}

/* Value of the base rate with its first nights; q->known says whether it is known. */
static kernel_status
apply_base_rate(quoting *q, const book_rate *rate)
{
	commission_why why;
	int64_t ppm;
	exact before;
	kernel_status status = quoting_rate_value(q, rate, &q->value, &why, &ppm);

	if (status != KERNEL_OK)
		return status;
	if (why != COMMISSION_WHY_NONE)
	{
		quoting_tell(q, COMMISSION_STEP_RATE, why, rate->id, NULL);
		return KERNEL_OK;
	}
	quoting_tell_change(q, COMMISSION_STEP_RATE, COMMISSION_WHY_MOST_KEYS, rate->id, exact_of(0), q->value, &ppm);
	before = q->value;
	status = quoting_first_nights(q, rate, &q->value, &why);
	if (status != KERNEL_OK)
		return status;
	q->known = why == COMMISSION_WHY_NONE;
	if (!q->known)
		quoting_tell(q, COMMISSION_STEP_FIRST_NIGHTS, why, rate->id, NULL);
	else if (q->trace != NULL && exact_compare(before, q->value) != 0)
		quoting_tell_change(q, COMMISSION_STEP_FIRST_NIGHTS, COMMISSION_WHY_NONE, rate->id, before, q->value, NULL);
	return KERNEL_OK;
}

static kernel_status
add_one(quoting *q, const book_rate *rate)
{
	commission_what what = rate->kind == COMMISSION_BONUS_FIXED ? COMMISSION_STEP_BONUS : COMMISSION_STEP_OVERRIDE;
	exact before = q->value;
	exact added;
	commission_why why;
	int64_t ppm;
	kernel_status status = quoting_rate_value(q, rate, &added, &why, &ppm);

	if (status == KERNEL_OK && why == COMMISSION_WHY_NONE)
		status = quoting_first_nights(q, rate, &added, &why);
	if (status != KERNEL_OK)
		return status;
	if (why != COMMISSION_WHY_NONE)
	{
		quoting_tell(q, what, why, rate->id, NULL);
		q->known = false;
		return KERNEL_OK;
	}
	if (!exact_add(&q->value, added))
		return KERNEL_OVERFLOW;
	quoting_tell_change(q, what, COMMISSION_WHY_NONE, rate->id, before, q->value, &ppm);
	return KERNEL_OK;
}

/* The additions that match, of the two lists merged: by id, as they lie in the book. */
static kernel_status
add_overrides(quoting *q, const question *asked)
{
	const book_list *own = asked->own;
	const book_list *any = asked->any;
	uint32_t i = next_match(own->added, 0, own->n_added, asked);
	uint32_t j = next_match(any->added, 0, any->n_added, asked);

	while (q->known && (i < own->n_added || j < any->n_added))
	{
		bool is_own = j == any->n_added || (i < own->n_added && own->added[i].rate < any->added[j].rate);
		kernel_status status = add_one(q, is_own ? own->added[i].rate : any->added[j].rate);

		if (status != KERNEL_OK)
			return status;
		if (is_own)
			i = next_match(own->added, i + 1, own->n_added, asked);
		else
			j = next_match(any->added, j + 1, any->n_added, asked);
	}
	return KERNEL_OK;
}

static void
limit(quoting *q, const book_rate *rate)
{
	exact cap = quoting_from_milli(q, rate->cap_milli);
	exact floor = quoting_from_milli(q, rate->floor_milli);

	if (rate->has_cap && exact_compare(q->value, cap) > 0)
	{
		quoting_tell_change(q, COMMISSION_STEP_CAP, COMMISSION_WHY_ABOVE_CAP, rate->id, q->value, cap, NULL);
		q->value = cap;
	}
	if (rate->has_floor && exact_compare(q->value, floor) < 0)
	{
		quoting_tell_change(q, COMMISSION_STEP_FLOOR, COMMISSION_WHY_BELOW_FLOOR, rate->id, q->value, floor, NULL);
		q->value = floor;
	}
}

kernel_status
quoting_sum_rates(quoting *q, const book_rate **chosen)
{
	question asked = question_of(q);
	const book_rate *rate = choose_rate(&asked);
	kernel_status status;

	*chosen = rate;
	quoting_tell_losers(q, rate);
	if (rate == NULL)
	{
		quoting_tell(q, COMMISSION_STEP_NO_RATE, COMMISSION_WHY_COMMISSION_UNKNOWN, 0, NULL);
		return KERNEL_OK;
	}
	q->quote->has_rate = true;
	q->quote->rate_id = rate->id;
	status = apply_base_rate(q, rate);
	return status == KERNEL_OK ? add_overrides(q, &asked) : status;
}

static kernel_status
apply_rates(quoting *q)
{
	const book_rate *rate;
	kernel_status status = quoting_sum_rates(q, &rate);

	if (status == KERNEL_OK && rate != NULL && q->known && (rate->has_cap || rate->has_floor))
		limit(q, rate);
	return status;
}

/* ---- rounding, stated, expected ---------------------------------------------------------------------------------------------------- */

static kernel_status
round_computed(quoting *q)
{
	commission_quote *quote = q->quote;

	if (!q->known)
		return KERNEL_OK;
	if (q->value.numerator < 0)
	{
		quoting_tell_change(q, COMMISSION_STEP_NOT_NEGATIVE, COMMISSION_WHY_NONE, 0, q->value, exact_of(0), NULL);
		q->value = exact_of(0);
	}
	if (money_divide_wide(q->value.numerator, q->value.denominator, q->book->rounding, &quote->computed) != KERNEL_OK)
		return KERNEL_OVERFLOW;
	quote->has_computed = true;
	quoting_tell_change(q, COMMISSION_STEP_ROUND, COMMISSION_WHY_NONE, 0, q->value, exact_of(quote->computed), NULL);
	return KERNEL_OK;
}

static kernel_status
find_stated(quoting *q)
{
	const commission_offer *offer = q->offer;
	commission_quote *quote = q->quote;

	if (offer->has_stated_amount)
	{
		quote->has_stated = true;
		quote->stated = offer->stated_amount;
		quoting_tell_change(q, COMMISSION_STEP_STATED, COMMISSION_WHY_STATED_AMOUNT, 0, exact_of(quote->computed),
							exact_of(quote->stated), NULL);
	}
	else if (offer->has_stated_percent && quote->has_base)
	{
		if (money_multiply_ppm(quote->base, offer->stated_ppm, q->book->rounding, &quote->stated) != KERNEL_OK)
			return KERNEL_OVERFLOW;
		quote->has_stated = true;
		quoting_tell_change(q, COMMISSION_STEP_STATED, COMMISSION_WHY_STATED_PERCENT, 0, exact_of(quote->computed),
							exact_of(quote->stated), &offer->stated_ppm);
	}
	return KERNEL_OK;
}

/* part as ppm of whole, half away from zero; false when whole is 0 or the answer does not fit. */
static bool
share_ppm(int64_t part, int64_t whole, int64_t *ppm)
{
	kernel_int128 numerator = (kernel_int128) part * MONEY_PPM;
	kernel_int128 denominator = whole;

	if (denominator < 0)
	{
		numerator = -numerator;
		denominator = -denominator;
	}
	return money_divide_wide(numerator, denominator, MONEY_HALF_UP, ppm) == KERNEL_OK;
}

static kernel_status
compare_stated(commission_quote *quote)
{
	kernel_int128 off;

	if (!quote->has_stated || !quote->has_computed)
		return KERNEL_OK;
	if (__builtin_sub_overflow(quote->stated, quote->computed, &quote->variance))
		return KERNEL_OVERFLOW;
	quote->has_variance = true;
	quote->has_variance_ppm = share_ppm(quote->variance, quote->stated, &quote->variance_ppm);
	off = quote->variance < 0 ? -(kernel_int128) quote->variance : quote->variance;
	quote->variance_alert =
		!quote->base_estimated && off * 100 > (quote->stated < 0 ? -(kernel_int128) quote->stated : quote->stated);
	return KERNEL_OK;
}

static void
find_expected(commission_quote *quote)
{
	if (quote->has_stated)
	{
		quote->source = COMMISSION_SOURCE_STATED;
		quote->expected = quote->stated;
	}
	else if (quote->has_computed)
	{
		quote->source = COMMISSION_SOURCE_COMPUTED;
		quote->expected = quote->computed;
	}
	if (quote->source != COMMISSION_SOURCE_NONE && quote->has_base && quote->base > 0)
		quote->has_effective = share_ppm(quote->expected, quote->base, &quote->effective_ppm);
}

static kernel_status
settle(quoting *q)
{
	kernel_status status = round_computed(q);

	if (status == KERNEL_OK)
		status = find_stated(q);
	if (status == KERNEL_OK)
		status = compare_stated(q->quote);
	if (status != KERNEL_OK)
		return status;
	find_expected(q->quote);
	return q->book->n_rules > 0 ? quoting_check_minimum(q) : KERNEL_OK;
}

/* Field by field: clearing the whole structure compiles to a string instruction that costs as much as choosing a rate. */
static inline void
begin_quote(commission_quote *quote)
{
	quote->expected = 0;
	quote->base = 0;
	quote->computed = 0;
	quote->rate_id = 0;
	quote->stated = 0;
	quote->variance = 0;
	quote->variance_ppm = 0;
	quote->effective_ppm = 0;
	quote->ineligible_rule = 0;
	quote->source = COMMISSION_SOURCE_NONE;
	quote->ineligible_reason = COMMISSION_WHY_NONE;
	quote->rules_applied = 0;
	quote->has_rate = false;
	quote->has_base = false;
	quote->base_estimated = false;
	quote->has_computed = false;
	quote->has_stated = false;
	quote->has_variance = false;
	quote->has_variance_ppm = false;
	quote->variance_alert = false;
	quote->has_effective = false;
	quote->eligible = true;
	quote->preferred = false;
}

kernel_status
commission_quote_offer(const commission_book *book, const commission_scope *scope, const commission_offer *offer,
					   const commission_trace *trace, commission_quote *quote, kernel_error *error)
{
	quoting q = {
		.book = book,
		.scope = scope != NULL ? scope : book->no_trip,
		.offer = offer,
		.trace = trace,
		.quote = quote,
		.value = {0, 1},
	};
	kernel_status status;

	begin_quote(quote);
	if (offer->booked_on == KERNEL_DAY_UNKNOWN)
		return refuse(error, "booked_on", "a day", 0);
	if (offer->exponent > 4)
		return refuse(error, "exponent", "0 to 4", offer->exponent);
	status = find_base(&q, error);
	if (status != KERNEL_OK)
		return status;
	status = apply_rates(&q);
	if (status == KERNEL_OK && book->n_rules > 0)
		status = quoting_apply_rules(&q);
	if (status == KERNEL_OK)
		status = settle(&q);
	return status == KERNEL_OK ? KERNEL_OK : overflowed(error);
}
