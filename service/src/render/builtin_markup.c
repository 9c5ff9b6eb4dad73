/*
 * builtin_markup.c - filters between text and HTML or addresses: escape, safe, nl2br, striptags, urlencode, urlize.
 */
#include "render/builtin_inside.h"

#include "render/space.h"

static struct value
safe_string(struct value text)
{
	text.safe = true;
	return text;
}

/* JavaScript's String(value), but "" for undefined and null. */
static struct value
printed(struct render *run, struct value value)
{
	return value_is_nothing(value) ? value_word("") : value_to_string(run, value);
}

static struct value
filter_forceescape(struct render *run, const struct arguments *arguments)
{
	struct value text = printed(run, argument(arguments, 0));
	struct buffer buffer = {0};

	render_step(run, text.length / 16);
	buffer_escape(run, &buffer, value_slice(text));
	return buffer_value(&buffer, true);
}

static struct value
filter_escape(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);

	if (value.kind == VALUE_STRING && value.safe)
		return value;
	return filter_forceescape(run, arguments);
}

static struct value
filter_safe(struct render *run, const struct arguments *arguments)
{
	return safe_string(printed(run, argument(arguments, 0)));
}

static struct value
filter_nl2br(struct render *run, const struct arguments *arguments)
{
	struct value text = argument(arguments, 0);
	struct slice all;
	struct buffer buffer = {0};
	size_t done = 0;

	if (value_is_nothing(text))
		return value_word("");
	all = builtin_slice(run, "nl2br", text);
	for (size_t found = builtin_find(run, all, SLICE_OF("\n"), 0); found < all.length; found = builtin_find(run, all, SLICE_OF("\n"), done))
	{
		size_t end = found > done && all.at[found - 1] == '\r' ? found - 1 : found;

		buffer_add(run, &buffer, all.at + done, end - done);
		buffer_add(run, &buffer, "<br />\n", strlen("<br />\n"));
		done = found + 1;
	}
	buffer_add(run, &buffer, all.at + done, all.length - done);
	return buffer_value(&buffer, text.safe);
}

/* ---- striptags ---- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a text has no more of from some place on, so that it is not sought again and again. */
struct missing
{
	bool tag_end;
	bool comment_end;
};

/*
 * The length of the tag or comment that begins at a byte; 0 when none does. A tag is "<" or "</", a name of a letter, letters and
 * digits that no underscore follows, and everything up to ">".
 */
static size_t
tag_length(struct render *run, struct slice text, size_t start, struct missing *missing)
{
	bool comment = slice_starts((struct slice){text.at + start, text.length - start}, "<!--");
	size_t at = start + (comment ? strlen("<!--") : 1);
	size_t end = text.length + 1;

	if (!comment)
	{
		if (at < text.length && text.at[at] == '/')
			at++;
		if (at == text.length || !is_letter(text.at[at]))
			return 0;
		while (at < text.length && (is_letter(text.at[at]) || is_digit(text.at[at])))
			at++;
		if (at == text.length || text.at[at] == '_')
			return 0;
	}
	if (!*(comment ? &missing->comment_end : &missing->tag_end))
		end = builtin_find(run, text, comment ? SLICE_OF("-->") : SLICE_OF(">"), at);
	if (end < text.length)
		return end + (comment ? strlen("-->") : 1) - start;
	*(comment ? &missing->comment_end : &missing->tag_end) = true;
	return 0;
}

static struct value
without_tags(struct render *run, struct slice text)
{
	struct missing missing = {false, false};
	struct buffer buffer = {0};
	size_t done = 0;

	for (size_t found = builtin_find(run, text, SLICE_OF("<"), 0); found < text.length;)
	{
		size_t length = tag_length(run, text, found, &missing);

		buffer_add(run, &buffer, text.at + done, found - done);
		done = found + length;
		found = builtin_find(run, text, SLICE_OF("<"), length > 0 ? done : found + 1);
	}
	buffer_add(run, &buffer, text.at + done, text.length - done);
	return buffer_value(&buffer, false);
}

/* Every run of white space becomes one blank. */
static void
squash_blanks(struct render *run, struct buffer *buffer, struct slice text)
{
	const char *end = text.at + text.length;

	for (const char *at = text.at; at < end;)
	{
		const char *word = at;

		while (at < end && space_at(at, end) == 0)
			at++;
		buffer_add(run, buffer, word, (size_t) (at - word));
		if (at < end)
			buffer_byte(run, buffer, ' ');
		at = space_skip(at, end);
	}
}

/* Blanks at the ends of a line go, others become one. */
static void
add_line(struct render *run, struct buffer *buffer, struct slice line)
{
	while (line.length > 0 && line.at[0] == ' ')
		line = (struct slice){line.at + 1, line.length - 1};
	while (line.length > 0 && line.at[line.length - 1] == ' ')
		line.length--;
	for (size_t i = 0; i < line.length; i++)
		if (line.at[i] != ' ' || line.at[i - 1] != ' ')
			buffer_byte(run, buffer, line.at[i]);
}

