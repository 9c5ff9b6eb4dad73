/*
 * reading.h - reads members of JSON results, and makes arguments out of parts.
 *
 * Numbers keep the text they came with (json-c holds it beside the value): an amount is handed on digit for digit.
 */
#ifndef VOYGEN_JSON_READING_H
#define VOYGEN_JSON_READING_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "memory/arena.h"

/* Parses a whole text; NULL when it is no JSON. The caller frees it with json_object_put. */
struct json_object *json_read(const char *text, size_t length);

/* The member of an object, owned by it; NULL when it is not there, is null, or there is no object. */
struct json_object *json_member(struct json_object *object, const char *name);

/* The member as text (a number as its digits), copied; `missing` when it is not there or null. */
const char *json_text(struct arena *arena, struct json_object *object, const char *name, const char *missing);

/* An item of a list of numbers or texts, in the same way. */
const char *json_text_item(struct arena *arena, struct json_object *list, size_t number, const char *missing);

/* Sets a member of an object to a text. */
void json_set_text(struct arena *arena, struct json_object *object, const char *name, const char *text);

/* The same with a number, given by its digits. */
void json_set_number(struct arena *arena, struct json_object *object, const char *name, const char *digits);

/* A new empty object; the caller frees it with json_object_put. */
struct json_object *json_new(struct arena *arena);

/* Items of a list; 0 for what is no list. */
size_t json_count(struct json_object *list);

/* An item of a list, owned by it; NULL when there is none of that number. */
struct json_object *json_item(struct json_object *list, size_t number);

#endif
