/*
 * fixture_slow.c - tools that tell something, step by step, before they answer.
 */
#include "conformance/fixtures.h"
#include "mcp/notice.h"

#define STEP_MS 50

struct steps
{
	struct mcp_request *request;
	struct loop_timer timer;
	int step;
	void (*take)(struct steps *steps);
};

static void
stop_steps(struct mcp_request *request)
{
	struct steps *steps = request->work;

	loop_timer_stop(&steps->timer);
}

static void
on_time(void *context)
{
	struct steps *steps = context;

	steps->take(steps);
}

static void
next_step(struct steps *steps)
{
	steps->step++;
	loop_timer_start(&steps->timer, steps->request->mcp->loop, STEP_MS, on_time, steps);
}

static void
begin(struct mcp_request *request, void (*take)(struct steps *steps))
{
	struct steps *steps = arena_alloc(request->exchange->arena, sizeof(*steps));

	steps->request = request;
	steps->take = take;
	request->work = steps;
	request->stop = stop_steps;
	take(steps);
}

static void
take_log_step(struct steps *steps)
{
	static const char *const lines[] = {"\"Tool execution started\"", "\"Tool processing data\"", "\"Tool execution completed\""};

	if (steps->step == 3)
	{
		fixture_say(steps->request, "Tool with logging executed successfully");
		return;
	}
	notice_log(steps->request, "info", "fixtures", slice_of(lines[steps->step]));
	next_step(steps);
}

static void
take_progress_step(struct steps *steps)
{
	if (steps->step == 3)
	{
		fixture_say(steps->request, "Tool with progress executed successfully");
		return;
	}
	notice_progress(steps->request, 50 * steps->step, 100, slice_of("working"));
	next_step(steps);
}

/* Sends the client away first: the answer is for when he comes back. */
static void
take_parted_step(struct steps *steps)
{
	if (steps->step == 0)
		exchange_part(steps->request->exchange);
	if (steps->step == 2)
		fixture_say(steps->request, "Reconnection test completed successfully");
	else
		next_step(steps);
}

static void
call_logging(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	begin(request, take_log_step);
}

static void
call_progress(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	begin(request, take_progress_step);
}

static void
call_reconnection(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	begin(request, take_parted_step);
}

const struct fixture_tool fixture_slow[] = {
	{.name = "test_tool_with_logging", .description = "Writes three log lines", .call = call_logging},
	{.name = "test_logging_tool", .description = "Writes log lines to who wants them", .call = call_logging},
	{.name = "test_tool_with_progress", .description = "Tells its progress", .call = call_progress},
	{.name = "test_reconnection", .description = "Ends the connection before it answers", .call = call_reconnection},
	{.name = NULL},
};
