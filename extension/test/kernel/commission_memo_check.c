/*
 * commission_memo_check.c: thousands of offers through one memo of a random book answer as the quote does, whatever came
 * before them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "commission_case.h"

#define MOST 24

typedef struct random_book
{
	uint64_t state;
	commission_rate rates[MOST];
	commission_rule rules[70];
	commission_tier tiers[MOST][3];
	kernel_text words[70];
	size_t n_rates;
	size_t n_rules;
} random_book;

static uint32_t
below(random_book *r, uint32_t n)
{
	r->state = r->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (r->state >> 33) % n;
}

static bool
chance(random_book *r, uint32_t n)
{
	return below(r, n) == 0;
}

static const char *const letters[] = {"a", "b", "c"};

static kernel_text
a_word(random_book *r, uint32_t rarity)
{
	return chance(r, rarity) ? case_text(letters[below(r, 3)]) : (kernel_text){NULL, 0};
}

static kernel_day
a_day(random_book *r, uint32_t rarity)
{
	return chance(r, rarity) ? (kernel_day) below(r, 30) : KERNEL_DAY_UNKNOWN;
}

static void
order_days(kernel_day *from, kernel_day *until)
{
	if (*from != KERNEL_DAY_UNKNOWN && *until != KERNEL_DAY_UNKNOWN && *from > *until)
		*until = *from;
}

static void
make_rate(random_book *r, size_t i)
{
	static const int64_t fractions[] = {300000, 48750, 125000, 333333, 1};
	commission_rate *rate = &r->rates[i];

	commission_rate_init(rate);
	rate->id = (int64_t) i + 1;
	rate->kind = (commission_kind) (1 + below(r, 8));
	rate->priority = (int32_t) below(r, 3);
	for (int word = 0; word < COMMISSION_WORDS; word++)
		rate->word[word] = a_word(r, word == COMMISSION_SITE ? 2 : 5);
	rate->refundable = (kernel_tri) (chance(r, 4) ? 1 + below(r, 2) : 0);
	rate->prepaid = (kernel_tri) (chance(r, 8) ? 1 + below(r, 2) : 0);
	rate->min_nights = (int32_t) (chance(r, 4) ? below(r, 5) : 0);
	rate->stay_from = a_day(r, 4);
	rate->stay_until = a_day(r, 4);
	order_days(&rate->stay_from, &rate->stay_until);
	rate->effective_from = a_day(r, 6);
	rate->effective_until = a_day(r, 6);
	order_days(&rate->effective_from, &rate->effective_until);
	rate->weekdays = (uint8_t) (chance(r, 5) ? 1 + below(r, 127) : 0);
	rate->has_ppm = rate->has_fixed = true;
	rate->ppm = fractions[below(r, 5)];
	rate->fixed_milli = (int64_t) below(r, 100000);
	rate->has_floor = chance(r, 5);
	rate->floor_milli = (int64_t) below(r, 20000);
	rate->has_cap = chance(r, 5);
	rate->cap_milli = rate->floor_milli + (int64_t) below(r, 30000);
	rate->first_nights = (int32_t) (chance(r, 4) ? 1 + below(r, 3) : 0);
	if (rate->kind != COMMISSION_TIER_PERCENT)
		return;
	for (int step = 0; step < 3; step++)
		r->tiers[i][step] = (commission_tier){step * 50000 + (int64_t) below(r, 50000), (int64_t) below(r, 200000)};
	rate->tiers = r->tiers[i];
	rate->n_tiers = 3;
	rate->mode = (commission_mode) below(r, 3);
	rate->window = (commission_window) below(r, 4);
	rate->measure = (commission_measure) below(r, 4);
}

static void
make_rule(random_book *r, size_t i)
{
	commission_rule *rule = &r->rules[i];

	commission_rule_init(rule);
	rule->id = (int64_t) i + 1;
	rule->priority = (int32_t) below(r, 4);
	r->words[i] = case_text(letters[below(r, 3)]);
	rule->effective_from = a_day(r, 8);
	rule->effective_until = a_day(r, 8);
	order_days(&rule->effective_from, &rule->effective_until);
	rule->has_budget_min = chance(r, 4);
	rule->budget_min_milli = 500;
	rule->client_tiers = rule->destinations = rule->sites = rule->prefer_sites = &r->words[i];
	rule->n_client_tiers = chance(r, 4);
	rule->n_destinations = chance(r, 4);
	rule->n_sites = chance(r, 3);
	rule->n_prefer_sites = chance(r, 4);
	rule->travel_start = a_day(r, 5);
	rule->travel_end = a_day(r, 5);
	order_days(&rule->travel_start, &rule->travel_end);
	rule->min_nights = (int32_t) (chance(r, 4) ? below(r, 5) : 0);
	rule->refundable = (kernel_tri) (chance(r, 4) ? 1 + below(r, 2) : 0);
	rule->has_multiplier = chance(r, 2);
	rule->multiplier_ppm = 900000 + (int64_t) below(r, 5) * 50000 + chance(r, 6);
	rule->has_bonus = chance(r, 3);
	rule->bonus_milli = (int64_t) below(r, 20000) - 8000;
	rule->require_refundable = chance(r, 8);
	rule->has_min_percent = chance(r, 5);
	rule->min_percent_ppm = (int64_t) below(r, 200000);
	rule->exclude = chance(r, 12);
}

static void
make_book(random_book *r, uint64_t seed)
{
	memset(r, 0, sizeof *r);
	r->state = seed;
	/* In a large book some rate asks everything; what a memo must tell apart shows in books of one or two. */
	r->n_rates = seed % 3 == 0 ? 1 + below(r, 2) : below(r, MOST);
	r->n_rules = seed % 16 == 0 ? 60 + below(r, 10) : below(r, 9);
	for (size_t i = 0; i < r->n_rates; i++)
		make_rate(r, i);
	for (size_t i = 0; i < r->n_rules; i++)
		make_rule(r, i);
}

