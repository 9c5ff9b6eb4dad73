/*
 * regex.c - regular expressions of templates, matched by PCRE2.
 *
 * A backtracking matcher can take longer than anybody waits. So PCRE2 calls back in front of every item of the pattern it tries,
 * and each such step, and the text gone over since the last one, is charged to the render, whose limits end it. What a
 * pattern costs therefore depends on it and the text alone.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "render/regex_match.h"

#include <pcre2.h>

#include "text/unicode.h"

#define PATTERN_BYTES_MOST 4096

#define OPTIONS (PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF | \
				 PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT)

#define HEAP_KIBIBYTES 8192

struct matcher
{
	struct render *run;
	const struct regex *regex;
	pcre2_match_data *data;
	pcre2_match_context *context;
	size_t position; /* of the text, at the last step */
};

static void *
take_from_arena(PCRE2_SIZE size, void *arena)
{
	return arena_alloc(arena, size);
}

static void *
take_from_heap(PCRE2_SIZE size, void *run)
{
	return render_alloc(run, size);
}

static void
leave(void *memory, void *owner)
{
	(void) memory;
	(void) owner;
}

static bool
has_flag(struct slice flags, char flag)
{
	return flags.length > 0 && memchr(flags.at, flag, flags.length) != NULL;
}

/* What PCRE2 says of a pattern it does not take. */
static const char *
compile_error(struct arena *arena, int code)
{
	char text[128];

	if (pcre2_get_error_message(code, (PCRE2_UCHAR *) text, sizeof(text)) < 0)
		return "it is not valid";
	return arena_string(arena, text);
}

