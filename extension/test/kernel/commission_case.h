/*
 * commission_case.h: a small book and one offer for the commission checks: 296.00 with 11.03 tax in it, three nights.
 */
#ifndef VOYGEN_TEST_COMMISSION_CASE_H
#define VOYGEN_TEST_COMMISSION_CASE_H

#include "allocation.h"
#include "kernel/commission.h"

#define CASE_MOST 8
#define CASE_STEPS 64

typedef struct commission_case
{
	commission_rate rates[CASE_MOST];
	size_t n_rates;
	commission_rule rules[CASE_MOST];
	size_t n_rules;
	commission_trip trip;
	const char *words[COMMISSION_WORDS]; /* of the offer */
	commission_component components[CASE_MOST];
	commission_offer offer;
	money_rounding rounding;

	/* what came of it */
	kernel_status status;
	kernel_error error;
	commission_quote quote;
	commission_step steps[CASE_STEPS];
	size_t n_steps;
} commission_case;

kernel_text case_text(const char *bytes);

/* No rates or rules; the offer of navitrip above, booked on day 9800, arriving on day 9904 (a Friday), and a trip of which
 * everything is known. */
void case_begin(commission_case *c);

/* Adds a rate of a kind and answers it: percent of 30 %, fixed of 25.00; ids from 1. */
commission_rate *case_rate(commission_case *c, commission_kind kind);
commission_rule *case_rule(commission_case *c);

/* Compiles and quotes, with a trace. */
void case_run(commission_case *c);

/* Runs and expects a computed commission from this rate. */
void case_expect(commission_case *c, int64_t rate_id, int64_t computed);

/* The n-th step of a kind, or NULL. */
const commission_step *case_step(const commission_case *c, commission_what what, size_t n);

#endif