static void
make_offer(random_book *r, const commission_book *book, commission_component *components, commission_volume *volume,
		   commission_offer *offer)
{
	commission_offer_init(offer);
	for (int word = 0; word < COMMISSION_WORDS; word++)
	{
		kernel_text text = a_word(r, 1 + (word > 0));

		offer->word[word] = chance(r, 9) ? 77 : commission_book_word(book, (commission_word) word, text.bytes, text.length);
	}
	offer->refundable = (uint8_t) below(r, 3);
	offer->prepaid = (uint8_t) below(r, 3);
	offer->exponent = (uint8_t) (chance(r, 2) ? 2 : below(r, 6));
	offer->nights = (int32_t) below(r, 6) - chance(r, 30);
	offer->rooms = (int32_t) below(r, 3);
	offer->check_in = a_day(r, 1 + chance(r, 5));
	offer->booked_on = a_day(r, chance(r, 40) ? 40 : 1);
	offer->n_components = below(r, 3);
	for (size_t i = 0; i < offer->n_components; i++)
		components[i] = (commission_component){
			chance(r, 60) ? INT64_MAX / 2 : (int64_t) below(r, 100000) - 5000, (int64_t) below(r, 9000),
			(uint8_t) (chance(r, 50) ? 0 : 1 + below(r, 11)), (uint8_t) below(r, 3), chance(r, 2), (uint8_t) below(r, 3)};
	offer->components = components;
	for (int i = 0; i < 3; i++)
	{
		volume->amount_milli[i] = (int64_t) below(r, 150000);
		volume->room_nights[i] = below(r, 150);
		volume->bookings[i] = below(r, 150);
	}
	offer->volume = chance(r, 3) ? NULL : volume;
	offer->has_stated_amount = chance(r, 6);
	offer->stated_amount = chance(r, 40) ? INT64_MAX - below(r, 5) : (int64_t) below(r, 20000);
	offer->has_stated_percent = chance(r, 6);
	offer->stated_ppm = (int64_t) below(r, 300000);
}

/* The last offer with one thing changed: what is remembered of that one must not be taken for this. */
static void
vary_offer(random_book *r, commission_volume *volume, commission_offer *offer)
{
	switch (below(r, 8))
	{
		case 0:
			offer->nights = (int32_t) below(r, 6);
			break;
		case 1:
			offer->rooms = (int32_t) below(r, 4);
			break;
		case 2:
			offer->check_in = a_day(r, 1);
			break;
		case 3:
			offer->check_in += offer->check_in != KERNEL_DAY_UNKNOWN;
			break;
		case 4:
			offer->booked_on += offer->booked_on != KERNEL_DAY_UNKNOWN;
			break;
		case 5:
			offer->refundable = (uint8_t) below(r, 3);
			break;
		case 6:
			offer->exponent = (uint8_t) below(r, 5);
			break;
		default:
			volume->amount_milli[below(r, 3)] = (int64_t) below(r, 150000);
			volume->room_nights[below(r, 3)] = below(r, 150);
	}
}

