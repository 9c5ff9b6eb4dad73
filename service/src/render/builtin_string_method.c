/*
 * builtin_string_method.c - what can be called on a string: the methods of JavaScript that templates use.
 *
 * Positions count characters. What comes out is never safe, as in Nunjucks.
 */
#include "render/builtin_inside.h"

#include "render/regex_match.h"
#include "render/space.h"
#include "text/unicode.h"

static struct slice
self_text(const struct arguments *arguments)
{
	return value_slice(arguments->self);
}

static struct slice
text_argument(struct render *run, const struct arguments *arguments, unsigned index)
{
	return builtin_string(run, argument(arguments, index));
}

/* JavaScript's ToIntegerOrInfinity, kept within 0 and length. */
static size_t
clamped(double position, size_t length)
{
	if (!(position > 0))
		return 0;
	return position < (double) length ? (size_t) position : length;
}

static struct value
of_slice(struct slice text)
{
	return value_string(text.at, text.length);
}

/* The number of the character at a byte. */
static double
character_number(struct slice text, size_t byte)
{
	return (double) text_length((struct slice){text.at, byte});
}

static struct value
string_at(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	double index = trunc(builtin_number(run, arguments, 0, 0));
	double length = (double) text_length(text);

	if (isnan(index))
		index = 0;
	if (index < 0)
		index += length;
	if (index < 0 || index >= length)
		return value_undefined();
	return of_slice(builtin_characters(text, (size_t) index, (size_t) index + 1));
}

/* The character an argument counts to, empty beyond the ends. */
static struct slice
character(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	double index = trunc(builtin_number(run, arguments, 0, 0));

	if (isnan(index))
		index = 0;
	if (index < 0 || index >= (double) text.length)
		return (struct slice){"", 0};
	return builtin_characters(text, (size_t) index, (size_t) index + 1);
}

static struct value
string_char_at(struct render *run, const struct arguments *arguments)
{
	return of_slice(character(run, arguments));
}

static struct value
string_code_at(struct render *run, const struct arguments *arguments)
{
	struct slice found = character(run, arguments);
	size_t at = 0;

	return found.length > 0 ? value_number(unicode_next(found, &at)) : value_number(NAN);
}

static struct value
string_concat(struct render *run, const struct arguments *arguments)
{
	struct buffer buffer = {0};

	value_append(run, &buffer, arguments->self);
	for (unsigned i = 0; i < arguments->count; i++)
		value_append(run, &buffer, arguments->at[i]);
	return buffer_value(&buffer, false);
}

static struct value
string_ends_with(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	struct slice end = text_argument(run, arguments, 0);

	text.length = text_offset(text, clamped(builtin_number(run, arguments, 1, INFINITY), text.length));
	return value_boolean(end.length <= text.length && memcmp(text.at + text.length - end.length, end.at, end.length) == 0);
}

static struct value
string_starts_with(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	struct slice start = text_argument(run, arguments, 0);
	size_t from = text_offset(text, clamped(builtin_number(run, arguments, 1, 0), text.length));

	return value_boolean(start.length <= text.length - from && memcmp(text.at + from, start.at, start.length) == 0);
}

/* The byte at which argument 0 stands at or behind the character of argument 1; behind the text when it does not. */
static size_t
find_argument(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);

	return builtin_find(run, text, text_argument(run, arguments, 0),
						text_offset(text, clamped(builtin_number(run, arguments, 1, 0), text.length)));
}

static struct value
string_includes(struct render *run, const struct arguments *arguments)
{
	return value_boolean(find_argument(run, arguments) <= arguments->self.length);
}

static struct value
string_index_of(struct render *run, const struct arguments *arguments)
{
	size_t found = find_argument(run, arguments);

	return value_number(found <= arguments->self.length ? character_number(self_text(arguments), found) : -1);
}

