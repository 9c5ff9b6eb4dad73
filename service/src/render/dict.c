/*
 * dict.c - dicts: entries in a row, with an index beside them when they are many.
 */
#include "render/run.h"

#include "render/undo.h"

/* Up to so many entries are looked through one by one. */
#define FEW_ENTRIES 8

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ (hash >> 29);
}

struct key
key_of(const char *bytes, size_t length)
{
	uint64_t hash = length;
	size_t left = length;
	const char *at = bytes;
	uint64_t word;

	while (left >= 8)
	{
		memcpy(&word, at, 8);
		hash = mix(hash, word);
		at += 8;
		left -= 8;
	}
	if (left > 0)
	{
		word = 0;
		memcpy(&word, at, left);
		hash = mix(hash, word);
	}
	return (struct key){bytes, (uint32_t) length, (uint32_t) (hash >> 32 ^ hash)};
}

struct dict *
dict_new(struct render *run, uint32_t room)
{
	struct dict *dict = render_alloc(run, sizeof(*dict));

	*dict = (struct dict){.room = room};
	if (room > 0)
		dict->entries = render_alloc(run, room * sizeof(struct dict_entry));
	return dict;
}

/* The place in the index of a key, or of the free place where it belongs. */
static uint32_t
find_place(const struct dict *dict, const struct key *key)
{
	uint32_t place = key->hash & dict->mask;

	while (dict->index[place] != 0 && !key_equal(&dict->entries[dict->index[place] - 1].key, key))
		place = (place + 1) & dict->mask;
	return place;
}

/* The position of a key; the count when it is not there. */
static uint32_t
find_entry(const struct dict *dict, const struct key *key)
{
	if (dict->index != NULL)
	{
		uint32_t found = dict->index[find_place(dict, key)];

		return found != 0 ? found - 1 : dict->count;
	}
	for (uint32_t i = 0; i < dict->count; i++)
	{
		if (key_equal(&dict->entries[i].key, key))
			return i;
	}
	return dict->count;
}

const struct value *
dict_get(const struct dict *dict, struct key key)
{
	uint32_t found = find_entry(dict, &key);

	return found < dict->count ? &dict->entries[found].value : NULL;
}

static void
fill_index(struct dict *dict)
{
	memset(dict->index, 0, ((size_t) dict->mask + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < dict->count; i++)
		dict->index[find_place(dict, &dict->entries[i].key)] = i + 1;
}

/* Makes or remakes the index for the room there is, at most half full. */
static void
make_index(struct render *run, struct dict *dict)
{
	uint32_t places = 32;

	while (places < dict->room * 2)
		places *= 2;
	dict->index = render_alloc(run, places * sizeof(uint32_t));
	dict->mask = places - 1;
	fill_index(dict);
}

static void
grow(struct render *run, struct dict *dict)
{
	uint32_t room = dict->room < 4 ? 4 : dict->room * 2;

	if (room > UINT32_MAX / 4)
		render_fail(run, "a dict of %u entries is too large", dict->count);
	dict->entries = heap_grow(&run->heap, dict->entries, dict->count * sizeof(struct dict_entry),
							  dict->room * sizeof(struct dict_entry), room * sizeof(struct dict_entry));
	dict->room = room;
	if (dict->index != NULL)
		make_index(run, dict);
}

void
dict_set(struct render *run, struct dict *dict, struct key key, struct value value)
{
	uint32_t found = find_entry(dict, &key);
	uint32_t number;

	if (found < dict->count)
	{
		dict->entries[found].value = value;
		return;
	}
	if (dict->count == dict->room)
		grow(run, dict);
	if (dict->index == NULL && dict->count >= FEW_ENTRIES)
		make_index(run, dict);
	if (dict->index != NULL)
		dict->index[find_place(dict, &key)] = dict->count + 1;
	dict->entries[dict->count++] = (struct dict_entry){key, value};
	if (key.length > 0 && key.bytes[0] >= '0' && key.bytes[0] <= '9' && key_is_index((struct slice){key.bytes, key.length}, &number))
		dict->unordered = true;
}

bool
dict_remove(struct render *run, struct dict *dict, struct key key)
{
	uint32_t found = find_entry(dict, &key);

	if (found == dict->count)
		return false;
	render_step(run, dict->count / 4);
	memmove(dict->entries + found, dict->entries + found + 1, (dict->count - found - 1) * sizeof(struct dict_entry));
	dict->count--;
	if (dict->index != NULL)
		fill_index(dict);
	return true;
}

bool
key_is_index(struct slice key, uint32_t *number)
{
	uint64_t sum = 0;

	if (key.length == 0 || key.length > 10 || (key.at[0] == '0' && key.length > 1))
		return false;
	for (size_t i = 0; i < key.length; i++)
	{
		if (key.at[i] < '0' || key.at[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t) (key.at[i] - '0');
	}
	*number = (uint32_t) sum;
	return sum < UINT32_MAX;
}

/* Merges two runs of index-like entries that lie in order, [from, middle) and [middle, to), by number. */
static void
merge(const struct dict_entry *from, const struct dict_entry *middle, const struct dict_entry *to, struct dict_entry *out)
{
	const struct dict_entry *left = from;
	const struct dict_entry *right = middle;

	while (left < middle || right < to)
	{
		uint32_t a = 0;
		uint32_t b = 0;

		if (left < middle)
			key_is_index((struct slice){left->key.bytes, left->key.length}, &a);
		if (right < to)
			key_is_index((struct slice){right->key.bytes, right->key.length}, &b);
		if (right == to || (left < middle && a <= b))
			*out++ = *left++;
		else
			*out++ = *right++;
	}
}

/* Sorts the first `count` entries by number; `other` has room for as many. */
static void
sort_numbers(struct dict_entry *entries, uint32_t count, struct dict_entry *other)
{
	for (uint32_t width = 1; width < count; width *= 2)
	{
		for (uint32_t from = 0; from < count; from += 2 * width)
		{
			uint32_t middle = from + width < count ? from + width : count;
			uint32_t to = middle + width < count ? middle + width : count;

			merge(entries + from, entries + middle, entries + to, other + from);
		}
		memcpy(entries, other, count * sizeof(*entries));
	}
}

void
dict_order(struct render *run, struct dict *dict)
{
	struct dict_entry *ordered;
	struct dict_entry *other;
	uint32_t numbers = 0;
	uint32_t at = 0;
	uint32_t number;

	if (!dict->unordered)
		return;
	render_step(run, dict->count);
	ordered = render_alloc(run, dict->room * sizeof(*ordered));
	other = render_alloc(run, dict->count * sizeof(*other));
	for (uint32_t i = 0; i < dict->count; i++)
	{
		if (key_is_index((struct slice){dict->entries[i].key.bytes, dict->entries[i].key.length}, &number))
			ordered[numbers++] = dict->entries[i];
		else
			other[at++] = dict->entries[i];
	}
	memcpy(ordered + numbers, other, at * sizeof(*other));
	sort_numbers(ordered, numbers, other);
	dict->entries = ordered;
	dict->unordered = false;
	if (dict->index != NULL)
		fill_index(dict);
}

void
dict_change(struct render *run, struct dict *dict)
{
	struct dict_entry *entries;

	if (!dict->shared)
		return;
	undo_dict(run, dict);
	entries = render_alloc(run, (dict->count + 1) * sizeof(*entries));
	memcpy(entries, dict->entries, dict->count * sizeof(*entries));
	dict->entries = entries;
	dict->room = dict->count + 1;
	dict->shared = false;
	if (dict->index != NULL)
		make_index(run, dict);
}
