/*
 * commission_quote_check.c: base, kinds of rates, tiers, limits, rounding, stated commission and trace, by hand-made figures.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "commission_case.h"

static commission_case c;

static void
component(commission_component_kind kind, int64_t amount, commission_tax tax)
{
	c.components[c.offer.n_components++] = (commission_component){.amount = amount, .kind = (uint8_t) kind, .tax = (uint8_t) tax};
}

static void
only(commission_component_kind kind, int64_t amount, commission_tax tax)
{
	c.offer.n_components = 0;
	component(kind, amount, tax);
}

/* ---- base --------------------------------------------------------------------------------------------------------------- */

START_TEST(tax_is_taken_out_of_the_base)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	case_expect(&c, 1, 8549); /* 30 % of 284.97, never 88.80 */
	ck_assert_int_eq(c.quote.base, 28497);
	ck_assert(!c.quote.base_estimated);
	ck_assert_int_eq(c.quote.source, COMMISSION_SOURCE_COMPUTED);
	ck_assert_int_eq(c.quote.expected, 8549);
	ck_assert_int_eq(c.quote.effective_ppm, 299996);
}
END_TEST

START_TEST(a_base_without_known_tax_is_an_estimate)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	c.components[0].has_tax_amount = false;
	case_expect(&c, 1, 8880);
	ck_assert(c.quote.base_estimated);
	c.components[0].tax = COMMISSION_TAX_UNKNOWN;
	c.components[0].has_tax_amount = true;
	case_expect(&c, 1, 8880);
	ck_assert(c.quote.base_estimated);
	c.components[0].tax = COMMISSION_TAX_EXCLUDED;
	case_expect(&c, 1, 8880);
	ck_assert(!c.quote.base_estimated);
}
END_TEST

START_TEST(components_count_by_kind_unless_said_otherwise)
{
	static const commission_component_kind earning[] = {COMMISSION_ROOM, COMMISSION_SERVICE_CHARGE, COMMISSION_ADDON,
														COMMISSION_AIR, COMMISSION_TRANSFER, COMMISSION_INSURANCE,
														COMMISSION_CAR};
	static const commission_component_kind others[] = {COMMISSION_TAX, COMMISSION_RESORT_FEE, COMMISSION_NCF,
													   COMMISSION_PENALTY};

	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	for (size_t i = 0; i < sizeof earning / sizeof earning[0]; i++)
	{
		only(earning[i], 10000, COMMISSION_TAX_EXCLUDED);
		case_expect(&c, 1, 3000);
		c.components[0].commissionable = KERNEL_NO;
		case_expect(&c, 1, 0);
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
	{
		only(others[i], 10000, COMMISSION_TAX_EXCLUDED);
		case_expect(&c, 1, 0);
		c.components[0].commissionable = KERNEL_YES;
		case_expect(&c, 1, 3000);
	}
}
END_TEST

START_TEST(a_discount_lowers_the_base_but_not_below_zero)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	component(COMMISSION_ROOM, -8497, COMMISSION_TAX_EXCLUDED);
	case_expect(&c, 1, 6000);
	component(COMMISSION_ROOM, -90000, COMMISSION_TAX_EXCLUDED);
	case_expect(&c, 1, 0);
	ck_assert_int_eq(c.quote.base, 0);
	ck_assert(!c.quote.has_effective);
}
END_TEST

START_TEST(without_components_only_fixed_kinds_are_known)
{
	case_begin(&c);
	c.offer.n_components = 0;
	case_rate(&c, COMMISSION_PERCENT);
	case_run(&c);
	ck_assert(!c.quote.has_base && !c.quote.has_computed);
	ck_assert_int_eq(c.quote.source, COMMISSION_SOURCE_NONE);
	ck_assert_int_eq(c.quote.rate_id, 1);
	c.rates[0].kind = COMMISSION_FIXED_PER_STAY;
	case_expect(&c, 1, 2500);
}
END_TEST

/* ---- kinds ---------------------------------------------------------------------------------------------------------------- */

