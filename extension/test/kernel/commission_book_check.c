/*
 * commission_book_check.c: which rate is chosen, which conditions and actions of rules hold, what a book refuses.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commission_case.h"

static commission_case c;

/* ---- keys of rates ------------------------------------------------------------------------------------------------------ */

/* Rate 1 gives one key beyond rate 2, so it is chosen exactly when the key matches. */
static commission_rate *
keyed(void)
{
	commission_rate *rate;

	case_begin(&c);
	rate = case_rate(&c, COMMISSION_PERCENT);
	case_rate(&c, COMMISSION_PERCENT)->ppm = 100000;
	return rate;
}

static void
expect_chosen(int64_t id, const char *key)
{
	case_expect(&c, id, id == 1 ? 8549 : 2850);
	if (key != NULL)
		ck_assert_str_eq(case_step(&c, COMMISSION_STEP_RATE_LOST, 0)->key, key);
}

START_TEST(each_word_is_a_key)
{
	static const char *const names[] = {"site", "supplier", "chain", "property",
										"product_type", "rate_type", "currency", "advisor"};

	for (int word = 0; word < COMMISSION_WORDS; word++)
	{
		commission_rate *rate = keyed();

		rate->word[word] = case_text(c.words[word]);
		expect_chosen(1, NULL);
		c.words[word] = "another";
		expect_chosen(2, names[word]);
		c.words[word] = NULL;
		expect_chosen(2, names[word]);
		rate->word[word] = case_text("NAVITRIP"); /* words are compared byte for byte */
		c.words[word] = "navitrip";
		expect_chosen(2, names[word]);
	}
}
END_TEST

START_TEST(refundable_and_prepaid_are_keys)
{
	commission_rate *rate = keyed();

	rate->refundable = KERNEL_YES;
	expect_chosen(1, NULL);
	c.offer.refundable = KERNEL_NO;
	expect_chosen(2, "refundable");
	c.offer.refundable = KERNEL_UNKNOWN;
	expect_chosen(2, "refundable");
	rate->refundable = KERNEL_UNKNOWN;
	rate->prepaid = KERNEL_NO;
	expect_chosen(1, NULL);
	c.offer.prepaid = KERNEL_YES;
	expect_chosen(2, "prepaid");
}
END_TEST

START_TEST(nights_stay_and_weekday_are_keys)
{
	commission_rate *rate = keyed();

	rate->min_nights = 3;
	expect_chosen(1, NULL);
	rate->min_nights = 4;
	expect_chosen(2, "min_nights");
	c.offer.nights = 0;
	rate->min_nights = 1;
	expect_chosen(2, "min_nights");

	rate = keyed();
	rate->stay_from = rate->stay_until = 9904; /* both ends inclusive */
	expect_chosen(1, NULL);
	rate->stay_from = 9905;
	rate->stay_until = KERNEL_DAY_UNKNOWN;
	expect_chosen(2, "stay_from");
	rate->stay_from = KERNEL_DAY_UNKNOWN;
	rate->stay_until = 9903;
	expect_chosen(2, "stay_until");
	rate->stay_until = 9904;
	expect_chosen(1, NULL);
	c.offer.check_in = KERNEL_DAY_UNKNOWN;
	expect_chosen(2, "stay_from");

	rate = keyed();
	rate->weekdays = 1 << (5 - 1); /* day 9904 is Friday 2027-02-12 */
	expect_chosen(1, NULL);
	rate->weekdays = 0x7f & ~(1 << (5 - 1));
	expect_chosen(2, "weekdays");
	rate->weekdays = 0x7f;
	c.offer.check_in = KERNEL_DAY_UNKNOWN;
	expect_chosen(2, "weekdays");
}
END_TEST

START_TEST(weekdays_are_iso)
{
	static const struct
	{
		kernel_day day;
		int iso;
	} known[] = {{0, 6}, {1, 7}, {2, 1}, {-1, 5}, {-6, 7}, {-5, 1}, {9904, 5}};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
	{
		keyed()->weekdays = (uint8_t) (1 << (known[i].iso - 1));
		c.offer.check_in = known[i].day;
		expect_chosen(1, NULL);
	}
}
END_TEST

