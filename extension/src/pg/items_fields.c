/*
 * items_fields.c
 *	  The list of fields that items are checked against, read from JSON.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/items.h"

static const char *const kind_names[ITEM_KINDS] = {"any", "text", "currency", "list", "boolean",
												   "whole", "number", "date", "instant", "object"};

static JsonbValue *
entry_get(JsonbContainer *entry, const char *key)
{
	return getKeyJsonValueFromContainer(entry, key, strlen(key), NULL);
}

static char *
entry_text(JsonbContainer *entry, const char *key)
{
	JsonbValue *value = entry_get(entry, key);

	if (value == NULL || value->type == jbvNull)
		return NULL;
	if (value->type != jbvString)
		elog(ERROR, "\"%s\" of a field is not a text", key);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
entry_number(JsonbContainer *entry, const char *key, Numeric *number)
{
	JsonbValue *value = entry_get(entry, key);

	if (value == NULL || value->type != jbvNumeric)
		return false;
	*number = value->val.numeric;
	return true;
}

static int
number_whole(Numeric number)
{
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(number)));
}

static int
field_find(const item_check *check, const char *path)
{
	for (int i = 0; i < check->n_fields; i++)
		if (strcmp(check->fields[i].path, path) == 0)
			return i;
	elog(ERROR, "there is no field \"%s\"", path);
	return -1;
}

static item_kind
kind_read(const char *name)
{
	for (int i = 0; i < ITEM_KINDS; i++)
		if (name != NULL && strcmp(kind_names[i], name) == 0)
			return (item_kind) i;
	elog(ERROR, "unknown kind of field \"%s\"", name ? name : "");
	return ITEM_ANY;
}

/* The words of a field, and how a message lists them. */
static void
words_read(JsonbContainer *entry, item_field *field)
{
	JsonbValue *list = entry_get(entry, "words");
	StringInfoData listed;
	int n;

	if (list == NULL || list->type != jbvBinary || !JsonContainerIsArray(list->val.binary.data))
		return;
	n = JsonContainerSize(list->val.binary.data);
	field->words = palloc(sizeof(char *) * Max(n, 1));
	field->n_words = n;
	initStringInfo(&listed);
	for (int i = 0; i < n; i++)
	{
		JsonbValue *word = getIthJsonbValueFromContainer(list->val.binary.data, i);

		field->words[i] = pnstrdup(word->val.string.val, word->val.string.len);
		appendStringInfo(&listed, "%s%s", i == 0 ? "" : i == n - 1 ? " or "
																   : ", ",
						 field->words[i]);
	}
	field->listed = listed.data;
}

static void
field_read(JsonbContainer *entry, item_check *check, item_field *field)
{
	char *path = entry_text(entry, "path");
	char *slash;
	Numeric number;
	JsonbValue *required = entry_get(entry, "required");

	if (path == NULL)
		elog(ERROR, "a field has no path");
	field->path = path;
	slash = strrchr(path, '/');
	field->name = slash ? slash + 1 : path;
	field->name_length = strlen(field->name);
	field->parent = slash ? field_find(check, pnstrdup(path, slash - path)) : -1;
	field->kind = kind_read(entry_text(entry, "kind"));
	field->required = required != NULL && required->type == jbvBool && required->val.boolean;
	field->has_low = entry_number(entry, "low", &field->low);
	field->has_high = entry_number(entry, "high", &field->high);
	field->longest = field->has_high && field->kind == ITEM_TEXT ? number_whole(field->high) : 0;
	field->decimals = entry_number(entry, "decimals", &number) ? number_whole(number) : -1;
	words_read(entry, field);
}

void
item_fields_read(Jsonb *list, item_check *check)
{
	int n = JB_ROOT_IS_ARRAY(list) ? JB_ROOT_COUNT(list) : 0;

	check->fields = palloc0(sizeof(item_field) * Max(n, 1));
	check->n_fields = 0;
	for (int i = 0; i < n; i++)
	{
		JsonbValue *entry = getIthJsonbValueFromContainer(&list->root, i);

		if (entry->type != jbvBinary || !JsonContainerIsObject(entry->val.binary.data))
			elog(ERROR, "a field is not an object");
		field_read(entry->val.binary.data, check, &check->fields[i]);
		check->n_fields++;
	}
	for (int i = 0; i < n; i++)
	{
		JsonbValue *entry = getIthJsonbValueFromContainer(&list->root, i);
		char *currency = entry_text(entry->val.binary.data, "currency");

		check->fields[i].currency = currency ? field_find(check, currency) : -1;
	}
}
