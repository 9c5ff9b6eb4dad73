/*
 * reading.c - reads members of JSON results.
 */
#include "json/reading.h"

#include <limits.h>

struct json_object *
json_read(const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;

	if (tokener == NULL || length > INT_MAX)
		return NULL;
	object = json_tokener_parse_ex(tokener, text, (int) length);
	if (json_tokener_get_error(tokener) != json_tokener_success)
	{
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

struct json_object *
json_member(struct json_object *object, const char *name)
{
	struct json_object *member = NULL;

	if (json_object_get_type(object) != json_type_object)
		return NULL;
	return json_object_object_get_ex(object, name, &member) ? member : NULL;
}

static const char *
copied_text(struct arena *arena, struct json_object *value, const char *missing)
{
	const char *text = value != NULL ? json_object_get_string(value) : NULL;

	return text != NULL ? arena_string(arena, text) : missing;
}

const char *
json_text(struct arena *arena, struct json_object *object, const char *name, const char *missing)
{
	return copied_text(arena, json_member(object, name), missing);
}

const char *
json_text_item(struct arena *arena, struct json_object *list, size_t number, const char *missing)
{
	return copied_text(arena, json_item(list, number), missing);
}

struct json_object *
json_new(struct arena *arena)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		arena->fail(sizeof(object));
	return object;
}

void
json_set_number(struct arena *arena, struct json_object *object, const char *name, const char *digits)
{
	struct json_object *value = json_tokener_parse(digits);

	if (value == NULL || json_object_object_add(object, name, value) != 0)
		arena->fail(sizeof(value));
}

void
json_set_text(struct arena *arena, struct json_object *object, const char *name, const char *text)
{
	struct json_object *value = json_object_new_string(text);

	if (value == NULL || json_object_object_add(object, name, value) != 0)
		arena->fail(sizeof(value));
}

size_t
json_count(struct json_object *list)
{
	return json_object_get_type(list) == json_type_array ? json_object_array_length(list) : 0;
}

struct json_object *
json_item(struct json_object *list, size_t number)
{
	return number < json_count(list) ? json_object_array_get_idx(list, number) : NULL;
}
