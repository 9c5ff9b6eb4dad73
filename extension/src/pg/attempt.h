/*
 * attempt.h
 *	  Doing something that may fail without ending the transaction.
 */
#ifndef VOYGEN_ATTEMPT_H
#define VOYGEN_ATTEMPT_H

#include "postgres.h"

/* Runs work(argument) in a subtransaction. NULL when it went well; else the
 * error, in the caller's memory context, and nothing of the work has happened.
 * What says that the whole transaction is to end is thrown on. */
extern ErrorData *attempt(void (*work)(void *argument), void *argument);

#endif
