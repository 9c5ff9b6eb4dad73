/*
 * catalogue.c - lists of tools, one for each token that has asked.
 *
 * A list is asked for once, however many wait for it. An entry that is not fresh stays readable until the new one is
 * there; entries that nobody has used for long make room for others.
 */
#include "mcp/catalogue.h"

#include <stdlib.h>

#include "json/scan.h"
#include "memory/rescue.h"
#include "output/output.h"

#define FRESH_MS 5000
#define ENTRIES_MOST 256
#define TOOLS_MOST 500

struct entry
{
	struct catalogue_entry shown; /* first: others have only this */
	struct entry *next;
	struct catalogue *catalogue;
	struct identity identity;
	struct arena arena;
	PGresult *result; /* the slices point into it */
	int holders;      /* besides the list of the catalogue */
	bool listed;
	bool known; /* there are tools in it */
	int64_t read_ms;
	int64_t used_ms;
	/* the question to the database */
	struct query query;
	bool asking;
	struct catalogue_wait *waits;
};

struct catalogue
{
	struct loop *loop;
	struct pool *pool;
	struct entry *entries;
	int count;
	int64_t changed_ms; /* what was asked before is not fresh */
};

struct catalogue *
catalogue_open(struct loop *loop, struct pool *pool)
{
	struct catalogue *catalogue = arena_alloc(loop->arena, sizeof(*catalogue));

	catalogue->loop = loop;
	catalogue->pool = pool;
	return catalogue;
}

static void
free_entry(struct entry *entry)
{
	if (entry->asking)
		pool_stop(entry->catalogue->pool, &entry->query);
	arena_close(&entry->arena);
	PQclear(entry->result);
	free(entry);
}

static void
unlist(struct entry *entry)
{
	struct entry **at = &entry->catalogue->entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	entry->listed = false;
	entry->catalogue->count--;
	if (entry->holders == 0 && !entry->asking)
		free_entry(entry);
}

void
catalogue_close(struct catalogue *catalogue)
{
	while (catalogue->entries != NULL)
	{
		struct entry *next = catalogue->entries->next;

		free_entry(catalogue->entries);
		catalogue->entries = next;
	}
}

/* --- reading --------------------------------------------------------------------- */

static struct slice
raw_member(const struct scan_node *object, const char *name)
{
	const struct scan_node *member = scan_member(object, name);

	return member != NULL ? member->raw : SLICE_OF("null");
}

static bool
is_true(const struct scan_node *object, const char *name)
{
	const struct scan_node *member = scan_member(object, name);

	return member != NULL && member->kind == SCAN_TRUE;
}

/* A tool as tools/list shows it. */
static void
add_tool(struct output *out, const struct scan_node *tool)
{
	bool first = true;

	output_word(out, out->length > 1 ? ",{" : "{");
	for (const struct scan_node *member = tool->first; member != NULL; member = member->next)
	{
		if (member->kind == SCAN_NULL)
			continue;
		if (!first)
			output_word(out, ",");
		output_quoted(out, member->name);
		output_word(out, ":");
		output_add(out, member->raw);
		first = false;
	}
	output_word(out, "}");
}

static void
read_tool(struct arena *arena, const struct scan_node *node, struct catalogue_tool *tool)
{
	const struct scan_node *hints = scan_member(node, "annotations");
	const struct scan_node *meta = scan_member(node, "_meta");

	scan_string(arena, scan_member(node, "name"), &tool->name);
	tool->input_schema = raw_member(node, "inputSchema");
	tool->output_schema = raw_member(node, "outputSchema");
	tool->job_schema = raw_member(meta, "voygen/jobSchema");
	tool->is_job = is_true(meta, "voygen/job");
	tool->read_only = is_true(hints, "readOnlyHint");
	tool->asks = is_true(meta, "voygen/asks");
}

/* From where the text of each tool ends, which is known, to the slice of it: behind the bracket, or the comma. */
static const struct catalogue_tool *
place_texts(struct catalogue_tool *tools, int count, const char *list)
{
	size_t begin = 1;

	for (int i = 0; i < count; i++)
	{
		size_t end = tools[i].text.length;

		tools[i].text = (struct slice){list + begin, end - begin};
		begin = end + 1;
	}
	return tools;
}

