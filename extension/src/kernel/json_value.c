/*
 * json_value.c: finding, comparing and hashing values of a tree.
 */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "json_inside.h"

int
jdoc_name_compare(const char *a, uint32_t a_length, const char *b, uint32_t b_length)
{
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return a_length == 0 ? 0 : memcmp(a, b, a_length);
}

static int
member_compare(const jdoc_member *a, const jdoc_member *b)
{
	return jdoc_name_compare(a->name, a->name_length, b->name, b->name_length);
}

/* Lets order[root] sink into the heap below it. */
static void
heap_sink(const jdoc_member *members, uint32_t *order, uint32_t root, uint32_t count)
{
	for (;;)
	{
		uint32_t largest = root;
		uint32_t kept;

		for (uint32_t child = 2 * root + 1; child <= 2 * root + 2; child++)
			if (child < count &&
				member_compare(&members[order[child]], &members[order[largest]]) > 0)
				largest = child;
		if (largest == root)
			return;
		kept = order[root];
		order[root] = order[largest];
		order[largest] = kept;
		root = largest;
	}
}

/* Heapsort: n log n for any names, and no memory of its own. */
static void
members_sort(const jdoc_member *members, uint32_t *order, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	for (uint32_t i = count / 2; i-- > 0;)
		heap_sink(members, order, i, count);
	for (uint32_t last = count; last-- > 1;)
	{
		uint32_t top = order[0];

		order[0] = order[last];
		order[last] = top;
		heap_sink(members, order, 0, last);
	}
}

static const jdoc_member *
few_members_twice(const jdoc_member *members, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (member_compare(&members[i], &members[j]) == 0)
				return &members[i];
	return NULL;
}

const jdoc_member *
jdoc_members_index(jdoc_member *members, uint32_t count)
{
	uint32_t *order = (uint32_t *) (members + count);

	if (count <= JDOC_FEW)
		return few_members_twice(members, count);
	members_sort(members, order, count);
	for (uint32_t i = 1; i < count; i++)
		if (member_compare(&members[order[i - 1]], &members[order[i]]) == 0)
			return &members[order[i] > order[i - 1] ? order[i] : order[i - 1]];
	return NULL;
}

const uint32_t *
jdoc_members_order(const jdoc_value *object)
{
	return (const uint32_t *) (object->is.members + object->count);
}

const jdoc_value *
jdoc_find(const jdoc_value *object, const char *name, size_t name_length)
{
	const jdoc_member *members = object->is.members;
	uint32_t length = (uint32_t) name_length;
	uint32_t low = 0;
	uint32_t high = object->count;

	if (object->kind != JDOC_OBJECT || name_length > UINT32_MAX)
		return NULL;
	if (object->count <= JDOC_FEW)
	{
		for (uint32_t i = 0; i < object->count; i++)
			if (jdoc_name_compare(members[i].name, members[i].name_length, name, length) == 0)
				return &members[i].value;
		return NULL;
	}
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		const jdoc_member *m = &members[jdoc_members_order(object)[middle]];
		int order = jdoc_name_compare(m->name, m->name_length, name, length);

		if (order == 0)
			return &m->value;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const jdoc_value *
jdoc_find_word(const jdoc_value *object, const char *word)
{
	return jdoc_find(object, word, strlen(word));
}

bool
jdoc_is_word(const jdoc_value *value, const char *word)
{
	size_t length = strlen(word);

	return (value->kind == JDOC_STRING || value->kind == JDOC_NUMBER) &&
		   value->count == length && memcmp(value->is.text, word, length) == 0;
}

static bool
numbers_equal(const jdoc_value *a, const jdoc_value *b)
{
	jdoc_decimal x;
	jdoc_decimal y;

	return jdoc_decimal_read(a->is.text, a->count, &x) &&
		   jdoc_decimal_read(b->is.text, b->count, &y) &&
		   jdoc_decimal_compare(&x, &y) == 0;
}

static bool
objects_equal(const jdoc_value *a, const jdoc_value *b)
{
	for (uint32_t i = 0; i < a->count; i++)
	{
		const jdoc_member *m = &a->is.members[i];
		const jdoc_value *other = jdoc_find(b, m->name, m->name_length);

		if (other == NULL || !jdoc_equal(&m->value, other))
			return false;
	}
	return true;
}

bool
jdoc_equal(const jdoc_value *a, const jdoc_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == JDOC_NUMBER)
		return numbers_equal(a, b);
	if (a->count != b->count)
		return false;
	if (a->kind == JDOC_STRING)
		return a->count == 0 || memcmp(a->is.text, b->is.text, a->count) == 0;
	if (a->kind == JDOC_OBJECT)
		return objects_equal(a, b);
	if (a->kind == JDOC_ARRAY)
		for (uint32_t i = 0; i < a->count; i++)
			if (!jdoc_equal(&a->is.items[i], &b->is.items[i]))
				return false;
	return true;
}

/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
static uint64_t
hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t
hash_number(uint64_t hash, const jdoc_value *value)
{
	jdoc_decimal n;

	if (!jdoc_decimal_read(value->is.text, value->count, &n))
		return hash;
	hash = hash_bytes(hash, (const char *) &n.exponent, sizeof(n.exponent));
	hash = hash_bytes(hash, n.negative ? "-" : "+", 1);
	hash = hash_bytes(hash, n.head, n.head_length);
	return hash_bytes(hash, n.tail, n.tail_length);
}

uint64_t
jdoc_hash(const jdoc_value *value)
{
	uint64_t hash = (UINT64_C(14695981039346656037) ^ value->kind) * UINT64_C(1099511628211);
	uint64_t sum = 0;

	switch ((jdoc_kind) value->kind)
	{
		case JDOC_NUMBER:
			return hash_number(hash, value);
		case JDOC_STRING:
			return hash_bytes(hash, value->is.text, value->count);
		case JDOC_ARRAY:
			for (uint32_t i = 0; i < value->count; i++)
			{
				uint64_t item = jdoc_hash(&value->is.items[i]);

				hash = hash_bytes(hash, (const char *) &item, sizeof(item));
			}
			return hash;
		case JDOC_OBJECT:
			/* a sum, because the order of members does not matter */
			for (uint32_t i = 0; i < value->count; i++)
			{
				const jdoc_member *m = &value->is.members[i];
				uint64_t item = jdoc_hash(&m->value);

				item = hash_bytes(item, m->name, m->name_length);
				sum += item * UINT64_C(0x9E3779B97F4A7C15);
			}
			return hash ^ sum;
		case JDOC_NULL:
		case JDOC_FALSE:
		case JDOC_TRUE:
			break;
	}
	return hash;
}
