/*
 * confine.c - limits of the system, and a filter of its calls (seccomp) that knows those it lets through.
 *
 * A call that is not on the list fails with EPERM rather than ending the process: libraries try one thing and another, and
 * what fails is only not there. clone3 answers that it does not exist, since its flags lie in memory where a
 * filter cannot look; the C library then uses clone, which is let through for threads alone. abort() cannot send its
 * signal and falls back to an instruction that ends the process as well.
 */
#include "image/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "confine.c does not know this processor's calls of the system"
#endif

static const unsigned allowed[] = {
	/* what is open already */
	__NR_read, __NR_write, __NR_readv, __NR_writev, __NR_lseek, __NR_close, __NR_fstat,
	/* memory */
	__NR_brk, __NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise,
	/* threads and their end */
	__NR_futex, __NR_set_robust_list, __NR_rseq, __NR_sched_yield, __NR_sched_getaffinity, __NR_gettid, __NR_getpid,
	__NR_exit, __NR_exit_group, __NR_restart_syscall,
	/* signals of its own */
	__NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack,
	/* time and chance */
	__NR_clock_gettime, __NR_gettimeofday, __NR_nanosleep, __NR_clock_nanosleep, __NR_getrandom, __NR_sysinfo};

#define ALLOWED (sizeof(allowed) / sizeof(allowed[0]))
#define FIELD(name) ((uint32_t) offsetof(struct seccomp_data, name))

struct program
{
	struct sock_filter steps[2 * ALLOWED + 16];
	unsigned short length;
};

static void
add(struct program *program, struct sock_filter step)
{
	program->steps[program->length++] = step;
}

static void
load(struct program *program, uint32_t field)
{
	add(program, (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, field));
}

/* Answers so when the value loaded is that one, else goes on. */
static void
answer_if(struct program *program, uint32_t value, uint32_t answer)
{
	add(program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
	add(program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, answer));
}

static void
answer(struct program *program, uint32_t answer)
{
	add(program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, answer));
}

static bool
filter_calls(void)
{
	struct program program = {.length = 0};
	struct sock_fprog whole;

	load(&program, FIELD(arch));
	add(&program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	answer(&program, SECCOMP_RET_KILL_PROCESS);
	load(&program, FIELD(nr));
	for (size_t i = 0; i < ALLOWED; i++)
		answer_if(&program, allowed[i], SECCOMP_RET_ALLOW);
	answer_if(&program, __NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	add(&program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 1, 0));
	answer(&program, SECCOMP_RET_ERRNO | EPERM);
	/* the flags of clone are in the lower half of its first argument */
	load(&program, FIELD(args[0]));
	add(&program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
	answer(&program, SECCOMP_RET_ALLOW);
	answer(&program, SECCOMP_RET_ERRNO | EPERM);
	whole = (struct sock_fprog){.len = program.length, .filter = program.steps};
	/* for the threads that libraries may have started, too */
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &whole) == 0;
}

static bool
limit(__rlimit_resource_t what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){most, most}) == 0;
}

/* At the first of the two the system sends SIGXCPU, by which the parent tells why; at the second it kills. */
static bool
limit_cpu(rlim_t seconds)
{
	return setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1}) == 0;
}

#ifndef __SANITIZE_ADDRESS__
/* Bytes of address space in use, 0 when that cannot be told. */
static uint64_t
address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (uint64_t) pages * (uint64_t) sysconf(_SC_PAGESIZE);
}

static bool
limit_memory(uint64_t memory)
{
	uint64_t used = address_space();

	return used > 0 && limit(RLIMIT_AS, used + memory);
}
#else
/* AddressSanitizer's shadow is larger than any limit. */
static bool
limit_memory(uint64_t memory)
{
	(void) memory;
	return true;
}
#endif

bool
confine_process(uint64_t memory, uint32_t cpu_s)
{
	return limit_memory(memory) && limit_cpu(cpu_s) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
		   limit(RLIMIT_NOFILE, 3) && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls();
}