START_TEST(each_kind_has_its_formula)
{
	static const struct
	{
		commission_kind kind;
		int64_t computed;
	} kinds[] = {
		{COMMISSION_PERCENT, 8549},
		{COMMISSION_NET_MARKUP, 8549},
		{COMMISSION_FIXED_PER_STAY, 2500},
		{COMMISSION_FIXED_PER_NIGHT, 7500},
		{COMMISSION_FIXED_PER_ROOM_NIGHT, 15000},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
	{
		case_begin(&c);
		case_rate(&c, kinds[i].kind);
		case_expect(&c, 1, kinds[i].computed);
	}
	c.offer.rooms = 0; /* one room unless said otherwise */
	case_expect(&c, 1, 7500);
	c.offer.nights = 0;
	case_run(&c);
	ck_assert(!c.quote.has_computed);
}
END_TEST

START_TEST(fixed_values_are_in_the_currency_of_the_offer)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_FIXED_PER_NIGHT)->fixed_milli = 1500500; /* 1,500.5 yen a night */
	c.offer.exponent = 0;
	case_expect(&c, 1, 4502); /* 4501.5, rounded once */
	c.offer.exponent = 3;
	case_expect(&c, 1, 4501500);
	c.offer.exponent = 4;
	case_expect(&c, 1, 45015000);
}
END_TEST

START_TEST(overrides_and_bonuses_are_added)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	case_rate(&c, COMMISSION_OVERRIDE_PERCENT)->ppm = 20000;
	case_rate(&c, COMMISSION_BONUS_FIXED);
	case_expect(&c, 1, 11619); /* 85.491 + 5.6994 + 25 = 116.1904 */
	c.rates[1].min_nights = 4; /* no longer matches */
	case_expect(&c, 1, 11049);
}
END_TEST

START_TEST(additions_alone_are_no_commission)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_BONUS_FIXED);
	case_run(&c);
	ck_assert_int_eq(c.quote.rate_id, 0);
	ck_assert_int_eq(c.quote.source, COMMISSION_SOURCE_NONE);
	ck_assert_ptr_nonnull(case_step(&c, COMMISSION_STEP_NO_RATE, 0));
}
END_TEST

START_TEST(only_the_first_nights_earn)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT)->first_nights = 2;
	case_expect(&c, 1, 5699); /* 85.491 x 2 / 3 */
	c.rates[0].first_nights = 3;
	case_expect(&c, 1, 8549);
	c.rates[0].first_nights = 29;
	case_expect(&c, 1, 8549);
	c.offer.nights = 0;
	case_run(&c);
	ck_assert(!c.quote.has_computed);
	case_begin(&c);
	case_rate(&c, COMMISSION_FIXED_PER_STAY)->first_nights = 1;
	case_expect(&c, 1, 2500);
}
END_TEST

START_TEST(additions_come_by_their_ids)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	for (int i = 0; i < 4; i++)
	{
		commission_rate *rate = case_rate(&c, COMMISSION_BONUS_FIXED);

		if (i % 2 == 1) /* of the site, among those of any site */
			rate->word[COMMISSION_SITE] = case_text("navitrip");
	}
	case_expect(&c, 1, 18549);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(case_step(&c, COMMISSION_STEP_BONUS, i)->id, (int64_t) i + 2);
}
END_TEST

START_TEST(cap_and_floor_hold_for_the_sum)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	case_rate(&c, COMMISSION_BONUS_FIXED);
	c.rates[0].has_cap = true;
	c.rates[0].cap_milli = 100000;
	case_expect(&c, 1, 10000);
	ck_assert_int_eq(case_step(&c, COMMISSION_STEP_CAP, 0)->before, 110491 * COMMISSION_STEP_SCALE / 10);
	c.rates[0].has_cap = false;
	c.rates[0].has_floor = true;
	c.rates[0].floor_milli = 120000;
	case_expect(&c, 1, 12000);
	ck_assert_ptr_nonnull(case_step(&c, COMMISSION_STEP_FLOOR, 0));
	/* a sum that just reaches both is cut by neither */
	c.rates[0].has_cap = true;
	c.rates[0].cap_milli = c.rates[0].floor_milli = 110491;
	case_expect(&c, 1, 11049);
	ck_assert_ptr_null(case_step(&c, COMMISSION_STEP_CAP, 0));
	ck_assert_ptr_null(case_step(&c, COMMISSION_STEP_FLOOR, 0));
}
END_TEST