static void
set_scope(random_book *r, commission_scope *scope, commission_scope *recalled)
{
	commission_trip trip = {.has_budget = chance(r, 2),
							.budget_milli = (int64_t) below(r, 1000),
							.client_tier = a_word(r, 2),
							.destination = a_word(r, 2),
							.start = a_day(r, 2)};

	commission_scope_set(scope, &trip);
	commission_scope_recall(recalled, commission_scope_hold(scope));
}

static void
compare(const commission_book *book, commission_memo *memo, const commission_scope *scope, const commission_scope *recalled,
		const commission_offer *offer)
{
	commission_quote quote;
	commission_expected expected;
	kernel_error quoted = {0};
	kernel_error told = {0};
	kernel_status status = commission_quote_offer(book, scope, offer, NULL, &quote, &quoted);

	ck_assert_int_eq(commission_expect(memo, recalled, offer, &expected, &told), status);
	ck_assert_str_eq(told.message, quoted.message);
	if (status != KERNEL_OK)
		return;
	ck_assert_int_eq(expected.source, quote.source);
	ck_assert_int_eq(expected.amount, quote.expected);
	ck_assert_int_eq(expected.rate_id, quote.rate_id);
	ck_assert_int_eq(expected.eligible, quote.eligible);
}

static void
run_book(uint64_t seed, size_t offers, size_t *computed)
{
	random_book *r = malloc(sizeof *r);
	commission_component components[3];
	commission_volume volume;
	commission_offer offer;
	commission_book *book;
	commission_scope *scopes[2];
	commission_memo *memo;
	kernel_error error;
	allocation memory = {0};
	kernel_alloc alloc = allocation_of(&memory);

	make_book(r, seed);
	ck_assert_int_eq(commission_book_compile(r->rates, r->n_rates, r->rules, r->n_rules,
											 seed % 2 ? MONEY_HALF_UP : MONEY_HALF_EVEN, &alloc, &book, &error),
					 KERNEL_OK);
	ck_assert_int_eq(commission_scope_new(book, &scopes[0]), KERNEL_OK);
	ck_assert_int_eq(commission_scope_new(book, &scopes[1]), KERNEL_OK);
	ck_assert_int_eq(commission_memo_new(book, &memo), KERNEL_OK);
	for (size_t i = 0; i < offers; i++)
	{
		/* Beyond the rules that can be held a scope cannot be recalled. */
		bool recalls = r->n_rules <= COMMISSION_HELD_RULES;

		if (i % 7 == 0)
			set_scope(r, scopes[0], scopes[1]);
		if (i == 0 || chance(r, 8))
			make_offer(r, book, components, &volume, &offer);
		else
			vary_offer(r, &volume, &offer);
		compare(book, memo, i % 11 == 0 ? NULL : scopes[0], i % 11 == 0 ? NULL : scopes[recalls], &offer);
		*computed += offer.n_components > 0;
	}
	commission_memo_free(memo);
	commission_scope_free(scopes[0]);
	commission_scope_free(scopes[1]);
	commission_book_free(book);
	ck_assert_uint_eq(memory.live, 0);
	free(r);
}

START_TEST(a_memo_answers_as_the_quote_does)
{
	const char *seed = getenv("COMMISSION_SEED");
	const char *books = getenv("COMMISSION_BOOKS");
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	size_t n = books != NULL ? strtoull(books, NULL, 10) : 300;
	size_t computed = 0;

	for (size_t i = 0; i < n; i++)
		run_book((first << 20) + i, 400, &computed);
	ck_assert_uint_gt(computed, 100 * n); /* offers with a base */
}
END_TEST

START_TEST(a_memo_needs_memory)
{
	commission_case c;
	commission_book *book;
	commission_memo *memo;
	allocation memory = {0};
	kernel_alloc alloc = allocation_of(&memory);

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	ck_assert_int_eq(commission_book_compile(c.rates, c.n_rates, NULL, 0, MONEY_HALF_UP, &alloc, &book, &c.error), KERNEL_OK);
	memory.refuse = memory.requests + 1;
	ck_assert_int_eq(commission_memo_new(book, &memo), KERNEL_NO_MEMORY);
	ck_assert_ptr_null(memo);
	commission_book_free(book);
	ck_assert_uint_eq(memory.live, 0);
}
END_TEST

