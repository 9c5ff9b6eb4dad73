/*
 * json.h: strict JSON (RFC 8259) into a tree.
 *
 * The tree lives in an arena and points into the input wherever a string has
 * no escape, so the input must outlive it.  Numbers stay as their exact
 * decimal text: nothing here is ever a binary float.  Prefix: jdoc.
 */
#ifndef VOYGEN_JSON_H
#define VOYGEN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

typedef enum jdoc_kind
{
	JDOC_NULL,
	JDOC_FALSE,
	JDOC_TRUE,
	JDOC_NUMBER,
	JDOC_STRING,
	JDOC_ARRAY,
	JDOC_OBJECT
} jdoc_kind;

typedef struct jdoc_value jdoc_value;
typedef struct jdoc_member jdoc_member;

struct jdoc_value
{
	uint8_t kind;   /* a jdoc_kind */
	uint32_t count; /* bytes of text, or number of items or members */
	uint32_t start; /* the value's own bytes in the input: */
	uint32_t end;   /* start <= byte < end */
	union
	{
		const char *text; /* string (decoded) or number; not terminated */
		const jdoc_value *items;
		const jdoc_member *members; /* in the order of the input */
	} is;
};

struct jdoc_member
{
	const char *name; /* decoded; not terminated */
	uint32_t name_length;
	jdoc_value value;
};

/* What an input may be; 0 means the default in brackets. */
typedef struct jdoc_limits
{
	size_t bytes;          /* [4 GiB - 1] */
	uint32_t depth;        /* nesting of arrays and objects [64]; at most 512 */
	uint32_t values;       /* values altogether [no limit] */
	uint32_t number_bytes; /* length of one number [no limit] */
	bool keep_nul;         /* \u0000 is a character like others [refused] */
} jdoc_limits;

typedef enum jdoc_fault
{
	JDOC_FINE,
	JDOC_SYNTAX,
	JDOC_NUL,
	JDOC_UTF8,
	JDOC_SURROGATE,
	JDOC_DEPTH,
	JDOC_DUPLICATE,
	JDOC_TRAILING,
	JDOC_TOO_LONG,
	JDOC_TOO_MANY,
	JDOC_NUMBER_TOO_LONG,
	JDOC_NO_MEMORY
} jdoc_fault;

#define JDOC_PATH_SIZE 512

typedef struct jdoc_error
{
	jdoc_fault fault;
	size_t offset;             /* byte of the input */
	char path[JDOC_PATH_SIZE]; /* JSON pointer of the value at fault */
	char expected[128];        /* plain words */
	char got[128];
} jdoc_error;

/* A step on the way to a value: a member name, or an item's index. */
typedef struct jdoc_place
{
	const struct jdoc_place *parent;
	const char *name; /* NULL: an index */
	uint32_t name_length;
	uint32_t index;
} jdoc_place;

/* Reads the whole input as one value; NULL, with the error filled, when it
 * is not JSON or passes a limit. */
extern const jdoc_value *jdoc_parse(arena *memory, const char *input,
									size_t length, const jdoc_limits *limits,
									jdoc_error *error);

/* The member of that name, or NULL. */
extern const jdoc_value *jdoc_find(const jdoc_value *object, const char *name,
								   size_t name_length);
extern const jdoc_value *jdoc_find_word(const jdoc_value *object,
										const char *word);

/* True when a string or number has exactly this text. */
extern bool jdoc_is_word(const jdoc_value *value, const char *word);

/* Equal as JSON Schema says: numbers by value, objects whatever the order. */
extern bool jdoc_equal(const jdoc_value *a, const jdoc_value *b);

/* Equal values have equal hashes. */
extern uint64_t jdoc_hash(const jdoc_value *value);

/* Writes the JSON pointer of a place; cut with "..." when it does not fit. */
extern void jdoc_place_write(const jdoc_place *place, char *out, size_t size);

/* Length in Unicode code points of UTF-8 text known to be well-formed. */
extern size_t jdoc_code_points(const char *text, size_t length);

/*
 * A decimal number without loss: digits x 10^exponent, the digits (head then
 * tail) with no zero at either end.  Zero has no digits.
 */
typedef struct jdoc_decimal
{
	bool negative;
	const char *head;
	const char *tail;
	uint32_t head_length;
	uint32_t tail_length;
	int64_t exponent;
} jdoc_decimal;

/* False when the text is not a JSON number. */
extern bool jdoc_decimal_read(const char *text, size_t length,
							  jdoc_decimal *number);
extern int jdoc_decimal_compare(const jdoc_decimal *a, const jdoc_decimal *b);
extern bool jdoc_decimal_is_integer(const jdoc_decimal *number);

/* How many digits stand behind the decimal point (0 for 10 and 1e3). */
extern int64_t jdoc_decimal_scale(const jdoc_decimal *number);

/* The number as int64; false when it has a fraction or does not fit. */
extern bool jdoc_decimal_to_int64(const jdoc_decimal *number, int64_t *out);

/* True when number = step x an integer.  The step is positive and has at most
 * 18 significant digits (jdoc_decimal_digits). */
extern bool jdoc_decimal_is_multiple(const jdoc_decimal *number,
									 const jdoc_decimal *step);
extern uint32_t jdoc_decimal_digits(const jdoc_decimal *number);

/* Text that grows in an arena; failed is set when memory ran out. */
typedef struct jdoc_text
{
	arena *memory;
	char *bytes;
	size_t length;
	size_t room;
	bool failed;
} jdoc_text;

extern void jdoc_text_start(jdoc_text *text, arena *memory);
extern void jdoc_text_add(jdoc_text *text, const char *bytes, size_t length);
extern void jdoc_text_add_word(jdoc_text *text, const char *word);
extern void jdoc_text_add_quoted(jdoc_text *text, const char *bytes,
								 size_t length);

/* Adds the value as compact JSON in one fixed form: names sorted, numbers
 * reduced to digits and exponent; equal values give equal text. */
extern void jdoc_text_add_canonical(jdoc_text *text, const jdoc_value *value);

/* A few words on a value for an error message: 'the text "abc"', "1.5",
 * "a list of 3 items". */
extern void jdoc_describe(const jdoc_value *value, char *out, size_t size);

#endif
