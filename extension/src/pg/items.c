/*
 * items.c
 *	  Checks the items of an ingest, each by itself, against a list of fields.
 *
 * A call brings thousands of items and a bad one must not cost the good ones
 * theirs, so nothing here raises an error over an item: each gets at most one
 * row, its first fault in the order of the fields (an unknown key goes before
 * all). Casting a value in SQL would raise, and catching that would need a
 * subtransaction per item.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "kernel/money.h"
#include "pg/argument.h"
#include "pg/day.h"
#include "pg/items.h"

PG_FUNCTION_INFO_V1(voygen_item_faults);

#define SHOWN_BYTES 80 /* of a value in a message */

/* Notes a fault, when it comes before the one noted already. */
static void pg_attribute_printf(4, 5)
	item_note(item_check *check, int order, const char *path, const char *format, ...)
{
	StringInfoData message;

	if (check->message != NULL && check->order <= order)
		return;
	initStringInfo(&message);
	for (;;)
	{
		va_list args;
		int needed;

		va_start(args, format);
		needed = appendStringInfoVA(&message, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	check->order = order;
	check->path = path;
	check->message = message.data;
}

static const char *
value_type(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "text";
		case jbvNumeric:
			return "number";
		case jbvBool:
			return "boolean";
		default:
			return JsonContainerIsArray(value->val.binary.data) ? "list" : "object";
	}
}

/* A number, or a text that writes a decimal; NULL for anything else. */
static Numeric
value_number(const JsonbValue *value)
{
	const char *at;
	const char *end;
	int digits = 0;
	bool point = false;

	if (value->type == jbvNumeric)
		return value->val.numeric;
	if (value->type != jbvString || value->val.string.len > 40)
		return NULL;
	at = value->val.string.val;
	end = at + value->val.string.len;
	if (at < end && *at == '-')
		at++;
	for (; at < end; at++)
	{
		if (*at == '.' && !point && digits > 0 && at + 1 < end)
			point = true;
		else if (*at >= '0' && *at <= '9')
			digits++;
		else
			return NULL;
	}
	if (digits == 0)
		return NULL;
	return DatumGetNumeric(DirectFunctionCall3(
		numeric_in, CStringGetDatum(pnstrdup(value->val.string.val, value->val.string.len)), ObjectIdGetDatum(InvalidOid),
		Int32GetDatum(-1)));
}

static int
number_compare(Numeric one, Numeric other)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(one), NumericGetDatum(other)));
}

static int
number_decimals(Numeric number)
{
	return DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(number)));
}

static const char *
number_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
}

/* What may follow the day in an instant: THH:MM, seconds and their fraction, distance from UTC. */
static bool
text_is_time(const char *at, const char *end)
{
	if (at == end)
		return true;
	if ((*at != 'T' && *at != 't' && *at != ' ') || end - at < 6 || !day_two_digits(at + 1, 0, 23) || at[3] != ':' ||
		!day_two_digits(at + 4, 0, 59))
		return false;
	at += 6;
	if (end - at >= 3 && *at == ':')
	{
		if (!day_two_digits(at + 1, 0, 59))
			return false;
		at += 3;
		if (at < end && *at == '.')
		{
			const char *fraction = ++at;

			while (at < end && *at >= '0' && *at <= '9')
				at++;
			if (at == fraction || at - fraction > 9)
				return false;
		}
	}
	if (at == end || ((*at == 'Z' || *at == 'z') && at + 1 == end))
		return true;
	if ((*at != '+' && *at != '-') || end - at < 3 || !day_two_digits(at + 1, 0, 14))
		return false;
	at += 3;
	if (at < end && *at == ':')
		at++;
	else if (at == end)
		return true;
	return end - at == 2 && day_two_digits(at, 0, 59);
}

static bool
list_of_texts(JsonbValue *value)
{
	JsonbIterator *walk = JsonbIteratorInit(value->val.binary.data);
	JsonbValue entry;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&walk, &entry, true)) != WJB_DONE)
		if (token == WJB_ELEM && entry.type != jbvString)
			return false;
	return true;
}