static struct value
string_last_index_of(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	struct slice sought = text_argument(run, arguments, 0);
	double from = builtin_number(run, arguments, 1, INFINITY);
	size_t at = text_offset(text, clamped(isnan(from) ? INFINITY : from, text.length));

	if (sought.length > text.length)
		return value_number(-1);
	if (at > text.length - sought.length)
		at = text.length - sought.length;
	render_step(run, 1 + at / 16 * (1 + sought.length / 16));
	for (size_t end = at + 1; end-- > 0;)
		if (memcmp(text.at + end, sought.at, sought.length) == 0)
			return value_number(character_number(text, end));
	return value_number(-1);
}

/* Fills up to a length with a text, in front or behind. */
static struct value
pad(struct render *run, const struct arguments *arguments, bool in_front)
{
	struct slice text = self_text(arguments);
	struct value given = argument(arguments, 1);
	struct slice fill = given.kind == VALUE_UNDEFINED ? SLICE_OF(" ") : builtin_string(run, given);
	double missing = trunc(builtin_number(run, arguments, 0, 0)) - (double) text_length(text);
	double unit = (double) text_length(fill);
	struct buffer buffer = {0};

	if (!(missing > 0) || unit == 0)
		return of_slice(text);
	if (!in_front)
		buffer_add(run, &buffer, text.at, text.length);
	builtin_repeat(run, &buffer, fill, floor(missing / unit));
	buffer_add(run, &buffer, fill.at, text_offset(fill, (size_t) fmod(missing, unit)));
	if (in_front)
		buffer_add(run, &buffer, text.at, text.length);
	return buffer_value(&buffer, false);
}

static struct value
string_pad_end(struct render *run, const struct arguments *arguments)
{
	return pad(run, arguments, false);
}

static struct value
string_pad_start(struct render *run, const struct arguments *arguments)
{
	return pad(run, arguments, true);
}

static struct value
string_repeat(struct render *run, const struct arguments *arguments)
{
	double times = trunc(builtin_number(run, arguments, 0, 0));
	struct buffer buffer = {0};

	if (times < 0 || isinf(times))
		render_fail(run, "RangeError: Invalid count value: %s", builtin_tell(run, argument(arguments, 0)));
	builtin_repeat(run, &buffer, self_text(arguments), times);
	return buffer_value(&buffer, false);
}

/* Replaces the first or every occurrence of a text, with $& and the like in the replacement. */
static struct value
replace_text(struct render *run, const struct arguments *arguments, bool all)
{
	struct slice text = self_text(arguments);
	struct slice sought = text_argument(run, arguments, 0);
	struct slice replacement = text_argument(run, arguments, 1);
	struct buffer buffer = {0};
	size_t done = 0;

	for (size_t found = builtin_find(run, text, sought, 0); found <= text.length;)
	{
		size_t group[2] = {found, found + sought.length};

		render_step(run, 1);
		buffer_add(run, &buffer, text.at + done, found - done);
		regex_expand(run, &buffer, text, replacement, group, 1);
		done = group[1];
		if (!all)
			break;
		found = builtin_find(run, text, sought, sought.length > 0 ? done : unicode_behind(text, done));
	}
	buffer_add(run, &buffer, text.at + done, text.length - done);
	return buffer_value(&buffer, false);
}

static struct value
string_replace(struct render *run, const struct arguments *arguments)
{
	struct value sought = argument(arguments, 0);

	if (sought.kind == VALUE_REGEX)
		return regex_replace(run, sought.regex, self_text(arguments), text_argument(run, arguments, 1));
	return replace_text(run, arguments, false);
}

static struct value
string_replace_all(struct render *run, const struct arguments *arguments)
{
	struct value sought = argument(arguments, 0);

	if (sought.kind != VALUE_REGEX)
		return replace_text(run, arguments, true);
	if (!sought.regex->global)
		render_fail(run, "String.prototype.replaceAll called with a non-global RegExp argument");
	return string_replace(run, arguments);
}

