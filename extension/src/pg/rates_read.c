/*
 * rates_read.c
 *	  Rows of commission_rates and commission_rules as the kernel takes them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "pg/amounts.h"
#include "pg/rates_read.h"

/* A percentage of a table (30 is 30 %) has four decimals, as ppm have: 30.0000 is 300000 ppm. */
#define PERCENT_SCALE 4
#define MULTIPLIER_SCALE 6
#define MILLI_SCALE 3

static kernel_text
text_column(Stream *row, int column)
{
	struct varlena *value;

	if (stream_null(row, column))
		return (kernel_text){NULL, 0};
	/* A copy: the row's bytes are gone with the next row. */
	value = pg_detoast_datum_copy((struct varlena *) DatumGetPointer(stream_value(row, column)));
	return (kernel_text){VARDATA(value), VARSIZE(value) - VARHDRSZ};
}

static kernel_tri
tri_column(Stream *row, int column)
{
	if (stream_null(row, column))
		return KERNEL_UNKNOWN;
	return DatumGetBool(stream_value(row, column)) ? KERNEL_YES : KERNEL_NO;
}

/* An infinite day is no bound, as a missing one. */
static kernel_day
day_column(Stream *row, int column)
{
	DateADT day;

	if (stream_null(row, column))
		return KERNEL_DAY_UNKNOWN;
	day = DatumGetDateADT(stream_value(row, column));
	return DATE_NOT_FINITE(day) ? KERNEL_DAY_UNKNOWN : day;
}

static int32
small_column(Stream *row, int column)
{
	return stream_null(row, column) ? 0 : DatumGetInt16(stream_value(row, column));
}

static bool
amount_column(Stream *row, int column, int scale, int64 *value)
{
	return !stream_null(row, column) && amount_decode(stream_value(row, column), scale, value);
}

/* Days of arrival as bits. */
static void
weekdays_column(Stream *row, commission_rate *rate)
{
	Datum *days;
	int n;

	if (stream_null(row, RATE_WEEKDAYS))
		return;
	deconstruct_array(DatumGetArrayTypeP(stream_value(row, RATE_WEEKDAYS)), INT2OID, 2, true,
					  TYPALIGN_SHORT, &days, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		int day = DatumGetInt16(days[i]);

		if (day < 1 || day > 7)
			rate->weekdays_invalid = true;
		else
			rate->weekdays |= 1 << (day - 1);
	}
}

/* ---- json ---- */

static JsonbValue *
json_field(JsonbContainer *object, const char *key)
{
	JsonbValue *value;

	if (object == NULL || !JsonContainerIsObject(object))
		return NULL;
	value = getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
	return value == NULL || value->type == jbvNull ? NULL : value;
}

static JsonbContainer *
json_nested(JsonbContainer *object, const char *key)
{
	JsonbValue *value = json_field(object, key);

	return value && value->type == jbvBinary ? value->val.binary.data : NULL;
}

static void
json_wrong(const char *key, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" of a commission rate or rule is not %s", key, expected),
			 errhint("Correct it with configure_commission_rates.")));
}

