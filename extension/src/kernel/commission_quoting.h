/*
 * commission_quoting.h: one quote under way, shared by the files of the commission kernel and by nobody else.
 */
#ifndef VOYGEN_KERNEL_COMMISSION_QUOTING_H
#define VOYGEN_KERNEL_COMMISSION_QUOTING_H

#include "commission_book.h"

typedef struct quoting
{
	const commission_book *book;
	const commission_scope *scope; /* never NULL */
	const commission_offer *offer;
	const commission_trace *trace; /* NULL: no trace */
	commission_quote *quote;
	bool known;  /* value holds the commission so far */
	exact value; /* minor units */
} quoting;

/* A step without amounts, and one that took the value from before to after (ppm NULL when no percentage was at work). The
 * wrappers keep a quote without a trace from even preparing a call. */
void quoting_step(const quoting *q, commission_what what, commission_why why, int64_t id, const char *key);
void quoting_step_change(const quoting *q, commission_what what, commission_why why, int64_t id, const exact *before,
						 const exact *after, const int64_t *ppm);

static inline void
quoting_tell(const quoting *q, commission_what what, commission_why why, int64_t id, const char *key)
{
	if (q->trace != NULL)
		quoting_step(q, what, why, id, key);
}

static inline void
quoting_tell_change(const quoting *q, commission_what what, commission_why why, int64_t id, exact before, exact after,
					const int64_t *ppm)
{
	if (q->trace != NULL)
		quoting_step_change(q, what, why, id, &before, &after, ppm);
}

/* The base rates that did not become the base rate, each with its reason; chosen NULL when none did. */
void quoting_tell_losers(const quoting *q, const book_rate *chosen);

static inline bool
quoting_is_commissionable(const commission_component *component)
{
	if (component->commissionable != KERNEL_UNKNOWN)
		return component->commissionable == KERNEL_YES;
	return component->kind <= COMMISSION_CAR;
}

/* What a commissionable component adds to the base, and why. */
static inline bool
quoting_component_base(const commission_component *component, int64_t *part, commission_why *why)
{
	*part = component->amount;
	*why = COMMISSION_WHY_COMMISSIONABLE;
	if (component->tax == COMMISSION_TAX_EXCLUDED)
		return true;
	if (component->tax == COMMISSION_TAX_INCLUDED && component->has_tax_amount)
	{
		*why = COMMISSION_WHY_TAX_TAKEN_OUT;
		return !__builtin_sub_overflow(component->amount, component->tax_amount, part);
	}
	*why = COMMISSION_WHY_TAX_UNKNOWN;
	return true;
}

/* thousandths of a unit as minor units of the offer's currency, exact. */
exact quoting_from_milli(const quoting *q, int64_t milli);

/* What a rate gives on the offer. *why stays COMMISSION_WHY_NONE when it is known, else says which part is missing; *ppm is
 * the percentage used, or -1. */
kernel_status quoting_rate_value(const quoting *q, const book_rate *rate, exact *value, commission_why *why, int64_t *ppm);

/* Cuts a value to the first nights of a rate that has them. */
kernel_status quoting_first_nights(const quoting *q, const book_rate *rate, exact *value, commission_why *why);

/* The base rate and the additions that match, before cap and floor; *chosen NULL: none. */
kernel_status quoting_sum_rates(quoting *q, const book_rate **chosen);

/* What one rule does, its conditions apart. */
kernel_status quoting_act(quoting *q, const book_rule *rule);

/* Rules whose conditions hold: multipliers and bonuses on the value, exclusions, preferred sites ... */
kernel_status quoting_apply_rules(quoting *q);

/* ... and, once the expected commission is known, minimum percentages. */
kernel_status quoting_check_minimum(quoting *q);

#endif
