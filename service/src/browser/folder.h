/*
 * folder.h - resources of a document out of a folder, and nothing that lies outside of it.
 */
#ifndef VOYGEN_BROWSER_FOLDER_H
#define VOYGEN_BROWSER_FOLDER_H

#include <stdbool.h>

#include "browser/resource.h"
#include "failure/failure.h"

struct folder
{
	int handle;
};

bool folder_open(struct arena *arena, struct folder *folder, const char *path, struct failure *failure);
void folder_close(struct folder *folder);

/* A resource_find whose context is the folder. Only regular files count, no path with `..` in it, and no symbolic link
 * is followed on the way to one. */
enum resource_answer folder_find(void *context, struct arena *arena, const char *path, size_t most, struct slice *bytes);

#endif
