/*
 * isolation.c - namespaces, user and rights of the browser's processes.
 */
#include "browser/isolation.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* Whether the attempt, made in a child that ends with it, succeeds. */
static bool
succeeds_in_child(bool (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(attempt() ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
	{
		if (errno != EINTR)
			return false;
	}
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool done = file >= 0 && write(file, text, strlen(text)) == (ssize_t) strlen(text);

	if (file >= 0)
		close(file);
	return done;
}

/* Who is not root gets a network namespace only inside a user namespace, in which he stays who he is. */
static bool
enter_user_namespace(void)
{
	char uids[48];
	char gids[48];

	snprintf(uids, sizeof(uids), "%u %u 1", (unsigned) geteuid(), (unsigned) geteuid());
	snprintf(gids, sizeof(gids), "%u %u 1", (unsigned) getegid(), (unsigned) getegid());
	return unshare(CLONE_NEWUSER | NAMESPACES) == 0 && write_file("/proc/self/setgroups", "deny") &&
		   write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

/* What Chromium needs for its sandbox. Two steps, because some systems let a user namespace be made and then give no
 * rights in it. */
static bool
sandbox_can_be_made(void)
{
	return unshare(CLONE_NEWUSER) == 0 && unshare(CLONE_NEWPID | CLONE_NEWNET) == 0;
}

/* When memory runs out the browser shall go, not the database beside it. It may be forbidden and matters little. */
static void
offer_to_be_killed(void)
{
	(void) write_file("/proc/self/oom_score_adj", "300");
}

static bool
give_up_root(uid_t uid, gid_t gid)
{
	return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0 && geteuid() == uid &&
		   setuid(0) != 0;
}

bool
isolation_enter(uid_t uid, gid_t gid, struct isolation *isolation)
{
	*isolation = (struct isolation){0};
	offer_to_be_killed();
	if (geteuid() == 0)
	{
		isolation->network = unshare(NAMESPACES) == 0;
		if (!give_up_root(uid, gid))
			return false;
		isolation->user = true;
		/* Changing the user has taken that away, and with it the files of /proc/self. */
		prctl(PR_SET_DUMPABLE, 1);
	}
	isolation->uid = geteuid();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if (!isolation->network && succeeds_in_child(enter_user_namespace))
		isolation->network = enter_user_namespace();
	isolation->sandbox = succeeds_in_child(sandbox_can_be_made);
	/* What the calling process has in memory is none of the browser's business, should the two have the same user. */
	prctl(PR_SET_DUMPABLE, 0);
	return true;
}

const char *
isolation_text(struct arena *arena, const struct isolation *isolation)
{
	return arena_format(arena, "%s, %s, user %u%s, no new privileges",
						isolation->sandbox ? "Chromium's sandbox on" : "NO sandbox (the machine lets no user namespace be made)",
						isolation->network ? "no network" : "NO network namespace (requests end at a dead proxy)",
						(unsigned) isolation->uid, isolation->user ? "" : " (the caller's own)");
}
