/*
 * image_pictures_check.c: many pictures at once, from a real server and by real decoders: what is fetched and made once, how
 * many at a time, and decoders that break down, hang or lie, as one would that a picture has taken over.
 */
#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/decoder.h"
#include "image/decoder_process.h"
#include "image/pictures.h"

/* One red pixel. What follows it in a file is no concern of a decoder, and makes it another file. */
static const char gif[] = "GIF89a\1\0\1\0\200\0\0\377\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;";
#define GIF_BYTES (sizeof(gif) - 1)

static struct shared
{
	int port;
	atomic_int asked, now, most; /* requests of the server */
} * shared;

static struct arena arena;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
setup(void)
{
	arena_open(&arena, no_memory);
	shared->asked = 0;
	shared->most = 0;
}

static void
teardown(void)
{
	arena_close(&arena);
}

/* Answers "GET /TAIL/anything": the picture and the tail, after a moment; 404 for the tail "none". */
static void *
answer(void *socket)
{
	int client = (int) (intptr_t) socket;
	char request[4096] = "";
	char tail[64] = "";
	char reply[512];
	int now = ++shared->now;
	int most = shared->most;
	int length = 0;

	while (now > most && !atomic_compare_exchange_weak(&shared->most, &most, now))
		;
	shared->asked++;
	if (read(client, request, sizeof(request) - 1) > 0)
		sscanf(request, "GET /%63[^/]", tail);
	usleep(50000);
	if (strcmp(tail, "none") == 0)
		length = snprintf(reply, sizeof(reply), "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	else
	{
		length = snprintf(reply, sizeof(reply), "HTTP/1.1 200 Yes\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
						  GIF_BYTES + strlen(tail));
		memcpy(reply + length, gif, GIF_BYTES);
		memcpy(reply + length + GIF_BYTES, tail, strlen(tail));
		length += (int) (GIF_BYTES + strlen(tail));
	}
	shared->now--;
	if (write(client, reply, (size_t) length) < 0)
		perror("write");
	close(client);
	return NULL;
}

static pid_t
serve(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(here);
	int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t server;

	if (bind(door, (struct sockaddr *) &here, length) != 0 || listen(door, 50) != 0 ||
		getsockname(door, (struct sockaddr *) &here, &length) != 0)
		abort();
	shared->port = ntohs(here.sin_port);
	server = fork();
	if (server != 0)
	{
		close(door);
		return server;
	}
	for (;;)
	{
		pthread_t thread;

		if (pthread_create(&thread, NULL, answer, (void *) (intptr_t) accept(door, NULL, NULL)) == 0)
			pthread_detach(thread);
	}
}

/* A decoder whose picture ends with "!": what one might do that has been taken over. */
static void
misbehave(const char *how)
{
	struct decode_reply reply = {.magic = DECODE_MAGIC, .made = 1, .format = IMAGE_JPEG, .width = 1, .height = 1, .length = 3};
	char block[65536] = "";

	if (strcmp(how, "!crash") == 0)
		raise(SIGSEGV);
	if (strcmp(how, "!hang") == 0)
		sleep(60);
	if (strcmp(how, "!garbage") == 0)
		exchange_write(1, block, 1000);
	if (strcmp(how, "!endless") == 0)
	{
		while (exchange_write(1, block, sizeof(block)))
			;
	}
	if (strcmp(how, "!large") == 0)
		reply.width = IMAGE_WIDTH_MOST + 1;
	if (strcmp(how, "!short") == 0)
		reply.length = 1000;
	if (strcmp(how, "!why") == 0)
	{
		reply.made = 0;
		memset(reply.why, '\n', sizeof(reply.why));
	}
	if (strcmp(how, "!page") == 0)
		exchange_write(1, &reply, sizeof(reply)), exchange_write(1, "<b>", 3);
	else if (strcmp(how, "!fine") == 0 || strcmp(how, "!short") == 0 || strcmp(how, "!large") == 0)
		exchange_write(1, &reply, sizeof(reply)), exchange_write(1, "\xff\xd8\xff", 3);
	else
		exchange_write(1, &reply, sizeof(reply));
	_exit(0);
}

static void
be_a_decoder(void)
{
	char bytes[4096] = "";
	size_t before = sizeof(struct decode_request) + GIF_BYTES;
	ssize_t length = pread(0, bytes, sizeof(bytes) - 1, 0);

	if (length > (ssize_t) before && bytes[before] == '!')
		misbehave(bytes + before);
	decoder_process();
}

static const struct image_want as_jpeg = {.width = 100};

static struct picture_options
options(void)
{
	struct picture_options options = picture_options_default;
	struct failure failure;

	ck_assert(address_ranges_read(&arena, "127.0.0.1", &options.allowed, &failure));
	return options;
}

static const char *
url(const char *tail, int number)
{
	return arena_format(&arena, "http://127.0.0.1:%d/%s/%d", shared->port, tail, number);
}

START_TEST(test_equal_ones_are_made_once)
{
	struct picture_request requests[] = {
		{.url = url("one", 1), .want = as_jpeg},
		{.url = url("one", 1), .want = as_jpeg},
		{.url = url("one", 2), .want = as_jpeg}, /* another address, the same bytes */
		{.url = url("two", 3), .want = as_jpeg}, /* other bytes */
		{.url = url("one", 1), .want = {.width = 50}},
		{.bytes = {arena_format(&arena, "%s", ""), 0}, .want = as_jpeg},
		{.url = url("none", 4), .want = as_jpeg},
		{.url = url("none", 4), .want = as_jpeg},
		{.url = "data:image/gif;base64,", .want = as_jpeg},
		{.url = url("one", 1), .want = {.width = 0}},
	};
	struct picture pictures[10];
	struct picture_options allowed = options();

	pictures_prepare(&arena, requests, pictures, 10, &allowed);
	for (int i = 0; i < 5; i++)
	{
		ck_assert_msg(pictures[i].error == NULL, "%d: %s", i, pictures[i].error);
		ck_assert_str_eq(pictures[i].mime, "image/jpeg");
		ck_assert(pictures[i].width == 1 && pictures[i].height == 1);
		ck_assert(slice_starts(pictures[i].bytes, "\xff\xd8\xff"));
	}
	ck_assert_int_eq(shared->asked, 4);
	/* one result for equal ones, not one each */
	ck_assert(pictures[0].bytes.at == pictures[1].bytes.at && pictures[0].bytes.at == pictures[2].bytes.at);
	ck_assert(pictures[0].bytes.at != pictures[3].bytes.at && pictures[0].bytes.at != pictures[4].bytes.at);
	ck_assert_str_eq(pictures[0].key, pictures[1].key);
	ck_assert_str_eq(pictures[0].key, pictures[2].key);
	ck_assert_str_ne(pictures[0].key, pictures[3].key);
	ck_assert_str_ne(pictures[0].key, pictures[4].key);
	ck_assert_str_eq(pictures[0].hash, pictures[4].hash);
	ck_assert_str_eq(pictures[5].error, "The picture could not be used: it is empty");
	ck_assert_str_eq(pictures[6].error, "The picture could not be fetched: the server answered 404");
	ck_assert_str_eq(pictures[7].error, pictures[6].error);
	ck_assert_ptr_nonnull(strstr(pictures[8].error, "holds the picture itself"));
	ck_assert_ptr_nonnull(strstr(pictures[9].error, "width must be 1 to 4096"));
	ck_assert(pictures[6].hash[0] == '\0' && pictures[6].key[0] == '\0' && pictures[6].bytes.length == 0);
}
END_TEST

START_TEST(test_not_more_at_once)
{
	struct picture_request requests[20];
	struct picture pictures[20];
	struct picture_options allowed = options();

	for (int i = 0; i < 20; i++)
		requests[i] = (struct picture_request){.url = url("same", i), .want = as_jpeg};
	pictures_prepare(&arena, requests, pictures, 20, &allowed);
	for (int i = 0; i < 20; i++)
		ck_assert_msg(pictures[i].error == NULL, "%s", pictures[i].error);
	ck_assert_int_eq(shared->asked, 20);
	ck_assert_int_le(shared->most, 5);
	ck_assert_int_ge(shared->most, 3);
}
END_TEST

/* Each costs its own picture, and those between are made. */
START_TEST(test_bad_decoders)
{
	static const char *const bad[] = {"!crash", "!garbage", "!endless", "!large", "!short", "!page", "!why", "!crash"};
	struct picture_request requests[10] = {0};
	struct picture pictures[10];
	struct picture_options allowed = options();

	for (int i = 0; i < 8; i++)
		requests[i] = (struct picture_request){.url = url(bad[i], i), .want = as_jpeg};
	requests[8] = (struct picture_request){.url = url("!fine", 0), .want = as_jpeg};
	requests[9] = (struct picture_request){.url = url("good", 0), .want = as_jpeg};
	pictures_prepare(&arena, requests, pictures, 10, &allowed);
	for (int i = 0; i < 8; i++)
	{
		ck_assert_msg(pictures[i].error != NULL, "%s gave a picture", bad[i]);
		ck_assert_ptr_nonnull(strstr(pictures[i].error, "The picture could not be used: "));
		ck_assert_uint_eq(pictures[i].bytes.length, 0);
		ck_assert_uint_eq(pictures[i].hash[0] != '\0', 1);
	}
	ck_assert_ptr_nonnull(strstr(pictures[0].error, "its decoder broke down on it"));
	ck_assert_ptr_null(strchr(pictures[6].error, '\n'));
	ck_assert_msg(pictures[8].error == NULL && pictures[9].error == NULL, "%s %s", pictures[8].error, pictures[9].error);
}
END_TEST

START_TEST(test_decoder_that_hangs)
{
	const struct decode_request request = {.magic = DECODE_MAGIC, .want = as_jpeg};
	struct decoder decoder;
	struct slice result;
	const char *why;
	char bytes[GIF_BYTES + 5];
	pid_t process;

	memcpy(bytes, gif, GIF_BYTES);
	memcpy(bytes + GIF_BYTES, "!hang", 5);
	ck_assert_ptr_null(decoder_start(&decoder, &request, (struct slice){bytes, sizeof(bytes)}, 200));
	process = decoder.process;
	while (!decoder_ended(&decoder))
		usleep(20000);
	ck_assert_ptr_null(decoder_reply(&decoder, &result, &why));
	ck_assert_str_eq(why, "decoding it takes longer than 1 s");
	ck_assert_int_eq(kill(process, 0), -1);
	decoder_close(&decoder);
	/* one that is given up in the middle is gone as well */
	ck_assert_ptr_null(decoder_start(&decoder, &request, (struct slice){bytes, sizeof(bytes)}, 10000));
	process = decoder.process;
	ck_assert(!decoder_ended(&decoder));
	decoder_close(&decoder);
	ck_assert_int_eq(kill(process, 0), -1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("image_pictures");
	TCase *tests = tcase_create("image_pictures");
	SRunner *runner = srunner_create(suite);
	pid_t server;
	int failed;

	if (argc == 2 && strcmp(argv[1], DECODE_COMMAND) == 0)
		be_a_decoder();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	server = serve();
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, test_equal_ones_are_made_once);
	tcase_add_test(tests, test_not_more_at_once);
	tcase_add_test(tests, test_bad_decoders);
	tcase_add_test(tests, test_decoder_that_hangs);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return failed != 0;
}
