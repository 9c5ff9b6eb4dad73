/* commission_check.c: refuses rates and rules that cannot mean anything, naming the field, what was expected and what came. */
#include "commission_book.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define MOST_PPM INT64_C(10000000)              /* 1000 % */
#define MOST_MULTIPLIER_PPM INT64_C(1000000000) /* x 1000 */
#define MOST_MILLI INT64_C(100000000000000)     /* numeric(14,3) */

typedef struct check
{
	const char *what; /* "rates" or "rules" */
	size_t at;
	int64_t id;
	kernel_error *error;
	bool failed;
} check;

__attribute__((format(printf, 4, 5))) static void
refuse(check *c, const char *field, const char *expected, const char *got, ...)
{
	kernel_error *error = c->error;
	va_list arguments;

	if (c->failed)
		return;
	c->failed = true;
	if (error == NULL)
		return;
	error->id = c->id;
	snprintf(error->path, sizeof error->path, "%s[%zu].%s", c->what, c->at, field);
	snprintf(error->expected, sizeof error->expected, "%s", expected);
	va_start(arguments, got);
	vsnprintf(error->got, sizeof error->got, got, arguments);
	va_end(arguments);
	snprintf(error->message, sizeof error->message, "commission %.4s %" PRId64 ": %s must be %s, got %s", c->what, c->id,
			 field, expected, error->got);
}

/* An amount or percentage of ppm or thousandths, shown with its decimals. */
static void
check_range(check *c, const char *field, int64_t value, int64_t least, int64_t most, const char *expected, int64_t unit)
{
	int64_t part = value % unit;

	if (value >= least && value <= most)
		return;
	refuse(c, field, expected, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "", value < 0 ? -(value / unit) : value / unit,
		   unit == 1000 ? 3 : 4, part < 0 ? -part : part);
}

static void
check_percent(check *c, const char *field, int64_t ppm)
{
	check_range(c, field, ppm, 0, MOST_PPM, "a percentage from 0 to 1000", 10000);
}

static void
check_amount(check *c, const char *field, int64_t milli)
{
	check_range(c, field, milli, 0, MOST_MILLI, "an amount from 0 to 100000000000", 1000);
}

static void
check_count(check *c, const char *field, int32_t value)
{
	if (value < 0)
		refuse(c, field, "a whole number from 0 up", "%d", value);
}

static void
check_days(check *c, const char *field, kernel_day from, kernel_day until, const char *expected)
{
	if (from != KERNEL_DAY_UNKNOWN && until != KERNEL_DAY_UNKNOWN && from > until)
		refuse(c, field, expected, "a day %" PRId64 " days earlier", (int64_t) from - until);
}

static void
check_word(check *c, const char *field, kernel_text text)
{
	if (text.bytes != NULL && text.length == 0)
		refuse(c, field, "a word, or nothing", "an empty text");
}

static bool
is_fixed(commission_kind kind)
{
	return kind == COMMISSION_FIXED_PER_STAY || kind == COMMISSION_FIXED_PER_NIGHT ||
		   kind == COMMISSION_FIXED_PER_ROOM_NIGHT || kind == COMMISSION_BONUS_FIXED;
}

static void
check_tiers(check *c, const commission_rate *rate)
{
	if (rate->kind != COMMISSION_TIER_PERCENT)
	{
		if (rate->n_tiers > 0)
			refuse(c, "tiers", "none for this kind", "%zu steps", rate->n_tiers);
		return;
	}
	if (rate->n_tiers == 0)
		refuse(c, "tiers", "at least one step {from, value}", "none");
	for (size_t i = 0; i < rate->n_tiers; i++)
	{
		check_amount(c, "tiers.from", rate->tiers[i].from_milli);
		check_percent(c, "tiers.value", rate->tiers[i].ppm);
		if (i > 0 && rate->tiers[i].from_milli <= rate->tiers[i - 1].from_milli)
			refuse(c, "tiers", "steps in ascending order of from, each once", "step %zu not above step %zu", i, i - 1);
	}
}

static void
check_value(check *c, const commission_rate *rate)
{
	if (rate->kind <= COMMISSION_KIND_UNKNOWN || rate->kind > COMMISSION_BONUS_FIXED)
		refuse(c, "kind",
			   "percent, fixed_per_stay, fixed_per_night, fixed_per_room_night, net_markup, tier_percent, override_percent "
			   "or bonus_fixed",
			   "another word");
	else if (is_fixed(rate->kind))
	{
		if (!rate->has_fixed)
			refuse(c, "value", "an amount", "nothing");
		check_amount(c, "value", rate->fixed_milli);
	}
	else if (rate->kind != COMMISSION_TIER_PERCENT)
	{
		if (!rate->has_ppm)
			refuse(c, "value", "a percentage", "nothing");
		check_percent(c, "value", rate->ppm);
	}
	check_tiers(c, rate);
}

