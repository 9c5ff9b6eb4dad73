/*
 * unicode_case.c - upper and lower case by the mapping of Unicode.
 *
 * Which character stands for which is the C library's knowledge, by its locale C.UTF-8. It maps one character to one; the
 * table holds the characters whose upper case is several (Unicode's SpecialCasing), without those that depend on a
 * language.
 */
#include "text/unicode.h"

#include <locale.h>
#include <wctype.h>

#define FINAL_SIGMA 0x3C2u
#define SIGMA 0x3A3u
#define CAPITAL_I_DOT 0x130u
#define DOT_ABOVE 0x307u
#define IOTA 0x399u

#define EXPANSION_MOST 3

static const struct expansion
{
	uint32_t character;
	uint32_t upper[EXPANSION_MOST]; /* 0: no more */
} expansions[] = {
	{0x00DF, {0x0053, 0x0053}},
	{0x0149, {0x02BC, 0x004E}},
	{0x01F0, {0x004A, 0x030C}},
	{0x0390, {0x0399, 0x0308, 0x0301}},
	{0x03B0, {0x03A5, 0x0308, 0x0301}},
	{0x0587, {0x0535, 0x0552}},
	{0x1E96, {0x0048, 0x0331}},
	{0x1E97, {0x0054, 0x0308}},
	{0x1E98, {0x0057, 0x030A}},
	{0x1E99, {0x0059, 0x030A}},
	{0x1E9A, {0x0041, 0x02BE}},
	{0x1F50, {0x03A5, 0x0313}},
	{0x1F52, {0x03A5, 0x0313, 0x0300}},
	{0x1F54, {0x03A5, 0x0313, 0x0301}},
	{0x1F56, {0x03A5, 0x0313, 0x0342}},
	{0x1FB2, {0x1FBA, 0x0399}},
	{0x1FB3, {0x0391, 0x0399}},
	{0x1FB4, {0x0386, 0x0399}},
	{0x1FB6, {0x0391, 0x0342}},
	{0x1FB7, {0x0391, 0x0342, 0x0399}},
	{0x1FBC, {0x0391, 0x0399}},
	{0x1FC2, {0x1FCA, 0x0399}},
	{0x1FC3, {0x0397, 0x0399}},
	{0x1FC4, {0x0389, 0x0399}},
	{0x1FC6, {0x0397, 0x0342}},
	{0x1FC7, {0x0397, 0x0342, 0x0399}},
	{0x1FCC, {0x0397, 0x0399}},
	{0x1FD2, {0x0399, 0x0308, 0x0300}},
	{0x1FD3, {0x0399, 0x0308, 0x0301}},
	{0x1FD6, {0x0399, 0x0342}},
	{0x1FD7, {0x0399, 0x0308, 0x0342}},
	{0x1FE2, {0x03A5, 0x0308, 0x0300}},
	{0x1FE3, {0x03A5, 0x0308, 0x0301}},
	{0x1FE4, {0x03A1, 0x0313}},
	{0x1FE6, {0x03A5, 0x0342}},
	{0x1FE7, {0x03A5, 0x0308, 0x0342}},
	{0x1FF2, {0x1FFA, 0x0399}},
	{0x1FF3, {0x03A9, 0x0399}},
	{0x1FF4, {0x038F, 0x0399}},
	{0x1FF6, {0x03A9, 0x0342}},
	{0x1FF7, {0x03A9, 0x0342, 0x0399}},
	{0x1FFC, {0x03A9, 0x0399}},
	{0xFB00, {0x0046, 0x0046}},
	{0xFB01, {0x0046, 0x0049}},
	{0xFB02, {0x0046, 0x004C}},
	{0xFB03, {0x0046, 0x0046, 0x0049}},
	{0xFB04, {0x0046, 0x0046, 0x004C}},
	{0xFB05, {0x0053, 0x0054}},
	{0xFB06, {0x0053, 0x0054}},
	{0xFB13, {0x0544, 0x0546}},
	{0xFB14, {0x0544, 0x0535}},
	{0xFB15, {0x0544, 0x053B}},
	{0xFB16, {0x054E, 0x0546}},
	{0xFB17, {0x0544, 0x053D}},
};

