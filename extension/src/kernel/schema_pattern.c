/*
 * schema_pattern.c: regular expressions of ECMA-262 run by PCRE2.
 *
 * The two languages agree on most things; this translates where they do not:
 * \s takes Unicode blanks, \d and \w stay ASCII, the dot stops at every line
 * end, \cX, \/ and long names of general categories, and escapes that only
 * PCRE knows (\A, \Z, \Q ...) are errors as they are in ECMA-262.
 */
#include "schema_inside.h"

#include <string.h>

/* White space and line ends of ECMA-262 12.2 and 12.3, for use in a class. */
#define BLANKS "\\x09-\\x0d\\x20\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"

static const struct
{
	const char *name;
	const char *brief;
} categories[] = {
	{"Letter", "L"},
	{"Lowercase_Letter", "Ll"},
	{"Uppercase_Letter", "Lu"},
	{"Titlecase_Letter", "Lt"},
	{"Modifier_Letter", "Lm"},
	{"Other_Letter", "Lo"},
	{"Mark", "M"},
	{"Nonspacing_Mark", "Mn"},
	{"Spacing_Mark", "Mc"},
	{"Enclosing_Mark", "Me"},
	{"Number", "N"},
	{"Decimal_Number", "Nd"},
	{"digit", "Nd"},
	{"Letter_Number", "Nl"},
	{"Other_Number", "No"},
	{"Punctuation", "P"},
	{"punct", "P"},
	{"Symbol", "S"},
	{"Currency_Symbol", "Sc"},
	{"Math_Symbol", "Sm"},
	{"Separator", "Z"},
	{"Space_Separator", "Zs"},
	{"Other", "C"},
	{"Control", "Cc"},
};

/* Copies \p{Name} with the short name of a category; returns the bytes
 * read, or 0 when it is not of that form. */
static size_t
translate_property(jdoc_text *out, const char *text, size_t left)
{
	size_t end = 3;

	if (left < 4 || text[2] != '{')
		return 0;
	while (end < left && text[end] != '}')
		end++;
	if (end == left)
		return 0;
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (strlen(categories[i].name) == end - 3 &&
			memcmp(categories[i].name, text + 3, end - 3) == 0)
		{
			jdoc_text_add(out, text, 3);
			jdoc_text_add_word(out, categories[i].brief);
			jdoc_text_add(out, "}", 1);
			return end + 1;
		}
	jdoc_text_add(out, text, end + 1);
	return end + 1;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Translates the escape at text; returns the bytes read, 0 for an error. */
static size_t
translate_escape(jdoc_text *out, const char *text, size_t left, bool in_class)
{
	char c = left > 1 ? text[1] : '\0';
	char control;

	if (left < 2)
		return 0;
	if (c == 's')
		jdoc_text_add_word(out, in_class ? BLANKS : "[" BLANKS "]");
	else if (c == 'S' && !in_class)
		jdoc_text_add_word(out, "[^" BLANKS "]");
	else if (c == 'p' || c == 'P')
		return translate_property(out, text, left);
	else if (c == 'c')
	{
		if (left < 3 || !is_letter(text[2]))
			return 0;
		control = (char) (text[2] & 0x1f);
		jdoc_text_add(out, "\\x0", 3);
		if (control >= 16)
			out->length--;
		if (control >= 16)
			jdoc_text_add(out, "1", 1);
		jdoc_text_add(out, &"0123456789abcdef"[control & 15], 1);
		return 3;
	}
	else if (is_letter(c) && strchr("bBdDfknrStuvwWx", c) == NULL)
		return 0; /* letters that ECMA-262 gives no meaning */
	else if (c == '-' || c == '/')
		jdoc_text_add(out, text, 2);
	else if (c == 'v')
		jdoc_text_add_word(out, "\\x0b");
	else
		jdoc_text_add(out, text, 2);
	return 2;
}

/* Writes the PCRE2 spelling of an ECMA-262 pattern; false when it has an
 * escape that ECMA-262 does not know. */
static bool
translate(jdoc_text *out, const char *text, size_t length)
{
	bool in_class = false;

	for (size_t at = 0; at < length;)
	{
		if (text[at] == '\\')
		{
			size_t read = translate_escape(out, text + at, length - at, in_class);

			if (read == 0)
				return false;
			at += read;
			continue;
		}
		if (text[at] == '[' && in_class)
			jdoc_text_add(out, "\\[", 2); /* PCRE would look for [:posix:] */
		else if (text[at] == '.' && !in_class)
			jdoc_text_add_word(out, "[^\\n\\r\\u2028\\u2029]");
		else if (text[at] == '(' && at + 1 < length && text[at + 1] == '*')
			return false; /* verbs are PCRE's own */
		else
			jdoc_text_add(out, text + at, 1);
		if (text[at] == '[')
			in_class = true;
		else if (text[at] == ']')
			in_class = false;
		at++;
	}
	jdoc_text_add(out, "", 0);
	return true;
}

#define REGEX_OPTIONS (PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | \
					   PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C)

pcre2_code *
jschema_regex(jschema_compiler *c, const char *text, size_t length)
{
	jdoc_text pattern;
	int error = 0;
	PCRE2_SIZE offset = 0;
	pcre2_code *regex = NULL;

	jdoc_text_start(&pattern, c->memory);
	if (translate(&pattern, text, length) && !pattern.failed)
		regex = pcre2_compile((PCRE2_SPTR) (pattern.length > 0 ? pattern.bytes : ""),
							  pattern.length, REGEX_OPTIONS, &error, &offset, c->pcre);
	if (pattern.failed)
		jschema_no_memory(c);
	else if (regex == NULL)
		jschema_problem(c, "the pattern %.*s is not a regular expression of ECMA-262",
						(int) length, text);
	return regex;
}

bool
jschema_regex_matches(jschema_run *run, pcre2_code *regex, const char *text, size_t length)
{
	int found = pcre2_match(regex, (PCRE2_SPTR) (length > 0 ? text : ""), length, 0,
							PCRE2_NO_UTF_CHECK, run->schema->match,
							run->schema->match_context);

	if (found == PCRE2_ERROR_NOMEMORY)
		return jschema_give_up(run);
	return found >= 0;
}

/* Balanced brackets and known escapes: what can be said without compiling. */
bool
jschema_is_regex(const char *text, size_t length)
{
	size_t open = 0;
	bool in_class = false;

	for (size_t at = 0; at < length; at++)
	{
		char c = text[at];

		if (c == '\\')
		{
			if (++at == length)
				return false;
			if (is_letter(text[at]) && strchr("bBcdDfknpPrsStuvwWx", text[at]) == NULL)
				return false;
		}
		else if (in_class)
			in_class = c != ']';
		else if (c == '[')
			in_class = true;
		else if (c == '(')
			open++;
		else if (c == ')' && open-- == 0)
			return false;
		else if ((c == '*' || c == '+' || c == '?') && at == 0)
			return false;
	}
	return open == 0 && !in_class;
}
