/*
 * write.c - whole files: written beside, then put in place.
 */
#include "text/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
cannot_write(struct arena *arena, const char *path, int why, struct failure *failure)
{
	return failure_set(failure, "invalid_argument", arena_format(arena, "cannot write %s: %s", path, strerror(why)), NULL);
}

static bool
is_no_file(const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

bool
write_file(struct arena *arena, const char *path, struct slice bytes, struct failure *failure)
{
	bool direct = is_no_file(path);
	const char *beside = direct ? path : arena_format(arena, "%s.new", path);
	FILE *file = fopen(beside, "wb");
	bool whole = file != NULL && fwrite(bytes.at, 1, bytes.length, file) == bytes.length;
	int why = errno;

	if (file != NULL && fclose(file) != 0 && whole)
	{
		why = errno;
		whole = false;
	}
	if (whole && !direct && rename(beside, path) != 0)
	{
		why = errno;
		whole = false;
	}
	if (whole)
		return true;
	if (file != NULL && !direct)
		unlink(beside);
	return cannot_write(arena, path, why, failure);
}

bool
write_possible(struct arena *arena, const char *path, struct failure *failure)
{
	const char *slash = strrchr(path, '/');
	const char *folder = ".";
	struct stat there;

	if (slash != NULL)
		folder = arena_copy(arena, path, slash == path ? 1 : (size_t) (slash - path));
	if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
		return cannot_write(arena, path, EISDIR, failure);
	return access(is_no_file(path) ? path : folder, W_OK) == 0 || cannot_write(arena, path, errno, failure);
}
