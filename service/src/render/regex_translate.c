/*
 * regex_translate.c - patterns of JavaScript (without flag u) as PCRE2 understands them.
 *
 * Most is the same. Different are: the dot, ^ and $ with flag m (line ends are \n, \r, U+2028 and U+2029), \s, escaped letters
 * without a meaning, which stand for themselves, [ inside of a class, and what only Perl knows, which is refused.
 */
#include "render/regex_match.h"

#define BLANKS "\\x09-\\x0d\\x20\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
#define LINE_ENDS "\\x0a\\x0d\\u2028\\u2029"

/* No piece of a pattern becomes longer than this many times its own length. */
#define GROWTH (sizeof("[^" BLANKS "]") + 8)

struct translation
{
	char *at;
	size_t length;
	struct slice pattern;
	size_t read;
	bool in_class;
	bool multiline;
	const char *error;
};

static void
write_word(struct translation *translation, const char *word)
{
	size_t length = strlen(word);

	memcpy(translation->at + translation->length, word, length);
	translation->length += length;
}

static void
write_bytes(struct translation *translation, const char *bytes, size_t length)
{
	memcpy(translation->at + translation->length, bytes, length);
	translation->length += length;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* \cX is the control character of a letter; without a letter the backslash stands for itself. */
static void
write_control(struct translation *translation, char letter)
{
	static const char hexadecimal[] = "0123456789abcdef";
	char code[] = "\\x00";

	if (!is_letter(letter))
	{
		write_word(translation, "\\\\c");
		return;
	}
	code[2] = hexadecimal[(letter & 0x1f) >> 4];
	code[3] = hexadecimal[letter & 0x0f];
	write_word(translation, code);
	translation->read++;
}

static void
translate_escape(struct translation *translation)
{
	char c;

	if (translation->read + 1 == translation->pattern.length)
	{
		translation->error = "it ends in a backslash";
		return;
	}
	c = translation->pattern.at[translation->read + 1];
	translation->read += 2;
	if (c == 's')
		write_word(translation, translation->in_class ? BLANKS : "[" BLANKS "]");
	else if (c == 'S' && !translation->in_class)
		write_word(translation, "[^" BLANKS "]");
	else if (c == 'v')
		write_word(translation, "\\x0b");
	else if (c == 'c')
		write_control(translation, translation->read < translation->pattern.length ? translation->pattern.at[translation->read] : '\0');
	else if (is_letter(c) && strchr("bBdDfknrStuwWx", c) == NULL)
		write_bytes(translation, &c, 1);
	else
	{
		write_word(translation, "\\");
		write_bytes(translation, &c, 1);
	}
}

/* Behind "(?" JavaScript knows groups that are not kept, looks ahead and behind, and names. */
static void
check_group(struct translation *translation)
{
	struct slice rest = {translation->pattern.at + translation->read + 1, translation->pattern.length - translation->read - 1};

	if (slice_starts(rest, "*") || (slice_starts(rest, "?") && !slice_starts(rest, "?:") && !slice_starts(rest, "?=") &&
									!slice_starts(rest, "?!") && !slice_starts(rest, "?<")))
		translation->error = "it has a group that JavaScript does not know";
}

static void
translate_byte(struct translation *translation)
{
	char c = translation->pattern.at[translation->read];

	if (c == '(' && !translation->in_class)
		check_group(translation);
	translation->read++;
	if (c == '[' && translation->in_class)
		write_word(translation, "\\[");
	else if (translation->in_class)
	{
		translation->in_class = c != ']';
		write_bytes(translation, &c, 1);
	}
	else if (c == '.')
		write_word(translation, "[^" LINE_ENDS "]");
	else if (c == '^' && translation->multiline)
		write_word(translation, "(?<![^" LINE_ENDS "])");
	else if (c == '$' && translation->multiline)
		write_word(translation, "(?![^" LINE_ENDS "])");
	else
	{
		translation->in_class = c == '[';
		write_bytes(translation, &c, 1);
	}
}

const char *
regex_translate(struct arena *arena, struct slice pattern, bool multiline, const char **error)
{
	struct translation translation = {.pattern = pattern, .multiline = multiline};

	translation.at = arena_alloc(arena, pattern.length * GROWTH + 1);
	while (translation.read < pattern.length && translation.error == NULL)
	{
		if (pattern.at[translation.read] == '\\')
			translate_escape(&translation);
		else
			translate_byte(&translation);
	}
	*error = translation.error;
	return translation.error == NULL ? translation.at : NULL;
}