START_TEST(effective_days_are_inclusive_and_no_key)
{
	commission_rate *rate = keyed();

	rate->effective_from = rate->effective_until = 9800;
	expect_chosen(1, NULL); /* newest of two without keys */
	rate->effective_from = 9801;
	rate->effective_until = KERNEL_DAY_UNKNOWN;
	expect_chosen(2, "effective_from");
	rate->effective_from = KERNEL_DAY_UNKNOWN;
	rate->effective_until = 9799;
	expect_chosen(2, "effective_until");
	rate->effective_from = 9000;
	rate->effective_until = 9900;
	c.rates[1].word[COMMISSION_SITE] = case_text("navitrip");
	expect_chosen(2, NULL); /* one key beats a window */
}
END_TEST

/* ---- precedence ------------------------------------------------------------------------------------------------------------ */

static commission_why
loser_why(void)
{
	return case_step(&c, COMMISSION_STEP_RATE_LOST, 0)->why;
}

START_TEST(keys_then_priority_then_newest_then_id)
{
	commission_rate *rate = keyed();

	expect_chosen(1, NULL);
	ck_assert_int_eq(loser_why(), COMMISSION_WHY_HIGHER_ID);
	c.rates[1].effective_from = 9000;
	expect_chosen(2, NULL);
	ck_assert_int_eq(loser_why(), COMMISSION_WHY_OLDER);
	rate->effective_from = 9001;
	expect_chosen(1, NULL);
	c.rates[1].priority = 1;
	expect_chosen(2, NULL);
	ck_assert_int_eq(loser_why(), COMMISSION_WHY_LOWER_PRIORITY);
	rate->word[COMMISSION_ADVISOR] = case_text("ann");
	expect_chosen(1, NULL);
	ck_assert_int_eq(loser_why(), COMMISSION_WHY_FEWER_KEYS);
	c.rates[1].word[COMMISSION_SITE] = case_text("navitrip");
	c.rates[1].stay_from = 9000;
	c.rates[1].stay_until = 9999; /* a stay window counts once */
	rate->word[COMMISSION_SITE] = case_text("navitrip");
	expect_chosen(2, NULL);
	ck_assert_int_eq(loser_why(), COMMISSION_WHY_LOWER_PRIORITY);
}
END_TEST

START_TEST(the_order_given_does_not_matter)
{
	for (int turn = 0; turn < 2; turn++)
	{
		commission_rate *a;
		commission_rate *b;

		case_begin(&c);
		a = case_rate(&c, COMMISSION_PERCENT);
		b = case_rate(&c, COMMISSION_PERCENT);
		a->id = turn == 0 ? 5 : 9;
		b->id = turn == 0 ? 9 : 5;
		a->ppm = b->ppm = 100000;
		case_expect(&c, 5, 2850);
	}
}
END_TEST

/* ---- rules -------------------------------------------------------------------------------------------------------------------- */

/* A rule that doubles; the commission says whether it held. */
static commission_rule *
doubling(void)
{
	commission_rule *rule;

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	rule = case_rule(&c);
	rule->has_multiplier = true;
	rule->multiplier_ppm = 2000000;
	return rule;
}

static void
expect_rule(bool holds, const char *key)
{
	case_expect(&c, 1, holds ? 17098 : 8549);
	ck_assert_int_eq(c.quote.rules_applied, holds);
	if (key != NULL)
		ck_assert_str_eq(case_step(&c, COMMISSION_STEP_RULE_SKIPPED, 0)->key, key);
}

START_TEST(a_rule_asks_the_budget)
{
	commission_rule *rule = doubling();

	rule->has_budget_min = rule->has_budget_max = true;
	rule->budget_min_milli = rule->budget_max_milli = 5000000;
	expect_rule(true, NULL);
	c.trip.budget_milli = 4999999;
	expect_rule(false, "trip_budget.min");
	c.trip.budget_milli = 5000001;
	expect_rule(false, "trip_budget.max");
	c.trip.has_budget = false;
	c.trip.budget_milli = 5000000;
	expect_rule(false, "trip_budget");
}
END_TEST

