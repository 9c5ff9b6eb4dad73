/*
 * records.c - calls that are over, on their way to the database: a batch that is being sent, and the next one, which
 * is being filled meanwhile.
 *
 * A batch goes before the calls that wait, so it has its turn under any load. One that the end of a connection
 * has cut off is sent again: a call twice in the audit is better than none.
 */
#include "db/records.h"

#include <stdlib.h>
#include <time.h>

#include "log/log.h"
#include "memory/bytes.h"

#define SEND_MS 100
#define BATCH_MOST 1000
/* Beyond these, what a database that does not keep up is not told of is said in the log. */
#define WAITING_MOST 20000
#define WAITING_BYTES ((size_t) 64 * 1024 * 1024)
#define ATTEMPTS 20

/* The database keeps as much of a name, and no larger arguments. */
#define NAME_BYTES 63
#define ARGUMENT_BYTES ((size_t) 1024 * 1024)

/* PostgreSQL counts from the year 2000. */
#define EPOCH_SECONDS 946684800

#define COLUMNS 7
/* The head of an array. */
#define ARRAY_BYTES 20
/* The longest code is precondition_failed. */
#define OUTCOME_BYTES 19

struct record
{
	struct record *next;
	int64_t agency_id;
	unsigned char digest[DIGEST_BYTES];
	int64_t microseconds;
	int64_t ended_us;
	const char *outcome;
	size_t name_length;
	size_t arguments_length;
	bool has_arguments;
	char bytes[]; /* the name, then the arguments */
};

struct records
{
	struct pool *pool;
	struct record *first; /* waiting, oldest first */
	struct record **last;
	int count;
	size_t bytes;
	long long lost;
	/* the batch that is being sent */
	bool sending;
	int sent; /* records in it */
	int attempts;
	struct query query;
	struct bytes columns[COLUMNS]; /* arrays in PostgreSQL's binary form */
};

/* --- arrays ------------------------------------------------------------------------ */

static void
put_integer(struct bytes *out, uint64_t value, int width)
{
	char digits[8];

	for (int i = 0; i < width; i++)
		digits[i] = (char) (value >> (8 * (width - 1 - i)));
	/* make_room has been there before */
	(void) bytes_add(out, digits, (size_t) width);
}

/* The head of a list of so many items of a type: one dimension, that starts at 1, null allowed. */
static void
start_array(struct bytes *out, uint32_t type, int count)
{
	out->length = 0;
	put_integer(out, 1, 4);
	put_integer(out, 1, 4);
	put_integer(out, type, 4);
	put_integer(out, (uint64_t) count, 4);
	put_integer(out, 1, 4);
}

static void
put_item(struct bytes *out, const void *bytes, size_t length)
{
	put_integer(out, length, 4);
	(void) bytes_add(out, bytes, length);
}

static void
put_null(struct bytes *out)
{
	put_integer(out, UINT32_MAX, 4);
}

static void
put_number(struct bytes *out, int64_t number)
{
	put_integer(out, 8, 4);
	put_integer(out, (uint64_t) number, 8);
}

static void
put_record(struct bytes *columns, const struct record *record)
{
	put_number(&columns[0], record->agency_id);
	put_item(&columns[1], record->digest, DIGEST_BYTES);
	put_item(&columns[2], record->bytes, record->name_length);
	if (record->has_arguments)
		put_item(&columns[3], record->bytes + record->name_length, record->arguments_length);
	else
		put_null(&columns[3]);
	put_item(&columns[4], record->outcome, strlen(record->outcome));
	put_number(&columns[5], record->microseconds);
	put_number(&columns[6], record->ended_us);
}

/* --- sending ----------------------------------------------------------------------- */

static void send_batch(struct records *records);

/* True when it may go well another time. */
static bool
is_passing(const struct query_outcome *outcome)
{
	static const char *const classes[] = {"40", "53", "57"};

	if (outcome->fate != QUERY_REFUSED)
		return true;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
	{
		if (strncmp(outcome->sqlstate, classes[i], 2) == 0)
			return true;
	}
	return false;
}

static void
on_sent(void *owner, struct query_outcome *outcome)
{
	struct records *records = owner;

	if (outcome->fate != QUERY_DONE && is_passing(outcome) && ++records->attempts < ATTEMPTS)
	{
		pool_run_again(records->pool, &records->query, SEND_MS);
		return;
	}
	if (outcome->fate != QUERY_DONE)
		log_say(LOG_LEVEL_ERROR, "calls are missing in the audit: %s", outcome->failure.message);
	PQclear(outcome->result);
	records->sending = false;
	records->sent = 0;
	for (int i = 0; i < COLUMNS; i++)
		bytes_free(&records->columns[i]);
	if (records->count >= BATCH_MOST)
		send_batch(records);
}

