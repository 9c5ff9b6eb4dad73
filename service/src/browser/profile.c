/*
 * profile.c - makes and removes the browser's folder.
 */
#include "browser/profile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A browser makes folders within folders to a depth of about six. */
#define DEPTH_MOST 40

const char *
profile_make(struct arena *arena, const char *folder, uid_t uid, gid_t gid, struct failure *failure)
{
	char *path = arena_format(arena, "%s/voygen-browser-XXXXXX", folder);

	if (mkdtemp(path) == NULL)
	{
		failure_set(failure, "unavailable",
					arena_format(arena, "cannot make a folder for the browser in %s: %s", folder, strerror(errno)), NULL);
		return NULL;
	}
	if (geteuid() == 0 && chown(path, uid, gid) != 0)
	{
		failure_set(failure, "unavailable",
					arena_format(arena, "cannot give %s to user %u: %s", path, (unsigned) uid, strerror(errno)), NULL);
		rmdir(path);
		return NULL;
	}
	return path;
}

/* Empties the folder; closes it. */
static bool
empty_folder(int folder, int depth)
{
	DIR *entries = depth < DEPTH_MOST ? fdopendir(folder) : NULL;
	struct dirent *entry;
	bool empty = true;

	if (entries == NULL)
	{
		close(folder);
		return false;
	}
	while ((entry = readdir(entries)) != NULL)
	{
		int inside;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(folder, entry->d_name, 0) == 0)
			continue;
		inside = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inside < 0 || !empty_folder(inside, depth + 1) || unlinkat(folder, entry->d_name, AT_REMOVEDIR) != 0)
			empty = false;
	}
	closedir(entries);
	return empty;
}

bool
profile_remove(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return errno == ENOENT;
	return empty_folder(folder, 0) && rmdir(path) == 0;
}
