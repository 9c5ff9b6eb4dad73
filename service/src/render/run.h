/*
 * run.h - what code that runs inside a render may use: memory, text, failure, limits, calls.
 *
 * A render ends early by a jump out of whatever is running, back to render_template: render_fail and every limit do that. So
 * nothing here returns a failure, and nothing that runs inside a render may hold what has to be given back (memory of malloc,
 * files): all memory is the heap's. qsort is not used for the same reason.
 */
#ifndef VOYGEN_RENDER_RUN_H
#define VOYGEN_RENDER_RUN_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/heap.h"
#include "render/value.h"

/* A text that grows in the heap. Start with {0}. Only the newest grows in place, so finish one before another begins. */
struct buffer
{
	char *at;
	size_t length;
	size_t room;
};

/* How much of the machine's stack a render may use; a thread has 8 MB as a rule. */
#define RENDER_STACK_BYTES ((size_t) 4 * 1024 * 1024)

struct undo;
struct fault;
struct template;
struct template_set;
struct frame;
struct context;

/* What is at work; made by render_open (render.h). The members are for the inline functions below and the runtime. */
struct render
{
	struct heap heap;
	struct buffer output; /* of malloc, kept from render to render */
	size_t output_most;
	int64_t steps_left; /* until the next look at clock and limit */
	uint64_t steps_granted;
	uint64_t steps_most;
	uint64_t deadline_ns; /* of render_clock; 0: none */
	uint32_t time_ms;
	uint32_t depth; /* of macros, includes, blocks that are running */
	uint32_t depth_most;
	uint32_t range_most;    /* items of range() and the like */
	const char *stack_base; /* where the machine's stack stood when the render began */
	bool autoescape;
	bool throw_undefined;
	struct undo *undo; /* lists and dicts of the context that were changed */
	/* the end */
	jmp_buf end;
	const struct template *template; /* that is running */
	uint32_t position;               /* byte of its source where it is running */
	struct fault *fault;
	struct template_set *set;
};

/* ---- failure ---- */

/* Ends the render with this message; template, line and column of what is running are added. */
_Noreturn void render_fail(struct render *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the render with the fault that has been filled in already. */
_Noreturn void render_stop(struct render *run);

/* ---- memory ---- */

static inline void *
render_alloc(struct render *run, size_t size)
{
	return heap_alloc(&run->heap, size);
}

/* ---- limits ---- */

void render_look(struct render *run);

/* Counts one more level of nesting (a macro, a recursion over nested values), to be left by render_leave. */
void render_enter(struct render *run);

static inline void
render_leave(struct render *run)
{
	run->depth--;
}

/* Ends the render when the machine's stack is nearly used up: expressions are walked in recursion. */
static inline void
render_check_stack(struct render *run)
{
	const char *here = __builtin_frame_address(0);

	if (run->stack_base - here > (ptrdiff_t) RENDER_STACK_BYTES)
		render_fail(run, "the template is nested too deep");
}

/* Nanoseconds this thread has had a processor: a busy machine is no fault of a template. */
uint64_t render_clock(void);

/* Charges work: one step is an instruction, or about sixteen bytes or one item that a built-in goes over. Call it in every
 * loop whose length a template decides, before the work is done. */
static inline void
render_step(struct render *run, size_t steps)
{
	run->steps_left -= (int64_t) (steps < INT32_MAX ? steps : INT32_MAX);
	if (run->steps_left < 0)
		render_look(run);
}

/* ---- text ---- */

/* Room for so many more bytes at buffer->at + buffer->length. */
void buffer_reserve(struct render *run, struct buffer *buffer, size_t more);

static inline void
buffer_add(struct render *run, struct buffer *buffer, const char *bytes, size_t length)
{
	if (buffer->room - buffer->length < length)
		buffer_reserve(run, buffer, length);
	if (length > 0)
		memcpy(buffer->at + buffer->length, bytes, length);
	buffer->length += length;
}

static inline void
buffer_byte(struct render *run, struct buffer *buffer, char byte)
{
	buffer_add(run, buffer, &byte, 1);
}

/* Adds text with & < > " ' and \ replaced by their entities. */
void buffer_escape(struct render *run, struct buffer *buffer, struct slice text);

/* The whole buffer as a string value. */
struct value buffer_value(const struct buffer *buffer, bool safe);

/* Room for `more` bytes of output, or the end of the render: the room never grows beyond the limit. */
void output_reserve(struct render *run, size_t more);

/* To the output of the render: bytes as they are, and escaped as buffer_escape does. */
static inline void
output_text(struct render *run, const char *bytes, size_t length)
{
	if (run->output.room - run->output.length < length)
		output_reserve(run, length);
	if (length > 0)
		memcpy(run->output.at + run->output.length, bytes, length);
	run->output.length += length;
}

void output_escaped(struct render *run, struct slice text);

/* ---- calls ---- */

#endif
