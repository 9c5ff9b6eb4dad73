/*
 * commission_model_check.c: thousands of random books and offers, each quoted by the kernel and by the model in
 * ../model/commission_model.py, must give the same answer in every field. COMMISSION_CASES and COMMISSION_SEED in the
 * environment make it longer or different.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "cases.h"
#include "kernel/commission.h"

#define MOST 32

/* One case as it is read. Texts of rates and rules are kept here, since each line overwrites the last. */
typedef struct example
{
	char texts[16384];
	size_t used;
	commission_rate rates[MOST];
	size_t n_rates;
	commission_rule rules[MOST];
	size_t n_rules;
	commission_tier tiers[MOST][8];
	kernel_text lists[MOST * 4][8];
	size_t n_lists;
	commission_component components[8];
	commission_volume volume;
	commission_trip trip;
	commission_offer offer;
	kernel_text words[COMMISSION_WORDS];
	money_rounding rounding;
	size_t number;
} example;

static kernel_text
keep(example *e, kernel_text text)
{
	char *copy = e->texts + e->used;

	if (text.bytes == NULL)
		return text;
	ck_assert_uint_le(e->used + text.length, sizeof e->texts);
	memcpy(copy, text.bytes, text.length);
	e->used += text.length;
	return (kernel_text){copy, text.length};
}

static void
read_tiers(commission_rate *rate, commission_tier *tiers)
{
	char *rest = cases_word();
	char *step;

	rate->tiers = tiers;
	while (strcmp(rest, "-") != 0 && (step = cases_part(&rest, ',')) != NULL)
	{
		tiers[rate->n_tiers].from_milli = strtoll(cases_part(&step, ':'), NULL, 10);
		tiers[rate->n_tiers++].ppm = strtoll(step, NULL, 10);
		if (rest == NULL)
			break;
	}
}

static uint8_t
read_weekdays(void)
{
	char *rest = cases_word();
	char *day;
	uint8_t days = 0;

	while (rest != NULL && strcmp(rest, "-") != 0 && (day = cases_part(&rest, ',')) != NULL)
		days |= (uint8_t) (1 << (atoi(day) - 1));
	return days;
}

static void
read_rate(example *e)
{
	commission_rate *rate = &e->rates[e->n_rates];
	kernel_text text;

	commission_rate_init(rate);
	rate->id = cases_number_or(0);
	text = cases_text();
	rate->kind = commission_kind_from_text(text.bytes, text.length);
	rate->priority = (int32_t) cases_number_or(0);
	for (int word = 0; word < COMMISSION_WORDS; word++)
		rate->word[word] = keep(e, cases_text());
	rate->refundable = cases_truth();
	rate->prepaid = cases_truth();
	rate->min_nights = (int32_t) cases_number_or(0);
	rate->stay_from = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rate->stay_until = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rate->effective_from = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rate->effective_until = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rate->weekdays = read_weekdays();
	rate->has_ppm = cases_number(&rate->ppm);
	rate->has_fixed = cases_number(&rate->fixed_milli);
	rate->has_cap = cases_number(&rate->cap_milli);
	rate->has_floor = cases_number(&rate->floor_milli);
	rate->first_nights = (int32_t) cases_number_or(0);
	text = cases_text();
	rate->mode = text.bytes == NULL ? COMMISSION_MODE_DEFAULT : commission_mode_from_text(text.bytes, text.length);
	text = cases_text();
	rate->window = text.bytes == NULL ? COMMISSION_WINDOW_DEFAULT : commission_window_from_text(text.bytes, text.length);
	text = cases_text();
	rate->measure = text.bytes == NULL ? COMMISSION_MEASURE_DEFAULT : commission_measure_from_text(text.bytes, text.length);
	read_tiers(rate, e->tiers[e->n_rates++]);
}

static const kernel_text *
read_list(example *e, size_t *n)
{
	kernel_text *list = e->lists[e->n_lists++];
	char *rest = cases_word();
	char *part;

	*n = 0;
	while (rest != NULL && strcmp(rest, "-") != 0 && (part = cases_part(&rest, ',')) != NULL)
		list[(*n)++] = keep(e, (kernel_text){part, strlen(part)});
	return list;
}

