/*
 * quote_rates.c
 *	  Rates and rules of a quote, read from JSON.
 */
#include "postgres.h"

#include "pg/quote_read.h"

static const char *const word_keys[COMMISSION_WORDS] = {"site", "supplier", "chain", "property",
														"product_type", "rate_type", "currency", "advisor"};

#define PERCENT_DECIMALS 4 /* a percent with four decimals is a whole number of parts per million */
#define AMOUNT_DECIMALS 3

static bool
kind_is_percent(commission_kind kind)
{
	return kind == COMMISSION_PERCENT || kind == COMMISSION_NET_MARKUP || kind == COMMISSION_OVERRIDE_PERCENT;
}

static void
read_kind(const argument *from, commission_rate *rate)
{
	kernel_text text;

	rate->kind = COMMISSION_PERCENT;
	if (!argument_text(from, "kind", &text))
		return;
	rate->kind = commission_kind_from_text(text.bytes, text.length);
	if (rate->kind == COMMISSION_KIND_UNKNOWN)
		argument_refuse(from, "kind",
						"percent, fixed_per_stay, fixed_per_night, fixed_per_room_night, net_markup, tier_percent, "
						"override_percent or bonus_fixed",
						pnstrdup(text.bytes, text.length));
}

static void
read_tiers(const argument *from, commission_rate *rate)
{
	argument list;
	int n = argument_list(from, "tiers", &list);
	commission_tier *tiers = palloc0(sizeof(commission_tier) * Max(n, 1));
	kernel_text text;

	for (int i = 0; i < n; i++)
	{
		argument tier = argument_entry_object(&list, i);

		if (!argument_scaled(&tier, "from", AMOUNT_DECIMALS, false, &tiers[i].from_milli))
			argument_refuse(&tier, "from", "a number", "nothing");
		if (!argument_scaled(&tier, "value", PERCENT_DECIMALS, false, &tiers[i].ppm))
			argument_refuse(&tier, "value", "a percentage", "nothing");
	}
	rate->tiers = tiers;
	rate->n_tiers = n;
	if (argument_text(from, "mode", &text) &&
		(rate->mode = commission_mode_from_text(text.bytes, text.length)) == COMMISSION_MODE_DEFAULT)
		argument_refuse(from, "mode", "whole or marginal", pnstrdup(text.bytes, text.length));
	if (argument_text(from, "window", &text) &&
		(rate->window = commission_window_from_text(text.bytes, text.length)) == COMMISSION_WINDOW_DEFAULT)
		argument_refuse(from, "window", "month, quarter or year", pnstrdup(text.bytes, text.length));
	if (argument_text(from, "measure", &text) &&
		(rate->measure = commission_measure_from_text(text.bytes, text.length)) == COMMISSION_MEASURE_DEFAULT)
		argument_refuse(from, "measure", "amount, room_nights or bookings", pnstrdup(text.bytes, text.length));
}

static void
read_weekdays(const argument *from, commission_rate *rate)
{
	argument list;
	int n = argument_list(from, "weekdays", &list);

	for (int i = 0; i < n; i++)
	{
		JsonbValue value;
		const char *shown;

		argument_entry(&list, i, &value);
		shown = argument_shown(&value);
		if (strlen(shown) != 1 || shown[0] < '1' || shown[0] > '7')
			argument_refuse(&list, psprintf("%d", i), "a day from 1 (Monday) to 7", shown);
		rate->weekdays |= 1 << (shown[0] - '1');
	}
}

