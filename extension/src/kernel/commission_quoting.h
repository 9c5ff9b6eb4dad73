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

/* thousandths of a unit as minor units of the offer's currency, exact. */
exact quoting_from_milli(const quoting *q, int64_t milli);

/* What a rate gives on the offer. *why stays COMMISSION_WHY_NONE when it is known, else says which part is missing; *ppm is
 * the percentage used, or -1. */
kernel_status quoting_rate_value(const quoting *q, const book_rate *rate, exact *value, commission_why *why, int64_t *ppm);

/* Cuts a value to the first nights of a rate that has them. */
kernel_status quoting_first_nights(const quoting *q, const book_rate *rate, exact *value, commission_why *why);

/* Rules whose conditions hold: multipliers and bonuses on the value, exclusions, preferred sites ... */
kernel_status quoting_apply_rules(quoting *q);

/* ... and, once the expected commission is known, minimum percentages. */
kernel_status quoting_check_minimum(quoting *q);

#endif
