/*
 * failures.c - records of failed calls on their way to the database.
 */
#include "db/failures.h"

#include <stdlib.h>

#include "log/log.h"

/* The database keeps as much of a name. */
#define TOOL_BYTES 63
#define CODE_BYTES 24
#define ATTEMPTS 5

struct record
{
	struct query query;
	struct pool *pool;
	int attempts;
	unsigned char who[DIGEST_BYTES];
	unsigned char arguments[DIGEST_BYTES];
	char tool[TOOL_BYTES];
	char code[CODE_BYTES];
};

/* Tries again what the end of a connection has cut off: twice in the audit is better than never. */
static bool
try_again(struct record *record, const struct query_outcome *outcome)
{
	bool cut = outcome->fate == QUERY_LOST || strncmp(outcome->sqlstate, "57", 2) == 0 || strncmp(outcome->sqlstate, "40", 2) == 0;

	return cut && ++record->attempts < ATTEMPTS;
}

static void
on_recorded(void *owner, struct query_outcome *outcome)
{
	struct record *record = owner;

	if (outcome->fate != QUERY_DONE && try_again(record, outcome))
	{
		pool_run_again(record->pool, &record->query);
		return;
	}
	if (outcome->fate != QUERY_DONE)
		log_say(LOG_LEVEL_WARNING, "a failed call is not in the audit: %s", outcome->failure.message);
	PQclear(outcome->result);
	free(owner);
}

/* The beginning of the name, ended at a whole character. */
static struct slice
cut_name(struct slice tool)
{
	if (tool.length > TOOL_BYTES)
	{
		tool.length = TOOL_BYTES;
		while (tool.length > 0 && (tool.at[tool.length] & 0xc0) == 0x80)
			tool.length--;
	}
	/* text of the database has no NUL */
	for (size_t i = 0; i < tool.length; i++)
	{
		if (tool.at[i] == '\0')
			tool.length = i;
	}
	return tool;
}

void
failures_record(struct pool *pool, const struct identity *identity, struct slice tool, const char *code,
				struct slice arguments, int64_t microseconds)
{
	struct record *record = calloc(1, sizeof(*record));
	struct slice name = cut_name(tool);
	size_t code_length = strnlen(code, CODE_BYTES);

	if (record == NULL)
	{
		log_say(LOG_LEVEL_ERROR, "a failed call is not in the audit: no memory");
		return;
	}
	record->pool = pool;
	memcpy(record->who, identity->digest, DIGEST_BYTES);
	digest_of(arguments.at, arguments.length, record->arguments);
	memcpy(record->tool, name.at, name.length);
	memcpy(record->code, code, code_length);
	query_start(&record->query, &prepared_failure, on_recorded, record);
	query_integer(&record->query, identity->agency_id);
	query_slice(&record->query, (struct slice){(char *) record->who, DIGEST_BYTES});
	query_slice(&record->query, (struct slice){record->tool, name.length});
	query_slice(&record->query, (struct slice){record->code, code_length});
	query_slice(&record->query, (struct slice){(char *) record->arguments, DIGEST_BYTES});
	query_integer(&record->query, microseconds);
	pool_run_spare(pool, &record->query);
}