START_TEST(a_rule_asks_client_and_destination)
{
	kernel_text tiers[] = {case_text("premium"), case_text("vip")};
	kernel_text places[] = {case_text("tokyo"), case_text("ROME")};
	commission_rule *rule = doubling();

	rule->client_tiers = tiers;
	rule->n_client_tiers = 2;
	expect_rule(true, NULL);
	rule->n_client_tiers = 1;
	expect_rule(false, "client_tier");
	c.trip.client_tier = (kernel_text){NULL, 0};
	expect_rule(false, "client_tier");

	rule = doubling();
	rule->destinations = places;
	rule->n_destinations = 2;
	expect_rule(true, NULL);
	c.trip.destination = case_text("Jerome");
	expect_rule(false, "destination");
	c.trip.destination = (kernel_text){NULL, 0};
	expect_rule(false, "destination");
}
END_TEST

START_TEST(a_rule_asks_dates_and_nights)
{
	commission_rule *rule = doubling();

	rule->travel_start = rule->travel_end = 9904;
	expect_rule(true, NULL);
	rule->travel_start = 9905;
	rule->travel_end = KERNEL_DAY_UNKNOWN;
	expect_rule(false, "travel_dates.start");
	rule->travel_start = KERNEL_DAY_UNKNOWN;
	rule->travel_end = 9903;
	expect_rule(false, "travel_dates.end");
	c.offer.check_in = KERNEL_DAY_UNKNOWN; /* then the trip's start, 9903 */
	expect_rule(true, NULL);
	c.trip.start = KERNEL_DAY_UNKNOWN;
	expect_rule(false, "travel_dates.end");

	rule = doubling();
	rule->min_nights = 3;
	expect_rule(true, NULL);
	rule->min_nights = 4;
	expect_rule(false, "min_nights");
	c.offer.nights = 0;
	rule->min_nights = 1;
	expect_rule(false, "min_nights");
}
END_TEST

START_TEST(a_rule_asks_site_and_refundable)
{
	kernel_text sites[] = {case_text("vax"), case_text("navitrip")};
	commission_rule *rule = doubling();

	rule->sites = sites;
	rule->n_sites = 2;
	expect_rule(true, NULL);
	rule->n_sites = 1;
	expect_rule(false, "site");
	c.words[COMMISSION_SITE] = NULL;
	expect_rule(false, "site");

	rule = doubling();
	rule->refundable = KERNEL_YES;
	expect_rule(true, NULL);
	rule->refundable = KERNEL_NO;
	expect_rule(false, "refundable");
	c.offer.refundable = KERNEL_UNKNOWN;
	expect_rule(false, "refundable");
}
END_TEST

START_TEST(a_rule_has_its_time)
{
	commission_rule *rule = doubling();

	rule->effective_from = rule->effective_until = 9800;
	expect_rule(true, NULL);
	rule->effective_from = 9801;
	rule->effective_until = KERNEL_DAY_UNKNOWN;
	expect_rule(false, "effective_from");
	rule->effective_from = KERNEL_DAY_UNKNOWN;
	rule->effective_until = 9799;
	expect_rule(false, "effective_until");
}
END_TEST

START_TEST(rules_act_by_priority_and_then_id)
{
	commission_rule *bonus;

	doubling();
	bonus = case_rule(&c);
	bonus->has_bonus = true;
	bonus->bonus_milli = 10000;
	case_expect(&c, 1, 18098); /* (85.491 x 2) + 10 */
	bonus->priority = 1;
	case_expect(&c, 1, 19098); /* (85.491 + 10) x 2 */
	bonus->bonus_milli = -100000;
	case_expect(&c, 1, 0); /* never negative */
	ck_assert_ptr_nonnull(case_step(&c, COMMISSION_STEP_NOT_NEGATIVE, 0));
}
END_TEST

START_TEST(multipliers_stay_exact)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	for (int i = 0; i < CASE_MOST; i++)
	{
		commission_rule *rule = case_rule(&c);

		rule->has_multiplier = true;
		rule->multiplier_ppm = i % 2 == 0 ? 1037513 : 963871; /* in lowest terms their product still has 48 digits */
	}
	case_run(&c);
	ck_assert(c.status == KERNEL_OVERFLOW || c.quote.computed == 8550);
	for (int i = 0; i < CASE_MOST; i++)
		c.rules[i].multiplier_ppm = i % 2 == 0 ? 1100000 : 900000;
	case_expect(&c, 1, 8212); /* 85.491 x .99^4 = 82.1226... */
}
END_TEST

