/*
 * placeholder_filter_case.c: capital and small letters of the Latin, Greek and Cyrillic alphabets, one for one (ß stays ß). A
 * kernel does not ask for a locale, so letters of other alphabets with two cases stay as they are.
 */
#include "placeholder_inside.h"

/* A run of letters: small = capital + distance, in steps of one or, where the two stand side by side, of two. */
typedef struct letters
{
	uint32_t first; /* capitals */
	uint32_t last;
	uint32_t distance;
	uint32_t step;
} letters;

static const letters alphabets[] = {
	{'A', 'Z', 32, 1},
	{0xC0, 0xD6, 32, 1},
	{0xD8, 0xDE, 32, 1},
	{0x100, 0x12E, 1, 2},
	{0x132, 0x136, 1, 2},
	{0x139, 0x147, 1, 2},
	{0x14A, 0x176, 1, 2},
	{0x179, 0x17D, 1, 2},
	{0x218, 0x21A, 1, 2},
	{0x386, 0x386, 38, 1},
	{0x388, 0x38A, 37, 1},
	{0x38C, 0x38C, 64, 1},
	{0x38E, 0x38F, 63, 1},
	{0x391, 0x3A1, 32, 1},
	{0x3A3, 0x3AB, 32, 1},
	{0x400, 0x40F, 80, 1},
	{0x410, 0x42F, 32, 1},
	{0x460, 0x480, 1, 2},
	{0x48A, 0x4BE, 1, 2},
	{0x1E00, 0x1E94, 1, 2},
	{0x1EA0, 0x1EFE, 1, 2},
};

static uint32_t
small_of(uint32_t letter)
{
	for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++)
		if (letter >= alphabets[i].first && letter <= alphabets[i].last && (letter - alphabets[i].first) % alphabets[i].step == 0)
			return letter + alphabets[i].distance;
	return letter;
}

static uint32_t
capital_of(uint32_t letter)
{
	for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++)
	{
		uint32_t capital = letter - alphabets[i].distance;

		if (letter >= alphabets[i].distance && capital >= alphabets[i].first && capital <= alphabets[i].last &&
			(capital - alphabets[i].first) % alphabets[i].step == 0)
			return capital;
	}
	if (letter == 0xFF)
		return 0x178;
	return letter == 0x3C2 ? 0x3A3 : letter; /* a sigma that ends a word */
}

/* The character at a place, of text that is known to be UTF-8 or a byte by itself; *at goes behind it. */
static uint32_t
character_read(kernel_text text, size_t *at)
{
	unsigned char first = (unsigned char) text.bytes[(*at)++];
	uint32_t character = first >= 0xF0 ? first & 7u : first >= 0xE0 ? first & 15u
												  : first >= 0xC0   ? first & 31u
																	: first;

	if (first < 0xC0)
		return character;
	while (*at < text.length && ((unsigned char) text.bytes[*at] & 0xC0) == 0x80)
		character = character << 6 | ((unsigned char) text.bytes[(*at)++] & 63u);
	return character;
}

/* Adds a character; all that change stand below U+2000. */
static void
character_add(jdoc_text *out, uint32_t character)
{
	char bytes[3];
	size_t length = 1;

	if (character < 0x80)
		bytes[0] = (char) character;
	else if (character < 0x800)
	{
		bytes[0] = (char) (0xC0 | character >> 6);
		bytes[1] = (char) (0x80 | (character & 63));
		length = 2;
	}
	else
	{
		bytes[0] = (char) (0xE0 | character >> 12);
		bytes[1] = (char) (0x80 | (character >> 6 & 63));
		bytes[2] = (char) (0x80 | (character & 63));
		length = 3;
	}
	jdoc_text_add(out, bytes, length);
}

static bool
goes_on_a_word(uint32_t character)
{
	return character >= 0x80 || character == '\'' || small_of(character) != character || capital_of(character) != character ||
		   (character >= '0' && character <= '9');
}

typedef enum letter_case
{
	CASE_UPPER,
	CASE_LOWER,
	CASE_CAPITAL, /* the first letter, the others as they are */
	CASE_TITLE    /* the first letter of each word, the others small */
} letter_case;

static placeholder_value
cased(placeholder_run *run, const placeholder_expression *expression, placeholder_value value, letter_case wanted)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	bool in_word = false;
	jdoc_text out;

	placeholder_charge(run, 4 * plain.length, expression->offset);
	jdoc_text_start(&out, run->memory);
	for (size_t at = 0; at < plain.length;)
	{
		size_t begin = at;
		uint32_t character = character_read(plain, &at);
		uint32_t turned = character;

		if (wanted == CASE_UPPER || (wanted != CASE_LOWER && !in_word))
			turned = capital_of(character);
		else if (wanted != CASE_CAPITAL)
			turned = small_of(character);
		in_word = wanted == CASE_TITLE ? goes_on_a_word(character) : true;
		if (turned == character)
			jdoc_text_add(&out, plain.bytes + begin, at - begin);
		else
			character_add(&out, turned);
	}
	if (out.failed)
		placeholder_fail_memory(run);
	return placeholder_value_text((kernel_text){out.bytes != NULL ? out.bytes : "", out.length}, PLACEHOLDER_GIVEN);
}

placeholder_value
placeholder_filter_upper(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return cased(run, expression, value, CASE_UPPER);
}

placeholder_value
placeholder_filter_lower(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return cased(run, expression, value, CASE_LOWER);
}

placeholder_value
placeholder_filter_capitalize(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return cased(run, expression, value, CASE_CAPITAL);
}

placeholder_value
placeholder_filter_title(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return cased(run, expression, value, CASE_TITLE);
}
