/*
 * statement_book.c
 *	  The current agency's commission book, for a function that is called row by
 *	  row.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "pg/agency.h"
#include "pg/module.h"
#include "pg/statement_book.h"

static void
release_book(void *kept)
{
	if (((StatementBook *) kept)->book)
		rates_release(((StatementBook *) kept)->book);
}

void
statement_book_begin(StatementBook *kept, MemoryContext context)
{
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));

	module_check_catalogue();
	kept->context = context;
	callback->func = release_book;
	callback->arg = kept;
	MemoryContextRegisterResetCallback(context, callback);
}

static inline StatementMark
mark_of(Snapshot snapshot)
{
	StatementMark mark = {0, snapshot->xmax, snapshot->xcnt, snapshot->subxcnt, snapshot->curcid,
						  GetCurrentSubTransactionId(), GetUserId(), row_security};

	if (!agency_current(&mark.agency))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no agency is set, so there are no rates to go by"),
				 errhint("Set voygen.agency_id, or log in as a user of an agency.")));
	return mark;
}

static inline bool
same_mark(const StatementMark *a, const StatementMark *b)
{
	return a->agency == b->agency && a->xmax == b->xmax && a->running == b->running &&
		   a->subrunning == b->subrunning && a->command == b->command && a->level == b->level &&
		   a->user == b->user && a->row_security == b->row_security;
}

bool
statement_book_renew(StatementBook *kept)
{
	StatementMark mark = mark_of(GetActiveSnapshot());
	RateBook *book = kept->book;
	MemoryContext old;

	if (book != NULL && same_mark(&kept->mark, &mark))
		return false;
	old = MemoryContextSwitchTo(kept->context);
	kept->book = NULL;
	if (book)
		rates_release(book);
	kept->book = rates_book(mark.agency, GetActiveSnapshot());
	kept->mark = mark;
	kept->today = rates_day(GetCurrentTransactionStartTimestamp());
	MemoryContextSwitchTo(old);
	return true;
}