static void
expect_ineligible(commission_why why)
{
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_OK);
	ck_assert(!c.quote.eligible);
	ck_assert_int_eq(c.quote.ineligible_rule, 1);
	ck_assert_int_eq(c.quote.ineligible_reason, why);
	ck_assert_ptr_nonnull(case_step(&c, COMMISSION_STEP_RULE_INELIGIBLE, 0));
}

START_TEST(rules_make_offers_ineligible)
{
	commission_rule *rule;

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	rule = case_rule(&c);
	case_run(&c);
	ck_assert(c.quote.eligible);
	rule->exclude = true;
	expect_ineligible(COMMISSION_WHY_EXCLUDED);
	rule->exclude = false;
	rule->require_refundable = true;
	case_run(&c);
	ck_assert(c.quote.eligible);
	c.offer.refundable = KERNEL_NO;
	expect_ineligible(COMMISSION_WHY_NOT_REFUNDABLE);
	c.offer.refundable = KERNEL_UNKNOWN;
	expect_ineligible(COMMISSION_WHY_NOT_REFUNDABLE);
}
END_TEST

START_TEST(a_minimum_percentage_is_of_the_expected)
{
	commission_rule *rule;

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	rule = case_rule(&c);
	rule->has_min_percent = true;
	rule->min_percent_ppm = 300000;
	case_run(&c);
	ck_assert(c.quote.eligible);
	rule->min_percent_ppm = 300100;
	expect_ineligible(COMMISSION_WHY_BELOW_MINIMUM);
	c.offer.has_stated_amount = true;
	c.offer.stated_amount = 9000;
	case_run(&c);
	ck_assert(c.quote.eligible);
	c.offer.n_components = 0;
	expect_ineligible(COMMISSION_WHY_BASE_UNKNOWN);
	c.offer.has_stated_amount = false;
	expect_ineligible(COMMISSION_WHY_COMMISSION_UNKNOWN);
}
END_TEST

START_TEST(preferred_sites_are_marked)
{
	kernel_text sites[] = {case_text("trisept"), case_text("navitrip")};
	commission_rule *rule;

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	rule = case_rule(&c);
	rule->prefer_sites = sites;
	rule->n_prefer_sites = 2;
	case_run(&c);
	ck_assert(c.quote.preferred);
	rule->n_prefer_sites = 1;
	case_run(&c);
	ck_assert(!c.quote.preferred);
	c.words[COMMISSION_SITE] = NULL;
	case_run(&c);
	ck_assert(!c.quote.preferred);
}
END_TEST

/* ---- the book -------------------------------------------------------------------------------------------------------------------- */

static void
expect_refused(const char *path)
{
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_INVALID);
	ck_assert_str_eq(c.error.path, path);
	ck_assert_int_eq(c.error.id, 1);
	ck_assert_int_gt(strlen(c.error.expected), 0);
	ck_assert_int_gt(strlen(c.error.got), 0);
	ck_assert_ptr_nonnull(strstr(c.error.message, " 1"));
}

#define REFUSE_RATE(kind, path, ...)      \
	do                                    \
	{                                     \
		commission_rate *rate;            \
                                          \
		case_begin(&c);                   \
		rate = case_rate(&c, kind);       \
		__VA_ARGS__;                      \
		expect_refused("rates[0]." path); \
		(void) rate;                      \
	} while (0)