/* ---- tiers ------------------------------------------------------------------------------------------------------------------- */

static const commission_tier scale[] = {{0, 100000}, {10000000, 120000}, {20000000, 150000}}; /* 10, 12, 15 % from 10,000, 20,000 */
static commission_volume volume;

static commission_rate *
tiered(commission_mode mode, commission_measure measure, const commission_tier *tiers, size_t n)
{
	commission_rate *rate;

	case_begin(&c);
	memset(&volume, 0, sizeof volume);
	c.offer.volume = &volume;
	only(COMMISSION_ROOM, 100000, COMMISSION_TAX_EXCLUDED);
	rate = case_rate(&c, COMMISSION_TIER_PERCENT);
	rate->mode = mode;
	rate->measure = measure;
	rate->tiers = tiers;
	rate->n_tiers = n;
	return rate;
}

START_TEST(a_whole_tier_goes_by_the_volume_reached_before)
{
	static const struct
	{
		int64_t volume_milli;
		int64_t computed;
	} reached[] = {{0, 10000}, {9999999, 10000}, {10000000, 12000}, {19999999, 12000}, {20000000, 15000}, {INT64_MAX, 15000}};

	tiered(COMMISSION_MODE_DEFAULT, COMMISSION_MEASURE_DEFAULT, scale, 3);
	for (size_t i = 0; i < sizeof reached / sizeof reached[0]; i++)
	{
		volume.amount_milli[COMMISSION_MONTH - 1] = reached[i].volume_milli;
		case_expect(&c, 1, reached[i].computed);
	}
	c.offer.volume = NULL;
	case_expect(&c, 1, 10000);
	c.rates[0].tiers = scale + 1; /* below the first step nothing is earned */
	c.rates[0].n_tiers = 2;
	case_expect(&c, 1, 0);
}
END_TEST

START_TEST(a_marginal_tier_parts_the_amount)
{
	tiered(COMMISSION_MARGINAL, COMMISSION_AMOUNT, scale, 3);
	volume.amount_milli[COMMISSION_MONTH - 1] = 9600000; /* 400 at 10 %, 600 at 12 % */
	case_expect(&c, 1, 11200);
	volume.amount_milli[COMMISSION_MONTH - 1] = 9500000;
	only(COMMISSION_ROOM, 1100000, COMMISSION_TAX_EXCLUDED); /* 500 at 10 %, 10,000 at 12 %, 500 at 15 % */
	case_expect(&c, 1, 5000 + 120000 + 7500);
	c.rates[0].tiers = scale + 1;
	c.rates[0].n_tiers = 2;
	case_expect(&c, 1, 120000 + 7500);
	c.offer.n_components = 0;
	component(COMMISSION_NCF, 5000, COMMISSION_TAX_EXCLUDED);
	case_expect(&c, 1, 0); /* nothing commissionable */
	c.rates[0].tiers = scale;
	c.offer.exponent = 4; /* one unit, half of it below the second step */
	only(COMMISSION_ROOM, 10000, COMMISSION_TAX_EXCLUDED);
	volume.amount_milli[COMMISSION_MONTH - 1] = 9999500;
	case_expect(&c, 1, 1100);
}
END_TEST

