/*
 * argument.c
 *	  Reads the fields of a JSON object that a caller handed in.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "pg/amounts.h"
#include "pg/argument.h"
#include "pg/day.h"

#define SHOWN_BYTES 80 /* of a value in a message */
#define ERRCODE_INVALID_ARGUMENT MAKE_SQLSTATE('V', 'G', '0', '0', '1')

static void
detail_add(StringInfo detail, const char *key, const char *value)
{
	appendStringInfo(detail, ",\"%s\":", key);
	if (value == NULL)
		appendStringInfoString(detail, "null");
	else
		escape_json(detail, value);
}

void
argument_raise(const char *message, const char *path, const char *expected, const char *got)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"code\":\"invalid_argument\"");
	detail_add(&detail, "message", message);
	detail_add(&detail, "path", path);
	detail_add(&detail, "expected", expected);
	detail_add(&detail, "got", got);
	detail_add(&detail, "hint", NULL);
	appendStringInfoChar(&detail, '}');
	ereport(ERROR, (errcode(ERRCODE_INVALID_ARGUMENT), errmsg("%s", message), errdetail_internal("%s", detail.data)));
}

void
argument_refuse(const argument *from, const char *key, const char *expected, const char *got)
{
	const char *path = key ? psprintf("%s/%s", from->path, key) : from->path;

	argument_raise(psprintf("%s: expected %s, got %s", path[0] == '/' ? path + 1 : path, expected, got), path, expected, got);
}

const char *
argument_shown(JsonbValue *value)
{
	char *text = JsonbToCString(NULL, &JsonbValueToJsonb(value)->root, SHOWN_BYTES);
	int length = strlen(text);

	if (length > SHOWN_BYTES)
		text[pg_mbcliplen(text, length, SHOWN_BYTES)] = '\0';
	return text;
}

bool
argument_value(const argument *from, const char *key, JsonbValue *value)
{
	JsonbValue *found = getKeyJsonValueFromContainer(from->object, key, strlen(key), value);

	return found != NULL && found->type != jbvNull;
}

bool
argument_text(const argument *from, const char *key, kernel_text *text)
{
	JsonbValue value;

	if (!argument_value(from, key, &value))
		return false;
	if (value.type != jbvString)
		argument_refuse(from, key, "a text", argument_shown(&value));
	text->bytes = value.val.string.val;
	text->length = value.val.string.len;
	return true;
}

bool
argument_truth(const argument *from, const char *key, kernel_tri *truth)
{
	JsonbValue value;

	if (!argument_value(from, key, &value))
		return false;
	if (value.type != jbvBool)
		argument_refuse(from, key, "true or false", argument_shown(&value));
	*truth = value.val.boolean ? KERNEL_YES : KERNEL_NO;
	return true;
}

bool
argument_day(const argument *from, const char *key, kernel_day *day)
{
	JsonbValue value;

	if (!argument_value(from, key, &value))
		return false;
	if (value.type != jbvString || !day_from_text(value.val.string.val, value.val.string.len, day))
		argument_refuse(from, key, "a day as YYYY-MM-DD", argument_shown(&value));
	return true;
}

/* A JSON number, or a text that writes a decimal. */
static bool
value_numeric(const JsonbValue *value, Numeric *number)
{
	char *text;

	if (value->type == jbvNumeric)
	{
		*number = value->val.numeric;
		return true;
	}
	if (value->type != jbvString || value->val.string.len == 0 || value->val.string.len > 40)
		return false;
	text = pnstrdup(value->val.string.val, value->val.string.len);
	if (strspn(text + (*text == '-'), "0123456789") == 0 ||
		strspn(text + (*text == '-'), "0123456789.") != strlen(text + (*text == '-')) || strchr(text, '.') != strrchr(text, '.'))
		return false;
	*number = DatumGetNumeric(
		DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	return true;
}

bool
argument_scaled(const argument *from, const char *key, int decimals, bool signed_too, int64 *number)
{
	JsonbValue value;
	Numeric given;

	if (!argument_value(from, key, &value))
		return false;
	if (!value_numeric(&value, &given) || numeric_is_nan(given) || numeric_is_inf(given))
		argument_refuse(from, key, "a number", argument_shown(&value));
	if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(given))) > decimals)
		argument_refuse(from, key, psprintf("a number with at most %d decimals", decimals), argument_shown(&value));
	if (!amount_decode(NumericGetDatum(given), decimals, number))
		argument_refuse(from, key, "a smaller number", argument_shown(&value));
	if (!signed_too && *number < 0)
		argument_refuse(from, key, "a number from 0", argument_shown(&value));
	return true;
}

bool
argument_whole(const argument *from, const char *key, int64 lowest, int64 highest, int64 *number)
{
	JsonbValue value;
	int64 given;

	if (!argument_scaled(from, key, 0, true, &given))
		return false;
	if (given < lowest || given > highest)
	{
		argument_value(from, key, &value);
		argument_refuse(from, key, psprintf("a whole number from " INT64_FORMAT " to " INT64_FORMAT, lowest, highest),
						argument_shown(&value));
	}
	*number = given;
	return true;
}

bool
argument_object(const argument *from, const char *key, argument *inside)
{
	JsonbValue value;

	if (!argument_value(from, key, &value))
		return false;
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		argument_refuse(from, key, "an object", argument_shown(&value));
	inside->object = value.val.binary.data;
	inside->path = psprintf("%s/%s", from->path, key);
	return true;
}

int
argument_list(const argument *from, const char *key, argument *list)
{
	JsonbValue value;

	if (!argument_value(from, key, &value))
		return 0;
	if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
		argument_refuse(from, key, "a list", argument_shown(&value));
	list->object = value.val.binary.data;
	list->path = psprintf("%s/%s", from->path, key);
	return JsonContainerSize(list->object);
}

void
argument_entry(const argument *list, int at, JsonbValue *value)
{
	*value = *getIthJsonbValueFromContainer(list->object, at);
}

argument
argument_entry_object(const argument *list, int at)
{
	argument inside;
	JsonbValue value;

	argument_entry(list, at, &value);
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
		argument_refuse(list, psprintf("%d", at), "an object", argument_shown(&value));
	inside.object = value.val.binary.data;
	inside.path = psprintf("%s/%d", list->path, at);
	return inside;
}

const kernel_text *
argument_texts(const argument *from, const char *key, size_t *n)
{
	argument list;
	int length = argument_list(from, key, &list);
	kernel_text *texts;

	*n = length;
	if (length == 0)
		return NULL;
	texts = palloc(sizeof(kernel_text) * length);
	for (int i = 0; i < length; i++)
	{
		JsonbValue value;

		argument_entry(&list, i, &value);
		if (value.type != jbvString)
			argument_refuse(&list, psprintf("%d", i), "a text", argument_shown(&value));
		texts[i].bytes = value.val.string.val;
		texts[i].length = value.val.string.len;
	}
	return texts;
}