START_TEST(senseless_rates_are_refused_by_name)
{
	static const commission_tier turned[] = {{5, 1}, {5, 2}};
	static const commission_tier negative[] = {{-1, 1}};
	static const commission_tier rebate[] = {{0, -1}};

	REFUSE_RATE(COMMISSION_KIND_UNKNOWN, "kind", );
	REFUSE_RATE((commission_kind) 99, "kind", );
	REFUSE_RATE(COMMISSION_PERCENT, "value", rate->has_ppm = false);
	REFUSE_RATE(COMMISSION_PERCENT, "value", rate->ppm = -1);
	REFUSE_RATE(COMMISSION_OVERRIDE_PERCENT, "value", rate->ppm = 10000001);
	REFUSE_RATE(COMMISSION_FIXED_PER_NIGHT, "value", rate->has_fixed = false);
	REFUSE_RATE(COMMISSION_BONUS_FIXED, "value", rate->fixed_milli = -1);
	REFUSE_RATE(COMMISSION_TIER_PERCENT, "tiers", );
	REFUSE_RATE(COMMISSION_TIER_PERCENT, "tiers", rate->tiers = turned, rate->n_tiers = 2);
	REFUSE_RATE(COMMISSION_TIER_PERCENT, "tiers.from", rate->tiers = negative, rate->n_tiers = 1);
	REFUSE_RATE(COMMISSION_TIER_PERCENT, "tiers.value", rate->tiers = rebate, rate->n_tiers = 1);
	REFUSE_RATE(COMMISSION_PERCENT, "tiers", rate->tiers = turned, rate->n_tiers = 2);
	REFUSE_RATE(COMMISSION_PERCENT, "cap", rate->has_cap = true, rate->cap_milli = -1);
	REFUSE_RATE(COMMISSION_PERCENT, "floor", rate->has_floor = true, rate->floor_milli = -1);
	REFUSE_RATE(COMMISSION_PERCENT, "cap", rate->has_cap = rate->has_floor = true, rate->floor_milli = 1);
	REFUSE_RATE(COMMISSION_PERCENT, "min_nights", rate->min_nights = -1);
	REFUSE_RATE(COMMISSION_PERCENT, "first_nights", rate->first_nights = -1);
	REFUSE_RATE(COMMISSION_PERCENT, "effective_until", rate->effective_from = 2, rate->effective_until = 1);
	REFUSE_RATE(COMMISSION_PERCENT, "stay_until", rate->stay_from = 2, rate->stay_until = 1);
	REFUSE_RATE(COMMISSION_PERCENT, "weekdays", rate->weekdays = 0x80);
	REFUSE_RATE(COMMISSION_PERCENT, "weekdays", rate->weekdays_invalid = true);
	REFUSE_RATE(COMMISSION_PERCENT, "chain", rate->word[COMMISSION_CHAIN] = case_text(""));
	REFUSE_RATE(COMMISSION_PERCENT, "mode", rate->mode = (commission_mode) 9);
	REFUSE_RATE(COMMISSION_PERCENT, "window", rate->window = COMMISSION_WINDOWS);
	REFUSE_RATE(COMMISSION_PERCENT, "measure", rate->measure = COMMISSION_MEASURES);
}
END_TEST

#define REFUSE_RULE(path, ...)            \
	do                                    \
	{                                     \
		commission_rule *rule;            \
                                          \
		case_begin(&c);                   \
		rule = case_rule(&c);             \
		__VA_ARGS__;                      \
		expect_refused("rules[0]." path); \
	} while (0)

START_TEST(senseless_rules_are_refused_by_name)
{
	static const kernel_text empty[] = {{"", 0}};

	REFUSE_RULE("conditions.trip_budget.min", rule->has_budget_min = true, rule->budget_min_milli = -1);
	REFUSE_RULE("conditions.trip_budget.max", rule->has_budget_max = true, rule->budget_max_milli = -1);
	REFUSE_RULE("conditions.trip_budget.max", rule->has_budget_min = rule->has_budget_max = true, rule->budget_min_milli = 1);
	REFUSE_RULE("conditions.client_tier", rule->client_tiers = empty, rule->n_client_tiers = 1);
	REFUSE_RULE("conditions.destination", rule->destinations = empty, rule->n_destinations = 1);
	REFUSE_RULE("conditions.site", rule->sites = empty, rule->n_sites = 1);
	REFUSE_RULE("conditions.travel_dates.end", rule->travel_start = 2, rule->travel_end = 1);
	REFUSE_RULE("conditions.min_nights", rule->min_nights = -1);
	REFUSE_RULE("effective_until", rule->effective_from = 2, rule->effective_until = 1);
	REFUSE_RULE("actions.commission_multiplier", rule->has_multiplier = true, rule->multiplier_ppm = -1);
	REFUSE_RULE("actions.commission_multiplier", rule->has_multiplier = true, rule->multiplier_ppm = 1000000001);
	REFUSE_RULE("actions.bonus_fixed", rule->has_bonus = true, rule->bonus_milli = INT64_MIN);
	REFUSE_RULE("actions.prefer_sites", rule->prefer_sites = empty, rule->n_prefer_sites = 1);
	REFUSE_RULE("actions.min_commission_percent", rule->has_min_percent = true, rule->min_percent_ppm = -1);
}
END_TEST

