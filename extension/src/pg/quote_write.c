/*
 * quote_write.c
 *	  A quote and its trace as JSON text.
 *
 * commission is what the rates give; what the portal states stands beside it as stated, and expected is the one that
 * counts: the stated where there is one. An offer that a rule makes ineligible has neither.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"

#include "kernel/money.h"
#include "pg/quote_write.h"

void
quote_steps_add(void *context, const commission_step *step)
{
	quote_steps *steps = context;

	if (steps->n == steps->space)
	{
		steps->space = Max(16, steps->space * 2);
		steps->steps = steps->steps ? repalloc(steps->steps, sizeof(commission_step) * steps->space)
									: palloc(sizeof(commission_step) * steps->space);
	}
	steps->steps[steps->n++] = *step;
}

/* value / 10^decimals, exactly; no zeros at the end beyond `kept` decimals. */
static void
write_decimal(StringInfo out, int64 value, int decimals, int kept)
{
	uint64 magnitude = value < 0 ? -(uint64) value : (uint64) value;
	uint64 scale = 1;

	for (int i = 0; i < decimals; i++)
		scale *= 10;
	while (decimals > kept && magnitude % 10 == 0)
	{
		magnitude /= 10;
		scale /= 10;
		decimals--;
	}
	appendStringInfo(out, "%s" UINT64_FORMAT, value < 0 ? "-" : "", magnitude / scale);
	if (decimals > 0)
		appendStringInfo(out, ".%0*" INT64_MODIFIER "u", decimals, magnitude % scale);
}

static void
write_amount(StringInfo out, const char *key, bool known, int64 minor, int exponent)
{
	appendStringInfo(out, ",\"%s\":", key);
	if (known)
		write_decimal(out, minor, exponent, exponent);
	else
		appendStringInfoString(out, "null");
}

static void
write_percent(StringInfo out, const char *key, bool known, int64 ppm)
{
	appendStringInfo(out, ",\"%s\":", key);
	if (known)
		write_decimal(out, ppm, 4, 0);
	else
		appendStringInfoString(out, "null");
}

static void
write_id(StringInfo out, const char *key, bool known, int64 id)
{
	if (known)
		appendStringInfo(out, ",\"%s\":" INT64_FORMAT, key, id);
	else
		appendStringInfo(out, ",\"%s\":null", key);
}

/* Is the step about a component, a rate or a rule? Their numbers are the caller's, 0 among them. */
static bool
step_has_id(const commission_step *step)
{
	switch (step->what)
	{
		case COMMISSION_STEP_BASE:
		case COMMISSION_STEP_NO_RATE:
		case COMMISSION_STEP_NOT_NEGATIVE:
		case COMMISSION_STEP_ROUND:
		case COMMISSION_STEP_STATED:
			return false;
		default:
			return true;
	}
}

static bool
step_is_rule(const commission_step *step)
{
	return step->what == COMMISSION_STEP_RULE_MULTIPLIER || step->what == COMMISSION_STEP_RULE_BONUS ||
		   step->what == COMMISSION_STEP_RULE_PREFER || step->what == COMMISSION_STEP_RULE_INELIGIBLE ||
		   step->what == COMMISSION_STEP_RULE_PASSED;
}

/* Ids of the rules that acted, each once, in the order they did. */
static void
write_rules(StringInfo out, const quote_steps *steps)
{
	int64 last = 0;
	bool any = false;

	appendStringInfoString(out, ",\"rules_applied\":[");
	for (int i = 0; i < steps->n; i++)
	{
		if (!step_is_rule(&steps->steps[i]) || (any && steps->steps[i].id == last))
			continue;
		appendStringInfo(out, "%s" INT64_FORMAT, any ? "," : "", steps->steps[i].id);
		last = steps->steps[i].id;
		any = true;
	}
	appendStringInfoChar(out, ']');
}