/* A number, or a number written as a string. */
static bool
json_number(JsonbContainer *object, const char *key, int scale, int64 *value)
{
	JsonbValue *found = json_field(object, key);
	Datum number;

	if (found == NULL)
		return false;
	if (found->type == jbvNumeric)
		number = NumericGetDatum(found->val.numeric);
	else if (found->type == jbvString)
		number = DirectFunctionCall3(numeric_in,
									 CStringGetDatum(pnstrdup(found->val.string.val, found->val.string.len)),
									 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	else
		json_wrong(key, "a number");
	if (!amount_decode(number, scale, value))
		json_wrong(key, "a number that fits");
	return true;
}

static bool
json_bool(JsonbContainer *object, const char *key, bool *value)
{
	JsonbValue *found = json_field(object, key);

	if (found == NULL)
		return false;
	if (found->type != jbvBool)
		json_wrong(key, "true or false");
	*value = found->val.boolean;
	return true;
}

static kernel_day
json_day(JsonbContainer *object, const char *key)
{
	JsonbValue *found = json_field(object, key);

	if (found == NULL)
		return KERNEL_DAY_UNKNOWN;
	if (found->type != jbvString)
		json_wrong(key, "a day");
	return DatumGetDateADT(DirectFunctionCall1(date_in,
											   CStringGetDatum(pnstrdup(found->val.string.val, found->val.string.len))));
}

/* A list of words; a single word is a list of one. */
static size_t
json_words(JsonbContainer *object, const char *key, const kernel_text **words)
{
	JsonbValue *found = json_field(object, key);
	JsonbContainer *list;
	kernel_text *to;
	uint32 n;

	if (found == NULL)
		return 0;
	if (found->type == jbvString)
	{
		to = palloc(sizeof(kernel_text));
		*to = (kernel_text){found->val.string.val, found->val.string.len};
		*words = to;
		return 1;
	}
	if (found->type != jbvBinary || !JsonContainerIsArray(found->val.binary.data))
		json_wrong(key, "a list of words");
	list = found->val.binary.data;
	n = JsonContainerSize(list);
	to = palloc(sizeof(kernel_text) * (n + 1));
	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *word = getIthJsonbValueFromContainer(list, i);

		if (word->type != jbvString)
			json_wrong(key, "a list of words");
		to[i] = (kernel_text){word->val.string.val, word->val.string.len};
	}
	*words = to;
	return n;
}

/* [{"from": 0, "value": 8}, ...] */
static void
tiers_column(Stream *row, commission_rate *rate)
{
	Jsonb *json;
	commission_tier *tiers;

	if (stream_null(row, RATE_TIERS))
		return;
	json = DatumGetJsonbPCopy(stream_value(row, RATE_TIERS));
	if (!JB_ROOT_IS_ARRAY(json))
		json_wrong("tiers", "a list");
	rate->n_tiers = JB_ROOT_COUNT(json);
	tiers = palloc0(sizeof(commission_tier) * (rate->n_tiers + 1));
	for (size_t i = 0; i < rate->n_tiers; i++)
	{
		JsonbValue *step = getIthJsonbValueFromContainer(&json->root, i);
		JsonbContainer *object = step->type == jbvBinary ? step->val.binary.data : NULL;

		if (!json_number(object, "from", MILLI_SCALE, &tiers[i].from_milli) ||
			!json_number(object, "value", PERCENT_SCALE, &tiers[i].ppm))
			json_wrong("tiers", "a list of {from, value}");
	}
	rate->tiers = tiers;
}

/* ---- rows ---- */

bool
rates_read_rate(Stream *row, commission_rate *rate)
{
	static const int words[COMMISSION_WORDS] = {
		[COMMISSION_SITE] = RATE_SITE,
		[COMMISSION_SUPPLIER] = RATE_SUPPLIER,
		[COMMISSION_CHAIN] = RATE_CHAIN,
		[COMMISSION_PROPERTY] = RATE_PROPERTY,
		[COMMISSION_PRODUCT_TYPE] = RATE_PRODUCT_TYPE,
		[COMMISSION_RATE_TYPE] = RATE_RATE_TYPE,
		[COMMISSION_CURRENCY] = RATE_CURRENCY,
		[COMMISSION_ADVISOR] = RATE_ADVISOR,
	};
	kernel_text text;

	if (stream_null(row, RATE_ACTIVE) || !DatumGetBool(stream_value(row, RATE_ACTIVE)))
		return false;
	commission_rate_init(rate);
	rate->id = DatumGetInt64(stream_value(row, RATE_ID));
	text = text_column(row, RATE_KIND);
	rate->kind = commission_kind_from_text(text.bytes, text.length);
	rate->priority = stream_null(row, RATE_PRIORITY) ? 0 : DatumGetInt32(stream_value(row, RATE_PRIORITY));
	for (int i = 0; i < COMMISSION_WORDS; i++)
		rate->word[i] = text_column(row, words[i]);
	rate->refundable = tri_column(row, RATE_REFUNDABLE);
	rate->prepaid = tri_column(row, RATE_PREPAID);
	rate->min_nights = small_column(row, RATE_MIN_NIGHTS);
	rate->stay_from = day_column(row, RATE_STAY_FROM);
	rate->stay_until = day_column(row, RATE_STAY_UNTIL);
	rate->effective_from = day_column(row, RATE_EFFECTIVE_FROM);
	rate->effective_until = day_column(row, RATE_EFFECTIVE_UNTIL);
	weekdays_column(row, rate);
	rate->has_ppm = amount_column(row, RATE_PERCENT, PERCENT_SCALE, &rate->ppm);
	rate->has_fixed = amount_column(row, RATE_FIXED, MILLI_SCALE, &rate->fixed_milli);
	rate->has_cap = amount_column(row, RATE_CAP, MILLI_SCALE, &rate->cap_milli);
	rate->has_floor = amount_column(row, RATE_FLOOR, MILLI_SCALE, &rate->floor_milli);
	rate->first_nights = small_column(row, RATE_FIRST_NIGHTS);
	if (rate->kind == COMMISSION_TIER_PERCENT)
		tiers_column(row, rate);
	text = text_column(row, RATE_TIER_MODE);
	rate->mode = commission_mode_from_text(text.bytes, text.length);
	text = text_column(row, RATE_TIER_WINDOW);
	rate->window = commission_window_from_text(text.bytes, text.length);
	text = text_column(row, RATE_TIER_MEASURE);
	rate->measure = commission_measure_from_text(text.bytes, text.length);
	return true;
}

