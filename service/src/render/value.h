/*
 * value.h - the values of templates, with the meaning JavaScript gives them.
 *
 * A value is sixteen bytes, passed by value. What it points to lives in the heap of the render that made it, in the
 * compiled template (literals) or in a context that outlives the render; nobody frees any of it. Strings are UTF-8, not
 * terminated, and never change. Lists and dicts are shared by reference, as in JavaScript: who changes one that may be
 * the context's calls list_change or dict_change first.
 *
 * Functions that take a `struct render` may end the render (a limit, no memory) and then do not return: see run.h.
 */
#ifndef VOYGEN_RENDER_VALUE_H
#define VOYGEN_RENDER_VALUE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "text/slice.h"

struct render;
struct buffer;
struct callable;
struct regex;
struct loop;

enum value_kind
{
	VALUE_UNDEFINED,
	VALUE_NULL,
	VALUE_BOOLEAN,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_DICT,
	VALUE_CALLABLE, /* macro, global, method bound to its value */
	VALUE_REGEX     /* r/…/ in a template */
};

struct value
{
	uint8_t kind;    /* enum value_kind */
	bool safe;       /* of a string: it is markup already and is not escaped again */
	uint32_t length; /* of a string, in bytes */
	union
	{
		bool boolean;
		double number; /* all numbers are doubles */
		const char *bytes;
		struct list *list;
		struct dict *dict;
		struct callable *callable;
		const struct regex *regex;
		const struct loop *loop; /* the runtime's own: no built-in sees it */
	};
};

struct list
{
	struct value *items;
	uint32_t count;
	uint32_t room;
	bool shared; /* belongs to a context that outlives the render */
};

/* A key with its hash, computed once (for names in templates: when they are compiled). */
struct key
{
	const char *bytes;
	uint32_t length;
	uint32_t hash;
};

/* Names are short, so they are compared in place. */
static inline bool
key_bytes_equal(const char *a, const char *b, size_t length)
{
	uint64_t a_first;
	uint64_t b_first;
	uint64_t a_last;
	uint64_t b_last;

	if (length < 8)
	{
		for (size_t i = 0; i < length; i++)
		{
			if (a[i] != b[i])
				return false;
		}
		return true;
	}
	if (length > 16)
		return memcmp(a, b, length) == 0;
	memcpy(&a_first, a, 8);
	memcpy(&b_first, b, 8);
	memcpy(&a_last, a + length - 8, 8);
	memcpy(&b_last, b + length - 8, 8);
	return ((a_first ^ b_first) | (a_last ^ b_last)) == 0;
}

static inline bool
key_equal(const struct key *a, const struct key *b)
{
	return a->hash == b->hash && a->length == b->length && (a->bytes == b->bytes || key_bytes_equal(a->bytes, b->bytes, a->length));
}

struct dict_entry
{
	struct key key;
	struct value value;
};

/*
 * Entries in the order of insertion; keys that are array indexes ("0", "17") come first, by number, as in JavaScript.
 * They are moved there when somebody asks for the order (dict_order).
 */
struct dict
{
	struct dict_entry *entries;
	uint32_t *index; /* open addressing: position + 1 of an entry, 0 free; NULL while there are few */
	uint32_t count;
	uint32_t room;
	uint32_t mask;  /* places of the index - 1 */
	bool unordered; /* an index-like key was added since the last dict_order */
	bool shared;    /* belongs to a context that outlives the render */
};

/* ---- making values ---- */

static inline struct value
value_undefined(void)
{
	return (struct value){.kind = VALUE_UNDEFINED};
}

static inline struct value
value_null(void)
{
	return (struct value){.kind = VALUE_NULL};
}

static inline struct value
value_boolean(bool boolean)
{
	return (struct value){.kind = VALUE_BOOLEAN, .boolean = boolean};
}

static inline struct value
value_number(double number)
{
	return (struct value){.kind = VALUE_NUMBER, .number = number};
}

/* Bytes that live long enough (a literal, a piece of another string): not copied. */
static inline struct value
value_string(const char *bytes, size_t length)
{
	return (struct value){.kind = VALUE_STRING, .length = (uint32_t) length, .bytes = bytes};
}

static inline struct value
value_word(const char *word)
{
	return value_string(word, strlen(word));
}