START_TEST(a_marginal_tier_parts_room_nights_and_bookings)
{
	static const commission_tier nights[] = {{0, 100000}, {10000, 200000}};

	tiered(COMMISSION_MARGINAL, COMMISSION_ROOM_NIGHTS, nights, 2);
	volume.room_nights[COMMISSION_MONTH - 1] = 8; /* six room nights: two at 10 %, four at 20 % */
	case_expect(&c, 1, 16667);
	c.offer.nights = 0;
	case_run(&c);
	ck_assert(!c.quote.has_computed);
	tiered(COMMISSION_MARGINAL, COMMISSION_BOOKINGS, nights, 2);
	volume.bookings[COMMISSION_MONTH - 1] = 9;
	case_expect(&c, 1, 10000);
	volume.bookings[COMMISSION_MONTH - 1] = 10;
	case_expect(&c, 1, 20000);
}
END_TEST

START_TEST(volume_is_that_of_the_window_and_measure)
{
	static const commission_tier count[] = {{0, 100000}, {5000, 200000}};

	for (int window = COMMISSION_MONTH; window < COMMISSION_WINDOWS; window++)
	{
		for (int measure = COMMISSION_AMOUNT; measure < COMMISSION_MEASURES; measure++)
		{
			int64_t *const measures[] = {volume.amount_milli, volume.room_nights, volume.bookings};

			tiered(COMMISSION_WHOLE, (commission_measure) measure, count, 2)->window = (commission_window) window;
			case_expect(&c, 1, 10000);
			measures[measure - 1][window - 1] = measure == COMMISSION_AMOUNT ? 5000 : 5;
			case_expect(&c, 1, 20000);
		}
	}
}
END_TEST

/* ---- rounding, stated ------------------------------------------------------------------------------------------------------------ */

START_TEST(rounding_is_the_agencys)
{
	case_begin(&c);
	only(COMMISSION_ROOM, 105, COMMISSION_TAX_EXCLUDED);
	case_rate(&c, COMMISSION_PERCENT)->ppm = 100000; /* 10.5 cents */
	case_expect(&c, 1, 11);
	c.rounding = MONEY_HALF_EVEN;
	case_expect(&c, 1, 10);
}
END_TEST

START_TEST(stated_wins_and_the_computed_is_kept)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	c.offer.has_stated_amount = true;
	c.offer.stated_amount = 8480;
	case_expect(&c, 1, 8549);
	ck_assert_int_eq(c.quote.source, COMMISSION_SOURCE_STATED);
	ck_assert_int_eq(c.quote.expected, 8480);
	ck_assert_int_eq(c.quote.variance, -69);
	ck_assert_int_eq(c.quote.variance_ppm, -8137);
	ck_assert(!c.quote.variance_alert);
	c.offer.stated_amount = 8460; /* 89 of 8460 is more than 1 % */
	case_expect(&c, 1, 8549);
	ck_assert(c.quote.variance_alert);
	c.components[0].has_tax_amount = false; /* an estimated base alerts nobody */
	c.offer.stated_amount = 4000;
	case_expect(&c, 1, 8880);
	ck_assert(!c.quote.variance_alert);
	ck_assert_int_eq(c.quote.variance, -4880);
}
END_TEST

START_TEST(a_stated_percentage_is_of_the_base)
{
	case_begin(&c);
	c.offer.has_stated_percent = true;
	c.offer.stated_ppm = 250000;
	case_run(&c);
	ck_assert_int_eq(c.quote.expected, 7124); /* 71.2425 */
	ck_assert_int_eq(c.quote.source, COMMISSION_SOURCE_STATED);
	ck_assert(!c.quote.has_variance);
	c.offer.has_stated_amount = true; /* an amount goes before a percentage */
	c.offer.stated_amount = 0;
	case_rate(&c, COMMISSION_PERCENT);
	case_expect(&c, 1, 8549);
	ck_assert_int_eq(c.quote.expected, 0);
	ck_assert(c.quote.has_variance && !c.quote.has_variance_ppm);
	ck_assert(c.quote.variance_alert);
}
END_TEST

