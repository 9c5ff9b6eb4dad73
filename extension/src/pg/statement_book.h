/*
 * statement_book.h
 *	  The current agency's commission book, for a function that is called row by
 *	  row.
 *
 * The book is looked up once per statement and kept with the call site. A call
 * site may outlive its statement (PL/pgSQL keeps simple expressions for the
 * transaction), so each row compares its snapshot, agency and user with those
 * the book was looked up for: a few integers.
 */
#ifndef VOYGEN_STATEMENT_BOOK_H
#define VOYGEN_STATEMENT_BOOK_H

#include "postgres.h"

#include "pg/rates.h"

/* What tells one snapshot from the next, and who looks through it. Of two with
 * the same xmax the later one sees the same transactions running or fewer, so
 * that counts suffice. */
typedef struct StatementMark
{
	int64 agency;
	TransactionId xmax;
	uint32 running;
	int32 subrunning;
	CommandId command;
	SubTransactionId level;
	Oid user;
	bool row_security;
} StatementMark;

typedef struct StatementBook
{
	RateBook *book; /* NULL until the first row */
	StatementMark mark;
	kernel_day today; /* of the transaction */
	MemoryContext context;
} StatementBook;

/* Begins one, all zero so far, that lasts as long as a context: its end releases the book. */
extern void statement_book_begin(StatementBook *kept, MemoryContext context);

/* To be called for every row. True: the statement, agency or user is another one (or the first), and what was kept of the
 * last must be forgotten. Raises an error when no agency is set. */
extern bool statement_book_renew(StatementBook *kept);

#endif
