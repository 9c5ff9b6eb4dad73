/*
 * profile.h - the folder a browser keeps its files in while it runs.
 */
#ifndef VOYGEN_BROWSER_PROFILE_H
#define VOYGEN_BROWSER_PROFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "failure/failure.h"

#define PROFILE_LOG "log" /* in the folder: what the browser says on stderr */

/* Makes an empty folder below `folder` that belongs to the user; NULL with the failure filled. */
const char *profile_make(struct arena *arena, const char *folder, uid_t uid, gid_t gid, struct failure *failure);

/* Removes it with all that is in it, following no symbolic link. False when something is left. */
bool profile_remove(const char *path);

#endif
