/*
 * tool_tags.c
 *	  Reading the tags that comments carry.
 *
 * A function's comment is read by lines: the first is the title, those up to
 * the first tag the description; a line that opens with a tag belongs to it
 * together with the lines that follow. The text of a @param, like a column's
 * comment, may hold tags of its own anywhere.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "pg/tool_tags.h"

/* The bytes of [from, to) without blanks at either end. */
static char *
trimmed(const char *from, const char *to)
{
	while (from < to && isspace((unsigned char) *from))
		from++;
	while (to > from && isspace((unsigned char) to[-1]))
		to--;
	return pnstrdup(from, to - from);
}

/* The same with every run of blanks and line ends made one blank. */
static char *
one_line(const char *from, const char *to)
{
	char *text = trimmed(from, to);
	char *out = text;

	for (const char *at = text; *at != '\0'; at++)
	{
		if (!isspace((unsigned char) *at))
			*out++ = *at;
		else if (out[-1] != ' ')
			*out++ = ' ';
	}
	*out = '\0';
	return text;
}

/* Takes the next word off *at. */
static char *
next_word(const char **at)
{
	const char *from;

	while (isspace((unsigned char) **at))
		(*at)++;
	from = *at;
	while (**at != '\0' && !isspace((unsigned char) **at))
		(*at)++;
	return pnstrdup(from, *at - from);
}

/* The length of the word behind an @, or 0 when it opens no tag: a tag stands
 * at the start of a word, which an e-mail address does not. */
static size_t
tag_length(const char *comment, const char *at)
{
	size_t length = 0;

	if (*at != '@' || (at > comment && !isspace((unsigned char) at[-1])))
		return 0;
	while (islower((unsigned char) at[1 + length]) || at[1 + length] == '_')
		length++;
	return length;
}

static bool
tag_is(const char *at, size_t length, const char *name)
{
	return strlen(name) == length && strncmp(at + 1, name, length) == 0;
}

/* Reads one tag of a value, leaving *at behind it; false for an unknown one. */
static bool
value_tag(const char *comment, const char **at, size_t length, value_tags *tags)
{
	const char *tag = *at;
	const char *value = *at + 1 + length;

	*at = value;
	if (tag_is(tag, length, "required"))
		tags->required = true;
	else if (tag_is(tag, length, "redact"))
		tags->redact = true;
	else if (tag_is(tag, length, "min"))
		tags->min = next_word(at);
	else if (tag_is(tag, length, "max"))
		tags->max = next_word(at);
	else if (tag_is(tag, length, "max_items"))
		tags->max_items = next_word(at);
	else if (tag_is(tag, length, "items"))
		tags->items = next_word(at);
	else if (tag_is(tag, length, "format"))
		tags->format = next_word(at);
	else if (tag_is(tag, length, "unit"))
		tags->unit = next_word(at);
	else if (tag_is(tag, length, "example"))
	{
		/* an example may hold blanks: it ends at the next tag or line */
		while (**at != '\0' && **at != '\n' && tag_length(comment, *at) == 0)
			(*at)++;
		tags->example = trimmed(value, *at);
	}
	else
		return false;
	return true;
}

void
value_tags_read(const char *comment, value_tags *tags, List **problems)
{
	StringInfoData text;
	const char *at = comment;

	memset(tags, 0, sizeof(*tags));
	if (comment == NULL)
		return;
	initStringInfo(&text);
	while (*at != '\0')
	{
		size_t length = tag_length(comment, at);

		if (length == 0)
			appendStringInfoChar(&text, *at++);
		else if (!value_tag(comment, &at, length, tags))
			*problems = lappend(*problems, psprintf("unknown tag @%.*s", (int) length, at - length));
	}
	tags->text = one_line(text.data, text.data + text.len);
}

/* Adds the names of "@required a, b". */
static void
required_names(tool_tags *tags, const char *text)
{
	while (*text != '\0')
	{
		const char *from;

		while (*text == ',' || isspace((unsigned char) *text))
			text++;
		from = text;
		while (*text != '\0' && *text != ',' && !isspace((unsigned char) *text))
			text++;
		if (text > from)
			tags->required = lappend(tags->required, pnstrdup(from, text - from));
	}
}

/* Reads one tagged section: the tag's name and all text up to the next. */
static void
tool_tag(tool_tags *tags, const char *name, const char *text, List **problems)
{
	if (strcmp(name, "param") == 0)
	{
		param_tags *param = palloc0(sizeof(*param));

		param->name = next_word(&text);
		value_tags_read(text, &param->tags, problems);
		tags->params = lappend(tags->params, param);
	}
	else if (strcmp(name, "required") == 0)
		required_names(tags, text);
	else if (strcmp(name, "example") == 0)
		tags->examples = lappend(tags->examples, trimmed(text, text + strlen(text)));
	else if (strcmp(name, "destructive") == 0)
		tags->destructive = true;
	else if (strcmp(name, "idempotent") == 0)
		tags->idempotent = true;
	else if (strcmp(name, "open_world") == 0)
		tags->open_world = true;
	else if (strcmp(name, "page") == 0)
		tags->page = trimmed(text, text + strlen(text));
	else if (strcmp(name, "job") == 0)
		tags->job_result = trimmed(text, text + strlen(text));
	else
		*problems = lappend(*problems, psprintf("unknown tag @%s", name));
}

/* The end of the section that begins at from: the next line with a tag. */
static const char *
section_end(const char *comment, const char *from)
{
	const char *line = strchr(from, '\n');

	while (line != NULL)
	{
		const char *at = line + 1;

		while (*at == ' ' || *at == '\t')
			at++;
		if (tag_length(comment, at) > 0)
			return line + 1;
		line = strchr(at, '\n');
	}
	return from + strlen(from);
}

void
tool_tags_read(const char *comment, tool_tags *tags, List **problems)
{
	const char *at = comment;
	const char *end;
	const char *line;

	memset(tags, 0, sizeof(*tags));
	if (comment == NULL)
		return;
	end = tag_length(comment, comment) > 0 ? comment : section_end(comment, comment);
	line = memchr(comment, '\n', end - comment);
	if (line == NULL)
		line = end;
	tags->title = trimmed(comment, line);
	tags->description = trimmed(line, end);
	for (at = end; *at != '\0'; at = end)
	{
		size_t length;

		while (isspace((unsigned char) *at))
			at++;
		if (*at == '\0')
			break;
		length = tag_length(comment, at);
		end = section_end(comment, at);
		tool_tag(tags, pnstrdup(at + 1, length), pnstrdup(at + 1 + length, end - at - 1 - length), problems);
	}
}
