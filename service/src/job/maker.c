/*
 * maker.c - the process that makes documents, and the orders that wait for it.
 *
 * Its standard input and output are one end of a pair of sockets, the other is a stream on the loop. It ends by itself
 * when its input does, so none outlives the process that started it for long. It is the leader of a group of its own,
 * and killed with all of it: a browser it started goes with it.
 */
#include "job/maker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/stream.h"

/* An order that takes longer is given up. */
#define LONGEST_MS 90000

/* A maker with nothing to do is kept so long. */
#define KEPT_MS 300000

#define LOOK_MS 500
#define ENDED_MOST 16
#define VARIABLES_MOST 24

/* What it may know of this process's environment: no address of a database, no token; of the mail server all. */
static const char *const passed_on[] = {
	"PATH",
	"HOME",
	"TMPDIR",
	"LANG",
	"LC_ALL",
	"TZ",
	"ASAN_OPTIONS",
	"UBSAN_OPTIONS",
	"VOYGEN_IMAGE_ALLOW",
	"VOYGEN_SETTINGS",
	"VOYGEN_SMTP_URL",
	"VOYGEN_SMTP_USER",
	"VOYGEN_SMTP_PASSWORD",
	"VOYGEN_SMTP_TLS",
	"VOYGEN_SMTP_CA",
	"VOYGEN_SMTP_TIMEOUT_S",
	NULL,
};

struct maker
{
	struct loop *loop;
	struct stream stream;
	pid_t process; /* 0: none */
	bool busy;     /* with the first order */
	int64_t idle_since_ms;
	struct order *first;
	struct order *last;
	struct bytes answer; /* as far as it has come */
	struct loop_timer limit;
	struct loop_timer turn;  /* rings at once: orders are begun from the loop */
	pid_t ended[ENDED_MOST]; /* whose status nobody has asked for yet; 0: none */
};

static void begin(struct maker *maker);

/* --- the process -------------------------------------------------------------------- */

/* Nothing waits for a process that was killed: it is asked for again later. */
static void
collect_ended(struct maker *maker)
{
	for (int i = 0; i < ENDED_MOST; i++)
	{
		if (maker->ended[i] != 0 && waitpid(maker->ended[i], NULL, WNOHANG) != 0)
			maker->ended[i] = 0;
	}
}

static void
remember_ended(struct maker *maker, pid_t process)
{
	for (int i = 0; i < ENDED_MOST; i++)
	{
		if (maker->ended[i] == 0)
		{
			maker->ended[i] = process;
			return;
		}
	}
}

static void
end_process(struct maker *maker)
{
	if (maker->process == 0)
		return;
	stream_close(&maker->stream);
	(void) kill(-maker->process, SIGKILL);
	remember_ended(maker, maker->process);
	collect_ended(maker);
	maker->process = 0;
	maker->busy = false;
	loop_timer_stop(&maker->limit);
	bytes_free(&maker->answer);
}

/* The variables it may know, as the environment has them. */
static void
choose_environment(char **chosen)
{
	int count = 0;

	for (char **variable = environ; *variable != NULL && count < VARIABLES_MOST; variable++)
	{
		for (int i = 0; passed_on[i] != NULL; i++)
		{
			size_t length = strlen(passed_on[i]);

			if (strncmp(*variable, passed_on[i], length) == 0 && (*variable)[length] == '=')
				chosen[count++] = *variable;
		}
	}
	chosen[count] = NULL;
}

/* Starts this program once more with that end of a line as its input and output; 0 or an error number. */
static int
spawn(pid_t *process, int line)
{
	static char program[] = "/proc/self/exe";
	static char name[] = "voygen";
	static char command[] = "make";
	char *arguments[] = {name, command, NULL};
	char *environment[VARIABLES_MOST + 1];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	choose_environment(environment);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0)
	{
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigfillset(&signals);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_adddup2(&files, line, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, line, STDOUT_FILENO);
	error = posix_spawn(process, program, &files, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void on_received(void *owner, struct slice bytes);
static void on_drained(void *owner);
static void on_gone(void *owner);

static const struct stream_events events = {.received = on_received, .drained = on_drained, .gone = on_gone};

static bool
start_process(struct maker *maker)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && spawn(&maker->process, ends[1]) == 0)
	{
		close(ends[1]);
		if (stream_open(&maker->stream, maker->loop, ends[0], ends[0], &events, maker))
			return true;
		(void) kill(-maker->process, SIGKILL);
		remember_ended(maker, maker->process);
	}
	else
		close(ends[1]);
	close(ends[0]);
	maker->process = 0;
	return false;
}

