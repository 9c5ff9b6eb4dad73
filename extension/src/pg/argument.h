/*
 * argument.h
 *	  Reads the fields of a JSON object that a caller handed in. What is not as
 *	  expected is raised as invalid_argument, with the path of the field.
 *
 * A JSON null counts as not given. Readers answer whether the field was given
 * and leave the target alone when it was not.
 */
#ifndef VOYGEN_ARGUMENT_H
#define VOYGEN_ARGUMENT_H

#include "postgres.h"

#include "kernel/kernel.h"
#include "utils/jsonb.h"

typedef struct argument
{
	JsonbContainer *object;
	const char *path; /* JSON pointer of the object, "" for the outermost */
} argument;

extern bool argument_value(const argument *from, const char *key, JsonbValue *value);
extern bool argument_text(const argument *from, const char *key, kernel_text *text);
extern bool argument_truth(const argument *from, const char *key, kernel_tri *truth);
extern bool argument_day(const argument *from, const char *key, kernel_day *day);
extern bool argument_whole(const argument *from, const char *key, int64 lowest, int64 highest, int64 *number);

/* A number times 10^decimals, exactly: more decimals than that are refused. */
extern bool argument_scaled(const argument *from, const char *key, int decimals, bool signed_too, int64 *number);

/* An object inside; a list inside and its entries. list answers the number of entries, 0 when it is not given. */
extern bool argument_object(const argument *from, const char *key, argument *inside);
extern int argument_list(const argument *from, const char *key, argument *list);
extern void argument_entry(const argument *list, int at, JsonbValue *value);
extern argument argument_entry_object(const argument *list, int at);

/* The texts of a list inside; palloc'd. */
extern const kernel_text *argument_texts(const argument *from, const char *key, size_t *n);

/* Raises invalid_argument for a field (key NULL: for the object itself). */
extern void argument_refuse(const argument *from, const char *key, const char *expected, const char *got) pg_attribute_noreturn();

/* Raises invalid_argument with a message of its own. */
extern void argument_raise(const char *message, const char *path, const char *expected, const char *got) pg_attribute_noreturn();

/* A value as JSON, cut to what a message may show. */
extern const char *argument_shown(JsonbValue *value);

#endif