static void
check_text(item_check *check, const item_field *field, int order, JsonbValue *value)
{
	const char *text = value->val.string.val;
	int bytes = value->val.string.len;
	int length;

	if (field->words != NULL)
	{
		for (int i = 0; i < field->n_words; i++)
			if ((int) strlen(field->words[i]) == bytes && memcmp(field->words[i], text, bytes) == 0)
				return;
		item_note(check, order, field->path, "expected %s, got %s", field->listed, argument_shown(value));
		return;
	}
	if (field->has_low && strspn(pnstrdup(text, bytes), " \t\r\n") == (size_t) bytes)
		item_note(check, order, field->path, "is empty");
	length = pg_mbstrlen_with_len(text, bytes);
	if (field->has_high && length > field->longest)
		item_note(check, order, field->path, "expected at most %d characters, got %d", field->longest, length);
}

static void
check_number(item_check *check, const item_field *field, int order, JsonbValue *value)
{
	Numeric number = value_number(value);

	if (number == NULL)
		item_note(check, order, field->path, "expected a number, got %s", argument_shown(value));
	else if (field->kind == ITEM_WHOLE && number_decimals(number) > 0)
		item_note(check, order, field->path, "expected a whole number, got %s", argument_shown(value));
	else if (field->has_low && number_compare(number, field->low) < 0)
		item_note(check, order, field->path, "expected at least %s, got %s", number_text(field->low), argument_shown(value));
	else if (field->has_high && number_compare(number, field->high) > 0)
		item_note(check, order, field->path, "expected at most %s, got %s", number_text(field->high), argument_shown(value));
	else if (field->decimals >= 0 && number_decimals(number) > field->decimals)
		item_note(check, order, field->path, "expected at most %d decimals, got %s", field->decimals, argument_shown(value));
}

/* Checks one value by itself. JSON null counts as not given. */
static void
check_value(item_check *check, const item_field *field, int order, JsonbValue *value)
{
	const char *wanted = NULL;
	kernel_day day;

	switch (field->kind)
	{
		case ITEM_ANY:
			return;
		case ITEM_TEXT:
		case ITEM_CURRENCY:
		case ITEM_DATE:
		case ITEM_INSTANT:
			wanted = value->type == jbvString ? NULL : "a text";
			break;
		case ITEM_BOOLEAN:
			wanted = value->type == jbvBool ? NULL : "true or false";
			break;
		case ITEM_LIST:
			wanted = value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data) ? NULL : "a list of texts";
			break;
		case ITEM_OBJECT:
			wanted = value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data) ? NULL : "an object";
			break;
		default:
			check_number(check, field, order, value);
			return;
	}
	if (wanted != NULL)
		item_note(check, order, field->path, "expected %s, got %s", wanted, value_type(value));
	else if (field->kind == ITEM_TEXT)
		check_text(check, field, order, value);
	else if (field->kind == ITEM_CURRENCY &&
			 (value->val.string.len != 3 || money_exponent(value->val.string.val) < 0))
		item_note(check, order, field->path, "%s is not an ISO 4217 code", argument_shown(value));
	else if (field->kind == ITEM_DATE && !day_from_text(value->val.string.val, value->val.string.len, &day))
		item_note(check, order, field->path, "expected a day as YYYY-MM-DD, got %s", argument_shown(value));
	else if (field->kind == ITEM_INSTANT &&
			 !(value->val.string.len >= 10 && day_from_text(value->val.string.val, 10, &day) &&
			   text_is_time(value->val.string.val + 10, value->val.string.val + value->val.string.len)))
		item_note(check, order, field->path, "expected a day or a time as YYYY-MM-DDTHH:MM:SSZ, got %s", argument_shown(value));
	else if (field->kind == ITEM_LIST && !list_of_texts(value))
		item_note(check, order, field->path, "expected a list of texts only");
}