static void
read_rule(example *e)
{
	commission_rule *rule = &e->rules[e->n_rules++];

	commission_rule_init(rule);
	rule->id = cases_number_or(0);
	rule->priority = (int32_t) cases_number_or(0);
	rule->effective_from = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rule->effective_until = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rule->has_budget_min = cases_number(&rule->budget_min_milli);
	rule->has_budget_max = cases_number(&rule->budget_max_milli);
	rule->travel_start = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rule->travel_end = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	rule->min_nights = (int32_t) cases_number_or(0);
	rule->refundable = cases_truth();
	rule->has_multiplier = cases_number(&rule->multiplier_ppm);
	rule->has_bonus = cases_number(&rule->bonus_milli);
	rule->require_refundable = cases_truth() == KERNEL_YES;
	rule->has_min_percent = cases_number(&rule->min_percent_ppm);
	rule->exclude = cases_truth() == KERNEL_YES;
	rule->client_tiers = read_list(e, &rule->n_client_tiers);
	rule->destinations = read_list(e, &rule->n_destinations);
	rule->sites = read_list(e, &rule->n_sites);
	rule->prefer_sites = read_list(e, &rule->n_prefer_sites);
}

static void
read_trip(example *e)
{
	e->trip.has_budget = cases_number(&e->trip.budget_milli);
	e->trip.client_tier = keep(e, cases_text());
	e->trip.destination = keep(e, cases_text());
	for (size_t i = 0; i < e->trip.destination.length; i++)
	{
		char *c = e->texts + (e->trip.destination.bytes - e->texts) + i;

		*c = *c == '_' ? ' ' : *c;
	}
	e->trip.start = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
}

static void
read_volume(example *e)
{
	int64_t *const measures[] = {e->volume.amount_milli, e->volume.room_nights, e->volume.bookings};
	char *rest = cases_word();

	for (int i = 0; i < 9; i++)
		measures[i / 3][i % 3] = strtoll(cases_part(&rest, ','), NULL, 10);
}

static void
read_component(commission_component *component, char *text)
{
	char *word = cases_part(&text, ':');

	memset(component, 0, sizeof *component);
	component->kind = (uint8_t) commission_component_from_text(word, strlen(word));
	component->amount = strtoll(cases_part(&text, ':'), NULL, 10);
	word = cases_part(&text, ':');
	component->tax = (uint8_t) commission_tax_from_text(word, strlen(word));
	word = cases_part(&text, ':');
	component->has_tax_amount = strcmp(word, "-") != 0;
	component->tax_amount = strtoll(word, NULL, 10);
	component->commissionable = (uint8_t) (text[0] == '-' ? KERNEL_UNKNOWN : (text[0] == 'y' ? KERNEL_YES : KERNEL_NO));
}

static void
read_offer(example *e)
{
	commission_offer *offer = &e->offer;
	char *word;

	commission_offer_init(offer);
	for (int i = 0; i < COMMISSION_WORDS; i++)
		e->words[i] = keep(e, cases_text());
	offer->refundable = (uint8_t) cases_truth();
	offer->prepaid = (uint8_t) cases_truth();
	offer->exponent = (uint8_t) cases_number_or(2);
	offer->nights = (int32_t) cases_number_or(0);
	offer->rooms = (int32_t) cases_number_or(0);
	offer->check_in = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	offer->booked_on = (kernel_day) cases_number_or(KERNEL_DAY_UNKNOWN);
	offer->has_stated_amount = cases_number(&offer->stated_amount);
	offer->has_stated_percent = cases_number(&offer->stated_ppm);
	read_volume(e);
	offer->volume = &e->volume;
	offer->components = e->components;
	while ((word = cases_word()) != NULL)
		read_component(&e->components[offer->n_components++], word);
}

/* What the quote says under a name of the model; "-" for what it does not know. */
static const char *
answer(const commission_quote *quote, const char *field, char *text, size_t size)
{
	static const char *const sources[] = {"none", "stated", "computed"};
	const struct
	{
		const char *name;
		bool known;
		int64_t value;
	} answers[] = {
		{"expected", true, quote->expected},
		{"base", quote->has_base, quote->base},
		{"estimated", true, quote->base_estimated},
		{"computed", quote->has_computed, quote->computed},
		{"rate", true, quote->rate_id},
		{"stated", quote->has_stated, quote->stated},
		{"variance", quote->has_variance, quote->variance},
		{"variance_ppm", quote->has_variance_ppm, quote->variance_ppm},
		{"alert", true, quote->variance_alert},
		{"effective", quote->has_effective, quote->effective_ppm},
		{"eligible", true, quote->eligible},
		{"refused_by", true, quote->ineligible_rule},
		{"preferred", true, quote->preferred},
		{"applied", true, quote->rules_applied},
	};

	if (strcmp(field, "source") == 0)
		return sources[quote->source];
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
	{
		if (strcmp(answers[i].name, field) != 0)
			continue;
		snprintf(text, size, "%lld", (long long) answers[i].value);
		return answers[i].known ? text : "-";
	}
	ck_abort_msg("the model knows a field %s", field);
	return "";
}

