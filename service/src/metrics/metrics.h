/*
 * metrics.h - what has happened since the start, counted for a monitor: calls of tools by name and code, and how long
 * they took. The number of series is bounded, whatever clients ask for.
 */
#ifndef VOYGEN_METRICS_H
#define VOYGEN_METRICS_H

#include <stdint.h>

#include "memory/arena.h"
#include "output/output.h"
#include "text/slice.h"

struct metrics;

/* It lies in the arena. */
struct metrics *metrics_open(struct arena *arena);

/* A call of a tool that has ended: `code` is "ok" or that of its failure; names of tools that do not exist are counted
 * together (`tool` is empty), as are names beyond the room there is. */
void metrics_call(struct metrics *metrics, struct slice tool, const char *code, int64_t microseconds);

/* One value with its help, in Prometheus' text format. `type` is counter or gauge; `labels` as {name="value"} or "". */
void metrics_write_one(struct output *out, const char *name, const char *type, const char *help, const char *labels, int64_t value);

/* All that metrics_call has counted, in the same format. */
void metrics_write_calls(const struct metrics *metrics, struct output *out);

#endif