static struct value
string_slice(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	size_t length = text_length(text);
	size_t from = builtin_index(builtin_number(run, arguments, 0, 0), length);
	size_t to = builtin_index(builtin_number(run, arguments, 1, INFINITY), length);

	render_step(run, text.length / 16);
	return of_slice(builtin_characters(text, from, to));
}

static struct value
string_substring(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	size_t from = clamped(builtin_number(run, arguments, 0, 0), text.length);
	size_t to = clamped(builtin_number(run, arguments, 1, INFINITY), text.length);

	render_step(run, text.length / 16);
	return of_slice(from < to ? builtin_characters(text, from, to) : builtin_characters(text, to, from));
}

static struct value
string_substr(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	size_t length = text_length(text);
	size_t from = builtin_index(builtin_number(run, arguments, 0, 0), length);
	size_t taken = clamped(builtin_number(run, arguments, 1, INFINITY), length - from);

	render_step(run, text.length / 16);
	return of_slice(builtin_characters(text, from, from + taken));
}

/* Pieces of a text, as they come; those beyond `most` are left out. */
struct pieces
{
	struct list *list;
	double most;
};

static void
pieces_add(struct render *run, struct pieces *pieces, struct slice text, size_t from, size_t to)
{
	render_step(run, 1);
	if (pieces->list->count < pieces->most)
		list_add(run, pieces->list, from <= to && to <= text.length ? value_string(text.at + from, to - from) : value_undefined());
}

/* Cuts where the expression matches something; its groups stand between the pieces. */
static void
split_by_regex(struct render *run, struct slice text, const struct regex *regex, struct pieces *pieces)
{
	struct matches matches;
	size_t done = 0;
	size_t from = 0;

	matches_open(run, regex, text, &matches);
	if (text.length == 0 && matches_find(&matches, 0))
		return;
	while (matches_find(&matches, from) && matches.groups[0] < text.length)
	{
		size_t start = matches.groups[0];
		size_t end = matches.groups[1];

		/* Nothing, found where the last piece ended, cuts nothing. */
		if (end > done)
		{
			pieces_add(run, pieces, text, done, start);
			for (size_t i = 1; i < matches.count; i++)
				pieces_add(run, pieces, text, matches.groups[2 * i], matches.groups[2 * i + 1]);
			done = end;
		}
		from = end > start ? end : unicode_behind(text, end);
	}
	pieces_add(run, pieces, text, done, text.length);
}

static void
split_by_text(struct render *run, struct slice text, struct slice separator, struct pieces *pieces)
{
	size_t done = 0;

	for (size_t found = builtin_find(run, text, separator, 0); found <= text.length; found = builtin_find(run, text, separator, done))
	{
		pieces_add(run, pieces, text, done, found);
		done = found + separator.length;
	}
	pieces_add(run, pieces, text, done, text.length);
}

static struct value
string_split(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	struct value separator = argument(arguments, 0);
	struct pieces pieces = {list_new(run, 4), builtin_number(run, arguments, 1, INFINITY)};

	if (separator.kind == VALUE_REGEX)
		split_by_regex(run, text, separator.regex, &pieces);
	else if (separator.kind == VALUE_UNDEFINED)
		pieces_add(run, &pieces, text, 0, text.length);
	else if (builtin_string(run, separator).length > 0)
		split_by_text(run, text, builtin_string(run, separator), &pieces);
	else
		for (size_t at = 0; at < text.length;)
		{
			size_t start = at;

			unicode_next(text, &at);
			pieces_add(run, &pieces, text, start, at);
		}
	return value_list(pieces.list);
}

static const struct regex *
regex_argument(struct render *run, const struct arguments *arguments, const char *who)
{
	struct value sought = argument(arguments, 0);

	if (sought.kind != VALUE_REGEX)
		builtin_wrong(run, who, "a regular expression", sought);
	return sought.regex;
}

