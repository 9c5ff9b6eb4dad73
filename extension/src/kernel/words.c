/* words.c: numbers for words, and words in free text; see words.h. */
#include "words.h"

#include <string.h>

static uint64_t
mixed(uint64_t hash, uint64_t chunk)
{
	hash = (hash ^ chunk) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

/* The last bytes of a text as a number, without a call for so few: overlapping loads. */
static uint64_t
tail_of(const char *text, size_t length)
{
	uint64_t whole;
	uint32_t first;
	uint32_t last;

	if (length >= 8)
	{
		memcpy(&whole, text + length - 8, 8);
		return whole;
	}
	if (length >= 4)
	{
		memcpy(&first, text, 4);
		memcpy(&last, text + length - 4, 4);
		return first | (uint64_t) last << 32;
	}
	if (length == 0)
		return 0;
	return (uint64_t) (unsigned char) text[0] | (uint64_t) (unsigned char) text[length / 2] << 8 |
		   (uint64_t) (unsigned char) text[length - 1] << 16;
}

static uint64_t
hash_of(const char *text, size_t length)
{
	uint64_t hash = length;
	uint64_t chunk;

	for (size_t at = 0; at + 8 < length; at += 8)
	{
		memcpy(&chunk, text + at, 8);
		hash = mixed(hash, chunk);
	}
	return mixed(hash, tail_of(text, length));
}

/* The slot that holds the text, or the free one where it would go. */
static words_slot *
slot_of(const words_table *table, uint64_t hash, const char *text, size_t length)
{
	for (size_t at = (size_t) hash & table->mask;; at = (at + 1) & table->mask)
	{
		words_slot *slot = &table->slots[at];

		if (slot->number == 0 || (slot->hash == hash && slot->text.length == length &&
								  memcmp(slot->text.bytes, text, length) == 0))
			return slot;
	}
}

bool
words_begin(words_table *table, size_t most, arena *where)
{
	size_t size = 2;

	while (size / 2 <= most)
		size *= 2;
	table->slots = kernel_arena_take(where, size, sizeof(words_slot));
	table->mask = size - 1;
	table->count = 0;
	return table->slots != NULL;
}

uint32_t
words_enter(words_table *table, kernel_text text, arena *where)
{
	uint64_t hash = hash_of(text.bytes, text.length);
	words_slot *slot = slot_of(table, hash, text.bytes, text.length);

	if (slot->number != 0)
		return slot->number;
	if (!kernel_arena_text(where, text, &slot->text))
		return 0;
	slot->hash = hash;
	slot->number = ++table->count;
	return slot->number;
}

uint32_t
words_find(const words_table *table, const char *text, size_t length)
{
	return slot_of(table, hash_of(text, length), text, length)->number;
}

/* ---- words in free text ------------------------------------------------------------------------------------------------ */

/* Lower case of a two-byte character U+0080..U+07FF; Latin-1, Latin Extended-A, Greek and Cyrillic letters change. */
static unsigned
folded_pair(unsigned c)
{
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
		return c + (c & 1);
	return c;
}

/* Takes one character off the text, folded. Broken UTF-8 and longer characters come out byte by byte, so that any text can
 * be compared with any other. */
static unsigned
next_folded(kernel_text *text)
{
	unsigned char first = (unsigned char) text->bytes[0];

	if ((first & 0xE0) == 0xC0 && text->length > 1 && ((unsigned char) text->bytes[1] & 0xC0) == 0x80)
	{
		unsigned c = ((unsigned) (first & 0x1F) << 6) | ((unsigned char) text->bytes[1] & 0x3F);

		text->bytes += 2;
		text->length -= 2;
		return folded_pair(c) + 0x100; /* apart from single bytes */
	}
	text->bytes++;
	text->length--;
	return first >= 'A' && first <= 'Z' ? first + 0x20u : first;
}

static bool
is_letter(char c)
{
	unsigned char byte = (unsigned char) c;

	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte >= 0x80;
}

/* Length of the beginning of text that equals sought, or -1. */
static ptrdiff_t
matched(kernel_text text, kernel_text sought)
{
	const char *begin = text.bytes;

	while (sought.length > 0)
	{
		if (text.length == 0 || next_folded(&text) != next_folded(&sought))
			return -1;
	}
	return text.bytes - begin;
}

bool
words_occur(kernel_text text, kernel_text sought)
{
	if (text.bytes == NULL || sought.length == 0)
		return false;
	for (size_t at = 0; at < text.length; at++)
	{
		kernel_text rest = {text.bytes + at, text.length - at};
		ptrdiff_t length;
		size_t end;

		if (at > 0 && is_letter(text.bytes[at - 1]) && is_letter(text.bytes[at]))
			continue;
		length = matched(rest, sought);
		if (length < 0)
			continue;
		end = at + (size_t) length;
		if (end == text.length || !is_letter(text.bytes[end]) || !is_letter(text.bytes[end - 1]))
			return true;
	}
	return false;
}