/* Walks one object: finds the field of each key, checks its value, goes into objects that have fields of their own. */
static void
check_object(item_check *check, JsonbContainer *object, int parent)
{
	JsonbIterator *walk = JsonbIteratorInit(object);
	JsonbValue key;
	JsonbValue value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&walk, &key, true)) != WJB_DONE)
	{
		int found = -1;

		if (token != WJB_KEY)
			continue;
		JsonbIteratorNext(&walk, &value, true);
		for (int i = 0; i < check->n_fields && found < 0; i++)
			if (check->fields[i].parent == parent && check->fields[i].name_length == key.val.string.len &&
				memcmp(check->fields[i].name, key.val.string.val, key.val.string.len) == 0)
				found = i;
		if (found < 0)
		{
			const char *name = pnstrdup(key.val.string.val, pg_mbcliplen(key.val.string.val, key.val.string.len, SHOWN_BYTES));

			item_note(check, -1, parent < 0 ? name : psprintf("%s/%s", check->fields[parent].path, name),
					  "there is no such field");
			continue;
		}
		if (value.type == jbvNull)
			continue;
		check->given[found] = value;
		check->is_given[found] = true;
		check_value(check, &check->fields[found], found, &value);
		if (check->fields[found].kind == ITEM_OBJECT && value.type == jbvBinary &&
			JsonContainerIsObject(value.val.binary.data))
			check_object(check, value.val.binary.data, found);
	}
}

/* What one field asks of another: that it is there, that a currency can hold an amount. */
static void
check_together(item_check *check)
{
	for (int i = 0; i < check->n_fields; i++)
	{
		const item_field *field = &check->fields[i];
		const item_field *currency = field->currency < 0 ? NULL : &check->fields[field->currency];
		Numeric number;
		int exponent;

		if (field->required && !check->is_given[i])
			item_note(check, i, field->path, "is missing");
		if (currency == NULL || !check->is_given[i])
			continue;
		if (!check->is_given[field->currency])
		{
			item_note(check, field->currency, currency->path, "is missing: %s has no currency", field->path);
			continue;
		}
		if (check->given[field->currency].type != jbvString || check->given[field->currency].val.string.len != 3)
			continue;
		number = value_number(&check->given[i]);
		exponent = money_exponent(check->given[field->currency].val.string.val);
		if (number != NULL && exponent >= 0 && number_decimals(number) > exponent)
			item_note(check, i, field->path, "%s has more than the %d decimals of %.3s", argument_shown(&check->given[i]), exponent,
					  check->given[field->currency].val.string.val);
	}
}

/*
 * item_faults(items jsonb, fields jsonb) returns setof (index, path, message)
 */
Datum
voygen_item_faults(PG_FUNCTION_ARGS)
{
	Jsonb *items = PG_GETARG_JSONB_P(0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	item_check check = {0};
	MemoryContext per_item;
	MemoryContext before;
	JsonbIterator *walk;
	JsonbValue item;
	JsonbIteratorToken token;
	int index = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!JB_ROOT_IS_ARRAY(items) || JB_ROOT_IS_SCALAR(items))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("items is not a JSON array")));
	item_fields_read(PG_GETARG_JSONB_P(1), &check);
	check.given = palloc(sizeof(JsonbValue) * Max(check.n_fields, 1));
	check.is_given = palloc(sizeof(bool) * Max(check.n_fields, 1));
	per_item = AllocSetContextCreate(CurrentMemoryContext, "voygen item", ALLOCSET_DEFAULT_SIZES);

	walk = JsonbIteratorInit(&items->root);
	while ((token = JsonbIteratorNext(&walk, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		CHECK_FOR_INTERRUPTS();
		check.message = NULL;
		memset(check.is_given, 0, sizeof(bool) * check.n_fields);
		before = MemoryContextSwitchTo(per_item);
		if (item.type == jbvBinary && JsonContainerIsObject(item.val.binary.data))
		{
			check_object(&check, item.val.binary.data, -1);
			check_together(&check);
		}
		else
			item_note(&check, -1, "", "expected an object, got %s", value_type(&item));
		if (check.message != NULL)
		{
			Datum values[3] = {Int32GetDatum(index),
							   CStringGetTextDatum(*check.path ? psprintf("/%s", check.path) : ""),
							   CStringGetTextDatum(check.message)};
			bool nulls[3] = {false, false, false};

			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
		MemoryContextSwitchTo(before);
		MemoryContextReset(per_item);
		index++;
	}
	return (Datum) 0;
}
