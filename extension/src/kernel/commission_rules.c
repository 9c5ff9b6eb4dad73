/*
 * commission_rules.c: the agency's rules on one quote. Conditions on the trip were settled by the scope; here the rest.
 * Rules act in their order on the value that the earlier ones left: a multiplier after a bonus multiplies the bonus too.
 */
#include "commission_quoting.h"

static void
make_ineligible(const quoting *q, const commission_rule *rule, commission_why why)
{
	commission_quote *quote = q->quote;

	quoting_tell(q, COMMISSION_STEP_RULE_INELIGIBLE, why, rule->id, NULL);
	if (!quote->eligible)
		return;
	quote->eligible = false;
	quote->ineligible_rule = rule->id;
	quote->ineligible_reason = why;
}

static kernel_status
apply_multiplier(quoting *q, const book_rule *rule)
{
	exact before = q->value;

	if (!rule->rule.has_multiplier || !q->known)
		return KERNEL_OK;
	if (!exact_scale(&q->value, rule->multiplier_up, rule->multiplier_down))
		return KERNEL_OVERFLOW;
	quoting_tell_change(q, COMMISSION_STEP_RULE_MULTIPLIER, COMMISSION_WHY_NONE, rule->rule.id, before, q->value,
						&rule->rule.multiplier_ppm);
	return KERNEL_OK;
}

static kernel_status
apply_bonus(quoting *q, const commission_rule *rule)
{
	exact before = q->value;

	if (!rule->has_bonus || !q->known)
		return KERNEL_OK;
	if (!exact_add(&q->value, quoting_from_milli(q, rule->bonus_milli)))
		return KERNEL_OVERFLOW;
	quoting_tell_change(q, COMMISSION_STEP_RULE_BONUS, COMMISSION_WHY_NONE, rule->id, before, q->value, NULL);
	return KERNEL_OK;
}

static void
apply_preference(quoting *q, const book_rule *rule)
{
	for (size_t i = 0; i < rule->rule.n_prefer_sites; i++)
	{
		if (rule->prefer_sites[i] != q->offer->word[COMMISSION_SITE])
			continue;
		q->quote->preferred = true;
		quoting_tell(q, COMMISSION_STEP_RULE_PREFER, COMMISSION_WHY_NONE, rule->rule.id, "site");
		return;
	}
}

static void
apply_requirements(quoting *q, const commission_rule *rule)
{
	if (rule->exclude)
		make_ineligible(q, rule, COMMISSION_WHY_EXCLUDED);
	if (!rule->require_refundable)
		return;
	if (q->offer->refundable == KERNEL_YES)
		quoting_tell(q, COMMISSION_STEP_RULE_PASSED, COMMISSION_WHY_NONE, rule->id, "require_refundable");
	else
		make_ineligible(q, rule, COMMISSION_WHY_NOT_REFUNDABLE);
}

kernel_status
quoting_act(quoting *q, const book_rule *rule)
{
	kernel_status status;

	q->quote->rules_applied++;
	status = apply_multiplier(q, rule);
	if (status == KERNEL_OK)
		status = apply_bonus(q, &rule->rule);
	if (status != KERNEL_OK)
		return status;
	apply_preference(q, rule);
	apply_requirements(q, &rule->rule);
	return KERNEL_OK;
}

static kernel_status
apply_rule(quoting *q, const book_rule *rule)
{
	const char *key = book_rule_offer_mismatch(rule, &q->scope->trip, q->offer);

	if (key == NULL)
		return quoting_act(q, rule);
	quoting_tell(q, COMMISSION_STEP_RULE_SKIPPED, COMMISSION_WHY_CONDITION, rule->rule.id, key);
	return KERNEL_OK;
}

/* Every rule in order, asking the trip's conditions too: a trace tells of those that do not hold. */
static kernel_status
apply_all(quoting *q)
{
	for (size_t i = 0; i < q->book->n_rules; i++)
	{
		const book_rule *rule = &q->book->rules[i];
		const char *key = book_rule_trip_mismatch(&rule->rule, &q->scope->trip);
		kernel_status status = KERNEL_OK;

		if (key != NULL)
			quoting_tell(q, COMMISSION_STEP_RULE_SKIPPED, COMMISSION_WHY_CONDITION, rule->rule.id, key);
		else
			status = apply_rule(q, rule);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

kernel_status
quoting_apply_rules(quoting *q)
{
	if (q->trace != NULL)
		return apply_all(q);
	for (size_t i = 0; i < q->scope->n_rules; i++)
	{
		kernel_status status = apply_rule(q, &q->book->rules[q->scope->rules[i]]);

		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

/* ---- minimum percentage ------------------------------------------------------------------------------------------------------- */

/*
 * Compared in minor units after rounding both sides, so that 85.49 on 284.97 meets "30 %" (85.491) as the portal that
 * states it means it.
 */
static kernel_status
check_minimum(quoting *q, const commission_rule *rule)
{
	const commission_quote *quote = q->quote;
	int64_t least = 0;

	if (quote->source == COMMISSION_SOURCE_NONE || !quote->has_base)
	{
		make_ineligible(q, rule,
						quote->source == COMMISSION_SOURCE_NONE ? COMMISSION_WHY_COMMISSION_UNKNOWN
																: COMMISSION_WHY_BASE_UNKNOWN);
		return KERNEL_OK;
	}
	if (money_multiply_ppm(quote->base, rule->min_percent_ppm, q->book->rounding, &least) != KERNEL_OK)
		return KERNEL_OVERFLOW;
	if (quote->expected < least)
		make_ineligible(q, rule, COMMISSION_WHY_BELOW_MINIMUM);
	else
		quoting_tell(q, COMMISSION_STEP_RULE_PASSED, COMMISSION_WHY_NONE, rule->id, "min_commission_percent");
	return KERNEL_OK;
}

kernel_status
quoting_check_minimum(quoting *q)
{
	if (!q->scope->has_minimum)
		return KERNEL_OK;
	for (size_t i = 0; i < q->scope->n_rules; i++)
	{
		const book_rule *rule = &q->book->rules[q->scope->rules[i]];
		kernel_status status;

		if (!rule->rule.has_min_percent ||
			book_rule_offer_mismatch(rule, &q->scope->trip, q->offer) != NULL)
			continue;
		status = check_minimum(q, &rule->rule);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}