/* Takes the list apart; false when it is not what was expected. */
static bool
read_list(struct entry *entry)
{
	const struct scan_limits limits = {.levels = 3, .nodes = TOOLS_MOST * 24, .depth = SCAN_DEPTH_MOST};
	struct slice text = {PQgetvalue(entry->result, 0, 0), (size_t) PQgetlength(entry->result, 0, 0)};
	struct arena *arena = &entry->arena;
	struct scan_fault fault;
	const struct scan_node *list = scan_text(arena, text, &limits, &fault);
	struct catalogue_tool *tools;
	struct output out;
	int count = 0;
	char *joined;

	if (list == NULL || list->kind != SCAN_ARRAY)
		return false;
	for (const struct scan_node *node = list->first; node != NULL; node = node->next)
		count++;
	tools = arena_alloc(arena, ((size_t) count + 1) * sizeof(*tools));
	output_start(&out, arena);
	output_word(&out, "[");
	for (const struct scan_node *node = list->first; node != NULL; node = node->next)
	{
		add_tool(&out, node);
		read_tool(arena, node, tools);
		tools++->text.length = out.length;
	}
	output_word(&out, "]");
	joined = arena_alloc(arena, out.length + 16);
	entry->shown.list = (struct slice){joined, output_read(&out, joined, out.length + 16)};
	entry->shown.tools = place_texts(tools - count, count, joined);
	entry->shown.count = count;
	return true;
}

static struct entry *
new_entry(struct catalogue *catalogue, const struct identity *identity)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->catalogue = catalogue;
	entry->identity = *identity;
	entry->used_ms = catalogue->loop->now_ms;
	arena_open(&entry->arena, rescue_failure);
	entry->next = catalogue->entries;
	entry->listed = true;
	catalogue->entries = entry;
	catalogue->count++;
	return entry;
}

static void
know(void *context)
{
	struct entry *entry = context;

	entry->known = read_list(entry);
}

struct handing
{
	struct catalogue_wait *wait;
	struct entry *entry;
	struct query_outcome *outcome;
};

static void
call_ready(void *context)
{
	struct handing *handing = context;

	handing->wait->ready(handing->wait->owner, handing->entry->known ? &handing->entry->shown : NULL, handing->outcome);
}

/* One who has no memory for it ends for himself. */
static void
hand_over(struct catalogue_wait *wait, struct entry *entry, struct query_outcome *outcome)
{
	struct exchange *exchange = wait->exchange;

	if (!rescue_run(call_ready, &(struct handing){wait, entry, outcome}))
		exchange_starve(exchange);
}

static void
on_listed(void *owner, struct query_outcome *outcome)
{
	struct entry *entry = owner;

	entry->asking = false;
	if (outcome->fate == QUERY_DONE)
	{
		entry->result = outcome->result;
		if (!rescue_run(know, entry))
			entry->known = false;
		entry->read_ms = entry->query.waits_since_ms;
		if (!entry->known)
			failure_set(&outcome->failure, "internal", "the list of tools cannot be read", NULL);
	}
	entry->holders++;
	if (!entry->known && entry->listed)
		unlist(entry);
	while (entry->waits != NULL)
	{
		struct catalogue_wait *wait = entry->waits;

		entry->waits = wait->next;
		if (entry->waits != NULL)
			entry->waits->previous = NULL;
		wait->waiting = false;
		hand_over(wait, entry, outcome);
	}
	catalogue_release(entry);
}

/* --- asking ------------------------------------------------------------------------ */

static bool
is_of(const struct entry *entry, const struct identity *identity)
{
	return entry->identity.agency_id == identity->agency_id &&
		   memcmp(entry->identity.digest, identity->digest, DIGEST_BYTES) == 0;
}

static bool
is_fresh(const struct entry *entry)
{
	const struct catalogue *catalogue = entry->catalogue;

	return entry->known && entry->read_ms > catalogue->changed_ms && catalogue->loop->now_ms - entry->read_ms < FRESH_MS;
}

