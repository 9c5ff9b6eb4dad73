/*
 * fixture_tasks.c - tools that are tasks. They live in memory, and end by the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "conformance/fixtures.h"
#include "mcp/ask.h"
#include "mcp/news.h"

#define TTL_MS 600000
#define QUESTIONS_MOST 2
#define TIME_BYTES 32

struct task
{
	struct task *next;
	struct mcp *mcp;
	struct identity identity;
	char id[33];
	const char *status;
	const char *ends_as;                   /* status it comes to */
	char *result;                          /* owned; JSON of the end: a result or an error */
	const char *questions[QUESTIONS_MOST]; /* keys that are still open; NULL when answered */
	char created_at[TIME_BYTES];
	char updated_at[TIME_BYTES];
	struct loop_timer timer;
};

static struct task *tasks;

static void
write_time(char into[TIME_BYTES])
{
	struct timespec now;
	struct tm utc;
	char seconds[24];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(into, TIME_BYTES, "%s.%03dZ", seconds, (int) (now.tv_nsec / 1000000) % 1000);
}

static struct task *
new_task(struct mcp_request *request, const char *result)
{
	struct task *task = calloc(1, sizeof(*task));
	unsigned char secret[16] = {0};

	if (task == NULL || (task->result = strdup(result)) == NULL || getrandom(secret, sizeof(secret), 0) < 0)
		abort();
	for (size_t i = 0; i < sizeof(secret); i++)
		snprintf(task->id + 2 * i, 3, "%02x", secret[i]);
	task->mcp = request->mcp;
	task->identity = request->exchange->identity;
	task->status = "working";
	task->ends_as = "completed";
	write_time(task->created_at);
	write_time(task->updated_at);
	task->next = tasks;
	tasks = task;
	return task;
}

void
fixture_tasks_close(void)
{
	while (tasks != NULL)
	{
		struct task *next = tasks->next;

		loop_timer_stop(&tasks->timer);
		free(tasks->result);
		free(tasks);
		tasks = next;
	}
}

static struct slice
open_questions(struct arena *arena, const struct task *task)
{
	const char *text = "{";

	for (int i = 0; i < QUESTIONS_MOST; i++)
	{
		if (task->questions[i] == NULL)
			continue;
		text = arena_format(arena,
							"%s%s\"%s\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\",\"message\":\"Please answer\","
							"\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"confirm\":{\"type\":\"boolean\"}}}}}",
							text, text[1] != '\0' ? "," : "", task->questions[i]);
	}
	return slice_of(arena_format(arena, "%s}", text));
}

static struct task_view
view_of(struct arena *arena, const struct task *task)
{
	struct task_view view = {
		.id = slice_of(task->id),
		.status = task->status,
		.created_at = slice_of(task->created_at),
		.updated_at = slice_of(task->updated_at),
		.ttl_ms = TTL_MS,
	};

	if (strcmp(task->status, "input_required") == 0)
		view.questions = open_questions(arena, task);
	if (strcmp(task->status, "completed") == 0)
		view.result = slice_of(task->result);
	if (strcmp(task->status, "failed") == 0)
		view.error = slice_of(task->result);
	return view;
}

static void
set_status(struct task *task, const char *status)
{
	struct hearer *next;

	task->status = status;
	write_time(task->updated_at);
	for (struct hearer *hearer = task->mcp->hearers; hearer != NULL; hearer = next)
	{
		struct arena arena;
		struct task_view view;

		next = hearer->next;
		if (!hearer_wants_task(hearer, slice_of(task->id)))
			continue;
		arena_open(&arena, task->mcp->loop->arena->fail);
		view = view_of(&arena, task);
		news_of_task(hearer, &view);
		arena_close(&arena);
	}
}

static bool
is_over(const struct task *task)
{
	return strcmp(task->status, "working") != 0 && strcmp(task->status, "input_required") != 0;
}

static void
on_time(void *context)
{
	struct task *task = context;

	set_status(task, task->ends_as);
}

static void
begin(struct mcp_request *request, struct task *task)
{
	struct task_view view = view_of(request->exchange->arena, task);

	task_begin(request, &view);
}

/* --- tools ------------------------------------------------------------------------------- */

#define RESULT(text) "{\"content\":[{\"type\":\"text\",\"text\":\"" text "\"}]}"

static bool
need_tasks(struct mcp_request *request)
{
	if (task_wanted(request))
		return true;
	mcp_refuse_capability(request, TASKS_REQUIRED);
	return false;
}

static int
seconds_of(struct mcp_request *request, const struct scan_node *arguments)
{
	const struct scan_node *seconds = scan_member(arguments, "seconds");

	if (seconds == NULL || seconds->kind != SCAN_NUMBER)
		return 0;
	return (int) strtod(arena_copy(request->exchange->arena, seconds->raw.at, seconds->raw.length), NULL);
}

static void
call_compute(struct mcp_request *request, const struct scan_node *arguments)
{
	int seconds = seconds_of(request, arguments);
	struct task *task;

	if (!task_wanted(request))
	{
		fixture_say(request, "computed");
		return;
	}
	task = new_task(request, RESULT("computed"));
	if (seconds <= 0)
		set_status(task, "completed");
	else
		loop_timer_start(&task->timer, request->mcp->loop, seconds * 1000, on_time, task);
	begin(request, task);
}