/* Total of the stay before tax, percentage shown to a tenth, commission shown: 32 hotels of four searches on a portal. */
static const struct
{
	int64_t total;
	int64_t tenths;
	int64_t commission;
} portal[] = {
	{965554, 300, 289666},
	{812230, 300, 243669},
	{616258, 300, 184877},
	{888368, 194, 172144},
	{1431322, 154, 220877},
	{494624, 248, 122828},
	{1226568, 121, 148045},
	{494626, 242, 119777},
	{712532, 164, 116695},
	{375277, 203, 76066},
	{275994, 249, 68764},
	{298982, 213, 63650},
	{395844, 147, 58268},
	{210287, 206, 43306},
	{348539, 132, 45829},
	{145096, 263, 38111},
	{378335, 166, 62664},
	{513357, 88, 45396},
	{569243, 286, 162841},
	{593105, 59, 34903},
	{919679, 218, 200388},
	{957699, 137, 131621},
	{1158542, 110, 127710},
	{1486235, 165, 244493},
	{1214759, 236, 286273},
	{1662607, 147, 244737},
	{1474649, 147, 217069},
	{1173030, 167, 195429},
	{759019, 215, 162951},
	{458161, 300, 137448},
	{1348570, 121, 162907},
	{474429, 268, 127335},
};

START_TEST(recorded_portal_figures_are_met)
{
	for (size_t i = 0; i < sizeof portal / sizeof portal[0]; i++)
	{
		case_begin(&c);
		only(COMMISSION_ROOM, portal[i].total, COMMISSION_TAX_EXCLUDED);
		c.offer.has_stated_amount = true;
		c.offer.stated_amount = portal[i].commission;
		case_rate(&c, COMMISSION_PERCENT)->ppm = portal[i].tenths * 1000;
		case_run(&c);
		/* The percentage is shown to a tenth, one of them rounded up: the figure lies within a tenth. */
		ck_assert_msg(llabs((long long) c.quote.variance) <= portal[i].total * 1000 / 1000000, "hotel %zu: off by %ld", i,
					  c.quote.variance);
		ck_assert_msg(!c.quote.variance_alert, "hotel %zu", i);
		ck_assert_int_le(llabs(c.quote.effective_ppm - portal[i].tenths * 1000), 600);
		if (portal[i].tenths == 300)
			ck_assert_int_eq(c.quote.variance, 0);
	}
}
END_TEST

/* ---- trace, limits ------------------------------------------------------------------------------------------------------------------ */

START_TEST(the_trace_tells_every_step)
{
	static const commission_what expected[] = {COMMISSION_STEP_COMPONENT, COMMISSION_STEP_COMPONENT, COMMISSION_STEP_BASE,
											   COMMISSION_STEP_RATE_LOST, COMMISSION_STEP_RATE_LOST, COMMISSION_STEP_RATE,
											   COMMISSION_STEP_OVERRIDE, COMMISSION_STEP_ROUND, COMMISSION_STEP_STATED};
	commission_rate *other;

	case_begin(&c);
	component(COMMISSION_RESORT_FEE, 3300, COMMISSION_TAX_EXCLUDED);
	case_rate(&c, COMMISSION_PERCENT)->word[COMMISSION_SITE] = case_text("navitrip");
	other = case_rate(&c, COMMISSION_PERCENT);
	other->word[COMMISSION_CHAIN] = case_text("hilton");
	case_rate(&c, COMMISSION_PERCENT);
	case_rate(&c, COMMISSION_OVERRIDE_PERCENT);
	c.offer.has_stated_amount = true;
	c.offer.stated_amount = 8549;
	case_run(&c);
	ck_assert_uint_eq(c.n_steps, sizeof expected / sizeof expected[0]);
	for (size_t i = 0; i < c.n_steps; i++)
	{
		ck_assert_int_eq(c.steps[i].what, expected[i]);
		ck_assert_int_gt(strlen(commission_what_text(c.steps[i].what)), 0);
		ck_assert_ptr_nonnull(commission_why_text(c.steps[i].why));
	}
	ck_assert_int_eq(c.steps[0].why, COMMISSION_WHY_TAX_TAKEN_OUT);
	ck_assert_int_eq(c.steps[1].why, COMMISSION_WHY_NOT_COMMISSIONABLE);
	ck_assert_int_eq(c.steps[3].id, 2);
	ck_assert_str_eq(c.steps[3].key, "chain");
	ck_assert_int_eq(c.steps[4].id, 3);
	ck_assert_int_eq(c.steps[4].why, COMMISSION_WHY_FEWER_KEYS);
	ck_assert_int_eq(c.steps[5].id, 1);
	ck_assert_int_eq(c.steps[5].ppm, 300000);
	ck_assert_int_eq(c.steps[5].after, 85491 * COMMISSION_STEP_SCALE / 10);
	ck_assert_int_eq(c.steps[7].after, 17098 * COMMISSION_STEP_SCALE);
}
END_TEST