/* For all that the arrays of so many records take: nothing is begun that memory could run out in. */
static bool
make_room(struct records *records, int count)
{
	const size_t each[COLUMNS] = {12, 4 + DIGEST_BYTES, 4 + NAME_BYTES, 4, 4 + OUTCOME_BYTES, 12, 12};
	size_t arguments = 0;
	struct record *record = records->first;

	for (int i = 0; i < count; i++, record = record->next)
		arguments += record->arguments_length;
	for (int i = 0; i < COLUMNS; i++)
	{
		if (!bytes_reserve(&records->columns[i], ARRAY_BYTES + (size_t) count * each[i] + (i == 3 ? arguments : 0)))
			return false;
	}
	return true;
}

/* Moves records from the row into the arrays, freeing them. */
static bool
fill_batch(struct records *records)
{
	const Oid items[COLUMNS] = {20, 17, 25, 17, 25, 20, 1184};
	int count = records->count < BATCH_MOST ? records->count : BATCH_MOST;

	if (!make_room(records, count))
		return false;
	for (int i = 0; i < COLUMNS; i++)
		start_array(&records->columns[i], items[i], count);
	for (int i = 0; i < count; i++)
	{
		struct record *record = records->first;

		put_record(records->columns, record);
		records->first = record->next;
		records->bytes -= record->arguments_length;
		free(record);
	}
	records->count -= count;
	records->sent = count;
	if (records->first == NULL)
		records->last = &records->first;
	return true;
}

static void
send_batch(struct records *records)
{
	/* without memory the next tick comes again */
	if (!fill_batch(records))
		return;
	records->sending = true;
	records->attempts = 0;
	query_start(&records->query, &prepared_records, on_sent, records);
	for (int i = 0; i < COLUMNS; i++)
		query_slice(&records->query, (struct slice){records->columns[i].at, records->columns[i].length});
	pool_run_again(records->pool, &records->query, 0);
}

static void
tick(void *context)
{
	struct records *records = context;

	if (records->lost > 0)
		log_say(LOG_LEVEL_ERROR, "%lld calls are missing in the audit: the database does not keep up, or memory is short", records->lost);
	records->lost = 0;
	if (!records->sending && records->count > 0)
		send_batch(records);
}

/* --- collecting --------------------------------------------------------------------- */

struct records *
records_open(struct loop *loop, struct pool *pool)
{
	struct records *records = arena_alloc(loop->arena, sizeof(*records));

	records->pool = pool;
	records->last = &records->first;
	loop_every(loop, SEND_MS, tick, records);
	return records;
}

void
records_close(struct records *records)
{
	if (records->count > 0 || records->sending)
		log_say(LOG_LEVEL_WARNING, "calls of the last moment are missing in the audit");
	while (records->first != NULL)
	{
		struct record *next = records->first->next;

		free(records->first);
		records->first = next;
	}
	for (int i = 0; i < COLUMNS; i++)
		bytes_free(&records->columns[i]);
}

/* The beginning of the name, ended at a whole character; text of the database has no NUL. */
static struct slice
cut_name(struct slice name)
{
	const char *nul = name.length > 0 ? memchr(name.at, '\0', name.length) : NULL;

	if (nul != NULL)
		name.length = (size_t) (nul - name.at);
	if (name.length > NAME_BYTES)
	{
		name.length = NAME_BYTES;
		while (name.length > 0 && (name.at[name.length] & 0xc0) == 0x80)
			name.length--;
	}
	return name;
}

static int64_t
now_since_epoch(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t) now.tv_sec - EPOCH_SECONDS) * 1000000 + now.tv_nsec / 1000;
}

void
records_add(struct records *records, const struct identity *identity, struct slice name, const char *outcome,
			struct slice arguments, int64_t microseconds)
{
	struct slice cut = cut_name(name);
	bool fits = arguments.length <= ARGUMENT_BYTES;
	struct record *record = NULL;

	if (records->count < WAITING_MOST && records->bytes < WAITING_BYTES)
		record = malloc(sizeof(*record) + cut.length + (fits ? arguments.length : 0));
	if (record == NULL)
	{
		records->lost++;
		return;
	}
	*record = (struct record){
		.agency_id = identity->agency_id,
		.microseconds = microseconds,
		.ended_us = now_since_epoch(),
		.outcome = outcome,
		.name_length = cut.length,
		.arguments_length = fits ? arguments.length : 0,
		.has_arguments = fits,
	};
	memcpy(record->digest, identity->digest, DIGEST_BYTES);
	memcpy(record->bytes, cut.at, cut.length);
	if (fits)
		memcpy(record->bytes + cut.length, arguments.at, arguments.length);
	*records->last = record;
	records->last = &record->next;
	records->count++;
	records->bytes += record->arguments_length;
}

int
records_backlog(const struct records *records)
{
	return records->count + records->sent;
}

bool
records_quiet(const struct records *records)
{
	return !records->sending && records->count == 0;
}
