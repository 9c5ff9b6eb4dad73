/*
 * env_file.c - reads lines NAME=VALUE.
 */
#include "config/env_file.h"

#include <string.h>

/* The value without the quotes of the shell. */
static struct slice
unquoted(struct slice value)
{
	while (value.length > 0 && (value.at[value.length - 1] == ' ' || value.at[value.length - 1] == '\r'))
		value.length--;
	if (value.length >= 2 && (value.at[0] == '\'' || value.at[0] == '"') && value.at[value.length - 1] == value.at[0])
		return (struct slice){value.at + 1, value.length - 2};
	return value;
}

bool
env_file_next(const char **text, struct env_line *line)
{
	static const char export[] = "export ";

	while (**text != '\0')
	{
		struct slice all = {*text, strcspn(*text, "\n")};
		const char *equals;

		*text += all.length + ((*text)[all.length] == '\n');
		line->number++;
		if (all.length > 0 && all.at[all.length - 1] == '\r')
			all.length--;
		all = slice_trimmed(all);
		if (all.length == 0 || all.at[0] == '#')
			continue;
		if (slice_starts(all, export))
			all = (struct slice){all.at + sizeof(export) - 1, all.length - sizeof(export) + 1};
		equals = memchr(all.at, '=', all.length);
		line->whole = equals != NULL;
		line->name = (struct slice){all.at, equals != NULL ? (size_t) (equals - all.at) : all.length};
		line->value = equals != NULL ? unquoted((struct slice){equals + 1, all.length - line->name.length - 1}) : (struct slice){0};
		return true;
	}
	return false;
}

const char *
env_file_value(struct arena *arena, const char *text, const char *name)
{
	struct env_line line = {0};
	struct slice value = {0};

	while (env_file_next(&text, &line))
	{
		if (line.whole && slice_is(line.name, name))
			value = line.value;
	}
	return value.length > 0 ? arena_copy(arena, value.at, value.length) : NULL;
}