/* The newest entry of a caller; those being asked for are newer than those that are known. */
static struct entry *
find_entry(struct catalogue *catalogue, const struct identity *identity)
{
	for (struct entry *entry = catalogue->entries; entry != NULL; entry = entry->next)
	{
		if (is_of(entry, identity))
			return entry;
	}
	return NULL;
}

/* Drops what was known of this caller before, and the one that was not used for the longest time if there are too many. */
static void
make_room(struct catalogue *catalogue, const struct entry *newest)
{
	struct entry *oldest = NULL;
	struct entry *next;

	for (struct entry *entry = catalogue->entries; entry != NULL; entry = next)
	{
		next = entry->next;
		if (entry == newest || entry->asking)
			continue;
		if (is_of(entry, &newest->identity))
			unlist(entry);
		else if (oldest == NULL || entry->used_ms < oldest->used_ms)
			oldest = entry;
	}
	if (catalogue->count > ENTRIES_MOST && oldest != NULL)
		unlist(oldest);
}

static bool
ask_database(struct entry *entry)
{
	query_start(&entry->query, &prepared_tools, on_listed, entry);
	query_integer(&entry->query, entry->identity.agency_id);
	query_slice(&entry->query, (struct slice){(const char *) entry->identity.digest, DIGEST_BYTES});
	entry->query.waits_since_ms = entry->catalogue->loop->now_ms;
	entry->asking = pool_run(entry->catalogue->pool, &entry->query);
	return entry->asking;
}

bool
catalogue_ask(struct catalogue *catalogue, struct exchange *exchange, struct catalogue_wait *wait, catalogue_ready *ready, void *owner)
{
	const struct identity *identity = &exchange->identity;
	struct entry *entry = find_entry(catalogue, identity);

	*wait = (struct catalogue_wait){.ready = ready, .owner = owner, .exchange = exchange};
	if (entry != NULL && is_fresh(entry))
	{
		entry->used_ms = catalogue->loop->now_ms;
		ready(owner, &entry->shown, NULL);
		return true;
	}
	if (entry == NULL || !entry->asking)
	{
		entry = new_entry(catalogue, identity);
		if (entry == NULL)
			return false;
		if (!ask_database(entry))
		{
			unlist(entry);
			return false;
		}
		make_room(catalogue, entry);
	}
	wait->waiting = true;
	wait->next = entry->waits;
	if (wait->next != NULL)
		wait->next->previous = wait;
	entry->waits = wait;
	return true;
}

void
catalogue_forget(struct catalogue *catalogue, struct catalogue_wait *wait)
{
	if (!wait->waiting)
		return;
	wait->waiting = false;
	if (wait->next != NULL)
		wait->next->previous = wait->previous;
	if (wait->previous != NULL)
	{
		wait->previous->next = wait->next;
		return;
	}
	for (struct entry *entry = catalogue->entries; entry != NULL; entry = entry->next)
	{
		if (entry->waits == wait)
			entry->waits = wait->next;
	}
}

const struct catalogue_tool *
catalogue_find(const struct catalogue_entry *entry, struct slice tool)
{
	for (int i = 0; i < entry->count; i++)
	{
		if (slice_equal(entry->tools[i].name, tool))
			return &entry->tools[i];
	}
	return NULL;
}

const struct catalogue_tool *
catalogue_look(struct catalogue *catalogue, const struct identity *identity, struct slice tool)
{
	for (struct entry *entry = catalogue->entries; entry != NULL; entry = entry->next)
	{
		if (entry->known && is_of(entry, identity))
			return catalogue_find(&entry->shown, tool);
	}
	return NULL;
}

void
catalogue_hold(struct catalogue_entry *entry)
{
	((struct entry *) entry)->holders++;
}

void
catalogue_release(void *shown)
{
	struct entry *entry = shown;

	entry->holders--;
	if (entry->holders == 0 && !entry->listed && !entry->asking)
		free_entry(entry);
}

void
catalogue_change(struct catalogue *catalogue)
{
	catalogue->changed_ms = catalogue->loop->now_ms;
}