const struct regex *
regex_compile(struct arena *arena, struct slice pattern, struct slice flags, const char **error)
{
	pcre2_general_context *general = pcre2_general_context_create(take_from_arena, leave, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	uint32_t options = OPTIONS | (has_flag(flags, 'i') ? PCRE2_CASELESS : 0) | (has_flag(flags, 'y') ? PCRE2_ANCHORED : 0);
	struct regex *regex = arena_alloc(arena, sizeof(*regex));
	const char *translated;
	int code;
	PCRE2_SIZE offset;

	if (pattern.length > PATTERN_BYTES_MOST)
	{
		*error = "it is longer than 4096 bytes";
		return NULL;
	}
	translated = regex_translate(arena, pattern, has_flag(flags, 'm'), error);
	if (translated == NULL)
		return NULL;
	pcre2_set_parens_nest_limit(context, 64);
	*regex = (struct regex){pattern, flags, has_flag(flags, 'g'), translated, NULL};
	regex->code = pcre2_compile((PCRE2_SPTR) translated, PCRE2_ZERO_TERMINATED, options, &code, &offset, context);
	if (regex->code == NULL)
		*error = compile_error(arena, code);
	return regex->code != NULL ? regex : NULL;
}

/* Whether all of a text is UTF-8: PCRE2 would read beyond the end of one that is not. */
static bool
is_utf8(struct slice text)
{
	size_t at = 0;

	while (at < text.length)
	{
		size_t start = at;

		if (unicode_next(text, &at) == UNICODE_BROKEN && at == start + 1)
			return false;
	}
	return true;
}

/* Bytes of the group that is compared next, if one is. */
static size_t
compared_bytes(const struct regex *regex, const pcre2_callout_block *block)
{
	const char *next = regex->translated + block->pattern_position;
	size_t group;

	if (block->next_item_length < 2 || next[0] != '\\')
		return 0;
	if (next[1] == 'k')
		return block->subject_length;
	group = (size_t) (next[1] - '0');
	if (group < 1 || group > 9)
		return 0;
	if (block->next_item_length > 2)
		group = group * 10 + (size_t) (next[2] - '0');
	if (group >= block->capture_top || block->offset_vector[2 * group] == PCRE2_UNSET)
		return 0;
	return block->offset_vector[2 * group + 1] - block->offset_vector[2 * group];
}

static int
charge_step(pcre2_callout_block *block, void *data)
{
	struct matcher *matcher = data;
	size_t gone = block->current_position > matcher->position ? block->current_position - matcher->position : 0;

	matcher->position = block->current_position;
	render_step(matcher->run, 1 + (gone + compared_bytes(matcher->regex, block)) / 16);
	return 0;
}

void
matches_open(struct render *run, const struct regex *regex, struct slice text, struct matches *matches)
{
	pcre2_general_context *general = pcre2_general_context_create(take_from_heap, leave, run);
	struct matcher *matcher = render_alloc(run, sizeof(*matcher));

	render_step(run, 1 + text.length / 8);
	if (!is_utf8(text))
		render_fail(run, "a regular expression is asked of a text that is not UTF-8");
	*matches = (struct matches){.run = run, .regex = regex, .text = text, .matcher = matcher};
	*matcher = (struct matcher){.run = run, .regex = regex};
	matcher->data = pcre2_match_data_create_from_pattern(regex->code, general);
	matcher->context = pcre2_match_context_create(general);
	pcre2_set_heap_limit(matcher->context, HEAP_KIBIBYTES);
	pcre2_set_callout(matcher->context, charge_step, matcher);
}

bool
matches_find(struct matches *matches, size_t from)
{
	const char *text = matches->text.length > 0 ? matches->text.at : "";
	int found;

	if (from > matches->text.length)
		return false;
	matches->matcher->position = from;
	found = pcre2_match(matches->regex->code, (PCRE2_SPTR) text, matches->text.length, from, PCRE2_NO_UTF_CHECK,
						matches->matcher->data, matches->matcher->context);
	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		render_fail(matches->run, "the regular expression /%.*s/ takes too much time or memory", (int) matches->regex->pattern.length,
					matches->regex->pattern.at);
	render_step(matches->run, 1 + (found >= 0 ? 0 : (matches->text.length - from) / 16));
	matches->groups = pcre2_get_ovector_pointer(matches->matcher->data);
	matches->count = pcre2_get_ovector_count(matches->matcher->data);
	return found >= 0;
}

bool
regex_test(struct render *run, const struct regex *regex, struct slice text)
{
	struct matches matches;

	matches_open(run, regex, text, &matches);
	return matches_find(&matches, 0);
}

/* The number behind a $, of one digit or two, when there is such a group; `digits` is how many belong to it. */
static size_t
group_number(struct slice rest, size_t count, size_t *digits)
{
	size_t one = rest.length > 0 && rest.at[0] >= '0' && rest.at[0] <= '9' ? (size_t) (rest.at[0] - '0') : 0;
	bool two = rest.length > 1 && rest.at[0] >= '0' && rest.at[0] <= '9' && rest.at[1] >= '0' && rest.at[1] <= '9';
	size_t both = two ? one * 10 + (size_t) (rest.at[1] - '0') : 0;

	if (both > 0 && both < count)
	{
		*digits = 2;
		return both;
	}
	*digits = 1;
	return one < count ? one : 0;
}

/* Writes what a $ and what follows it stand for; answers the bytes read, 0 when the $ is just one. */
static size_t
expand_dollar(struct render *run, struct buffer *buffer, struct slice text, struct slice rest, const size_t *groups, size_t count)
{
	char sign = rest.length > 0 ? rest.at[0] : '\0';
	size_t digits;
	size_t group;

	if (sign == '$')
		buffer_byte(run, buffer, '$');
	else if (sign == '&')
		buffer_add(run, buffer, text.at + groups[0], groups[1] - groups[0]);
	else if (sign == '`')
		buffer_add(run, buffer, text.at, groups[0]);
	else if (sign == '\'')
		buffer_add(run, buffer, text.at + groups[1], text.length - groups[1]);
	else
	{
		group = group_number(rest, count, &digits);
		if (group == 0)
			return 0;
		if (groups[2 * group] != SIZE_MAX)
			buffer_add(run, buffer, text.at + groups[2 * group], groups[2 * group + 1] - groups[2 * group]);
		return digits;
	}
	return 1;
}

void
regex_expand(struct render *run, struct buffer *buffer, struct slice text, struct slice replacement, const size_t *groups, size_t count)
{
	size_t at = 0;

	render_step(run, 1 + replacement.length / 16);
	while (at < replacement.length)
	{
		const char *dollar = memchr(replacement.at + at, '$', replacement.length - at);
		size_t end = dollar != NULL ? (size_t) (dollar - replacement.at) : replacement.length;
		size_t read;

		buffer_add(run, buffer, replacement.at + at, end - at);
		if (dollar == NULL)
			return;
		read = expand_dollar(run, buffer, text, (struct slice){dollar + 1, replacement.length - end - 1}, groups, count);
		if (read == 0)
			buffer_byte(run, buffer, '$');
		at = end + 1 + read;
	}
}

struct value
regex_replace(struct render *run, const struct regex *regex, struct slice text, struct slice replacement)
{
	struct buffer buffer = {0};
	struct matches matches;
	size_t done = 0;
	size_t from = 0;

	matches_open(run, regex, text, &matches);
	while (matches_find(&matches, from))
	{
		buffer_add(run, &buffer, text.at + done, matches.groups[0] - done);
		regex_expand(run, &buffer, text, replacement, matches.groups, matches.count);
		done = matches.groups[1];
		if (!regex->global)
			break;
		from = done > matches.groups[0] ? done : unicode_behind(text, done);
	}
	buffer_add(run, &buffer, text.at + done, text.length - done);
	return buffer_value(&buffer, false);
}
