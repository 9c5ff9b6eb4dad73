/*
 * json_container.c: arrays and objects of a JSON text.
 *
 * Values of the container being read are piled up in a scratch stack and moved
 * to their final, contiguous place when it closes.  Objects with more than
 * JDOC_FEW members carry, right behind the members, their numbers sorted by
 * name: that finds duplicates in n log n whatever the names are, and serves
 * jdoc_find afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "json_inside.h"
#include "json_reader.h"

/* Room for size more bytes at the end of a pile, or NULL. */
static void *
pile_push(jdoc_reader *r, jdoc_pile *p, size_t size)
{
	if (p->used + size > p->room)
	{
		size_t room = p->room == 0 ? 4096 : p->room * 2;
		char *bytes = arena_take(r->memory, room);

		if (bytes == NULL)
			return NULL;
		if (p->used > 0)
			memcpy(bytes, p->bytes, p->used);
		p->bytes = bytes;
		p->room = room;
	}
	p->used += size;
	return p->bytes + p->used - size;
}

/* Reads what stands between two elements: true with *more set, or an error. */
static bool
read_separator(jdoc_reader *r, const jdoc_place *place, char close,
			   const char *expected, bool *more)
{
	jdoc_skip_blanks(r);
	if (r->at < r->length && (r->input[r->at] == ',' || r->input[r->at] == close))
	{
		*more = r->input[r->at] == ',';
		r->at++;
		return true;
	}
	return jdoc_fail(r, JDOC_SYNTAX, r->at, place, expected, NULL);
}

static bool
enter(jdoc_reader *r, const jdoc_place *place)
{
	char expected[64];

	if (r->depth < r->max_depth)
	{
		r->depth++;
		return true;
	}
	snprintf(expected, sizeof(expected), "at most %u levels of nesting", r->max_depth);
	return jdoc_fail(r, JDOC_DEPTH, r->at, place, expected, "one more");
}

bool
jdoc_read_array(jdoc_reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t base = r->items.used;
	jdoc_place here = {place, NULL, 0, 0};
	bool more = true;
	size_t size;
	jdoc_value *items;

	if (!enter(r, place))
		return false;
	r->at++;
	jdoc_skip_blanks(r);
	if (r->at < r->length && r->input[r->at] == ']')
	{
		r->at++;
		more = false;
	}
	while (more)
	{
		jdoc_value item;
		jdoc_value *slot;

		if (!jdoc_read_value(r, &here, &item))
			return false;
		slot = pile_push(r, &r->items, sizeof(jdoc_value));
		if (slot == NULL)
			return jdoc_fail_memory(r, place);
		*slot = item;
		here.index++;
		if (!read_separator(r, place, ']', "a comma or ]", &more))
			return false;
	}
	r->depth--;
	size = r->items.used - base;
	items = arena_take(r->memory, size);
	if (items == NULL)
		return jdoc_fail_memory(r, place);
	if (size > 0)
		memcpy(items, r->items.bytes + base, size);
	r->items.used = base;
	out->kind = JDOC_ARRAY;
	out->count = here.index;
	out->is.items = items;
	return true;
}

/* Moves the members from the pile to their place and refuses duplicates. */
static bool
close_object(jdoc_reader *r, const jdoc_place *place, size_t base, uint32_t count,
			 jdoc_value *out)
{
	size_t size = r->members.used - base;
	size_t index = count > JDOC_FEW ? count * sizeof(uint32_t) : 0;
	jdoc_member *members = arena_take(r->memory, size + index);
	const jdoc_member *twice;

	if (members == NULL)
		return jdoc_fail_memory(r, place);
	if (size > 0)
		memcpy(members, r->members.bytes + base, size);
	r->members.used = base;
	twice = jdoc_members_index(members, count);
	out->kind = JDOC_OBJECT;
	out->count = count;
	out->is.members = members;
	if (twice != NULL)
	{
		jdoc_place here = {place, twice->name, twice->name_length, 0};

		return jdoc_fail(r, JDOC_DUPLICATE, twice->value.start, &here,
						 "each name once in an object", "the same name twice");
	}
	return true;
}

static bool
read_member(jdoc_reader *r, const jdoc_place *place)
{
	jdoc_member member;
	jdoc_place here = {place, NULL, 0, 0};
	jdoc_member *slot;

	jdoc_skip_blanks(r);
	if (r->at >= r->length || r->input[r->at] != '"')
		return jdoc_fail(r, JDOC_SYNTAX, r->at, place, "a member name in quotes", NULL);
	if (!jdoc_read_string(r, place, &member.name, &member.name_length))
		return false;
	jdoc_skip_blanks(r);
	if (r->at >= r->length || r->input[r->at] != ':')
		return jdoc_fail(r, JDOC_SYNTAX, r->at, place, "a colon after the member name", NULL);
	r->at++;
	here.name = member.name;
	here.name_length = member.name_length;
	if (!jdoc_read_value(r, &here, &member.value))
		return false;
	slot = pile_push(r, &r->members, sizeof(jdoc_member));
	if (slot == NULL)
		return jdoc_fail_memory(r, place);
	*slot = member;
	return true;
}

bool
jdoc_read_object(jdoc_reader *r, const jdoc_place *place, jdoc_value *out)
{
	size_t base = r->members.used;
	uint32_t count = 0;
	bool more = true;

	if (!enter(r, place))
		return false;
	r->at++;
	jdoc_skip_blanks(r);
	if (r->at < r->length && r->input[r->at] == '}')
	{
		r->at++;
		more = false;
	}
	while (more)
	{
		if (!read_member(r, place))
			return false;
		count++;
		if (!read_separator(r, place, '}', "a comma or }", &more))
			return false;
	}
	r->depth--;
	return close_object(r, place, base, count, out);
}