static void
read_conditions(JsonbContainer *json, commission_rule *rule)
{
	JsonbContainer *budget = json_nested(json, "trip_budget");
	JsonbContainer *dates = json_nested(json, "travel_dates");
	int64 number;
	bool flag;

	rule->has_budget_min = json_number(budget, "min", MILLI_SCALE, &rule->budget_min_milli);
	rule->has_budget_max = json_number(budget, "max", MILLI_SCALE, &rule->budget_max_milli);
	rule->n_client_tiers = json_words(json, "client_tier", &rule->client_tiers);
	rule->n_destinations = json_words(json, "destination", &rule->destinations);
	rule->n_sites = json_words(json, "site", &rule->sites);
	rule->travel_start = json_day(dates, "start");
	rule->travel_end = json_day(dates, "end");
	if (json_number(json, "min_nights", 0, &number))
		rule->min_nights = (int32) number;
	if (json_bool(json, "refundable", &flag))
		rule->refundable = flag ? KERNEL_YES : KERNEL_NO;
}

static void
read_actions(JsonbContainer *json, commission_rule *rule)
{
	rule->has_multiplier = json_number(json, "commission_multiplier", MULTIPLIER_SCALE,
									   &rule->multiplier_ppm);
	rule->has_bonus = json_number(json, "bonus_fixed", MILLI_SCALE, &rule->bonus_milli);
	rule->n_prefer_sites = json_words(json, "prefer_sites", &rule->prefer_sites);
	(void) json_bool(json, "require_refundable", &rule->require_refundable);
	rule->has_min_percent = json_number(json, "min_commission_percent", PERCENT_SCALE,
										&rule->min_percent_ppm);
	(void) json_bool(json, "exclude", &rule->exclude);
}

bool
rates_read_rule(Stream *row, commission_rule *rule)
{
	if (stream_null(row, RULE_ACTIVE) || !DatumGetBool(stream_value(row, RULE_ACTIVE)))
		return false;
	commission_rule_init(rule);
	rule->id = DatumGetInt64(stream_value(row, RULE_ID));
	rule->priority = stream_null(row, RULE_PRIORITY) ? 0 : DatumGetInt32(stream_value(row, RULE_PRIORITY));
	rule->effective_from = day_column(row, RULE_EFFECTIVE_FROM);
	rule->effective_until = day_column(row, RULE_EFFECTIVE_UNTIL);
	if (!stream_null(row, RULE_CONDITIONS))
		read_conditions(&DatumGetJsonbPCopy(stream_value(row, RULE_CONDITIONS))->root, rule);
	if (!stream_null(row, RULE_ACTIONS))
		read_actions(&DatumGetJsonbPCopy(stream_value(row, RULE_ACTIONS))->root, rule);
	return true;
}