void
quote_read_rate(const argument *from, int64 position, commission_rate *rate)
{
	int64 number;

	commission_rate_init(rate);
	rate->id = position;
	argument_whole(from, "id", PG_INT64_MIN + 1, PG_INT64_MAX, &rate->id);
	read_kind(from, rate);
	if (argument_whole(from, "priority", PG_INT32_MIN, PG_INT32_MAX, &number))
		rate->priority = number;
	for (int i = 0; i < COMMISSION_WORDS; i++)
		argument_text(from, word_keys[i], &rate->word[i]);
	argument_truth(from, "refundable", &rate->refundable);
	argument_truth(from, "prepaid", &rate->prepaid);
	if (argument_whole(from, "min_nights", 1, PG_INT16_MAX, &number))
		rate->min_nights = number;
	if (argument_whole(from, "first_nights", 1, PG_INT16_MAX, &number))
		rate->first_nights = number;
	argument_day(from, "stay_from", &rate->stay_from);
	argument_day(from, "stay_until", &rate->stay_until);
	argument_day(from, "effective_from", &rate->effective_from);
	argument_day(from, "effective_until", &rate->effective_until);
	read_weekdays(from, rate);
	if (rate->kind == COMMISSION_TIER_PERCENT)
		read_tiers(from, rate);
	else if (kind_is_percent(rate->kind))
		rate->has_ppm = argument_scaled(from, "value", PERCENT_DECIMALS, false, &rate->ppm);
	else
		rate->has_fixed = argument_scaled(from, "value", AMOUNT_DECIMALS, false, &rate->fixed_milli);
	rate->has_cap = argument_scaled(from, "cap", AMOUNT_DECIMALS, false, &rate->cap_milli);
	rate->has_floor = argument_scaled(from, "floor", AMOUNT_DECIMALS, false, &rate->floor_milli);
}

static void
read_conditions(const argument *from, commission_rule *rule)
{
	argument inside;
	int64 number;

	if (argument_object(from, "trip_budget", &inside))
	{
		rule->has_budget_min = argument_scaled(&inside, "min", AMOUNT_DECIMALS, false, &rule->budget_min_milli);
		rule->has_budget_max = argument_scaled(&inside, "max", AMOUNT_DECIMALS, false, &rule->budget_max_milli);
	}
	rule->client_tiers = argument_texts(from, "client_tier", &rule->n_client_tiers);
	rule->destinations = argument_texts(from, "destination", &rule->n_destinations);
	if (argument_object(from, "travel_dates", &inside))
	{
		argument_day(&inside, "start", &rule->travel_start);
		argument_day(&inside, "end", &rule->travel_end);
	}
	if (argument_whole(from, "min_nights", 1, PG_INT16_MAX, &number))
		rule->min_nights = number;
	rule->sites = argument_texts(from, "site", &rule->n_sites);
	argument_truth(from, "refundable", &rule->refundable);
}

static void
read_actions(const argument *from, commission_rule *rule)
{
	kernel_tri truth = KERNEL_UNKNOWN;

	rule->has_multiplier = argument_scaled(from, "commission_multiplier", 6, false, &rule->multiplier_ppm);
	rule->has_bonus = argument_scaled(from, "bonus_fixed", AMOUNT_DECIMALS, false, &rule->bonus_milli);
	rule->prefer_sites = argument_texts(from, "prefer_sites", &rule->n_prefer_sites);
	argument_truth(from, "require_refundable", &truth);
	rule->require_refundable = truth == KERNEL_YES;
	rule->has_min_percent = argument_scaled(from, "min_commission_percent", PERCENT_DECIMALS, false, &rule->min_percent_ppm);
	truth = KERNEL_UNKNOWN;
	argument_truth(from, "exclude", &truth);
	rule->exclude = truth == KERNEL_YES;
}

void
quote_read_rule(const argument *from, int64 position, commission_rule *rule)
{
	argument inside;
	int64 number;

	commission_rule_init(rule);
	rule->id = position;
	argument_whole(from, "id", PG_INT64_MIN + 1, PG_INT64_MAX, &rule->id);
	if (argument_whole(from, "priority", PG_INT32_MIN, PG_INT32_MAX, &number))
		rule->priority = number;
	argument_day(from, "effective_from", &rule->effective_from);
	argument_day(from, "effective_until", &rule->effective_until);
	if (argument_object(from, "conditions", &inside))
		read_conditions(&inside, rule);
	if (argument_object(from, "actions", &inside))
		read_actions(&inside, rule);
}
