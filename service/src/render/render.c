/*
 * render.c - one render from its beginning to its end.
 */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#include "render/runtime.h"
#include "render/template_set.h"
#include "render/undo.h"

static _Noreturn void
heap_full(void *owner, size_t wanted)
{
	struct render *run = owner;

	render_fail(run, "the template takes more than %zu bytes of memory (%zu more were wanted)", run->heap.most, wanted);
}

struct render *
render_open(struct template_set *set)
{
	struct render *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->set = set;
	heap_open(&run->heap, set->limits.memory, heap_full, run);
	return run;
}

void
render_close(struct render *run)
{
	if (run == NULL)
		return;
	heap_close(&run->heap);
	free(run->output.at);
	free(run);
}

static void
begin(struct render *run, struct fault *fault, const char *stack_base)
{
	const struct template_limits *limits = &run->set->limits;

	heap_reset(&run->heap);
	run->output.length = 0;
	run->output_most = limits->output;
	run->steps_left = 0;
	run->steps_granted = 0;
	run->steps_most = limits->steps;
	run->time_ms = limits->time_ms;
	run->deadline_ns = limits->time_ms == 0 ? 0 : render_clock() + (uint64_t) limits->time_ms * 1000000u;
	run->depth = 0;
	run->depth_most = limits->depth;
	run->range_most = limits->range;
	run->stack_base = stack_base;
	run->autoescape = run->set->options.autoescape;
	run->throw_undefined = run->set->options.throw_undefined;
	run->undo = NULL;
	run->template = NULL;
	run->position = 0;
	run->fault = fault;
}

/* The part that a failure jumps out of. */
static void
run_to_end(struct render *run, const struct template *template, struct dict *given)
{
	struct context *context = context_new(run, template, NULL);
	struct frame *frame = frame_push(run, NULL, false);

	context->given = given;
	frame->top = true;
	run->template = template;
	run_template(run, template, context, frame);
}

/* False when a failure jumped out. */
static bool
run_safely(struct render *run, const struct template *template, struct dict *given)
{
	if (setjmp(run->end) != 0)
		return false;
	run_to_end(run, template, given);
	return true;
}

bool
render_template(struct render *run, const struct template *template, struct dict *context, struct slice *output, struct fault *fault)
{
	bool done;

	begin(run, fault, __builtin_frame_address(0));
	done = run_safely(run, template, context);
	undo_all(run);
	if (done)
		*output = (struct slice){run->output.at != NULL ? run->output.at : "", run->output.length};
	return done;
}
