/*
 * failing_malloc.c
 *	  Preloaded into a program, lets its allocation number FAIL_AT, and FAIL_AT alone or (FAIL_ON=rest) every later
 *	  one too, find no memory. Counting starts where main does: what libraries do while they are loaded is left alone.
 *
 *	  FAIL_CONTROL names a file of three numbers (long) instead, by which a test directs a program that runs: how many
 *	  allocations there were, the first that fails (0: none does) and the first behind it that does not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc's own, so that nothing has to be looked up (looking up allocates). */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

typedef int start_main(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void),
					   void *);

static long allocations;
static long fail_at;
static int fail_rest;

struct control
{
	long count;
	long first;
	long behind;
};

static struct control *control;

static int
is_told_to_fail(void)
{
	long number = __atomic_add_fetch(&control->count, 1, __ATOMIC_RELAXED);

	if (control->first == 0 || number < control->first || number >= control->behind)
		return 0;
	errno = ENOMEM;
	return 1;
}

static int
fails_now(void)
{
	if (control != NULL)
		return is_told_to_fail();
	if (fail_at == 0)
		return 0;
	allocations++;
	if (allocations < fail_at || (allocations > fail_at && !fail_rest))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails_now() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return fails_now() ? NULL : __libc_realloc(block, size);
}

/* The last thing before main. */
int
__libc_start_main(int (*program)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
				  void (*loader_fini)(void), void *stack_end)
{
	start_main *real = (start_main *) dlsym(RTLD_NEXT, "__libc_start_main");
	const char *number = getenv("FAIL_AT");
	const char *which = getenv("FAIL_ON");

	const char *file = getenv("FAIL_CONTROL");
	int control_file = file != NULL ? open(file, O_RDWR | O_CLOEXEC) : -1;

	if (control_file >= 0)
	{
		void *shared = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, control_file, 0);

		control = shared != MAP_FAILED ? shared : NULL;
		close(control_file);
	}
	fail_rest = which != NULL && strcmp(which, "rest") == 0;
	fail_at = number != NULL ? atol(number) : 0;
	return real(program, argc, argv, init, fini, loader_fini, stack_end);
}
