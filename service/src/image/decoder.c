/*
 * decoder.c - starts this program anew for one picture, reads its answer without waiting, and sees to its end.
 *
 * The picture goes as a file in memory, so nothing has to be pumped to it; the answer comes by a pipe, whose end is its end.
 */
#include "image/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "image/sniff.h"

/* A result larger than this is none: at most 4096 x 4096 pixels, encoded. */
#define REPLY_MOST ((size_t) 64 * 1024 * 1024)
#define NO_PROCESS "no process could be started to read it"

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* A file in memory with the request and the picture; -1 when there is no room. */
static int
make_request(const struct decode_request *request, struct slice picture)
{
	int file = memfd_create("picture", MFD_CLOEXEC);

	if (file >= 0 && exchange_write(file, request, sizeof(*request)) && exchange_write(file, picture.at, picture.length))
		return file;
	if (file >= 0)
		close(file);
	return -1;
}

/* Nothing of our environment, which has secrets. libvips warns of every row that is missing, if it may. */
static char no_warnings[] = "VIPS_WARNING=0", one_arena[] = "MALLOC_ARENA_MAX=1", locale[] = "LC_ALL=C";
static char *const environment[] = {no_warnings, one_arena, locale, NULL};
static char name[] = "voygen", command[] = DECODE_COMMAND;
static char *const words[] = {name, command, NULL};

/* This program once more, with the file and the pipe and no other signal than the usual ones; 0 or an errno. */
static int
spawn(pid_t *process, int request, int answer)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t piped;
	int failed;

	sigemptyset(&none);
	sigemptyset(&piped);
	sigaddset(&piped, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &piped);
	failed = posix_spawn_file_actions_adddup2(&files, request, STDIN_FILENO);
	failed = failed != 0 ? failed : posix_spawn_file_actions_adddup2(&files, answer, STDOUT_FILENO);
	failed = failed != 0 ? failed : posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	failed = failed != 0 ? failed : posix_spawn(process, "/proc/self/exe", &files, &attributes, words, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return failed;
}

const char *
decoder_start(struct decoder *decoder, const struct decode_request *request, struct slice picture, int wall_ms)
{
	int pipes[2];
	int file = make_request(request, picture);
	int failed;

	*decoder = (struct decoder){.process = -1, .answer = -1, .until = now() + wall_ms / 1000.0, .wall_ms = wall_ms};
	if (file < 0)
		return "there is not enough memory";
	if (pipe2(pipes, O_CLOEXEC) != 0)
	{
		close(file);
		return NO_PROCESS;
	}
	failed = spawn(&decoder->process, file, pipes[1]);
	close(file);
	close(pipes[1]);
	decoder->answer = pipes[0];
	if (failed == 0 && fcntl(decoder->answer, F_SETFL, O_NONBLOCK) == 0)
		return NULL;
	if (failed != 0)
		decoder->process = -1;
	decoder_close(decoder);
	return NO_PROCESS;
}

int
decoder_patience(const struct decoder *decoder)
{
	double left = decoder->until - now();

	return left > 0 ? (int) (left * 1000) + 1 : 0;
}

/* What is said when the process ended without an answer; its status tells by what. */
static void
say_how_it_ended(struct decoder *decoder, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		snprintf(decoder->why, sizeof(decoder->why), "decoding it takes too long");
	else
		snprintf(decoder->why, sizeof(decoder->why), "its decoder broke down on it");
}

/* Sees the process off: it has closed its pipe, which nothing but its end does, or is made to end. */
static int
see_off(struct decoder *decoder)
{
	int status = 0;

	kill(decoder->process, SIGKILL);
	while (waitpid(decoder->process, &status, 0) < 0 && errno == EINTR)
		;
	decoder->process = -1;
	return status;
}

bool
decoder_ended(struct decoder *decoder)
{
	char part[65536];

	for (;;)
	{
		ssize_t got = read(decoder->answer, part, sizeof(part));

		if (got > 0 && decoder->reply.length + (size_t) got <= REPLY_MOST && bytes_add(&decoder->reply, part, (size_t) got))
			continue;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN && decoder_patience(decoder) > 0)
			return false;
		if (got < 0 && errno == EAGAIN)
			snprintf(decoder->why, sizeof(decoder->why), "decoding it takes longer than %d s", (decoder->wall_ms + 999) / 1000);
		break;
	}
	if (decoder->why[0] == '\0')
		say_how_it_ended(decoder, see_off(decoder));
	else
		see_off(decoder);
	return true;
}

/* A decoder that a picture has taken over may say anything: its reply must be a picture of a size that can be. */
static bool
is_sound(const struct decode_reply *reply, struct slice result)
{
	enum image_kind kind = image_sniff(result);

	return reply->length == result.length && reply->width > 0 && reply->width <= IMAGE_WIDTH_MOST && reply->height > 0 &&
		   reply->height <= IMAGE_WIDTH_MOST &&
		   ((reply->format == IMAGE_JPEG && kind == IMAGE_KIND_JPEG) || (reply->format == IMAGE_WEBP && kind == IMAGE_KIND_WEBP));
}

const struct decode_reply *
decoder_reply(struct decoder *decoder, struct slice *result, const char **why)
{
	const struct decode_reply *reply = (const struct decode_reply *) (const void *) decoder->reply.at;

	*why = decoder->why;
	if (decoder->reply.length < sizeof(*reply) || reply->magic != DECODE_MAGIC)
		return NULL;
	*result = (struct slice){decoder->reply.at + sizeof(*reply), decoder->reply.length - sizeof(*reply)};
	if (reply->made == 1)
		return is_sound(reply, *result) ? reply : NULL;
	snprintf(decoder->why, sizeof(decoder->why), "%.*s", (int) sizeof(reply->why) - 1, reply->why);
	for (char *at = decoder->why; *at != '\0'; at++)
		*at = *at >= ' ' && *at <= '~' ? *at : '?';
	return NULL;
}

void
decoder_close(struct decoder *decoder)
{
	if (decoder->process > 0)
		see_off(decoder);
	if (decoder->answer >= 0)
		close(decoder->answer);
	decoder->answer = -1;
	bytes_free(&decoder->reply);
}