/* The share a rule asks of so large a base does not fit: the quote says so of an excluded offer, too. */
START_TEST(an_excluded_offer_fails_as_the_quote_does)
{
	commission_case c;
	commission_book *book;
	commission_memo *memo;
	commission_expected expected;
	allocation memory = {0};
	kernel_alloc alloc = allocation_of(&memory);
	commission_rule *rule;

	case_begin(&c);
	rule = case_rule(&c);
	rule->exclude = true;
	rule->has_min_percent = true;
	rule->min_percent_ppm = 9990000;
	c.components[0] = (commission_component){.amount = INT64_MAX / 8, .kind = COMMISSION_ROOM};
	c.offer.has_stated_amount = true;
	c.offer.stated_amount = 7700;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_OVERFLOW);
	ck_assert_int_eq(commission_book_compile(NULL, 0, c.rules, c.n_rules, MONEY_HALF_UP, &alloc, &book, &c.error), KERNEL_OK);
	ck_assert_int_eq(commission_memo_new(book, &memo), KERNEL_OK);
	ck_assert_int_eq(commission_expect(memo, NULL, &c.offer, &expected, &c.error), KERNEL_OVERFLOW);
	commission_memo_free(memo);
	commission_book_free(book);
}
END_TEST

/* The only rate of a book asks the nights by one thing; the next offer differs in these alone. */
START_TEST(what_the_only_rate_asks_is_told_apart)
{
	commission_case c;

	for (int asks = 0; asks < 4; asks++)
	{
		commission_book *book;
		commission_memo *memo;
		allocation memory = {0};
		kernel_alloc alloc = allocation_of(&memory);

		case_begin(&c);
		case_rate(&c, asks == 2 ? COMMISSION_FIXED_PER_NIGHT : asks == 3 ? COMMISSION_FIXED_PER_ROOM_NIGHT
																		 : COMMISSION_PERCENT);
		c.rates[0].first_nights = asks == 0;
		c.rates[0].min_nights = asks == 1 ? 2 : 0;
		case_run(&c); /* makes the offer's components */
		ck_assert_int_eq(commission_book_compile(c.rates, 1, NULL, 0, MONEY_HALF_UP, &alloc, &book, &c.error), KERNEL_OK);
		ck_assert_int_eq(commission_memo_new(book, &memo), KERNEL_OK);
		for (c.offer.nights = 1; c.offer.nights < 5; c.offer.nights++)
			compare(book, memo, NULL, NULL, &c.offer);
		for (c.offer.rooms = 1; c.offer.rooms < 4; c.offer.rooms++)
			compare(book, memo, NULL, NULL, &c.offer);
		commission_memo_free(memo);
		commission_book_free(book);
	}
}
END_TEST

START_TEST(sites_and_any_site_are_merged_by_precedence)
{
	static const struct
	{
		const char *site;
		int64_t rate_id;
	} asked[] = {{"s0", 2}, {"s2", 3}, {"elsewhere", 2}};
	commission_case c;

	/* Two rates of any site around that of s2 in precedence, one of s0 behind both. */
	for (size_t i = 0; i < 3; i++)
	{
		static const char *const sites[] = {"s0", NULL, "s2", NULL};

		case_begin(&c);
		for (size_t n = 0; n < 4; n++)
		{
			commission_rate *rate = case_rate(&c, COMMISSION_PERCENT);

			rate->priority = (int32_t[]){1, 5, 9, 4}[n];
			if (sites[n] != NULL)
				rate->word[COMMISSION_SITE] = case_text(sites[n]);
			else
				rate->word[COMMISSION_PRODUCT_TYPE] = case_text("hotel");
		}
		c.words[COMMISSION_SITE] = asked[i].site;
		c.words[COMMISSION_PRODUCT_TYPE] = "hotel";
		case_run(&c);
		ck_assert_int_eq(c.status, KERNEL_OK);
		ck_assert_int_eq(c.quote.rate_id, asked[i].rate_id);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("commission memo");
	TCase *memo = tcase_create("memo");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, memo);
	tcase_set_timeout(memo, 600); /* COMMISSION_BOOKS makes it long */
	tcase_add_test(memo, a_memo_answers_as_the_quote_does);
	tcase_add_test(memo, what_the_only_rate_asks_is_told_apart);
	tcase_add_test(memo, a_memo_needs_memory);
	tcase_add_test(memo, sites_and_any_site_are_merged_by_precedence);
	tcase_add_test(memo, an_excluded_offer_fails_as_the_quote_does);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