START_TEST(an_id_comes_once)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	case_rate(&c, COMMISSION_PERCENT)->id = 1;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_INVALID);
	ck_assert_str_eq(c.error.path, "rates");
	ck_assert_int_eq(c.error.id, 1);
	case_begin(&c);
	case_rule(&c);
	case_rule(&c)->id = 1;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_INVALID);
	ck_assert_str_eq(c.error.path, "rules");
}
END_TEST

/* A book with everything in it. */
static void
full_book(void)
{
	static const commission_tier tiers[] = {{0, 1}, {5, 2}};
	static const kernel_text words[] = {{"navitrip", 8}, {"vax", 3}};
	commission_rule *rule;

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT)->effective_from = 9850;
	for (int word = 0; word < COMMISSION_WORDS; word++)
		c.rates[0].word[word] = case_text(c.words[word]);
	case_rate(&c, COMMISSION_TIER_PERCENT)->tiers = tiers;
	c.rates[1].n_tiers = 2;
	case_rate(&c, COMMISSION_BONUS_FIXED)->effective_until = 9840;
	rule = case_rule(&c);
	rule->sites = rule->prefer_sites = rule->client_tiers = rule->destinations = words;
	rule->n_sites = rule->n_prefer_sites = rule->n_client_tiers = rule->n_destinations = 2;
	rule->effective_until = 9830;
}

START_TEST(a_book_says_when_it_changes)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	commission_book *book;

	full_book();
	ck_assert_int_eq(commission_book_compile(c.rates, 3, c.rules, 1, MONEY_HALF_UP, &alloc, &book, NULL), KERNEL_OK);
	ck_assert(commission_book_has_tiers(book));
	ck_assert_uint_eq(commission_book_rules(book), 1);
	ck_assert_int_eq(commission_book_next_change(book, 9800), 9831); /* the rule's last day is 9830 */
	ck_assert_int_eq(commission_book_next_change(book, 9830), 9831);
	ck_assert_int_eq(commission_book_next_change(book, 9831), 9841);
	ck_assert_int_eq(commission_book_next_change(book, 9849), 9850);
	ck_assert_int_eq(commission_book_next_change(book, 9850), KERNEL_DAY_UNKNOWN);
	ck_assert_uint_eq(commission_book_word(book, COMMISSION_SITE, "nobody", 6), 0);
	ck_assert_uint_eq(commission_book_word(book, COMMISSION_SITE, NULL, 0), 0);
	ck_assert_uint_gt(commission_book_word(book, COMMISSION_SITE, "vax", 3), 0);
	commission_book_free(book);
	ck_assert_uint_eq(state.live, 0);
}
END_TEST

/* More words than the six bits of a signature can tell apart: the full comparison has to. */
START_TEST(many_words_are_told_apart)
{
	enum
	{
		MANY = 200
	};
	static commission_rate rates[MANY];
	static char names[MANY][16];
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	commission_book *book;
	commission_quote quote;

	case_begin(&c);
	c.offer.components = c.components;
	for (int i = 0; i < MANY; i++)
	{
		snprintf(names[i], sizeof names[i], "p%d", i);
		commission_rate_init(&rates[i]);
		rates[i].id = i + 1;
		rates[i].kind = COMMISSION_PERCENT;
		rates[i].has_ppm = true;
		rates[i].word[COMMISSION_PROPERTY] = case_text(names[i]);
		rates[i].word[COMMISSION_SITE] = case_text(names[i / 2]);
	}
	ck_assert_int_eq(commission_book_compile(rates, MANY, NULL, 0, MONEY_HALF_UP, &alloc, &book, NULL), KERNEL_OK);
	for (int site = 0; site < MANY; site++)
	{
		for (int property = 0; property < MANY; property++)
		{
			c.offer.word[COMMISSION_SITE] = commission_book_word(book, COMMISSION_SITE, names[site], strlen(names[site]));
			c.offer.word[COMMISSION_PROPERTY] =
				commission_book_word(book, COMMISSION_PROPERTY, names[property], strlen(names[property]));
			ck_assert_int_eq(commission_quote_offer(book, NULL, &c.offer, NULL, &quote, NULL), KERNEL_OK);
			ck_assert_int_eq(quote.rate_id, site == property / 2 ? property + 1 : 0);
		}
	}
	commission_book_free(book);
}
END_TEST