/* Defaults are fine; a value outside the enums would index beyond a volume. */
static void
check_scale(check *c, const commission_rate *rate)
{
	if ((unsigned) rate->mode > COMMISSION_MARGINAL)
		refuse(c, "mode", "whole or marginal", "another word");
	if ((unsigned) rate->window >= COMMISSION_WINDOWS)
		refuse(c, "window", "month, quarter or year", "another word");
	if ((unsigned) rate->measure >= COMMISSION_MEASURES)
		refuse(c, "measure", "amount, room_nights or bookings", "another word");
}

static void
check_limits(check *c, const commission_rate *rate)
{
	if (rate->has_cap)
		check_amount(c, "cap", rate->cap_milli);
	if (rate->has_floor)
		check_amount(c, "floor", rate->floor_milli);
	if (rate->has_cap && rate->has_floor && rate->cap_milli < rate->floor_milli)
		refuse(c, "cap", "at least the floor", "cap %" PRId64 ".%03" PRId64 " below floor %" PRId64 ".%03" PRId64,
			   rate->cap_milli / 1000, rate->cap_milli % 1000, rate->floor_milli / 1000, rate->floor_milli % 1000);
}

kernel_status
commission_check_rate(const commission_rate *rate, size_t at, kernel_error *error)
{
	check c = {"rates", at, rate->id, error, false};

	check_value(&c, rate);
	check_scale(&c, rate);
	check_limits(&c, rate);
	check_count(&c, "min_nights", rate->min_nights);
	check_count(&c, "first_nights", rate->first_nights);
	check_days(&c, "effective_until", rate->effective_from, rate->effective_until, "not before effective_from");
	check_days(&c, "stay_until", rate->stay_from, rate->stay_until, "not before stay_from");
	if (rate->weekdays_invalid || rate->weekdays > 0x7f)
		refuse(&c, "weekdays", "days 1 (Monday) to 7 (Sunday)", "another number");
	for (int i = 0; i < COMMISSION_WORDS; i++)
		check_word(&c, book_key_names[i], rate->word[i]);
	return c.failed ? KERNEL_INVALID : KERNEL_OK;
}

static void
check_words(check *c, const char *field, const kernel_text *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (texts[i].bytes == NULL || texts[i].length == 0)
			refuse(c, field, "words", "an empty one at position %zu", i);
	}
}

kernel_status
commission_check_rule(const commission_rule *rule, size_t at, kernel_error *error)
{
	check c = {"rules", at, rule->id, error, false};

	if (rule->has_budget_min)
		check_amount(&c, "conditions.trip_budget.min", rule->budget_min_milli);
	if (rule->has_budget_max)
		check_amount(&c, "conditions.trip_budget.max", rule->budget_max_milli);
	if (rule->has_budget_min && rule->has_budget_max && rule->budget_min_milli > rule->budget_max_milli)
		refuse(&c, "conditions.trip_budget.max", "at least min", "less");
	check_words(&c, "conditions.client_tier", rule->client_tiers, rule->n_client_tiers);
	check_words(&c, "conditions.destination", rule->destinations, rule->n_destinations);
	check_words(&c, "conditions.site", rule->sites, rule->n_sites);
	check_days(&c, "conditions.travel_dates.end", rule->travel_start, rule->travel_end, "not before start");
	check_count(&c, "conditions.min_nights", rule->min_nights);
	check_days(&c, "effective_until", rule->effective_from, rule->effective_until, "not before effective_from");
	if (rule->has_multiplier)
		check_range(&c, "actions.commission_multiplier", rule->multiplier_ppm, 0, MOST_MULTIPLIER_PPM,
					"a factor from 0 to 1000, shown in percent", 10000);
	if (rule->has_bonus)
		check_range(&c, "actions.bonus_fixed", rule->bonus_milli, -MOST_MILLI, MOST_MILLI,
					"an amount within 100000000000", 1000);
	check_words(&c, "actions.prefer_sites", rule->prefer_sites, rule->n_prefer_sites);
	if (rule->has_min_percent)
		check_percent(&c, "actions.min_commission_percent", rule->min_percent_ppm);
	return c.failed ? KERNEL_INVALID : KERNEL_OK;
}