/* The match and its groups, or with flag g all matches; null when there is none. */
static struct value
string_match(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	const struct regex *regex = regex_argument(run, arguments, "match");
	struct pieces pieces = {list_new(run, 4), INFINITY};
	struct matches matches;
	size_t from = 0;

	matches_open(run, regex, text, &matches);
	if (!matches_find(&matches, 0))
		return value_null();
	if (!regex->global)
		for (size_t i = 0; i < matches.count; i++)
			pieces_add(run, &pieces, text, matches.groups[2 * i], matches.groups[2 * i + 1]);
	while (regex->global && matches_find(&matches, from))
	{
		pieces_add(run, &pieces, text, matches.groups[0], matches.groups[1]);
		from = matches.groups[1] > matches.groups[0] ? matches.groups[1] : unicode_behind(text, matches.groups[1]);
	}
	return value_list(pieces.list);
}

static struct value
string_search(struct render *run, const struct arguments *arguments)
{
	struct matches matches;

	matches_open(run, regex_argument(run, arguments, "search"), self_text(arguments), &matches);
	return value_number(matches_find(&matches, 0) ? character_number(self_text(arguments), matches.groups[0]) : -1);
}

static struct value
string_lower(struct render *run, const struct arguments *arguments)
{
	struct buffer buffer = {0};

	builtin_lower(run, &buffer, self_text(arguments));
	return buffer_value(&buffer, false);
}

static struct value
string_upper(struct render *run, const struct arguments *arguments)
{
	struct buffer buffer = {0};

	builtin_upper(run, &buffer, self_text(arguments));
	return buffer_value(&buffer, false);
}

static struct value
string_itself(struct render *run, const struct arguments *arguments)
{
	(void) run;
	return of_slice(self_text(arguments));
}

static struct value
string_trim(struct render *run, const struct arguments *arguments)
{
	render_step(run, arguments->self.length / 16);
	return of_slice(builtin_trim(self_text(arguments)));
}

static struct value
string_trim_start(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);
	const char *start = space_skip(text.at, text.at + text.length);

	render_step(run, text.length / 16);
	return value_string(start, (size_t) (text.at + text.length - start));
}

static struct value
string_trim_end(struct render *run, const struct arguments *arguments)
{
	struct slice text = self_text(arguments);

	render_step(run, text.length / 16);
	return value_string(text.at, (size_t) (space_skip_back(text.at, text.at + text.length) - text.at));
}

static const struct builtin methods[] = {
	{"at", string_at},
	{"charAt", string_char_at},
	{"charCodeAt", string_code_at},
	{"codePointAt", string_code_at},
	{"concat", string_concat},
	{"endsWith", string_ends_with},
	{"includes", string_includes},
	{"indexOf", string_index_of},
	{"lastIndexOf", string_last_index_of},
	{"match", string_match},
	{"padEnd", string_pad_end},
	{"padStart", string_pad_start},
	{"repeat", string_repeat},
	{"replace", string_replace},
	{"replaceAll", string_replace_all},
	{"search", string_search},
	{"slice", string_slice},
	{"split", string_split},
	{"startsWith", string_starts_with},
	{"substr", string_substr},
	{"substring", string_substring},
	{"toLocaleLowerCase", string_lower},
	{"toLocaleUpperCase", string_upper},
	{"toLowerCase", string_lower},
	{"toString", string_itself},
	{"toUpperCase", string_upper},
	{"trim", string_trim},
	{"trimEnd", string_trim_end},
	{"trimLeft", string_trim_start},
	{"trimRight", string_trim_end},
	{"trimStart", string_trim_start},
	{"valueOf", string_itself},
};

struct builtin_table
methods_of_strings(void)
{
	return BUILTIN_TABLE(methods);
}

static struct value
regex_test_method(struct render *run, const struct arguments *arguments)
{
	struct slice text = text_argument(run, arguments, 0);

	return value_boolean(regex_test(run, arguments->self.regex, text));
}

static const struct builtin regex_methods[] = {
	{"test", regex_test_method},
};

struct builtin_table
methods_of_regexes(void)
{
	return BUILTIN_TABLE(regex_methods);
}