/* --- orders --------------------------------------------------------------------------- */

/* Orders are begun from the loop, since whoever gives one is in the middle of something. */
static void
on_turn(void *context)
{
	begin(context);
}

static void
begin_soon(struct maker *maker)
{
	if (maker->first != NULL && !maker->busy)
		loop_timer_start(&maker->turn, maker->loop, 0, on_turn, maker);
}

static struct order *
take_first(struct maker *maker)
{
	struct order *order = maker->first;

	maker->first = order->next;
	if (maker->first == NULL)
		maker->last = NULL;
	maker->busy = false;
	maker->idle_since_ms = maker->loop->now_ms;
	return order;
}

/* The order at hand has failed. */
static void
fail_first(struct maker *maker, const char *code, const char *message)
{
	struct order *order = take_first(maker);
	struct failure failure;

	failure_set(&failure, code, message, NULL);
	begin_soon(maker);
	order->done(order->owner, NULL, &failure);
}

static void
on_limit(void *context)
{
	struct maker *maker = context;

	end_process(maker);
	fail_first(maker, "timeout", "the document took too long to make");
}

static void
on_gone(void *owner)
{
	struct maker *maker = owner;
	bool was_busy = maker->busy;

	end_process(maker);
	if (was_busy)
		fail_first(maker, "unavailable", "whoever made the document died over it");
}

static void
on_drained(void *owner)
{
	(void) owner;
}

static void
on_received(void *owner, struct slice bytes)
{
	struct maker *maker = owner;
	struct message message;
	struct bytes answer;
	struct order *order;

	if (!maker->busy || !bytes_add(&maker->answer, bytes.at, bytes.length))
	{
		on_gone(maker);
		return;
	}
	switch (message_read((struct slice){maker->answer.at, maker->answer.length}, &message))
	{
		case MESSAGE_UNFINISHED:
			return;
		case MESSAGE_BROKEN:
			on_gone(maker);
			return;
		case MESSAGE_WHOLE:
			break;
	}
	answer = maker->answer;
	maker->answer = (struct bytes){0};
	loop_timer_stop(&maker->limit);
	order = take_first(maker);
	begin_soon(maker);
	order->done(order->owner, &message, NULL);
	bytes_free(&answer);
}

static void
begin(struct maker *maker)
{
	struct bytes line = {0};

	if (maker->busy || maker->first == NULL)
		return;
	if (maker->process == 0 && !start_process(maker))
	{
		fail_first(maker, "unavailable", "the process that makes documents could not be started");
		return;
	}
	if (!message_write(&line, &maker->first->request, 1))
	{
		bytes_free(&line);
		fail_first(maker, "unavailable", "out of memory");
		return;
	}
	maker->busy = true;
	loop_timer_start(&maker->limit, maker->loop, LONGEST_MS, on_limit, maker);
	stream_send(&maker->stream, (struct slice){line.at, line.length});
	bytes_free(&line);
}

void
maker_order(struct maker *maker, struct order *order, struct slice request, maker_done *done, void *owner)
{
	*order = (struct order){.request = request, .done = done, .owner = owner};
	if (maker->last != NULL)
		maker->last->next = order;
	else
		maker->first = order;
	maker->last = order;
	begin_soon(maker);
}

void
maker_withdraw(struct maker *maker, struct order *order)
{
	struct order **place = &maker->first;
	struct order *before = NULL;

	if (maker->first == order && maker->busy)
		end_process(maker);
	while (*place != NULL && *place != order)
	{
		before = *place;
		place = &(*place)->next;
	}
	if (*place == NULL)
		return;
	*place = order->next;
	if (maker->last == order)
		maker->last = before;
	begin_soon(maker);
}

/* --- the whole -------------------------------------------------------------------------- */

static void
look(void *context)
{
	struct maker *maker = context;

	collect_ended(maker);
	if (maker->process != 0 && !maker->busy && maker->first == NULL && maker->loop->now_ms - maker->idle_since_ms > KEPT_MS)
		end_process(maker);
}

struct maker *
maker_open(struct loop *loop)
{
	struct maker *maker = arena_alloc(loop->arena, sizeof(*maker));

	maker->loop = loop;
	loop_every(loop, LOOK_MS, look, maker);
	return maker;
}

void
maker_close(struct maker *maker)
{
	end_process(maker);
	loop_timer_stop(&maker->turn);
	loop_timer_stop(&maker->limit);
}
