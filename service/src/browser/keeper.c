/*
 * keeper.c - starts a browser, waits for its end or for ours, and cleans up.
 */
#include "browser/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "browser/profile.h"

/* Where the descriptors of a keeper are; the first two are what Chromium's --remote-debugging-pipe wants. */
enum
{
	AT_READS = 3,
	AT_WRITES = 4,
	AT_CONTROL = 5,
	AT_OTHERS = 6
};

/* Rounds of killing and reaping, of 10 ms each, until the keeper gives up on a process the kernel holds fast. */
#define REAP_ROUNDS 500

struct keeper
{
	pid_t browser; /* 0 when it has ended */
	int status;
	int signals; /* signalfd of SIGCHLD */
	int control; /* where news goes; moves once */
};

/* Keeps three descriptors at their places, stdin and stdout from nowhere, stderr in the log; everything else of the
 * calling process (databases, sockets) is closed. */
static bool
take_descriptors(const struct keeper_order *order)
{
	char path[512];
	int nothing;
	int log;
	int moved[3] = {fcntl(order->reads, F_DUPFD, 16), fcntl(order->writes, F_DUPFD, 16), fcntl(order->control, F_DUPFD, 16)};

	snprintf(path, sizeof(path), "%s/" PROFILE_LOG, order->profile);
	nothing = open("/dev/null", O_RDWR);
	log = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
	if (moved[0] < 0 || moved[1] < 0 || moved[2] < 0 || nothing < 0 || log < 0 ||
		(geteuid() == 0 && fchown(log, order->uid, order->gid) != 0))
		return false;
	return dup2(log, STDERR_FILENO) >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
		   dup2(moved[0], AT_READS) >= 0 && dup2(moved[1], AT_WRITES) >= 0 && dup2(moved[2], AT_CONTROL) >= 0 &&
		   fcntl(AT_CONTROL, F_SETFD, FD_CLOEXEC) == 0 && close_range(AT_OTHERS, ~0U, 0) == 0;
}

/* The browser itself: a group of its own, gone with the keeper, signals as a program expects them. */
static _Noreturn void
run_browser(const struct keeper_order *order)
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(order->profile) == 0)
		execve(order->program, order->arguments, order->environment);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", order->program, strerror(errno));
	_exit(127);
}

static void
tell(const struct keeper *keeper, const struct keeper_news *news)
{
	(void) send(keeper->control, news, sizeof(*news), MSG_NOSIGNAL);
}

/* The end of the log. */
static void
read_words(char *words)
{
	struct stat file;
	ssize_t length;
	off_t from = fstat(STDERR_FILENO, &file) == 0 && file.st_size >= KEEPER_WORDS ? file.st_size - KEEPER_WORDS + 1 : 0;

	length = pread(STDERR_FILENO, words, KEEPER_WORDS - 1, from);
	words[length > 0 ? length : 0] = '\0';
}

/* Reaps whoever has ended; notes the browser's end. False when there is no child any more. */
static bool
reap(struct keeper *keeper)
{
	for (;;)
	{
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return pid == 0;
		if (pid == keeper->browser)
		{
			keeper->browser = 0;
			keeper->status = status;
		}
	}
}

/* Waits until the browser has ended or nobody wants it any more. */
static void
watch(struct keeper *keeper)
{
	while (keeper->browser != 0)
	{
		struct pollfd ends[2] = {{.fd = AT_CONTROL, .events = POLLIN}, {.fd = keeper->signals, .events = POLLIN}};
		struct signalfd_siginfo signal_read;

		if (poll(ends, 2, -1) < 0 && errno != EINTR)
			return;
		if (ends[0].revents != 0)
			return;
		if (ends[1].revents != 0 && read(keeper->signals, &signal_read, sizeof(signal_read)) > 0)
			reap(keeper);
	}
}

/* Kills the children there are, among them those that have lost their parents on the way. */
static void
kill_children(void)
{
	char path[64];
	char text[4096];
	int file;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int) getpid());
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	text[length > 0 ? length : 0] = '\0';
	for (char *at = text; *at != '\0';)
	{
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid > 1)
			kill((pid_t) pid, SIGKILL);
		at = end + strspn(end, " ");
	}
}

static void
end_all(struct keeper *keeper, pid_t group)
{
	const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};

	/* Those of the group that are not ours yet become so when their parents are gone. */
	kill(-group, SIGKILL);
	for (int round = 0; round < REAP_ROUNDS; round++)
	{
		kill_children();
		if (!reap(keeper))
			return;
		nanosleep(&moment, NULL);
	}
}

static bool
prepare(const struct keeper_order *order, struct keeper *keeper, struct isolation *isolation)
{
	sigset_t signals;

	setsid();
	umask(077);
	if (chdir("/") != 0 || !take_descriptors(order))
		return false;
	keeper->control = AT_CONTROL;
	/* Whatever is sent to us or to our terminal: only the end of the socket ends a keeper. */
	sigfillset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	keeper->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return keeper->signals >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && isolation_enter(order->uid, order->gid, isolation);
}

_Noreturn void
keeper_run(const struct keeper_order *order)
{
	struct keeper keeper = {.status = -1, .control = order->control};
	struct keeper_news news = {.event = KEEPER_STARTED};

	if (!prepare(order, &keeper, &news.isolation))
	{
		news = (struct keeper_news){.event = KEEPER_ENDED, .status = -1};
		snprintf(news.words, sizeof(news.words), "its process cannot be prepared: %s", strerror(errno));
		profile_remove(order->profile);
		tell(&keeper, &news);
		_exit(1);
	}
	if (!news.isolation.sandbox)
	{
		size_t last = 0;

		while (order->arguments[last] != NULL)
			last++;
		order->arguments[last] = (char *) "--no-sandbox";
	}
	keeper.browser = fork();
	if (keeper.browser == 0)
		run_browser(order);
	close(AT_READS);
	close(AT_WRITES);
	news.browser = keeper.browser;
	if (keeper.browser > 0)
	{
		tell(&keeper, &news);
		watch(&keeper);
		end_all(&keeper, news.browser);
	}
	news.event = KEEPER_ENDED;
	news.status = keeper.status;
	read_words(news.words);
	profile_remove(order->profile);
	tell(&keeper, &news);
	_exit(0);
}
