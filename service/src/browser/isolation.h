/*
 * isolation.h - what keeps a browser apart from the rest of the machine, as far as the machine allows.
 *
 * A page is made of other people's words and images, and a browser is large. So beyond Chromium's own sandbox, which
 * holds the processes that read the page, all of the browser runs without a network, under a user who owns nothing, and
 * can gain no rights by running a program. A container may forbid some of that; what is in force is told, not guessed.
 */
#ifndef VOYGEN_BROWSER_ISOLATION_H
#define VOYGEN_BROWSER_ISOLATION_H

#include <stdbool.h>
#include <sys/types.h>

#include "memory/arena.h"

struct isolation
{
	bool network; /* a network namespace of its own, in which not even loopback is up */
	bool sandbox; /* the machine lets Chromium make its sandbox, which therefore is on */
	bool user;    /* a user of its own, neither root nor the caller */
	uid_t uid;    /* whose processes the browser's are */
};

/*
 * Cuts the calling process off for good, and with it whatever it starts: namespaces, user and group (if the caller is
 * root), no_new_privs. Tries what could be forbidden and notes what succeeded. False only when root could not be
 * given up. The process must have one thread.
 */
bool isolation_enter(uid_t uid, gid_t gid, struct isolation *isolation);

/* The same in words, for people and for health reports; what is not in force is named as missing. */
const char *isolation_text(struct arena *arena, const struct isolation *isolation);

#endif