/* The lines stay, trimmed; of empty ones between them no more than one. */
static void
squash_lines(struct render *run, struct buffer *buffer, struct slice text)
{
	size_t ends = 0;

	while (text.length > 0)
	{
		const char *end = memchr(text.at, '\n', text.length);
		size_t length = end != NULL ? (size_t) (end - text.at) : text.length;
		size_t shown = length > 0 && end != NULL && text.at[length - 1] == '\r' ? length - 1 : length;
		size_t before = buffer->length;

		render_step(run, 1);
		add_line(run, buffer, (struct slice){text.at, shown});
		if (buffer->length > before)
			ends = 0;
		if (end == NULL)
			return;
		if (ends++ < 2)
			buffer_byte(run, buffer, '\n');
		text = (struct slice){end + 1, text.length - length - 1};
	}
}

static struct value
filter_striptags(struct render *run, const struct arguments *arguments)
{
	struct value text = builtin_text(run, "striptags", argument(arguments, 0));
	struct slice stripped = value_slice(without_tags(run, value_slice(text)));
	struct buffer buffer = {0};

	stripped = builtin_trim(stripped);
	render_step(run, stripped.length / 8);
	if (value_truth(argument_named(arguments, 1, "preserve_linebreaks")))
		squash_lines(run, &buffer, stripped);
	else
		squash_blanks(run, &buffer, stripped);
	return buffer_value(&buffer, text.safe);
}

/* ---- urlencode ---- */

static bool
is_unreserved(char c)
{
	return is_letter(c) || is_digit(c) || (c != '\0' && strchr("-_.!~*'()", c) != NULL);
}

/* JavaScript's encodeURIComponent. */
static void
add_encoded(struct render *run, struct buffer *buffer, struct slice text)
{
	render_step(run, 1 + text.length / 8);
	for (size_t i = 0; i < text.length; i++)
	{
		unsigned char byte = (unsigned char) text.at[i];
		char escape[3] = {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};

		if (is_unreserved(text.at[i]))
			buffer_byte(run, buffer, text.at[i]);
		else
			buffer_add(run, buffer, escape, sizeof(escape));
	}
}

static void
add_pair(struct render *run, struct buffer *buffer, struct slice name, struct slice value)
{
	if (buffer->length > 0)
		buffer_byte(run, buffer, '&');
	add_encoded(run, buffer, name);
	buffer_byte(run, buffer, '=');
	add_encoded(run, buffer, value);
}

static void
encode_list(struct render *run, struct buffer *buffer, const struct list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
	{
		struct value pair = list->items[i];

		if (value_is_nothing(pair))
			builtin_wrong(run, "urlencode", "pairs of name and value", pair);
		add_pair(run, buffer, builtin_string(run, builtin_own(run, pair, value_number(0))),
				 builtin_string(run, builtin_own(run, pair, value_number(1))));
	}
}

static void
encode_dict(struct render *run, struct buffer *buffer, struct dict *dict)
{
	dict_order(run, dict);
	for (uint32_t i = 0; i < dict->count; i++)
	{
		struct key key = dict->entries[i].key;

		add_pair(run, buffer, (struct slice){key.bytes, key.length}, builtin_string(run, dict->entries[i].value));
	}
}

static struct value
filter_urlencode(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	struct buffer buffer = {0};

	if (value.kind == VALUE_STRING)
		add_encoded(run, &buffer, value_slice(value));
	else if (value.kind == VALUE_LIST)
		encode_list(run, &buffer, value.list);
	else if (value.kind == VALUE_DICT)
		encode_dict(run, &buffer, value.dict);
	return buffer_value(&buffer, false);
}

/* ---- urlize ---- */

/* A word without one bracket in front and one sign of punctuation behind. */
static struct slice
bare_word(struct slice word)
{
	static const char *const openings[] = {"(", "<", "&lt;"};
	static const char *const closings[] = {".", ",", ")", "&gt;"};

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		if (slice_starts(word, openings[i]))
		{
			word = (struct slice){word.at + strlen(openings[i]), word.length - strlen(openings[i])};
			break;
		}
	for (size_t i = 0; i < sizeof(closings) / sizeof(closings[0]); i++)
	{
		size_t length = strlen(closings[i]);

		if (word.length >= length && memcmp(word.at + word.length - length, closings[i], length) == 0)
			return (struct slice){word.at, word.length - length};
	}
	return word;
}