static void
count_step(void *context, const commission_step *step)
{
	(void) step;
	++*(size_t *) context;
}

/* With a trace and without, with a scope: all must be the same quote. */
static void
quote_all_ways(const example *e, const commission_book *book, const commission_offer *offer, commission_quote *quote)
{
	commission_scope *scope;
	commission_quote traced;
	size_t steps = 0;
	commission_trace trace = {count_step, &steps};
	kernel_error error = {0};
	kernel_status status;

	memset(quote, 0, sizeof *quote); /* padding too, as the two are compared whole */
	memset(&traced, 0, sizeof traced);
	ck_assert_int_eq(commission_scope_new(book, &scope), KERNEL_OK);
	commission_scope_set(scope, &e->trip);
	status = commission_quote_offer(book, scope, offer, NULL, quote, &error);
	ck_assert_msg(status == KERNEL_OK, "case %zu: status %d, %s", e->number, status, error.message);
	ck_assert_int_eq(commission_quote_offer(book, scope, offer, &trace, &traced, &error), KERNEL_OK);
	ck_assert_msg(memcmp(quote, &traced, sizeof traced) == 0, "case %zu: the trace changed the quote", e->number);
	ck_assert_uint_gt(steps, 0);
	commission_scope_free(scope);
}

static void
expect(example *e)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	kernel_error error = {0};
	commission_book *book;
	commission_quote quote;
	char *field;

	ck_assert_msg(commission_book_compile(e->rates, e->n_rates, e->rules, e->n_rules, e->rounding, &alloc, &book,
										  &error) == KERNEL_OK,
				  "case %zu: %s", e->number, error.message);
	for (int i = 0; i < COMMISSION_WORDS; i++)
		e->offer.word[i] = commission_book_word(book, (commission_word) i, e->words[i].bytes, e->words[i].length);
	quote_all_ways(e, book, &e->offer, &quote);
	while ((field = cases_word()) != NULL)
	{
		char text[32];
		char *name = cases_part(&field, '=');
		const char *got = answer(&quote, name, text, sizeof text);

		ck_assert_msg(strcmp(got, field) == 0, "case %zu: %s is %s, the model says %s", e->number, name, got, field);
	}
	commission_book_free(book);
	ck_assert_uint_eq(state.live, 0);
}

static void
begin(example *e, const char *rounding)
{
	size_t number = e->number + 1;

	memset(e, 0, sizeof *e);
	e->number = number;
	e->rounding = strcmp(rounding, "half_even") == 0 ? MONEY_HALF_EVEN : MONEY_HALF_UP;
}

START_TEST(quotes_equal_the_model)
{
	static example e;
	const char *cases = getenv("COMMISSION_CASES");
	const char *seed = getenv("COMMISSION_SEED");
	char arguments[96];
	FILE *model;

	snprintf(arguments, sizeof arguments, "--cases %s --seed %s", cases != NULL ? cases : "3000", seed != NULL ? seed : "1");
	model = cases_open("commission_model.py", arguments);
	while (cases_line(model))
	{
		const char *what = cases_word();

		if (strcmp(what, "round") == 0)
			begin(&e, cases_word());
		else if (strcmp(what, "rate") == 0)
			read_rate(&e);
		else if (strcmp(what, "rule") == 0)
			read_rule(&e);
		else if (strcmp(what, "trip") == 0)
			read_trip(&e);
		else if (strcmp(what, "offer") == 0)
			read_offer(&e);
		else if (strcmp(what, "expect") == 0)
			expect(&e);
	}
	cases_close(model);
	ck_assert_uint_ge(e.number, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("commission against the model");
	TCase *model = tcase_create("model");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, model);
	tcase_set_timeout(model, 600);
	tcase_add_test(model, quotes_equal_the_model);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
