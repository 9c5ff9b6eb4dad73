/*
 * kernel.h: what every kernel shares: where memory comes from, how a failure is told, texts and three-valued truth.
 *
 * A kernel is plain C11. It knows no PostgreSQL header, keeps no global state, never aborts and never prints. What goes
 * wrong comes back as a kernel_status; a function that can fail on its input also takes a kernel_error * (NULL when the
 * caller does not care) and fills it when, and only when, the status is not KERNEL_OK.
 */
#ifndef VOYGEN_KERNEL_H
#define VOYGEN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef __int128 kernel_int128;
typedef unsigned __int128 kernel_uint128;

typedef enum kernel_status
{
	KERNEL_OK = 0,
	KERNEL_NO_MEMORY, /* the allocator answered NULL; whatever was allocated before has been given back */
	KERNEL_INVALID,   /* the input breaks a rule of the header; kernel_error says which */
	KERNEL_OVERFLOW,  /* the exact result does not fit; nothing was rounded or cut to make it fit */
	KERNEL_TOO_LARGE, /* an exact answer would take more work than allowed; kernel_error says what to narrow */
	KERNEL_INFEASIBLE /* the question has no answer (a budget below the cheapest selection) */
} kernel_status;

/*
 * Where a kernel takes memory. allocate answers NULL when there is none (an allocator of PostgreSQL's must use
 * MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE, or may raise its own error: kernels hold nothing but memory of this allocator, so a
 * longjmp out of allocate loses nothing that the memory context does not own). release takes what allocate gave, never
 * NULL. Memory is aligned for any type. Zeroing is the kernel's business.
 */
typedef struct kernel_alloc
{
	void *(*allocate)(void *context, size_t size);
	void (*release)(void *context, void *memory);
	void *context;
} kernel_alloc;

/* One failure in words for a person. id is the rate or rule at fault (0 when none); path is the field, as the caller named
 * it in the contracts ("rates[2].floor"); texts are cut, never overrun. */
typedef struct kernel_error
{
	int64_t id;
	char path[96];
	char expected[128];
	char got[96];
	char message[200];
} kernel_error;

/* Three-valued truth. Zero is "unknown", so a zeroed structure claims nothing. */
typedef enum kernel_tri
{
	KERNEL_UNKNOWN = 0,
	KERNEL_NO = 1,
	KERNEL_YES = 2
} kernel_tri;

/* A text that belongs to the caller; bytes == NULL is "not given". Need not end in NUL. */
typedef struct kernel_text
{
	const char *bytes;
	size_t length;
} kernel_text;

/* A day as PostgreSQL counts it: days since 2000-01-01 (proleptic Gregorian calendar). */
typedef int32_t kernel_day;
#define KERNEL_DAY_UNKNOWN INT32_MIN

#endif
