/*
 * builtin_inside.h - what the built-ins share among themselves.
 */
#ifndef VOYGEN_RENDER_BUILTIN_INSIDE_H
#define VOYGEN_RENDER_BUILTIN_INSIDE_H

#include "render/builtin.h"

/* Built-ins of one subject, sorted by name. */
struct builtin_table
{
	const struct builtin *at;
	size_t count;
};

#define BUILTIN_TABLE(array) ((struct builtin_table){array, sizeof(array) / sizeof((array)[0])})

/* Each is in the file of its subject. */
struct builtin_table filters_of_text(void);
struct builtin_table filters_of_markup(void);
struct builtin_table filters_of_lists(void);
struct builtin_table filters_of_choice(void);
struct builtin_table filters_of_order(void);
struct builtin_table filters_of_values(void);
struct builtin_table filters_of_trade(void);
struct builtin_table tests_of_values(void);
struct builtin_table globals_of_templates(void);
struct builtin_table methods_of_strings(void);
struct builtin_table methods_of_lists(void);
struct builtin_table methods_of_dicts(void);
struct builtin_table methods_of_numbers(void);
struct builtin_table methods_of_regexes(void);

/* What a value is, for an error: `undefined`, `number 5`, `string "abc"`, `a list`. */
const char *builtin_tell(struct render *run, struct value value);

/* Fails with `WHO: expected WHAT, got VALUE`. */
_Noreturn void builtin_wrong(struct render *run, const char *who, const char *what, struct value got);

/* The value as it is when it is a string, "" for undefined, null and false; fails for anything else. */
struct value builtin_text(struct render *run, const char *who, struct value value);

/* The value when it is a string, list …; fails for anything else. */
struct slice builtin_slice(struct render *run, const char *who, struct value value);
struct list *builtin_list(struct render *run, const char *who, struct value value);

/* The number of an argument; `otherwise` when it is not given. */
double builtin_number(struct render *run, const struct arguments *arguments, unsigned index, double otherwise);

/* JavaScript's value.length: characters of a string, items of a list, the entry of a dict; else undefined. */
struct value builtin_length(struct value value);

/* The same as a number: NaN when it is none. */
double builtin_count(struct render *run, struct value value);

/* A list of the items of a list, the characters of a string; empty for what has neither. Not a copy: do not change it. */
struct list *builtin_items(struct render *run, struct value value);

/* What stands under a name in the value itself: an entry, an item, "length"; undefined when there is none. */
struct value builtin_own(struct render *run, struct value value, struct value name);

/* The parts of "a.b.c"; any other name is one part, a falsy one none. */
struct list *builtin_path(struct render *run, struct value name);

/* What the parts lead to, from entry to entry; undefined where one is missing. Fails for an entry of undefined or null. */
struct value builtin_at_path(struct render *run, struct value value, const struct list *path);

/* JavaScript's relative index, for slice and the like: counted from the end when negative, within 0..length. NaN is 0. */
size_t builtin_index(double index, size_t length);

/* Characters `from` up to and without `to`. */
struct slice builtin_characters(struct slice text, size_t from, size_t to);

/* Without the white space around it. */
struct slice builtin_trim(struct slice text);

/* The byte at which `sought` first stands at or behind byte `from`; text.length + 1 when it does not. */
size_t builtin_find(struct render *run, struct slice text, struct slice sought, size_t from);

/* Adds `text` so many times. */
void builtin_repeat(struct render *run, struct buffer *buffer, struct slice text, double times);

/* JavaScript's list.join: the items as texts, nothing for undefined and null. */
struct value builtin_join(struct render *run, const struct list *list, struct slice separator);

/* JavaScript's String(value), as bytes. */
struct slice builtin_string(struct render *run, struct value value);

/* Room in `buffer` is filled with the text in upper or lower case. */
void builtin_upper(struct render *run, struct buffer *buffer, struct slice text);
void builtin_lower(struct render *run, struct buffer *buffer, struct slice text);

/* Built-ins that are filters and globals. */
builtin_call builtin_nights;
builtin_call builtin_plural;

#endif
