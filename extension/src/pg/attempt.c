/*
 * attempt.c
 *	  Doing something that may fail without ending the transaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/attempt.h"

/* Errors that mean the whole transaction, not this work. */
static bool
must_rethrow(int sqlstate)
{
	int class = ERRCODE_TO_CATEGORY(sqlstate);

	/* A lock in the way: the caller may go on without what it asked for. */
	if (sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED)
		return false;
	return class == ERRCODE_TO_CATEGORY(ERRCODE_T_R_SERIALIZATION_FAILURE) ||
		   class == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
		   class == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
		   class == ERRCODE_TO_CATEGORY(ERRCODE_INVALID_TRANSACTION_STATE) ||
		   class == ERRCODE_TO_CATEGORY(ERRCODE_READ_ONLY_SQL_TRANSACTION);
}

ErrorData *
attempt(void (*work)(void *argument), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(argument);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error == NULL)
		return NULL;
	/* With one snapshot for the transaction, a row that appeared beside it is
	 * found only when ours is inserted. */
	if (IsolationUsesXactSnapshot() && error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION)
		error->sqlerrcode = ERRCODE_T_R_SERIALIZATION_FAILURE;
	if (must_rethrow(error->sqlerrcode))
		ReThrowError(error);
	return error;
}
