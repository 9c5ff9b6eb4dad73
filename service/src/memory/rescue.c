/*
 * rescue.c - one place to go back to, and the one around it.
 */
#include "memory/rescue.h"

#include <setjmp.h>

struct place
{
	jmp_buf back;
	struct place *around;
};

/* Of the process, as memory is. */
static struct place *innermost;
static arena_failure *outside;

void
rescue_open(arena_failure *otherwise)
{
	outside = otherwise;
}

bool
rescue_run(void (*work)(void *context), void *context)
{
	struct place here = {.around = innermost};
	bool done = setjmp(here.back) == 0;

	if (done)
	{
		innermost = &here;
		work(context);
	}
	innermost = here.around;
	return done;
}

void
rescue_failure(size_t wanted)
{
	if (innermost != NULL)
		longjmp(innermost->back, 1);
	outside(wanted);
}
