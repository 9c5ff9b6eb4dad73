/*
 * items.h
 *	  What a field of an item may hold, and the check of one item.
 */
#ifndef VOYGEN_ITEMS_H
#define VOYGEN_ITEMS_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/numeric.h"

typedef enum item_kind
{
	ITEM_ANY,
	ITEM_TEXT,
	ITEM_CURRENCY, /* ISO 4217 */
	ITEM_LIST,     /* of texts */
	ITEM_BOOLEAN,
	ITEM_WHOLE,
	ITEM_NUMBER, /* a JSON number, or a text that writes a decimal */
	ITEM_DATE,
	ITEM_INSTANT,
	ITEM_OBJECT, /* with fields of its own */
	ITEM_KINDS
} item_kind;

typedef struct item_field
{
	const char *path; /* keys from the outside in, with a slash between */
	const char *name; /* the last of them */
	int name_length;
	int parent; /* field it is in, -1: the item itself */
	item_kind kind;
	bool required;
	bool has_low; /* lowest number; of a text: not blank */
	bool has_high;
	Numeric low;
	Numeric high;
	int longest;  /* of a text, characters */
	int decimals; /* most of a number, -1: any */
	int currency; /* field with the currency of this amount, -1: it is none */
	char **words; /* the only texts allowed, or NULL */
	int n_words;
	const char *listed; /* the words, for a message */
} item_field;

typedef struct item_check
{
	item_field *fields;
	int n_fields;
	JsonbValue *given; /* value of each field of the item at hand */
	bool *is_given;
	int order; /* field of the fault noted so far */
	const char *path;
	char *message; /* NULL: none */
} item_check;

/*
 * Reads the list of fields from [{"path", "kind", "low"?, "high"?, "decimals"?, "required"?, "words"?, "currency"?}],
 * outer fields before inner ones. A list that does not keep to that is an error of this project, and raised.
 */
extern void item_fields_read(Jsonb *list, item_check *check);

#endif