/* The same with the safe flag given, as in "as safe as that one". */
static inline struct value
value_string_as(const char *bytes, size_t length, bool safe)
{
	return (struct value){.kind = VALUE_STRING, .safe = safe, .length = (uint32_t) length, .bytes = bytes};
}

static inline struct value
value_list(struct list *list)
{
	return (struct value){.kind = VALUE_LIST, .list = list};
}

static inline struct value
value_dict(struct dict *dict)
{
	return (struct value){.kind = VALUE_DICT, .dict = dict};
}

static inline struct value
value_callable(struct callable *callable)
{
	return (struct value){.kind = VALUE_CALLABLE, .callable = callable};
}

/* A string of the render's own: the bytes are copied into its heap. */
struct value value_copy(struct render *run, const char *bytes, size_t length);

/* ---- asking ---- */

static inline bool
value_is_string(struct value value)
{
	return value.kind == VALUE_STRING;
}

/* undefined or null */
static inline bool
value_is_nothing(struct value value)
{
	return value.kind <= VALUE_NULL;
}

static inline struct slice
value_slice(struct value string)
{
	return (struct slice){string.bytes, string.length};
}

/* JavaScript's truth: false for undefined, null, false, 0, NaN and ""; a list and a dict are true, and so is a SafeString. */
static inline bool
value_truth(struct value value)
{
	switch (value.kind)
	{
		case VALUE_UNDEFINED:
		case VALUE_NULL:
			return false;
		case VALUE_BOOLEAN:
			return value.boolean;
		case VALUE_NUMBER:
			return value.number != 0 && !isnan(value.number);
		case VALUE_STRING:
			return value.length > 0 || value.safe;
		default:
			return true;
	}
}

/* JavaScript's ===. A string is equal to one with the same bytes, safe or not. */
bool value_same(struct value a, struct value b);

/* JavaScript's ==, with its conversions. */
bool value_equal(struct render *run, struct value a, struct value b);

/* JavaScript's a < b: -1 less, 0 equal, 1 greater, 2 not comparable (NaN). Two strings by code point. */
int value_compare(struct render *run, struct value a, struct value b);

/* JavaScript's Number(value): NaN for what is none. */
double value_to_number(struct render *run, struct value value);

/* JavaScript's String(value): "undefined", "null", "1,2" for a list, "[object Object]" for a dict. Keeps the safe flag
 * of what is a string already. */
struct value value_to_string(struct render *run, struct value value);

/* The same into a buffer. */
void value_append(struct render *run, struct buffer *buffer, struct value value);

/* "undefined", "object", "boolean", "number", "string", "function": what JavaScript's typeof says. */
const char *value_type(struct value value);

/* Characters (code points) of UTF-8; a byte that is part of none counts as one. */
size_t text_length(struct slice text);

/* The byte where character `number` begins; the length when there are fewer. */
size_t text_offset(struct slice text, size_t number);

/* ---- lists ---- */

struct list *list_new(struct render *run, uint32_t room);
void list_add(struct render *run, struct list *list, struct value value);

/* To be called before an existing list is changed (push, pop, in-place reverse …): a list of the context is put back
 * when the render ends. */
void list_change(struct render *run, struct list *list);

/* ---- dicts ---- */

struct key key_of(const char *bytes, size_t length);

static inline struct key
key_of_word(const char *word)
{
	return key_of(word, strlen(word));
}

struct dict *dict_new(struct render *run, uint32_t room);

/* Adds or replaces; the bytes of the key are not copied. */
void dict_set(struct render *run, struct dict *dict, struct key key, struct value value);

/* The value of a key; NULL when there is none. It is valid until the dict changes. */
const struct value *dict_get(const struct dict *dict, struct key key);

/* Removes a key; false when there is none. */
bool dict_remove(struct render *run, struct dict *dict, struct key key);

/* Puts index-like keys in front; to be called before going over the entries. */
void dict_order(struct render *run, struct dict *dict);

/* As list_change. */
void dict_change(struct render *run, struct dict *dict);

/* Whether a key is an array index of JavaScript (0 to 4294967294, no leading zero), and which. */
bool key_is_index(struct slice key, uint32_t *number);

#endif