/* Letters, digits and hyphens between dots, of which there is at least one. */
static bool
is_domain(struct slice text)
{
	size_t dots = 0;
	bool empty = true;

	for (size_t i = 0; i < text.length; i++)
	{
		char c = text.at[i];

		if (c == '.' && empty)
			return false;
		if (c != '.' && c != '-' && !is_letter(c) && !is_digit(c))
			return false;
		empty = c == '.';
		dots += c == '.';
	}
	return !empty && dots > 0;
}

static bool
is_email(struct slice word)
{
	const char *at = word.length > 0 ? memchr(word.at, '@', word.length) : NULL;
	size_t name = at != NULL ? (size_t) (at - word.at) : 0;

	if (name == 0)
		return false;
	for (size_t i = 0; i < name; i++)
		if (!is_letter(word.at[i]) && !is_digit(word.at[i]) && (word.at[i] == '\0' || strchr("_.!#$%&'*+-/=?^`{|}~", word.at[i]) == NULL))
			return false;
	return is_domain((struct slice){at + 1, word.length - name - 1});
}

/* Has .org, .net or .com at its end or in front of a port or path. */
static bool
has_top_domain(struct slice word)
{
	for (size_t i = 0; i + 4 <= word.length; i++)
	{
		if (word.at[i] != '.' || (i + 4 < word.length && word.at[i + 4] != ':' && word.at[i + 4] != '/'))
			continue;
		if (memcmp(word.at + i, ".org", 4) == 0 || memcmp(word.at + i, ".net", 4) == 0 || memcmp(word.at + i, ".com", 4) == 0)
			return true;
	}
	return false;
}

/* How links are made. */
struct linking
{
	double shown; /* characters of an address */
	bool nofollow;
};

static void
add_link(struct render *run, struct buffer *buffer, const char *scheme, struct slice address, struct slice shown, bool nofollow)
{
	buffer_add(run, buffer, "<a href=\"", strlen("<a href=\""));
	buffer_add(run, buffer, scheme, strlen(scheme));
	buffer_add(run, buffer, address.at, address.length);
	buffer_byte(run, buffer, '"');
	if (nofollow)
		buffer_add(run, buffer, " rel=\"nofollow\"", strlen(" rel=\"nofollow\""));
	buffer_byte(run, buffer, '>');
	buffer_add(run, buffer, shown.at, shown.length);
	buffer_add(run, buffer, "</a>", strlen("</a>"));
}

static void
add_word(struct render *run, struct buffer *buffer, struct slice word, const struct linking *linking)
{
	struct slice bare = bare_word(word);
	struct slice shown = builtin_characters(bare, 0, linking->shown < (double) bare.length ? (size_t) linking->shown : bare.length);

	if (slice_starts(bare, "http://") || slice_starts(bare, "https://"))
		add_link(run, buffer, "", bare, shown, linking->nofollow);
	else if (slice_starts(bare, "www."))
		add_link(run, buffer, "http://", bare, shown, linking->nofollow);
	else if (is_email(bare))
		add_link(run, buffer, "mailto:", bare, bare, false);
	else if (has_top_domain(bare))
		add_link(run, buffer, "http://", bare, shown, linking->nofollow);
	else
		buffer_add(run, buffer, word.at, word.length);
}

/* Characters of an address that are shown: all unless told; nothing that is no number above zero. */
static double
shown_length(struct render *run, struct value given)
{
	double length;

	if (given.kind == VALUE_UNDEFINED || (given.kind == VALUE_NUMBER && isnan(given.number)))
		return INFINITY;
	length = value_to_number(run, given);
	return length > 0 ? length : 0;
}

static struct value
filter_urlize(struct render *run, const struct arguments *arguments)
{
	struct slice text = builtin_slice(run, "urlize", argument(arguments, 0));
	struct value nofollow = argument_named(arguments, 2, "nofollow");
	struct linking linking = {shown_length(run, argument_named(arguments, 1, "length")),
							  nofollow.kind == VALUE_BOOLEAN && nofollow.boolean};
	const char *end = text.at + text.length;
	struct buffer buffer = {0};

	for (const char *at = text.at; at < end;)
	{
		const char *word = at;
		const char *blank;

		while (at < end && space_at(at, end) == 0)
			at++;
		blank = at;
		at = space_skip(at, end);
		render_step(run, 1 + (size_t) (at - word) / 8);
		add_word(run, &buffer, (struct slice){word, (size_t) (blank - word)}, &linking);
		buffer_add(run, &buffer, blank, (size_t) (at - blank));
	}
	return buffer_value(&buffer, false);
}

static const struct builtin filters[] = {
	{"e", filter_escape},
	{"escape", filter_escape},
	{"forceescape", filter_forceescape},
	{"nl2br", filter_nl2br},
	{"safe", filter_safe},
	{"striptags", filter_striptags},
	{"urlencode", filter_urlencode},
	{"urlize", filter_urlize},
};

struct builtin_table
filters_of_markup(void)
{
	return BUILTIN_TABLE(filters);
}
