/*
 * failure.h - why a request failed, in the words every tool uses: {code, message, path, expected, got, hint}.
 */
#ifndef VOYGEN_FAILURE_H
#define VOYGEN_FAILURE_H

#include <stdio.h>

#include "memory/arena.h"

struct failure
{
	const char *code; /* invalid_argument, unknown_name, not_found, … as in the tools' errors */
	const char *message;
	const char *path;     /* of the argument at fault, or NULL */
	const char *expected; /* or NULL */
	const char *got;      /* or NULL */
	const char *hint;     /* or NULL */
	const char *json;     /* the error object as the database built it; NULL when the fault is elsewhere */
};

/* Fills a failure found in this program; message and hint are kept, not copied. Always false, to be returned. */
_Bool failure_set(struct failure *failure, const char *code, const char *message, const char *hint);

/* One JSON object and a line end. */
void failure_print_json(FILE *out, const struct failure *failure);

/* "voygen WHERE: message (at path; expected …, got …)" and the hint on a line of its own. */
void failure_print_text(FILE *out, const char *where, const struct failure *failure);

#endif
