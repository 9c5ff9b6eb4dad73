/*
 * image_confine_check.c: what a confined process may still do, and that everything else fails.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/confine.h"

static void *
count(void *number)
{
	++*(int *) number;
	return NULL;
}

/* Each answers 0 when the process can do it, else why not. */
static int
open_file(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int
make_file(void)
{
	return open("/tmp/voygen-confined", O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
make_process(void)
{
	long child = syscall(__NR_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (child == 0)
		_exit(0);
	return child < 0 ? errno : 0;
}

static int
run_program(void)
{
	execl("/bin/true", "true", (char *) NULL);
	return errno;
}

static int
kill_parent(void)
{
	return kill(getppid(), SIGKILL) != 0 ? errno : 0;
}

static int
kill_by_thread(void)
{
	return syscall(__NR_tgkill, getpid(), getpid(), SIGTERM) != 0 ? errno : 0;
}

static int
raise_limits(void)
{
	return syscall(__NR_prlimit64, 0, 0, NULL, NULL) != 0 ? errno : 0;
}

static int
look_at_files(void)
{
	return access("/etc/passwd", R_OK) != 0 ? errno : 0;
}

static int
trace(void)
{
	return syscall(__NR_ptrace, 0, 0, 0, 0) != 0 ? errno : 0;
}

static int
new_rooms(void)
{
	return unshare(CLONE_NEWUSER) != 0 ? errno : 0;
}

static int
clone_anew(void)
{
	return syscall(__NR_clone3, NULL, 0) != 0 ? errno : 0;
}

static int
start_thread(void)
{
	pthread_t thread;
	int number = 0;

	if (pthread_create(&thread, NULL, count, &number) != 0)
		return EPERM;
	pthread_join(thread, NULL);
	return number == 1 ? 0 : EINVAL;
}

static int
take_memory(void)
{
	volatile char *block = malloc(8000000);

	if (block == NULL)
		return ENOMEM;
	block[7999999] = 1;
	free((void *) (uintptr_t) block);
	return 0;
}

static const struct
{
	const char *what;
	int (*try)(void);
	int fails;
} deeds[] = {
	{"open a file", open_file, EPERM},
	{"make a file", make_file, EPERM},
	{"look whether a file is there", look_at_files, EPERM},
	{"make a socket", make_socket, EPERM},
	{"make a process", make_process, EPERM},
	{"run a program", run_program, EPERM},
	{"kill its parent", kill_parent, EPERM},
	{"send a signal by thread", kill_by_thread, EPERM},
	{"change its limits", raise_limits, EPERM},
	{"trace", trace, EPERM},
	{"make namespaces", new_rooms, EPERM},
	{"clone3", clone_anew, ENOSYS},
	{"start a thread", start_thread, 0},
	{"take memory", take_memory, 0},
};

#define DEEDS (int) (sizeof(deeds) / sizeof(deeds[0]))

/* Does it in a confined process, whose exit says why it failed; -1: it did not end by itself. */
static int
confined(int (*try)(void))
{
	pid_t process = fork();
	int status;

	if (process == 0)
		_exit(confine_process(64u << 20, 5) ? try() : 255);
	ck_assert(waitpid(process, &status, 0) == process);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(test_deeds)
{
	int failed = confined(deeds[_i].try);

	ck_assert_msg(failed == deeds[_i].fails, "%s: %d in place of %d", deeds[_i].what, failed, deeds[_i].fails);
}
END_TEST

START_TEST(test_time)
{
	pid_t process = fork();
	int status;

	if (process == 0)
	{
		if (!confine_process(64u << 20, 1))
			_exit(255);
		for (volatile unsigned i = 0;; i++)
			;
	}
	ck_assert(waitpid(process, &status, 0) == process);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image_confine");
	TCase *tests = tcase_create("image_confine");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, test_deeds, 0, DEEDS);
	tcase_add_test(tests, test_time);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
