/* commission_trace.c: tells the steps of a quote to whoever asked, and nothing when nobody did. */
#include "commission_quoting.h"

void
quoting_step(const quoting *q, commission_what what, commission_why why, int64_t id, const char *key)
{
	commission_step step = {.what = what, .why = why, .id = id, .key = key};

	q->trace->step(q->trace->context, &step);
}

void
quoting_step_change(const quoting *q, commission_what what, commission_why why, int64_t id, const exact *before,
					const exact *after, const int64_t *ppm)
{
	commission_step step = {.what = what, .why = why, .id = id};

	step.has_amounts = exact_show(*before, COMMISSION_STEP_SCALE, &step.before) &&
					   exact_show(*after, COMMISSION_STEP_SCALE, &step.after);
	if (ppm != NULL && *ppm >= 0)
	{
		step.has_ppm = true;
		step.ppm = *ppm;
	}
	q->trace->step(q->trace->context, &step);
}

/* Why a rate that matches stands behind the chosen one; in the order of precedence. */
static commission_why
outranked_by(const book_rate *chosen, const book_rate *rate)
{
	if (rate->keys != chosen->keys)
		return COMMISSION_WHY_FEWER_KEYS;
	if (rate->priority != chosen->priority)
		return COMMISSION_WHY_LOWER_PRIORITY;
	return rate->effective_from != chosen->effective_from ? COMMISSION_WHY_OLDER : COMMISSION_WHY_HIGHER_ID;
}

void
quoting_tell_losers(const quoting *q, const book_rate *chosen)
{
	for (size_t i = 0; q->trace != NULL && i < q->book->n_base; i++)
	{
		const book_rate *rate = &q->book->rates[i];
		const char *key = book_rate_mismatch(rate, q->offer);

		if (rate == chosen)
			continue;
		quoting_tell(q, COMMISSION_STEP_RATE_LOST, key != NULL ? COMMISSION_WHY_KEY : outranked_by(chosen, rate),
					 rate->id, key);
	}
}
