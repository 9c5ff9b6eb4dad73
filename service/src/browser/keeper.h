/*
 * keeper.h - the process between us and the browser, which starts it and leaves nothing of it behind.
 *
 * A browser is a dozen processes, some of which part from their parents. The keeper is where they end up (a subreaper),
 * so it can end and reap them all, without touching other children of the process that wanted a browser. It watches a
 * socket whose other end that process holds: when this is closed, be it that the process was killed, the keeper ends
 * the browser and removes its folder. It is the keeper that is cut off from the machine, so all it starts is, too.
 */
#ifndef VOYGEN_BROWSER_KEEPER_H
#define VOYGEN_BROWSER_KEEPER_H

#include <stddef.h>
#include <sys/types.h>

#include "browser/isolation.h"

struct keeper_order
{
	const char *program;
	char **arguments;    /* the last entry before the closing NULL is free for one more argument */
	char **environment;  /* all the browser gets of it */
	const char *profile; /* its folder; removed at the end */
	int reads;           /* DevTools pipe, the browser's ends: becomes descriptor 3 */
	int writes;          /* becomes descriptor 4 */
	int control;         /* the keeper's end of the socket, SOCK_SEQPACKET */
	uid_t uid;           /* taken when the caller is root */
	gid_t gid;
};

enum keeper_event
{
	KEEPER_STARTED, /* isolation and browser are filled */
	KEEPER_ENDED    /* status and words are filled */
};

#define KEEPER_WORDS 400

/* What it tells over the socket, one packet each. */
struct keeper_news
{
	enum keeper_event event;
	struct isolation isolation;
	pid_t browser;            /* its process, and the number of its group */
	int status;               /* as waitpid gives it; -1: it was not started */
	char words[KEEPER_WORDS]; /* the end of what it said on stderr */
};

/* The life of a keeper, in a process that has just been forked for it. Allocates nothing but to empty the folder. */
_Noreturn void keeper_run(const struct keeper_order *order);

#endif