static void
write_step(StringInfo out, const commission_step *step, int exponent)
{
	const char *why = commission_why_text(step->why);

	appendStringInfoString(out, "{\"step\":");
	escape_json(out, commission_what_text(step->what));
	write_id(out, "id", step_has_id(step), step->id);
	appendStringInfoString(out, ",\"key\":");
	if (step->key != NULL)
		escape_json(out, step->key);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ",\"reason\":");
	if (why != NULL && *why != '\0')
		escape_json(out, why);
	else
		appendStringInfoString(out, "null");
	write_percent(out, "percent", step->has_ppm, step->ppm);
	appendStringInfoString(out, ",\"before\":");
	if (step->has_amounts)
	{
		write_decimal(out, step->before, exponent + 4, exponent);
		appendStringInfoString(out, ",\"after\":");
		write_decimal(out, step->after, exponent + 4, exponent);
	}
	else
		appendStringInfoString(out, "null,\"after\":null");
	appendStringInfoChar(out, '}');
}

static void
write_variance(StringInfo out, const commission_quote *quote, int exponent)
{
	if (!quote->has_variance)
	{
		appendStringInfoString(out, ",\"variance\":null");
		return;
	}
	appendStringInfoString(out, ",\"variance\":{\"amount\":");
	write_decimal(out, quote->variance, exponent, exponent);
	write_percent(out, "percent", quote->has_variance_ppm, quote->variance_ppm);
	appendStringInfo(out, ",\"alert\":%s}", quote->variance_alert ? "true" : "false");
}

static void
write_eligibility(StringInfo out, const commission_quote *quote)
{
	appendStringInfo(out, ",\"eligible\":%s", quote->eligible ? "true" : "false");
	write_id(out, "ineligible_rule", !quote->eligible, quote->ineligible_rule);
	appendStringInfoString(out, ",\"ineligible_reason\":");
	if (quote->eligible)
		appendStringInfoString(out, "null");
	else
		escape_json(out, commission_why_text((commission_why) quote->ineligible_reason));
	appendStringInfo(out, ",\"preferred\":%s", quote->preferred ? "true" : "false");
}

void
quote_write(StringInfo out, const commission_quote *quote, const quote_steps *steps, int exponent, kernel_text currency)
{
	static const char *const sources[] = {"null", "\"stated\"", "\"computed\""};
	bool has_commission = quote->eligible && (quote->has_computed || quote->has_stated);
	int64 commission = quote->has_computed ? quote->computed : quote->stated;
	int64 effective = 0;
	bool has_effective = has_commission && quote->has_base && quote->base > 0 &&
						 money_divide_wide((kernel_int128) commission * MONEY_PPM, quote->base, MONEY_HALF_UP, &effective) == KERNEL_OK;

	appendStringInfo(out, "{\"currency\":\"%.*s\"", (int) currency.length, currency.bytes);
	write_amount(out, "base", quote->has_base, quote->base, exponent);
	write_amount(out, "commission", has_commission, commission, exponent);
	write_percent(out, "effective_percent", has_effective, effective);
	write_id(out, "rate_id", quote->has_rate, quote->rate_id);
	write_amount(out, "expected", quote->eligible && quote->source != COMMISSION_SOURCE_NONE, quote->expected, exponent);
	appendStringInfo(out, ",\"source\":%s", quote->eligible ? sources[quote->source] : "null");
	write_amount(out, "computed", quote->has_computed, quote->computed, exponent);
	write_amount(out, "stated", quote->has_stated, quote->stated, exponent);
	write_variance(out, quote, exponent);
	appendStringInfo(out, ",\"base_estimated\":%s", quote->base_estimated ? "true" : "false");
	write_eligibility(out, quote);
	if (steps != NULL)
	{
		write_rules(out, steps);
		appendStringInfoString(out, ",\"trace\":[");
		for (int i = 0; i < steps->n; i++)
		{
			if (i > 0)
				appendStringInfoChar(out, ',');
			write_step(out, &steps->steps[i], exponent);
		}
		appendStringInfoChar(out, ']');
	}
	appendStringInfoChar(out, '}');
}