static void
call_failing(struct mcp_request *request, const struct scan_node *arguments)
{
	struct task *task;

	(void) arguments;
	if (!need_tasks(request))
		return;
	task = new_task(request, "{\"content\":[{\"type\":\"text\",\"text\":\"failed on purpose\"}],\"isError\":true}");
	loop_timer_start(&task->timer, request->mcp->loop, 1000, on_time, task);
	begin(request, task);
}

static void
call_broken(struct mcp_request *request, const struct scan_node *arguments)
{
	struct task *task;

	(void) arguments;
	if (!need_tasks(request))
		return;
	task = new_task(request, "{\"code\":-32603,\"message\":\"broken on purpose\"}");
	task->ends_as = "failed";
	loop_timer_start(&task->timer, request->mcp->loop, 200, on_time, task);
	begin(request, task);
}

static void
begin_asking(struct mcp_request *request, const char *first, const char *second)
{
	struct task *task;

	if (!need_tasks(request))
		return;
	task = new_task(request, RESULT("answered"));
	task->questions[0] = first;
	task->questions[1] = second;
	task->status = "input_required";
	begin(request, task);
}

static void
call_confirm(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	begin_asking(request, "confirm_delete", NULL);
}

static void
call_two(struct mcp_request *request, const struct scan_node *arguments)
{
	(void) arguments;
	begin_asking(request, "first_input", "second_input");
}

static void
call_composed(struct mcp_request *request, const struct scan_node *arguments)
{
	const struct question question = {
		"user_name",
		"elicitation/create",
		SLICE_OF("{\"mode\":\"form\",\"message\":\"What is your name?\",\"requestedSchema\":{\"type\":\"object\","
				 "\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}}"),
	};
	struct arena *arena = request->exchange->arena;
	struct slice name;
	struct output result;
	struct task *task;
	char *text;

	(void) arguments;
	if (!need_tasks(request))
		return;
	if (!ask_field(request, "user_name", "name", &name))
	{
		ask(request, &question, 1, SLICE_OF("composed"));
		return;
	}
	output_start(&result, arena);
	output_word(&result, "{\"content\":[{\"type\":\"text\",\"text\":");
	output_quoted(&result, slice_of(arena_format(arena, "Done for %s", arena_copy(arena, name.at, name.length))));
	output_word(&result, "}]}");
	text = arena_alloc(arena, result.length + 16);
	text[output_read(&result, text, result.length + 15)] = '\0';
	task = new_task(request, text);
	loop_timer_start(&task->timer, request->mcp->loop, 200, on_time, task);
	begin(request, task);
}

const struct fixture_tool fixture_task_tools[] = {
	{.name = "slow_compute",
	 .description = "Takes as long as it is told",
	 .schema = "{\"type\":\"object\",\"properties\":{\"seconds\":{\"type\":\"number\"},\"label\":{\"type\":\"string\"}}}",
	 .call = call_compute},
	{.name = "failing_job", .description = "A task whose tool fails", .call = call_failing},
	{.name = "protocol_error_job", .description = "A task that breaks", .call = call_broken},
	{.name = "confirm_delete",
	 .description = "A task that asks",
	 .schema = "{\"type\":\"object\",\"properties\":{\"filename\":{\"type\":\"string\"}}}",
	 .call = call_confirm},
	{.name = "multi_input", .description = "A task that asks two things", .call = call_two},
	{.name = "test_tool_with_task", .description = "Asks, then is a task", .call = call_composed},
	{.name = NULL},
};

/* --- where they live ------------------------------------------------------------------------ */

/* Ends the request when it is not the caller's. */
static struct task *
find_task(struct mcp_request *request, struct slice id)
{
	for (struct task *task = tasks; task != NULL; task = task->next)
	{
		if (slice_is(id, task->id) && memcmp(task->identity.digest, request->exchange->identity.digest, DIGEST_BYTES) == 0)
			return task;
	}
	task_unknown(request);
	return NULL;
}

static void
get_task(struct mcp_request *request, struct slice id)
{
	const struct task *task = find_task(request, id);
	struct task_view view;

	if (task == NULL)
		return;
	view = view_of(request->exchange->arena, task);
	task_show(request, &view);
}

static void
cancel_task(struct mcp_request *request, struct slice id)
{
	struct task *task = find_task(request, id);

	if (task == NULL)
		return;
	if (!is_over(task))
	{
		loop_timer_stop(&task->timer);
		set_status(task, "cancelled");
	}
	task_acknowledge(request);
}

static void
update_task(struct mcp_request *request, struct slice id, const struct scan_node *responses)
{
	struct task *task = find_task(request, id);
	int open = 0;

	if (task == NULL)
		return;
	for (int i = 0; i < QUESTIONS_MOST; i++)
	{
		if (task->questions[i] != NULL && scan_member(responses, task->questions[i]) != NULL)
			task->questions[i] = NULL;
		open += task->questions[i] != NULL;
	}
	if (strcmp(task->status, "input_required") == 0)
		set_status(task, open > 0 ? "input_required" : "completed");
	task_acknowledge(request);
}

const struct task_source fixture_task_source = {get_task, update_task, cancel_task};
