/*
 * catalogue.h - the tools of each caller, as the database lists them for his token, kept for a while.
 *
 * What is kept is a convenience: rights are checked by the database at every call. It is read anew after some seconds,
 * and at once after catalogue_change.
 */
#ifndef VOYGEN_MCP_CATALOGUE_H
#define VOYGEN_MCP_CATALOGUE_H

#include "db/pool.h"
#include "identity/source.h"
#include "loop/loop.h"
#include "mcp/exchange.h"

struct catalogue;

/* Slices of what the database said; the schemas are JSON. */
struct catalogue_tool
{
	struct slice name;
	struct slice text; /* JSON: as it stands in the list */
	struct slice input_schema;
	struct slice output_schema; /* "null" for tools that start a job */
	struct slice job_schema;    /* of what a job answers in the end; "null" for other tools */
	bool read_only;
	bool asks; /* the person is to be asked first: it destroys, and the agency wants it so */
	bool is_job;
};

struct catalogue_entry
{
	struct slice list; /* JSON: the list of tools as tools/list answers it */
	const struct catalogue_tool *tools;
	int count;
};

/* `entry` is NULL when the database could not tell; the outcome says why then. Valid during the call, or longer with
 * catalogue_hold. */
typedef void catalogue_ready(void *owner, struct catalogue_entry *entry, struct query_outcome *outcome);

/* Somebody who waits; lies where the one who asks keeps it. */
struct catalogue_wait
{
	struct catalogue_wait *next;
	struct catalogue_wait *previous;
	catalogue_ready *ready;
	void *owner;
	struct exchange *exchange;
	bool waiting;
};

/* It lies in the arena of the loop. */
struct catalogue *catalogue_open(struct loop *loop, struct pool *pool);
void catalogue_close(struct catalogue *catalogue);

/* Calls back with the tools of the exchange's caller, at once when they are known; false when the database is too busy to ask, or
 * memory is short. */
bool catalogue_ask(struct catalogue *catalogue, struct exchange *exchange, struct catalogue_wait *wait, catalogue_ready *ready,
				   void *owner);

/* Waits no more. */
void catalogue_forget(struct catalogue *catalogue, struct catalogue_wait *wait);

/* What is known of a tool without asking, be it old; NULL when nothing is. */
const struct catalogue_tool *catalogue_look(struct catalogue *catalogue, const struct identity *identity, struct slice tool);

const struct catalogue_tool *catalogue_find(const struct catalogue_entry *entry, struct slice tool);

/* Keeps an entry where it is until it is released: for answers that refer to its texts. */
void catalogue_hold(struct catalogue_entry *entry);
void catalogue_release(void *entry);

/* Tools, comments or rights have changed: nothing known is fresh any more. */
void catalogue_change(struct catalogue *catalogue);

#endif
