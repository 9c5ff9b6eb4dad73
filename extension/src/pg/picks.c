/*
 * picks.c
 *	  Which hotels of each tier to show: the picks kernel over rows handed in as JSON.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "kernel/money.h"
#include "kernel/picks.h"
#include "pg/argument.h"
#include "pg/kernels.h"

PG_FUNCTION_INFO_V1(voygen_choose_picks);

static const char *const part_names[] = {"distance", "reviews", "commission", "refundability", "stars"};

static tiers_tier
tier_read(const argument *from)
{
	kernel_text text;

	if (argument_text(from, "tier", &text))
		for (int tier = TIERS_LOW; tier <= TIERS_HIGH; tier++)
			if (strlen(tiers_tier_text((tiers_tier) tier)) == text.length &&
				memcmp(tiers_tier_text((tiers_tier) tier), text.bytes, text.length) == 0)
				return (tiers_tier) tier;
	argument_refuse(from, "tier", "low, medium or high", "something else");
}

static void
candidate_read(const argument *from, picks_candidate *candidate)
{
	kernel_text currency;
	int exponent = 0;

	memset(candidate, 0, sizeof(*candidate));
	candidate->price = candidate->distance_m = candidate->review_hundredths = PICKS_UNKNOWN;
	candidate->commission = candidate->stars_tenths = PICKS_UNKNOWN;
	if (argument_text(from, "currency", &currency) && currency.length == 3)
		exponent = Max(money_exponent(currency.bytes), 0);
	candidate->tier = tier_read(from);
	argument_scaled(from, "price", exponent, false, &candidate->price);
	argument_scaled(from, "distance", 3, false, &candidate->distance_m);
	argument_scaled(from, "review", 2, false, &candidate->review_hundredths);
	argument_scaled(from, "commission", exponent, false, &candidate->commission);
	candidate->commission_exponent = exponent;
	argument_truth(from, "refundable", &candidate->refundable);
	argument_scaled(from, "stars", 1, false, &candidate->stars_tenths);
	argument_text(from, "key", &candidate->key);
	argument_text(from, "chain", &candidate->chain);
	argument_text(from, "place", &candidate->place);
	argument_text(from, "same_as", &candidate->same_as);
}

static char *
thousandths(int64 value)
{
	return psprintf(INT64_FORMAT ".%03d", value / 1000, (int) (value % 1000));
}

/* "best score; distance 88.000 + reviews 84.000 + ...; unknown: stars" */
static char *
reason_text(const picks_pick *pick, const picks_candidate *candidates)
{
	const int64 parts[] = {pick->score.distance, pick->score.review, pick->score.commission, pick->score.refundable,
						   pick->score.stars};
	StringInfoData reason;
	bool any = false;

	initStringInfo(&reason);
	appendStringInfoString(&reason, picks_reason_text(pick->reason));
	if (pick->has_passed_over)
		appendStringInfo(&reason, " (passed over %.*s)", (int) candidates[pick->passed_over].key.length,
						 candidates[pick->passed_over].key.bytes);
	for (int i = 0; i < lengthof(parts); i++)
		if (!(pick->score.unknown & (1 << i)) && parts[i] != 0)
		{
			appendStringInfo(&reason, "%s%s %s", any ? " + " : "; ", part_names[i], thousandths(parts[i]));
			any = true;
		}
	any = false;
	for (int i = 0; i < lengthof(parts); i++)
		if (pick->score.unknown & (1 << i))
		{
			appendStringInfo(&reason, "%s%s", any ? ", " : "; unknown: ", part_names[i]);
			any = true;
		}
	return reason.data;
}

/*
 * choose_picks(candidates jsonb, per_tier integer) returns setof (index integer, score numeric, reason text),
 * low first, inside a tier in the order picked
 */
Datum
voygen_choose_picks(PG_FUNCTION_ARGS)
{
	Jsonb *list = PG_GETARG_JSONB_P(0);
	int per_tier = PG_GETARG_INT32(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	argument entries = {&list->root, "/candidates"};
	kernel_alloc memory = kernels_memory(CurrentMemoryContext);
	picks_candidate *candidates;
	picks_pick *picks;
	size_t n_picks = 0;
	int n;

	InitMaterializedSRF(fcinfo, 0);
	if (!JB_ROOT_IS_ARRAY(list) || per_tier < 0 || per_tier > 1000)
		argument_raise("per_tier is out of range", "/per_tier", "0 to 1000", psprintf("%d", per_tier));
	n = JB_ROOT_COUNT(list);
	candidates = palloc(sizeof(picks_candidate) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		argument entry = argument_entry_object(&entries, i);

		candidate_read(&entry, &candidates[i]);
	}
	picks = palloc(sizeof(picks_pick) * Max(3 * per_tier, 1));
	kernels_check(picks_choose(candidates, n, per_tier, &memory, picks, &n_picks), NULL);
	for (size_t i = 0; i < n_picks; i++)
	{
		Datum values[3] = {Int32GetDatum(picks[i].index),
						   DirectFunctionCall3(numeric_in, CStringGetDatum(thousandths(picks[i].score.total)),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)),
						   CStringGetTextDatum(reason_text(&picks[i], candidates))};
		bool nulls[3] = {false, false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
