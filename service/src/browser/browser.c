/*
 * browser.c - starts and ends a browser through its keeper, and asks what memory it takes.
 */
#include "browser/browser.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "browser/deadline.h"
#include "browser/profile.h"

/*
 * Debian's chromium-headless-shell first: the same Chromium without windows, menus and profiles. Of the processor's time a
 * page and its context cost it a tenth of what they cost the whole program, of memory a third. The programs themselves,
 * not the scripts of /usr/bin, which take options from files and variables of the machine.
 */
static const char *const programs[] = {"/usr/lib/chromium/chromium-headless-shell", "/usr/lib/chromium/chromium"};

/*
 * Without a network namespace these alone keep requests inside: names do not resolve (which covers addresses written as
 * numbers), what is asked for goes to a proxy that is not there (loopback too), WebRTC sends no UDP past it. Network of
 * the browser's own (updates, reports) is off, so that nothing waits for it.
 */
static const char *const arguments[] = {
	"--headless",
	"--remote-debugging-pipe",
	"--no-startup-window",
	"--no-first-run",
	"--no-default-browser-check",
	"--host-resolver-rules=MAP * ~NOTFOUND",
	"--proxy-server=http://127.0.0.1:9",
	"--proxy-bypass-list=<-loopback>",
	"--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-domain-reliability",
	"--disable-client-side-phishing-detection",
	"--disable-sync",
	"--disable-extensions",
	"--disable-default-apps",
	"--disable-breakpad",
	"--disable-crash-reporter",
	"--metrics-recording-only",
	"--no-pings",
	"--disable-features=Translate,MediaRouter,OptimizationHints,HttpsUpgrades",
	/* Pages are printed, never looked at. */
	"--disable-gpu",
	"--mute-audio",
	"--hide-scrollbars",
	"--disable-dev-shm-usage",
	"--disable-background-timer-throttling",
	"--disable-backgrounding-occluded-windows",
	"--disable-renderer-backgrounding",
	/* The same document looks the same on every machine. */
	"--font-render-hinting=none",
	"--force-color-profile=srgb",
	"--lang=en-US",
	"--password-store=basic",
	"--use-mock-keychain",
};

#define ARGUMENTS (sizeof(arguments) / sizeof(arguments[0]))

static const char *
find_program(const char *wanted)
{
	if (wanted != NULL)
		return access(wanted, X_OK) == 0 ? wanted : NULL;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
	{
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	}
	return NULL;
}

static char **
argument_list(struct arena *arena, const char *program, const char *profile)
{
	/* program, profile, one that the keeper may add, NULL */
	char **list = arena_alloc(arena, (ARGUMENTS + 4) * sizeof(char *));
	size_t count = 0;

	list[count++] = arena_string(arena, program);
	for (size_t i = 0; i < ARGUMENTS; i++)
		list[count++] = arena_string(arena, arguments[i]);
	list[count++] = arena_format(arena, "--user-data-dir=%s", profile);
	return list;
}

/* Nothing of ours, where the addresses and passwords of the database stand. */
static char **
environment_list(struct arena *arena, const char *profile)
{
	char **list = arena_alloc(arena, 9 * sizeof(char *));
	size_t count = 0;

	list[count++] = arena_string(arena, "PATH=/usr/bin:/bin");
	list[count++] = arena_string(arena, "LC_ALL=C.UTF-8");
	list[count++] = arena_string(arena, "TZ=UTC");
	list[count++] = arena_string(arena, "DBUS_SESSION_BUS_ADDRESS=disabled:");
	list[count++] = arena_format(arena, "HOME=%s", profile);
	list[count++] = arena_format(arena, "TMPDIR=%s", profile);
	list[count++] = arena_format(arena, "XDG_CONFIG_HOME=%s", profile);
	list[count++] = arena_format(arena, "XDG_CACHE_HOME=%s", profile);
	return list;
}

/* The user whose processes the browser's will be: for root another one, else the caller. */
static bool
find_user(struct arena *arena, const char *name, struct keeper_order *order, struct failure *failure)
{
	const struct passwd *user;

	order->uid = geteuid();
	order->gid = getegid();
	if (geteuid() != 0)
		return true;
	if (name == NULL)
		name = "nobody";
	user = getpwnam(name);
	if (user == NULL || user->pw_uid == 0)
		return failure_set(failure, "precondition_failed",
						   arena_format(arena, "there is no user \"%s\" other than root to run a browser as", name),
						   "root starts a browser only as somebody who may do nothing");
	order->uid = user->pw_uid;
	order->gid = user->pw_gid;
	return true;
}

/* Waits for the keeper's next word; false when none came in time or it has gone. */
static bool
read_news(const struct browser *browser, struct keeper_news *news, int64_t deadline)
{
	struct pollfd end = {.fd = browser->control, .events = POLLIN};
	int ready;

	do
		ready = poll(&end, 1, deadline_left(deadline));
	while (ready < 0 && errno == EINTR);
	return ready > 0 && recv(browser->control, news, sizeof(*news), 0) == (ssize_t) sizeof(*news);
}

/* The last line of what was said, without the process, time and place that Chromium puts in brackets before it. */
static const char *
last_line(struct arena *arena, char *words)
{
	char *line;
	char *bracket;

	for (size_t length = strlen(words); length > 0 && isspace((unsigned char) words[length - 1]); length--)
		words[length - 1] = '\0';
	line = strrchr(words, '\n');
	line = line != NULL ? line + 1 : words;
	bracket = line[0] == '[' ? strstr(line, "] ") : NULL;
	return arena_string(arena, bracket != NULL ? bracket + 2 : line);
}