START_TEST(every_refused_allocation_is_told_and_loses_nothing)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	commission_book *book;
	commission_scope *scope;
	size_t requests;

	full_book();
	ck_assert_int_eq(commission_book_compile(c.rates, 3, c.rules, 1, MONEY_HALF_UP, &alloc, &book, NULL), KERNEL_OK);
	requests = state.requests;
	state.refuse = requests + 1;
	ck_assert_int_eq(commission_scope_new(book, &scope), KERNEL_NO_MEMORY);
	ck_assert_ptr_null(scope);
	commission_book_free(book);
	ck_assert_uint_eq(state.live, 0);
	for (size_t refuse = 1; refuse <= requests; refuse++)
	{
		state = (allocation){.refuse = refuse};
		ck_assert_int_eq(commission_book_compile(c.rates, 3, c.rules, 1, MONEY_HALF_UP, &alloc, &book, NULL),
						 KERNEL_NO_MEMORY);
		ck_assert_ptr_null(book);
		ck_assert_uint_eq(state.live, 0);
	}
	commission_book_free(NULL);
	commission_scope_free(NULL);
}
END_TEST

START_TEST(words_of_the_contracts_are_read)
{
	ck_assert_int_eq(commission_kind_from_text("fixed_per_room_night", 20), COMMISSION_FIXED_PER_ROOM_NIGHT);
	ck_assert_int_eq(commission_kind_from_text("percentage", 10), COMMISSION_KIND_UNKNOWN);
	ck_assert_int_eq(commission_mode_from_text("marginal", 8), COMMISSION_MARGINAL);
	ck_assert_int_eq(commission_window_from_text("quarter", 7), COMMISSION_QUARTER);
	ck_assert_int_eq(commission_measure_from_text("bookings", 8), COMMISSION_BOOKINGS);
	ck_assert_int_eq(commission_component_from_text("resort_fee", 10), COMMISSION_RESORT_FEE);
	ck_assert_int_eq(commission_component_from_text("penalty", 7), COMMISSION_PENALTY);
	ck_assert_int_eq(commission_tax_from_text("excluded", 8), COMMISSION_TAX_EXCLUDED);
	ck_assert_int_eq(commission_tax_from_text("", 0), COMMISSION_TAX_UNKNOWN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("commission books");
	TCase *book = tcase_create("book");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, book);
	tcase_add_test(book, each_word_is_a_key);
	tcase_add_test(book, refundable_and_prepaid_are_keys);
	tcase_add_test(book, nights_stay_and_weekday_are_keys);
	tcase_add_test(book, weekdays_are_iso);
	tcase_add_test(book, effective_days_are_inclusive_and_no_key);
	tcase_add_test(book, keys_then_priority_then_newest_then_id);
	tcase_add_test(book, the_order_given_does_not_matter);
	tcase_add_test(book, a_rule_asks_the_budget);
	tcase_add_test(book, a_rule_asks_client_and_destination);
	tcase_add_test(book, a_rule_asks_dates_and_nights);
	tcase_add_test(book, a_rule_asks_site_and_refundable);
	tcase_add_test(book, a_rule_has_its_time);
	tcase_add_test(book, rules_act_by_priority_and_then_id);
	tcase_add_test(book, multipliers_stay_exact);
	tcase_add_test(book, rules_make_offers_ineligible);
	tcase_add_test(book, a_minimum_percentage_is_of_the_expected);
	tcase_add_test(book, preferred_sites_are_marked);
	tcase_add_test(book, senseless_rates_are_refused_by_name);
	tcase_add_test(book, senseless_rules_are_refused_by_name);
	tcase_add_test(book, an_id_comes_once);
	tcase_add_test(book, a_book_says_when_it_changes);
	tcase_add_test(book, many_words_are_told_apart);
	tcase_add_test(book, every_refused_allocation_is_told_and_loses_nothing);
	tcase_add_test(book, words_of_the_contracts_are_read);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
