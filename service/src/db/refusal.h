/*
 * refusal.h - reads why the server refused a statement.
 */
#ifndef VOYGEN_REFUSAL_H
#define VOYGEN_REFUSAL_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"

/* Fills the failure from a result that is not one (NULL too); `stopped` tells that this program cancelled it. */
void refusal_read(struct arena *arena, const PGconn *connection, const PGresult *result, bool stopped,
				  struct failure *failure);

#endif
