/*
 * connection.h - opens connections to the database and runs statements on them.
 */
#ifndef VOYGEN_CONNECTION_H
#define VOYGEN_CONNECTION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure/failure.h"
#include "memory/arena.h"

/*
 * Opens a connection, or returns NULL with the failure filled. `url` is a libpq connection string. The caller
 * ends it with PQfinish.
 */
PGconn *connection_open(struct arena *arena, const char *url, struct failure *failure);

#endif
