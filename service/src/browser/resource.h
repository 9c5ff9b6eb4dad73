/*
 * resource.h - what belongs to a document: its style sheets, fonts and images, found by their path.
 */
#ifndef VOYGEN_BROWSER_RESOURCE_H
#define VOYGEN_BROWSER_RESOURCE_H

#include <stddef.h>

#include "memory/arena.h"
#include "text/slice.h"

enum resource_answer
{
	RESOURCE_FOUND,
	RESOURCE_MISSING,
	RESOURCE_TOO_LARGE /* it has more bytes than were allowed */
};

/*
 * Looks for the resource at a path, which has neither a leading slash nor escapes and is whatever the document says: not
 * to be trusted. At most `most` bytes; they must live until the next is looked for, and may be in the arena.
 */
typedef enum resource_answer resource_find(void *context, struct arena *arena, const char *path, size_t most, struct slice *bytes);

/* The media type for the ending of a path; one that is not known is application/octet-stream. */
const char *resource_type(const char *path);

/* The path of an address below `base`: without query and fragment, escapes undone, copied. NULL when the address is not
 * below it, is that itself, or holds an escape that is none or a NUL. */
const char *resource_path(struct arena *arena, const char *base, const char *address);

#endif
