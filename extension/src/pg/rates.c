/*
 * rates.c
 *	  An agency's commission book, compiled from its tables and kept per backend.
 *
 * Compiling takes a fraction of a millisecond, far more than one trip's facts,
 * so the book is kept. Whether it still holds is asked of the rows themselves,
 * once per batch or statement: see rates_fingerprint.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/amounts.h"
#include "pg/kernels.h"
#include "pg/rates.h"
#include "pg/rates_fingerprint.h"
#include "pg/rates_read.h"
#include "pg/rates_volumes.h"
#include "pg/relations.h"

#define KEPT_BOOKS 8
/* Default cuts, where the agency's row cannot be seen. */
#define PERCENT_TO_POSITION_SCALE 2

static RateBook *kept[KEPT_BOOKS];
static int next_kept = 0;

/* No scan outlives its transaction, so neither does a claim on a book: an
 * error that skipped rates_release is made good here. */
static void
transaction_ends(XactEvent event, void *arg)
{
	for (int i = 0; i < KEPT_BOOKS; i++)
		if (kept[i])
			kept[i]->users = 0;
}

void
rates_init(void)
{
	RegisterXactCallback(transaction_ends, NULL);
}

void
rates_raise(kernel_status status, const kernel_error *error)
{
	int code = ERRCODE_DATA_EXCEPTION;

	if (status == KERNEL_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (status == KERNEL_OVERFLOW)
		code = ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
	ereport(ERROR,
			(errcode(code),
			 errmsg("%s", error->message[0] ? error->message : status == KERNEL_OVERFLOW ? "an amount is too large to be computed exactly"
																						 : "the input breaks a rule of the calculation"),
			 error->path[0] ? errdetail("Of id " INT64_FORMAT ", field %s: expected %s, got %s.",
										error->id, error->path, error->expected, error->got)
							: 0));
}

/* ---- compiling ---- */

static void
read_agency(RateBook *book, Snapshot snapshot, money_rounding *rounding)
{
	Stream row;

	book->tiers = TIERS_OPTIONS_DEFAULT;
	*rounding = MONEY_HALF_UP;
	stream_open(&row, TABLE_AGENCIES, book->agency, PG_INT64_MAX, snapshot);
	if (stream_seek(&row, 0))
	{
		text *word = DatumGetTextPP(stream_value(&row, AGENCY_ROUNDING));
		int64 cut;

		if (VARSIZE_ANY_EXHDR(word) == 9 && memcmp(VARDATA_ANY(word), "half_even", 9) == 0)
			*rounding = MONEY_HALF_EVEN;
		/* The kernel counts in hundredths of a percent, as numeric(5,2) does. */
		if (amount_decode(stream_value(&row, AGENCY_LOW_CUT), PERCENT_TO_POSITION_SCALE, &cut))
			book->tiers.low_position = (int32) cut;
		if (amount_decode(stream_value(&row, AGENCY_HIGH_CUT), PERCENT_TO_POSITION_SCALE, &cut))
			book->tiers.high_position = (int32) cut;
	}
	stream_close(&row);
}

static commission_rate *
read_rates(int64 agency, Snapshot snapshot, size_t *n)
{
	Stream row;
	size_t size = 64;
	commission_rate *rates = palloc(sizeof(commission_rate) * size);

	*n = 0;
	stream_open(&row, TABLE_RATES, agency, PG_INT64_MAX, snapshot);
	for (bool more = stream_seek(&row, 0); more; more = stream_next(&row))
	{
		if (*n == size)
			rates = repalloc(rates, sizeof(commission_rate) * (size *= 2));
		if (rates_read_rate(&row, &rates[*n]))
			(*n)++;
	}
	stream_close(&row);
	return rates;
}

static commission_rule *
read_rules(int64 agency, Snapshot snapshot, size_t *n)
{
	Stream row;
	size_t size = 64;
	commission_rule *rules = palloc(sizeof(commission_rule) * size);

	*n = 0;
	stream_open(&row, TABLE_RULES, agency, PG_INT64_MAX, snapshot);
	for (bool more = stream_seek(&row, 0); more; more = stream_next(&row))
	{
		if (*n == size)
			rules = repalloc(rules, sizeof(commission_rule) * (size *= 2));
		if (rates_read_rule(&row, &rules[*n]))
			(*n)++;
	}
	stream_close(&row);
	return rules;
}

/* Compiles in the book's own context; what was read for it goes with `scratch`. */
static void
compile(RateBook *book, Snapshot snapshot)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "voygen rates read",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	size_t n_rates;
	size_t n_rules;
	commission_rate *rates = read_rates(book->agency, snapshot, &n_rates);
	commission_rule *rules = read_rules(book->agency, snapshot, &n_rules);
	money_rounding rounding;
	kernel_alloc alloc = kernels_memory(book->context);
	kernel_error error = {0};
	kernel_status status;

	MemoryContextSwitchTo(book->context);
	read_agency(book, snapshot, &rounding);
	status = commission_book_compile(rates, n_rates, rules, n_rules, rounding, &alloc,
									 &book->book, &error);
	if (status == KERNEL_OK)
		status = commission_scope_new(book->book, &book->scope);
	if (status == KERNEL_OK)
		status = commission_memo_new(book->book, &book->memo);
	/* Volumes are asked for every row of a scan, and only rates with tiers go by them. */
	if (status == KERNEL_OK && commission_book_has_tiers(book->book))
		book->volumes = rates_volumes_read(book->agency, snapshot);
	MemoryContextSwitchTo(old);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
	MemoryContextDelete(scratch);
}

