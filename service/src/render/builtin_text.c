/*
 * builtin_text.c - filters that change a text.
 *
 * What Nunjucks says of safeness holds: capitalize, center, indent, replace, title, trim and truncate keep it, lower and
 * upper lose it.
 */
#include "render/builtin_inside.h"

#include "render/regex.h"
#include "text/unicode.h"

#define CENTER_WIDTH 80
#define INDENT_WIDTH 4
#define TRUNCATE_LENGTH 255

static const struct slice blank = {" ", 1};

/* The number of an argument that falls back to another when it is falsy. */
static double
number_or(struct render *run, struct value value, double otherwise)
{
	return value_truth(value) ? value_to_number(run, value) : otherwise;
}

/* Adds the first character in upper case and the others in lower case. Both are made of the lower case, as in Nunjucks. */
static void
add_capitalized(struct render *run, struct buffer *buffer, struct slice word)
{
	size_t start = buffer->length;
	char first[4 * UNICODE_CASE_GROWTH];
	size_t length;
	size_t end = 0;

	if (word.length == 0)
		return;
	builtin_lower(run, buffer, word);
	unicode_next((struct slice){buffer->at + start, buffer->length - start}, &end);
	length = unicode_upper((struct slice){buffer->at + start, end}, first);
	buffer_reserve(run, buffer, length);
	memmove(buffer->at + start + length, buffer->at + start + end, buffer->length - start - end);
	memcpy(buffer->at + start, first, length);
	buffer->length = buffer->length - end + length;
}

static struct value
filter_capitalize(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "capitalize", argument(arguments, 0));
	struct buffer buffer = {0};

	add_capitalized(run, &buffer, value_slice(text));
	return buffer_value(&buffer, text.safe);
}

static struct value
filter_title(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "title", argument(arguments, 0));
	struct slice rest = value_slice(text);
	struct buffer buffer = {0};

	for (;;)
	{
		const char *end = rest.length > 0 ? memchr(rest.at, ' ', rest.length) : NULL;
		size_t length = end != NULL ? (size_t) (end - rest.at) : rest.length;

		render_step(run, 1);
		add_capitalized(run, &buffer, (struct slice){rest.at, length});
		if (end == NULL)
			return buffer_value(&buffer, text.safe);
		buffer_byte(run, &buffer, ' ');
		rest = (struct slice){end + 1, rest.length - length - 1};
	}
}

static struct value
filter_lower(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "lower", argument(arguments, 0));
	struct buffer buffer = {0};

	builtin_lower(run, &buffer, value_slice(text));
	return buffer_value(&buffer, false);
}

static struct value
filter_upper(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "upper", argument(arguments, 0));
	struct buffer buffer = {0};

	builtin_upper(run, &buffer, value_slice(text));
	return buffer_value(&buffer, false);
}

/* An odd blank goes to the left: of 77, 38 stand in front and 39 behind, as Nunjucks counts them. */
static struct value
filter_center(struct render *run, const struct arguments *arguments)
{
	struct value given = argument(arguments, 0);
	bool nothing = value_is_nothing(given) || (given.kind == VALUE_BOOLEAN && !given.boolean);
	struct value text = nothing ? value_word("") : given;
	double width = number_or(run, argument_named(arguments, 1, "width"), CENTER_WIDTH);
	double length = builtin_count(run, text);
	double blanks = width - length;
	struct buffer buffer = {0};

	if (length >= width)
		return text;
	builtin_repeat(run, &buffer, blank, ceil(blanks / 2 - fmod(blanks, 2)));
	value_append(run, &buffer, text);
	builtin_repeat(run, &buffer, blank, ceil(blanks / 2));
	return buffer_value(&buffer, text.kind == VALUE_STRING && text.safe);
}

static struct value
filter_indent(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "indent", argument(arguments, 0));
	double width = ceil(number_or(run, argument_named(arguments, 1, "width"), INDENT_WIDTH));
	bool first = value_truth(argument_named(arguments, 2, "indentfirst"));
	struct slice rest = value_slice(text);
	struct buffer buffer = {0};

	if (rest.length == 0)
		return value_word("");
	for (bool indented = first;; indented = true)
	{
		const char *end = memchr(rest.at, '\n', rest.length);
		size_t length = end != NULL ? (size_t) (end - rest.at) + 1 : rest.length;

		render_step(run, 1 + length / 16);
		if (indented)
			builtin_repeat(run, &buffer, blank, width);
		buffer_add(run, &buffer, rest.at, length);
		rest = (struct slice){rest.at + length, rest.length - length};
		if (end == NULL)
			return buffer_value(&buffer, text.safe);
	}
}

/* The replacements of `sought`, at most `most` of them (below 0: all). */
static struct value
replace_text(struct render *run, struct value text, struct slice sought, struct slice replacement, double most)
{
	struct slice all = value_slice(text);
	size_t found = builtin_find(run, all, sought, 0);
	size_t done = 0;
	struct buffer buffer = {0};

	if (found > all.length || most == 0)
		return text;
	for (double count = 0; found <= all.length && (most == -1 || count < most); count++)
	{
		render_step(run, 1 + replacement.length / 16);
		buffer_add(run, &buffer, all.at + done, found - done);
		buffer_add(run, &buffer, replacement.at, replacement.length);
		done = found + sought.length;
		found = builtin_find(run, all, sought, done);
	}
	buffer_add(run, &buffer, all.at + done, all.length - done);
	return buffer_value(&buffer, text.safe);
}

