/*
 * optimize.c
 *	  One offer per leg so that the expected commission is greatest: the optimize kernel over offers handed in as JSON.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "kernel/money.h"
#include "kernel/optimize.h"
#include "pg/argument.h"
#include "pg/kernels.h"

PG_FUNCTION_INFO_V1(voygen_optimize_offers);

static void
offer_read(const argument *from, int exponent, optimize_offer *offer)
{
	kernel_tri refundable = KERNEL_UNKNOWN;

	memset(offer, 0, sizeof(*offer));
	if (!argument_scaled(from, "price", exponent, false, &offer->price))
		argument_refuse(from, "price", "an amount", "nothing");
	argument_scaled(from, "commission", exponent, false, &offer->commission);
	argument_truth(from, "refundable", &refundable);
	offer->refundable = refundable == KERNEL_YES;
	argument_text(from, "key", &offer->key);
}

static void
options_read(const argument *from, int exponent, optimize_options *options)
{
	memset(options, 0, sizeof(*options));
	options->has_budget = argument_scaled(from, "budget", exponent, false, &options->budget);
	options->has_max_premium = argument_scaled(from, "max_premium_percent", 4, false, &options->max_premium_ppm);
	argument_scaled(from, "cancel_probability", 6, false, &options->cancel_ppm);
}

/* A list of the index of the offer of each leg, null for a skipped one. */
static void
write_choice(StringInfo out, const char *name, const size_t *choice, int n_legs)
{
	appendStringInfo(out, "\"%s\":[", name);
	for (int i = 0; i < n_legs; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		if (choice[i] == OPTIMIZE_NONE)
			appendStringInfoString(out, "null");
		else
			appendStringInfo(out, "%zu", choice[i]);
	}
	appendStringInfoChar(out, ']');
}

static void
write_sum(StringInfo out, const char *name, const optimize_sum *sum, int exponent)
{
	char price[MONEY_TEXT_SIZE];
	char commission[MONEY_TEXT_SIZE];

	money_format(sum->price, exponent, price);
	money_format(sum->commission, exponent, commission);
	appendStringInfo(out, ",\"%s\":{\"price\":%s,\"commission\":%s}", name, price, commission);
}

/*
 * optimize_offers(legs jsonb, currency text, options jsonb) returns jsonb
 *
 * legs is a list of lists of {price, commission, refundable, key}; the answer has for each leg the index of its offer
 * in choice and of its cheapest in cheapest, the sums best and baseline, and feasible.
 */
Datum
voygen_optimize_offers(PG_FUNCTION_ARGS)
{
	Jsonb *list = PG_GETARG_JSONB_P(0);
	text *currency = PG_GETARG_TEXT_PP(1);
	Jsonb *given = PG_GETARG_JSONB_P(2);
	argument entries = {&list->root, "/legs"};
	argument asked = {&given->root, ""};
	kernel_alloc memory = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};
	optimize_options options;
	optimize_result result;
	optimize_leg *legs;
	size_t *choice;
	size_t *cheapest;
	kernel_status status;
	StringInfoData out;
	int exponent = VARSIZE_ANY_EXHDR(currency) == 3 ? money_exponent(VARDATA_ANY(currency)) : -1;
	int n_legs;

	if (exponent < 0)
		argument_raise("unknown currency", "/currency", "an ISO 4217 code", text_to_cstring(currency));
	if (!JB_ROOT_IS_ARRAY(list) || !JB_ROOT_IS_OBJECT(given))
		argument_raise("legs is not a list or options not an object", "/legs", "a list", "something else");
	options_read(&asked, exponent, &options);
	n_legs = JB_ROOT_COUNT(list);
	legs = palloc0(sizeof(optimize_leg) * Max(n_legs, 1));
	choice = palloc0(sizeof(size_t) * Max(n_legs, 1));
	cheapest = palloc0(sizeof(size_t) * Max(n_legs, 1));
	for (int i = 0; i < n_legs; i++)
	{
		JsonbValue value;
		argument leg;
		optimize_offer *offers;

		argument_entry(&entries, i, &value);
		if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
			argument_refuse(&entries, psprintf("%d", i), "a list", argument_shown(&value));
		leg.object = value.val.binary.data;
		leg.path = psprintf("/legs/%d", i);
		legs[i].n_offers = JsonContainerSize(leg.object);
		offers = palloc(sizeof(optimize_offer) * Max(legs[i].n_offers, 1));
		for (size_t at = 0; at < legs[i].n_offers; at++)
		{
			argument entry = argument_entry_object(&leg, at);

			offer_read(&entry, exponent, &offers[at]);
		}
		legs[i].offers = offers;
	}
	status = optimize_select(legs, n_legs, &options, &memory, choice, cheapest, &result, &error);
	if (status != KERNEL_INFEASIBLE)
		kernels_check(status, &error);

	initStringInfo(&out);
	appendStringInfo(&out, "{\"feasible\":%s,", status == KERNEL_INFEASIBLE ? "false" : "true");
	write_choice(&out, "cheapest", cheapest, n_legs);
	if (status == KERNEL_OK)
	{
		appendStringInfoChar(&out, ',');
		write_choice(&out, "choice", choice, n_legs);
		write_sum(&out, "best", &result.best, exponent);
	}
	write_sum(&out, "baseline", &result.baseline, exponent);
	appendStringInfoChar(&out, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}