/* Frees a place for one more book: an unused one, the oldest first. */
static int
free_place(void)
{
	for (int i = 0; i < KEPT_BOOKS; i++)
	{
		int place = (next_kept + i) % KEPT_BOOKS;

		if (kept[place] == NULL || kept[place]->users == 0)
		{
			if (kept[place])
				MemoryContextDelete(kept[place]->context);
			kept[place] = NULL;
			next_kept = (place + 1) % KEPT_BOOKS;
			return place;
		}
	}
	return -1;
}

static RateBook *
find_or_compile(int64 agency, Snapshot snapshot)
{
	uint64 print = rates_fingerprint(agency, snapshot);
	MemoryContext context;
	RateBook *book;
	int place;

	for (int i = 0; i < KEPT_BOOKS; i++)
		if (kept[i] && kept[i]->agency == agency && print != 0 && kept[i]->fingerprint == print)
		{
			kept[i]->users++;
			return kept[i];
		}

	/* Until it is whole it hangs under the caller's context and goes with it. */
	context = AllocSetContextCreate(CurrentMemoryContext, "voygen commission book",
									ALLOCSET_DEFAULT_SIZES);
	book = MemoryContextAllocZero(context, sizeof(RateBook));
	book->agency = agency;
	book->context = context;
	book->fingerprint = print;
	compile(book, snapshot);
	book->users = 1;
	place = print == 0 ? -1 : free_place();
	if (place >= 0)
	{
		MemoryContextSetParent(context, TopMemoryContext);
		kept[place] = book;
	}
	return book;
}

RateBook *
rates_book(int64 agency, Snapshot snapshot)
{
	MemoryContext mine = CurrentMemoryContext;
	RateBook *book;

	SPI_connect(); /* for tables that are not plain */
	MemoryContextSwitchTo(mine);
	PushActiveSnapshot(snapshot);
	book = find_or_compile(agency, snapshot);
	PopActiveSnapshot();
	SPI_finish();
	return book;
}

void
rates_release(RateBook *book)
{
	/* It may be gone: the end of the transaction has released it before us. */
	for (int i = 0; i < KEPT_BOOKS; i++)
		if (kept[i] == book && book->users > 0)
			book->users--;
}

/* ---- days ---- */

kernel_day
rates_day(TimestampTz at)
{
	int64 day = at / USECS_PER_DAY;

	return (kernel_day) (at % USECS_PER_DAY < 0 ? day - 1 : day);
}

TimestampTz
rates_next_change(const RateBook *book, TimestampTz now)
{
	kernel_day today = rates_day(now);
	kernel_day change = commission_book_next_change(book->book, today);

	if (commission_book_has_tiers(book->book))
	{
		int year;
		int month;
		int mday;
		kernel_day next;

		j2date(today + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
		next = (month == 12 ? date2j(year + 1, 1, 1) : date2j(year, month + 1, 1)) - POSTGRES_EPOCH_JDATE;
		if (change == KERNEL_DAY_UNKNOWN || next < change)
			change = next;
	}
	return change == KERNEL_DAY_UNKNOWN ? DT_NOEND : (TimestampTz) change * USECS_PER_DAY;
}
