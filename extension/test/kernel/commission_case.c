/* commission_case.c: a small book and one offer; see commission_case.h. */
#include "commission_case.h"

#include <check.h>
#include <string.h>

kernel_text
case_text(const char *bytes)
{
	return (kernel_text){bytes, bytes != NULL ? strlen(bytes) : 0};
}

void
case_begin(commission_case *c)
{
	static const char *const words[COMMISSION_WORDS] = {"navitrip", "expedia", "accor", "duniway",
														"hotel", "standard", "USD", "ann"};

	memset(c, 0, sizeof *c);
	memcpy(c->words, words, sizeof words);
	commission_offer_init(&c->offer);
	c->offer.refundable = KERNEL_YES;
	c->offer.prepaid = KERNEL_NO;
	c->offer.nights = 3;
	c->offer.rooms = 2;
	c->offer.check_in = 9904;
	c->offer.booked_on = 9800;
	c->components[0] = (commission_component){.amount = 29600,
											  .tax_amount = 1103,
											  .kind = COMMISSION_ROOM,
											  .tax = COMMISSION_TAX_INCLUDED,
											  .has_tax_amount = true};
	c->offer.n_components = 1;
	c->trip = (commission_trip){true, 5000000, case_text("vip"), case_text("Rome & Amalfi"), 9903};
}

commission_rate *
case_rate(commission_case *c, commission_kind kind)
{
	commission_rate *rate = &c->rates[c->n_rates++];

	commission_rate_init(rate);
	rate->id = (int64_t) c->n_rates;
	rate->kind = kind;
	rate->has_ppm = true;
	rate->ppm = 300000;
	rate->has_fixed = true;
	rate->fixed_milli = 25000;
	return rate;
}

commission_rule *
case_rule(commission_case *c)
{
	commission_rule *rule = &c->rules[c->n_rules++];

	commission_rule_init(rule);
	rule->id = (int64_t) c->n_rules;
	return rule;
}

static void
note(void *context, const commission_step *step)
{
	commission_case *c = context;

	ck_assert_uint_lt(c->n_steps, CASE_STEPS);
	c->steps[c->n_steps++] = *step;
}

static void
quote(commission_case *c, const commission_book *book)
{
	commission_trace trace = {note, c};
	commission_scope *scope;

	for (int i = 0; i < COMMISSION_WORDS; i++)
		c->offer.word[i] = commission_book_word(book, (commission_word) i, c->words[i],
												c->words[i] != NULL ? strlen(c->words[i]) : 0);
	c->offer.components = c->components;
	ck_assert_int_eq(commission_scope_new(book, &scope), KERNEL_OK);
	commission_scope_set(scope, &c->trip);
	c->status = commission_quote_offer(book, scope, &c->offer, &trace, &c->quote, &c->error);
	commission_scope_free(scope);
}

void
case_run(commission_case *c)
{
	allocation state = {0};
	kernel_alloc alloc = allocation_of(&state);
	commission_book *book;

	c->n_steps = 0;
	memset(&c->error, 0, sizeof c->error);
	c->status = commission_book_compile(c->rates, c->n_rates, c->rules, c->n_rules, c->rounding, &alloc, &book, &c->error);
	if (c->status == KERNEL_OK)
		quote(c, book);
	else
		ck_assert_ptr_null(book);
	commission_book_free(book);
	ck_assert_uint_eq(state.live, 0);
}

void
case_expect(commission_case *c, int64_t rate_id, int64_t computed)
{
	case_run(c);
	ck_assert_msg(c->status == KERNEL_OK, "%s", c->error.message);
	ck_assert(c->quote.has_computed);
	ck_assert_int_eq(c->quote.rate_id, rate_id);
	ck_assert_int_eq(c->quote.computed, computed);
}

const commission_step *
case_step(const commission_case *c, commission_what what, size_t n)
{
	for (size_t i = 0; i < c->n_steps; i++)
	{
		if (c->steps[i].what == what && n-- == 0)
			return &c->steps[i];
	}
	return NULL;
}
