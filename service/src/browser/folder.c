/*
 * folder.c - reads files below a folder, part by part of their path, so that no part leads out of it.
 */
#include "browser/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
folder_open(struct arena *arena, struct folder *folder, const char *path, struct failure *failure)
{
	folder->handle = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return folder->handle >= 0 ||
		   failure_set(failure, "invalid_argument", arena_format(arena, "cannot open the folder %s: %s", path, strerror(errno)), NULL);
}

void
folder_close(struct folder *folder)
{
	if (folder->handle >= 0)
		close(folder->handle);
	folder->handle = -1;
}

/* Opens what a path leads to; -1 when there is nothing, or nothing that may be had. Something that would make its
 * reader wait (a pipe) does not. */
static int
open_below(int folder, const char *path)
{
	int at = dup(folder);

	while (at >= 0)
	{
		char part[NAME_MAX + 1];
		size_t length = strcspn(path, "/");
		bool last = path[length] == '\0';
		int next;

		if (length == 0 || length > NAME_MAX || (length == 2 && memcmp(path, "..", 2) == 0))
			break;
		memcpy(part, path, length);
		part[length] = '\0';
		next = openat(at, part, O_NOFOLLOW | O_CLOEXEC | (last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY));
		close(at);
		if (last)
			return next;
		at = next;
		path += length + 1;
	}
	if (at >= 0)
		close(at);
	return -1;
}

/* Reads a file of a length that was known when it was opened; false when it has become shorter. */
static bool
read_whole(int file, char *into, size_t length)
{
	size_t taken = 0;

	while (taken < length)
	{
		ssize_t got = read(file, into + taken, length - taken);

		if (got <= 0 && errno != EINTR)
			return false;
		taken += got > 0 ? (size_t) got : 0;
	}
	return true;
}

enum resource_answer
folder_find(void *context, struct arena *arena, const char *path, size_t most, struct slice *bytes)
{
	struct folder *folder = context;
	int file = open_below(folder->handle, path);
	enum resource_answer answer = RESOURCE_MISSING;
	struct stat facts;

	if (file < 0)
		return answer;
	if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode))
	{
		if ((uintmax_t) facts.st_size > most)
			answer = RESOURCE_TOO_LARGE;
		else
		{
			char *into = arena_alloc(arena, (size_t) facts.st_size + 1);

			if (read_whole(file, into, (size_t) facts.st_size))
			{
				*bytes = (struct slice){into, (size_t) facts.st_size};
				answer = RESOURCE_FOUND;
			}
		}
	}
	close(file);
	return answer;
}