/* Greek letters with iota below: three rows of sixteen, eight small ones and eight capital ones. */
#define IOTA_BELOW_FIRST 0x1F80u
#define IOTA_BELOW_LAST 0x1FAFu
static const uint32_t iota_below_capitals[] = {0x1F08, 0x1F28, 0x1F68};

/* Made once, kept for the life of the process. NULL on a system without the locale: then only ASCII has case. */
static locale_t
case_locale(void)
{
	static locale_t locale;

	if (locale == (locale_t) 0)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
	return locale;
}

static const struct expansion *
find_expansion(uint32_t character)
{
	size_t low = 0;
	size_t high = sizeof(expansions) / sizeof(expansions[0]);

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (expansions[middle].character == character)
			return &expansions[middle];
		if (expansions[middle].character < character)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static size_t
write_upper(uint32_t character, locale_t locale, char *into)
{
	const struct expansion *expansion = find_expansion(character);
	size_t length = 0;

	if (expansion != NULL)
	{
		for (size_t i = 0; i < EXPANSION_MOST && expansion->upper[i] != 0; i++)
			length += unicode_write(expansion->upper[i], into + length);
		return length;
	}
	if (character >= IOTA_BELOW_FIRST && character <= IOTA_BELOW_LAST)
	{
		uint32_t place = character - IOTA_BELOW_FIRST;

		length = unicode_write(iota_below_capitals[place / 16] + place % 8, into);
		return length + unicode_write(IOTA, into + length);
	}
	return unicode_write(locale ? (uint32_t) towupper_l((wint_t) character, locale) : character, into);
}

size_t
unicode_upper(struct slice text, char *into)
{
	locale_t locale = case_locale();
	size_t length = 0;
	size_t at = 0;

	while (at < text.length)
	{
		size_t start = at;
		uint32_t character = unicode_next(text, &at);

		if (character < 0x80)
			into[length++] = (char) (character >= 'a' && character <= 'z' ? character - 32 : character);
		else if (character == UNICODE_BROKEN)
			while (start < at)
				into[length++] = text.at[start++];
		else
			length += write_upper(character, locale, into + length);
	}
	return length;
}

/* Stands inside of words without being a letter (Unicode's Case_Ignorable, as far as it occurs in Greek). */
static bool
is_ignorable(uint32_t character)
{
	return character == '\'' || character == '.' || character == ':' || character == 0xAD || character == 0x2019 ||
		   (character >= 0x300 && character <= 0x36F);
}

/* A letter follows, whatever marks are between. */
static bool
letter_follows(struct slice text, size_t at, locale_t locale)
{
	while (at < text.length)
	{
		uint32_t character = unicode_next(text, &at);

		if (iswalpha_l((wint_t) character, locale))
			return true;
		if (!is_ignorable(character))
			return false;
	}
	return false;
}

static bool
letter_precedes(struct slice text, size_t at, locale_t locale)
{
	while (at > 0)
	{
		size_t start = unicode_before(text, at);
		size_t end = start;
		uint32_t character = unicode_next(text, &end);

		if (iswalpha_l((wint_t) character, locale))
			return true;
		if (!is_ignorable(character))
			return false;
		at = start;
	}
	return false;
}

/* The character that stands at start..end of the text, in lower case. */
static size_t
write_lower(struct slice text, size_t start, size_t end, uint32_t character, locale_t locale, char *into)
{
	if (character == CAPITAL_I_DOT)
	{
		into[0] = 'i';
		return 1 + unicode_write(DOT_ABOVE, into + 1);
	}
	if (locale == (locale_t) 0)
		return unicode_write(character, into);
	if (character == SIGMA && letter_precedes(text, start, locale) && !letter_follows(text, end, locale))
		return unicode_write(FINAL_SIGMA, into);
	return unicode_write((uint32_t) towlower_l((wint_t) character, locale), into);
}

size_t
unicode_lower(struct slice text, char *into)
{
	locale_t locale = case_locale();
	size_t length = 0;
	size_t at = 0;

	while (at < text.length)
	{
		size_t start = at;
		uint32_t character = unicode_next(text, &at);

		if (character < 0x80)
			into[length++] = (char) (character >= 'A' && character <= 'Z' ? character + 32 : character);
		else if (character == UNICODE_BROKEN)
			while (start < at)
				into[length++] = text.at[start++];
		else
			length += write_lower(text, start, at, character, locale, into + length);
	}
	return length;
}
