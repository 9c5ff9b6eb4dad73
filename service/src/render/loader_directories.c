/*
 * loader_directories.c - finds the file of a template.
 */
#include "render/loader_directories.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "text/read.h"

/* A name of parts that are no "..", not absolute, without NUL: what it names lies below the directory. */
static bool
is_inside(struct slice name)
{
	if (name.length == 0 || name.at[0] == '/' || memchr(name.at, '\0', name.length) != NULL)
		return false;
	for (size_t at = 0; at < name.length;)
	{
		const char *slash = memchr(name.at + at, '/', name.length - at);
		size_t end = slash != NULL ? (size_t) (slash - name.at) : name.length;

		if (slice_is((struct slice){name.at + at, end - at}, ".."))
			return false;
		at = end + 1;
	}
	return true;
}

enum template_load
loader_directories_load(void *owner, struct slice name, struct slice *source)
{
	struct loader_directories *loader = owner;

	if (!is_inside(name))
		return TEMPLATE_MISSING;
	for (int i = 0; i < loader->count; i++)
	{
		char *path = arena_format(loader->arena, "%s/%.*s", loader->paths[i], (int) name.length, name.at);
		struct failure failure;
		struct text text;

		if (access(path, F_OK) != 0)
			continue;
		if (!read_text(loader->arena, path, &text, &failure))
		{
			*source = slice_of(failure.message);
			return TEMPLATE_UNREADABLE;
		}
		*source = (struct slice){text.bytes, text.length};
		return TEMPLATE_FOUND;
	}
	return TEMPLATE_MISSING;
}
