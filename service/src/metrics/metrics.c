/*
 * metrics.c - counters of calls, and Prometheus' text format.
 */
#include "metrics/metrics.h"

#include <string.h>

#define MOST_TOOLS 200
#define MOST_CODES 16
#define NAME_BYTES 64
#define CODE_BYTES 24
#define NO_TOOL "(none)"
#define OTHER "(other)"

/* Upper ends of the histogram's buckets, and as they are written, in seconds. */
static const int64_t bucket_us[] = {500, 1000, 2500, 5000, 10000, 25000, 50000, 100000,
									250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000};
static const char *const bucket_seconds[] = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
											 "0.25", "0.5", "1", "2.5", "5", "10", "30"};
#define BUCKETS ((int) (sizeof(bucket_us) / sizeof(bucket_us[0])))

struct code_count
{
	char code[CODE_BYTES + 1];
	int64_t calls;
};

struct tool_count
{
	char name[NAME_BYTES + 1];
	struct code_count codes[MOST_CODES];
	int code_count;
	int64_t buckets[BUCKETS + 1]; /* of each bucket alone; the last is for all above */
	int64_t sum_us;
	int64_t calls;
};

struct metrics
{
	struct arena *arena;
	struct tool_count *tools[MOST_TOOLS];
	int tool_count;
};

struct metrics *
metrics_open(struct arena *arena)
{
	struct metrics *metrics = arena_alloc(arena, sizeof(*metrics));

	metrics->arena = arena;
	return metrics;
}

/* Letters, digits and _ alone, so that a label needs no escaping. */
static bool
is_plain(struct slice name)
{
	for (size_t i = 0; i < name.length; i++)
	{
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return name.length > 0 && name.length <= NAME_BYTES;
}

static struct tool_count *
find_tool(struct metrics *metrics, struct slice name)
{
	struct tool_count *tool;

	for (int i = 0; i < metrics->tool_count; i++)
	{
		if (slice_is(name, metrics->tools[i]->name))
			return metrics->tools[i];
	}
	/* the last place is for all that come after */
	if (metrics->tool_count == MOST_TOOLS)
		return metrics->tools[MOST_TOOLS - 1];
	if (metrics->tool_count == MOST_TOOLS - 1)
		name = SLICE_OF(OTHER);
	tool = arena_alloc(metrics->arena, sizeof(*tool));
	memcpy(tool->name, name.at, name.length);
	metrics->tools[metrics->tool_count++] = tool;
	return tool;
}

static void
count_code(struct tool_count *tool, const char *code)
{
	int i = 0;

	while (i < tool->code_count && strcmp(tool->codes[i].code, code) != 0)
		i++;
	if (i == MOST_CODES)
		i--;
	else if (i == tool->code_count)
	{
		strncpy(tool->codes[i].code, i == MOST_CODES - 1 ? OTHER : code, CODE_BYTES);
		tool->code_count++;
	}
	tool->codes[i].calls++;
}

void
metrics_call(struct metrics *metrics, struct slice tool, const char *code, int64_t microseconds)
{
	struct tool_count *count = find_tool(metrics, is_plain(tool) ? tool : SLICE_OF(NO_TOOL));
	int bucket = 0;

	while (bucket < BUCKETS && microseconds > bucket_us[bucket])
		bucket++;
	count->buckets[bucket]++;
	count->sum_us += microseconds;
	count->calls++;
	count_code(count, code);
}

static void
write_head(struct output *out, const char *name, const char *type, const char *help)
{
	output_word(out, "# HELP ");
	output_word(out, name);
	output_word(out, " ");
	output_word(out, help);
	output_word(out, "\n# TYPE ");
	output_word(out, name);
	output_word(out, " ");
	output_word(out, type);
	output_word(out, "\n");
}

static void
write_value(struct output *out, const char *name, const char *labels, int64_t value)
{
	output_word(out, name);
	output_word(out, labels);
	output_word(out, " ");
	output_number(out, value);
	output_word(out, "\n");
}

void
metrics_write_one(struct output *out, const char *name, const char *type, const char *help, const char *labels, int64_t value)
{
	write_head(out, name, type, help);
	write_value(out, name, labels, value);
}

static void
write_histogram(struct output *out, const struct tool_count *tool)
{
	int64_t below = 0;

	for (int i = 0; i <= BUCKETS; i++)
	{
		below += tool->buckets[i];
		write_value(out, "voygen_tool_call_duration_seconds_bucket",
					arena_format(out->arena, "{tool=\"%s\",le=\"%s\"}", tool->name, i < BUCKETS ? bucket_seconds[i] : "+Inf"), below);
	}
	output_word(out, arena_format(out->arena, "voygen_tool_call_duration_seconds_sum{tool=\"%s\"} %lld.%06lld\n", tool->name,
								  (long long) (tool->sum_us / 1000000), (long long) (tool->sum_us % 1000000)));
	write_value(out, "voygen_tool_call_duration_seconds_count", arena_format(out->arena, "{tool=\"%s\"}", tool->name), tool->calls);
}

void
metrics_write_calls(const struct metrics *metrics, struct output *out)
{
	write_head(out, "voygen_tool_calls_total", "counter", "Calls of tools that have ended, by code.");
	for (int i = 0; i < metrics->tool_count; i++)
	{
		const struct tool_count *tool = metrics->tools[i];

		for (int j = 0; j < tool->code_count; j++)
			write_value(out, "voygen_tool_calls_total",
						arena_format(out->arena, "{tool=\"%s\",code=\"%s\"}", tool->name, tool->codes[j].code), tool->codes[j].calls);
	}
	write_head(out, "voygen_tool_call_duration_seconds", "histogram", "From the request of a call to its answer.");
	for (int i = 0; i < metrics->tool_count; i++)
		write_histogram(out, metrics->tools[i]);
}
