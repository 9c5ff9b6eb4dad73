/*
 * call_error.h
 *	  The errors a caller sees: SQLSTATE class VG, the parts as JSON in DETAIL.
 */
#ifndef VOYGEN_CALL_ERROR_H
#define VOYGEN_CALL_ERROR_H

#include "postgres.h"

/* In the order of their SQLSTATEs VG001 to VG010. */
typedef enum call_code
{
	CALL_INVALID_ARGUMENT,
	CALL_UNKNOWN_NAME,
	CALL_NOT_FOUND,
	CALL_CONFLICT,
	CALL_NOT_ALLOWED,
	CALL_PRECONDITION_FAILED,
	CALL_RATE_LIMITED,
	CALL_TIMEOUT,
	CALL_UNAVAILABLE,
	CALL_INTERNAL
} call_code;

/* Parts of an error that may be NULL. */
typedef struct call_fault
{
	const char *path; /* JSON pointer into the arguments */
	const char *expected;
	const char *got;
	const char *hint;
	const char *scope; /* that the token would need */
} call_fault;

extern void call_raise(call_code code, const char *message, const call_fault *fault) pg_attribute_noreturn();

/* Raises an error of a tool (or of reading its arguments, at path) again, as
 * one of ours. */
extern void call_raise_again(ErrorData *error, const char *tool, const char *path, bool timed_out) pg_attribute_noreturn();

#endif
