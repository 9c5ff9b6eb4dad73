/*
 * words_fuzz.c: text from outside. A table of words numbers them as a plain list would; whole words are found where a search
 * over symbols finds them, and only inside the texts given; an identity depends on letters and digits alone.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/identity.h"
#include "kernel/words.h"

#define MOST_WORDS 40
#define MOST_SYMBOLS 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to `most` bytes of the input in a piece of exactly that size, so that the sanitizer watches both ends. */
static kernel_text
taken(fuzz_input *input, size_t most)
{
	size_t length = fuzz_below(input, most + 1);
	char *copy;

	if (length > input->left)
		length = input->left;
	copy = malloc(length > 0 ? length : 1);
	if (copy == NULL)
		abort();
	memcpy(copy, input->bytes, length);
	input->bytes += length;
	input->left -= length;
	return (kernel_text){copy, length};
}

static void
put_back(kernel_text text)
{
	free((void *) (uintptr_t) text.bytes);
}

static bool
same(kernel_text a, kernel_text b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* ---- the table ------------------------------------------------ */

static uint32_t
number_in(const kernel_text *known, uint32_t n, kernel_text word)
{
	for (uint32_t i = 0; i < n; i++)
		if (same(known[i], word))
			return i + 1;
	return 0;
}

static void
demand_numbers(fuzz_input *input)
{
	allocation state = {.refuse = fuzz_below(input, 2 * MOST_WORDS)};
	arena memory;
	words_table table;
	kernel_text known[MOST_WORDS];
	uint32_t n = 0;

	arena_start(&memory, allocation_source(&state));
	for (bool begun = words_begin(&table, MOST_WORDS, &memory); begun && n < MOST_WORDS && input->left > 0;)
	{
		kernel_text word = taken(input, 12);
		uint32_t expected = number_in(known, n, word);
		uint32_t number;

		FUZZ_DEMAND(words_find(&table, word.bytes, word.length) == expected);
		number = words_enter(&table, word, &memory);
		FUZZ_DEMAND(number == (expected > 0 ? expected : n + 1) || (number == 0 && state.requests >= state.refuse));
		if (expected == 0 && number > 0)
			known[n++] = word;
		else
			put_back(word);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		FUZZ_DEMAND(words_find(&table, known[i].bytes, known[i].length) == i + 1);
		put_back(known[i]);
	}
	arena_end(&memory);
	FUZZ_DEMAND(state.live == 0);
}

/* ---- whole words ------------------------------------------------ */

/* Both cases of a letter stand side by side; what has none stands twice. */
static const char *const symbols[] = {
	"a",
	"A",
	"b",
	"B",
	"\xc3\xa9",
	"\xc3\x89", /* e acute */
	"\xd0\xb6",
	"\xd0\x96", /* zhe */
	"\xcf\x89",
	"\xce\xa9", /* omega */
	"\xc4\x81",
	"\xc4\x80", /* a macron */
	"7",
	"7",
	"\xe6\x9d\xb1",
	"\xe6\x9d\xb1", /* east */
	" ",
	" ",
	"&",
	"&",
};

#define FIRST_APART 8 /* kinds from here on are no letters */

typedef struct spelling
{
	size_t n;
	uint8_t kind[MOST_SYMBOLS]; /* the letter whatever its case */
	char bytes[3 * MOST_SYMBOLS];
	size_t length;
} spelling;

static spelling
spell(fuzz_input *input, size_t most)
{
	spelling s = {.n = fuzz_below(input, most + 1)};

	for (size_t i = 0; i < s.n; i++)
	{
		size_t symbol = fuzz_below(input, sizeof symbols / sizeof symbols[0]);
		size_t length = strlen(symbols[symbol]);

		s.kind[i] = (uint8_t) (symbol / 2);
		memcpy(s.bytes + s.length, symbols[symbol], length);
		s.length += length;
	}
	return s;
}

/* A cut between two symbols of the text that does not part a word. */
static bool
between_words(const spelling *text, size_t at)
{
	return at == 0 || at == text->n || text->kind[at - 1] >= FIRST_APART || text->kind[at] >= FIRST_APART;
}

static bool
found_by_symbols(const spelling *text, const spelling *sought)
{
	if (sought->n == 0)
		return false;
	for (size_t at = 0; at + sought->n <= text->n; at++)
		if (memcmp(text->kind + at, sought->kind, sought->n) == 0 && between_words(text, at) &&
			between_words(text, at + sought->n))
			return true;
	return false;
}

static void
demand_occurrence(fuzz_input *input)
{
	spelling text = spell(input, MOST_SYMBOLS);
	spelling sought = spell(input, 4);

	FUZZ_DEMAND(words_occur((kernel_text){text.bytes, text.length}, (kernel_text){sought.bytes, sought.length}) ==
				found_by_symbols(&text, &sought));
}

/* Any bytes at all: nothing outside them is read, and a text holds itself. */
static void
demand_within(fuzz_input *input)
{
	kernel_text text = taken(input, 80);
	kernel_text sought = taken(input, 12);
	bool found = words_occur(text, sought);

	FUZZ_DEMAND(!found || (sought.length > 0 && sought.length <= text.length));
	FUZZ_DEMAND(words_occur(text, text) == (text.length > 0));
	put_back(text);
	put_back(sought);
}

/* ---- identity ------------------------------------------------ */

static kernel_text
identity_of(kernel_text giata, kernel_text name)
{
	char *out = malloc(IDENTITY_SIZE(giata.length, name.length));

	if (out == NULL)
		abort();
	return (kernel_text){out, identity_hotel(giata, name, out)};
}

static bool
counts(char c)
{
	return strchr("abcdefghijklmnopqrstuvwxyz0123456789", c) != NULL ? c != '\0' : (unsigned char) c >= 0x80;
}

static void
demand_identity(fuzz_input *input)
{
	kernel_text giata = taken(input, 10);
	kernel_text name = taken(input, 30);
	kernel_text none = {NULL, 0};
	kernel_text id = identity_of(giata, name);
	kernel_text by_name = identity_of(none, name);
	kernel_text rest = {by_name.bytes + 2, by_name.length > 0 ? by_name.length - 2 : 0};
	kernel_text again = identity_of(none, rest);
	bool has_giata = false;

	for (size_t i = 0; i < giata.length; i++)
		has_giata = has_giata || memchr(" \t\n\v\f\r", giata.bytes[i], 6) == NULL;
	FUZZ_DEMAND(has_giata ? id.length > 2 && memcmp(id.bytes, "g:", 2) == 0 : same(id, by_name));
	for (size_t i = 0; i < rest.length; i++)
		FUZZ_DEMAND(counts(rest.bytes[i]));
	FUZZ_DEMAND(same(by_name, again)); /* nothing is left to drop */
	put_back(giata);
	put_back(name);
	put_back(id);
	put_back(by_name);
	put_back(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};

	switch (fuzz_below(&input, 4))
	{
		case 0:
			demand_numbers(&input);
			break;
		case 1:
			demand_occurrence(&input);
			break;
		case 2:
			demand_within(&input);
			break;
		default:
			demand_identity(&input);
	}
	return 0;
}