START_TEST(an_offer_that_cannot_be_is_refused)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT);
	c.offer.booked_on = KERNEL_DAY_UNKNOWN;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_INVALID);
	ck_assert_str_eq(c.error.path, "offer.booked_on");
	case_begin(&c);
	c.offer.exponent = 5;
	case_run(&c);
	ck_assert_str_eq(c.error.path, "offer.exponent");
	case_begin(&c);
	c.components[0].kind = 0;
	case_run(&c);
	ck_assert_str_eq(c.error.path, "offer.components.kind");
	c.components[0].kind = COMMISSION_PENALTY + 1;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_INVALID);
}
END_TEST

START_TEST(what_does_not_fit_is_told_not_cut)
{
	case_begin(&c);
	case_rate(&c, COMMISSION_PERCENT)->ppm = 10000000;
	only(COMMISSION_ROOM, INT64_MAX, COMMISSION_TAX_EXCLUDED);
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_OVERFLOW);
	ck_assert_str_eq(c.error.path, "offer");
	c.rates[0].ppm = 1000000;
	case_expect(&c, 1, INT64_MAX);
	component(COMMISSION_ROOM, 1, COMMISSION_TAX_EXCLUDED);
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_OVERFLOW);
	only(COMMISSION_ROOM, INT64_MIN, COMMISSION_TAX_INCLUDED);
	c.components[0].has_tax_amount = true;
	c.components[0].tax_amount = 1;
	case_run(&c);
	ck_assert_int_eq(c.status, KERNEL_OVERFLOW);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("commission quotes");
	TCase *quote = tcase_create("quote");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, quote);
	tcase_add_test(quote, tax_is_taken_out_of_the_base);
	tcase_add_test(quote, a_base_without_known_tax_is_an_estimate);
	tcase_add_test(quote, components_count_by_kind_unless_said_otherwise);
	tcase_add_test(quote, a_discount_lowers_the_base_but_not_below_zero);
	tcase_add_test(quote, without_components_only_fixed_kinds_are_known);
	tcase_add_test(quote, each_kind_has_its_formula);
	tcase_add_test(quote, fixed_values_are_in_the_currency_of_the_offer);
	tcase_add_test(quote, overrides_and_bonuses_are_added);
	tcase_add_test(quote, additions_alone_are_no_commission);
	tcase_add_test(quote, only_the_first_nights_earn);
	tcase_add_test(quote, additions_come_by_their_ids);
	tcase_add_test(quote, cap_and_floor_hold_for_the_sum);
	tcase_add_test(quote, a_whole_tier_goes_by_the_volume_reached_before);
	tcase_add_test(quote, a_marginal_tier_parts_the_amount);
	tcase_add_test(quote, a_marginal_tier_parts_room_nights_and_bookings);
	tcase_add_test(quote, volume_is_that_of_the_window_and_measure);
	tcase_add_test(quote, rounding_is_the_agencys);
	tcase_add_test(quote, stated_wins_and_the_computed_is_kept);
	tcase_add_test(quote, a_stated_percentage_is_of_the_base);
	tcase_add_test(quote, recorded_portal_figures_are_met);
	tcase_add_test(quote, the_trace_tells_every_step);
	tcase_add_test(quote, an_offer_that_cannot_be_is_refused);
	tcase_add_test(quote, what_does_not_fit_is_told_not_cut);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