static const char *
end_in_words(struct arena *arena, struct keeper_news *news)
{
	const char *said;
	const char *how;

	news->words[KEEPER_WORDS - 1] = '\0';
	said = last_line(arena, news->words);
	if (news->status == -1)
		how = "it could not be started";
	else if (WIFSIGNALED(news->status))
		how = arena_format(arena, "it was ended by signal %d", WTERMSIG(news->status));
	else
		how = arena_format(arena, "it ended with status %d", WEXITSTATUS(news->status));
	return said[0] != '\0' ? arena_format(arena, "%s, its last words: %s", how, said) : how;
}

const char *
browser_end(struct browser *browser, struct arena *arena, int64_t deadline)
{
	struct keeper_news news;

	while (read_news(browser, &news, deadline))
	{
		if (news.event == KEEPER_ENDED)
			return end_in_words(arena, &news);
	}
	return "it has closed its pipe";
}

static void
close_both(const int *pair)
{
	close(pair[0]);
	close(pair[1]);
}

/* Three pairs: to the browser, from it, and to the keeper. */
static bool
open_pairs(int pairs[3][2])
{
	if (pipe2(pairs[0], O_CLOEXEC) != 0)
		return false;
	if (pipe2(pairs[1], O_CLOEXEC) != 0)
	{
		close_both(pairs[0]);
		return false;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs[2]) == 0)
		return true;
	close_both(pairs[0]);
	close_both(pairs[1]);
	return false;
}

/* Forks the keeper; the browser's ends of the pairs are closed here whatever comes of it. */
static bool
start_keeper(struct browser *browser, struct keeper_order *order, int pairs[3][2])
{
	order->reads = pairs[0][0];
	order->writes = pairs[1][1];
	order->control = pairs[2][1];
	browser->to = pairs[0][1];
	browser->from = pairs[1][0];
	browser->control = pairs[2][0];
	browser->keeper = fork();
	if (browser->keeper == 0)
		keeper_run(order);
	close(order->reads);
	close(order->writes);
	close(order->control);
	fcntl(browser->to, F_SETFL, O_NONBLOCK);
	fcntl(browser->from, F_SETFL, O_NONBLOCK);
	return browser->keeper > 0;
}

bool
browser_start(struct browser *browser, const struct browser_settings *settings, struct arena *arena, int64_t deadline,
			  struct failure *failure)
{
	struct keeper_order order = {0};
	struct keeper_news news = {.event = KEEPER_STARTED};
	const char *why;
	int pairs[3][2];

	*browser = (struct browser){.to = -1, .from = -1, .control = -1};
	order.program = find_program(settings->program);
	if (order.program == NULL)
		return failure_set(failure, "precondition_failed",
						   arena_format(arena, "there is no Chromium at %s", settings->program != NULL ? settings->program : programs[0]),
						   "install Debian's package chromium-headless-shell: make deps");
	if (!find_user(arena, settings->user, &order, failure))
		return false;
	order.profile = profile_make(arena, settings->folder != NULL ? settings->folder : "/tmp", order.uid, order.gid, failure);
	if (order.profile == NULL)
		return false;
	order.arguments = argument_list(arena, order.program, order.profile);
	order.environment = environment_list(arena, order.profile);
	if (!open_pairs(pairs) || !start_keeper(browser, &order, pairs))
	{
		failure_set(failure, "unavailable", arena_format(arena, "no browser can be started: %s", strerror(errno)), NULL);
		profile_remove(order.profile);
		browser_stop(browser);
		return false;
	}
	if (read_news(browser, &news, deadline) && news.event == KEEPER_STARTED)
	{
		browser->pid = news.browser;
		browser->isolation = news.isolation;
		return true;
	}
	why = news.event == KEEPER_ENDED ? end_in_words(arena, &news) : "its keeper says nothing";
	browser_stop(browser);
	return failure_set(failure, "unavailable", arena_format(arena, "no browser can be started: %s", why), NULL);
}

void
browser_stop(struct browser *browser)
{
	if (browser->to >= 0)
		close(browser->to);
	if (browser->from >= 0)
		close(browser->from);
	if (browser->control >= 0)
		close(browser->control);
	while (browser->keeper > 0 && waitpid(browser->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	*browser = (struct browser){.to = -1, .from = -1, .control = -1};
}

/* Group of a process and the bytes only it has; false when it is gone. */
static bool
read_process(const char *number, pid_t *group, size_t *bytes)
{
	char path[64];
	FILE *file;
	long resident = 0;
	long shared = 0;
	int parsed;
	int field = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", number);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	/* The name, in parentheses, of these processes has no parenthesis itself. */
	parsed = fscanf(file, "%*d (%*[^)]) %*c %*d %d", &field);
	fclose(file);
	*group = (pid_t) field;
	snprintf(path, sizeof(path), "/proc/%.20s/statm", number);
	file = parsed == 1 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return false;
	parsed = fscanf(file, "%*d %ld %ld", &resident, &shared);
	fclose(file);
	*bytes = (size_t) (resident - shared) * (size_t) sysconf(_SC_PAGESIZE);
	return parsed == 2;
}

size_t
browser_memory(const struct browser *browser)
{
	DIR *processes = browser->pid > 0 ? opendir("/proc") : NULL;
	struct dirent *entry;
	size_t sum = 0;

	if (processes == NULL)
		return 0;
	while ((entry = readdir(processes)) != NULL)
	{
		pid_t group;
		size_t bytes;

		if (isdigit((unsigned char) entry->d_name[0]) && read_process(entry->d_name, &group, &bytes) && group == browser->pid)
			sum += bytes;
	}
	closedir(processes);
	return sum;
}