/* The replacement before, between and behind all characters, as Python does it for an empty text. */
static struct value
replace_nothing(struct render *run, struct value text, struct slice replacement)
{
	struct buffer buffer = {0};
	size_t at = 0;

	buffer_add(run, &buffer, replacement.at, replacement.length);
	while (at < text.length)
	{
		size_t start = at;

		render_step(run, 1 + replacement.length / 16);
		unicode_next(value_slice(text), &at);
		buffer_add(run, &buffer, text.bytes + start, at - start);
		buffer_add(run, &buffer, replacement.at, replacement.length);
	}
	if (text.length == 0)
		buffer_add(run, &buffer, replacement.at, replacement.length);
	return buffer_value(&buffer, text.safe);
}

static struct value
filter_replace(struct render *run, const struct arguments *arguments)
{
	struct value text = argument(arguments, 0);
	struct value sought = argument_named(arguments, 1, "old");
	struct value most = argument_named(arguments, 3, "count");
	struct slice replacement;

	if (sought.kind == VALUE_REGEX)
		return regex_replace(run, sought.regex, builtin_slice(run, "replace", text),
							 builtin_string(run, argument_named(arguments, 2, "new")));
	if (sought.kind != VALUE_STRING && sought.kind != VALUE_NUMBER)
		return text;
	if (text.kind == VALUE_NUMBER)
		text = value_to_string(run, text);
	if (text.kind != VALUE_STRING)
		return text;
	sought = value_to_string(run, sought);
	replacement = builtin_string(run, argument_named(arguments, 2, "new"));
	if (sought.length == 0)
		return replace_nothing(run, text, replacement);
	return replace_text(run, text, value_slice(sought), replacement, most.kind == VALUE_UNDEFINED ? -1 : value_to_number(run, most));
}

static struct value
filter_string(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);

	if (value_is_nothing(value))
		builtin_wrong(run, "string", "a value", value);
	return value_to_string(run, value);
}

static struct value
filter_trim(struct render *run, const struct arguments *arguments)
{
	struct value text = argument(arguments, 0);
	struct slice trimmed = builtin_slice(run, "trim", text);

	render_step(run, trimmed.length / 16);
	trimmed = builtin_trim(trimmed);
	return value_string_as(trimmed.at, trimmed.length, text.safe);
}

/* The byte at which a text is cut so that no word is: at the last blank at or in front of character `length`. */
static size_t
word_end(struct slice text, size_t length)
{
	size_t at = text_offset(text, length);

	for (size_t end = at + 1; end-- > 0;)
		if (text.at[end] == ' ')
			return end;
	return at;
}

static struct value
filter_truncate(struct render *run, const struct arguments *arguments)
{
	struct value given = argument(arguments, 0);
	struct value text;
	double most = number_or(run, argument_named(arguments, 1, "length"), TRUNCATE_LENGTH);
	bool kill_words = value_truth(argument_named(arguments, 2, "killwords"));
	struct value end = argument_named(arguments, 3, "end");
	size_t length;
	struct buffer buffer = {0};

	/* A short list comes out as it is, as in Nunjucks. */
	if (given.kind == VALUE_LIST && given.list->count <= most)
		return given;
	text = builtin_text(run, "truncate", given);
	if (builtin_count(run, text) <= most)
		return text;
	length = most > 0 ? (size_t) most : 0;
	buffer_add(run, &buffer, text.bytes, kill_words ? text_offset(value_slice(text), length) : word_end(value_slice(text), length));
	if (value_is_nothing(end))
		buffer_add(run, &buffer, "...", 3);
	else
		value_append(run, &buffer, end);
	return buffer_value(&buffer, text.safe);
}

static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Runs of ASCII letters, digits and underscores; null when there is none. */
static struct value
filter_wordcount(struct render *run, const struct arguments *arguments)
{
	struct value given = argument(arguments, 0);
	struct slice text = value_truth(given) ? builtin_slice(run, "wordcount", given) : (struct slice){"", 0};
	double words = 0;

	render_step(run, text.length / 16);
	for (size_t i = 0; i < text.length; i++)
		words += is_word_byte(text.at[i]) && (i == 0 || !is_word_byte(text.at[i - 1]));
	return words > 0 ? value_number(words) : value_null();
}

static const struct builtin filters[] = {
	{"capitalize", filter_capitalize},
	{"center", filter_center},
	{"indent", filter_indent},
	{"lower", filter_lower},
	{"replace", filter_replace},
	{"string", filter_string},
	{"title", filter_title},
	{"trim", filter_trim},
	{"truncate", filter_truncate},
	{"upper", filter_upper},
	{"wordcount", filter_wordcount},
};

struct builtin_table
filters_of_text(void)
{
	return BUILTIN_TABLE(filters);
}
