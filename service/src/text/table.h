/*
 * table.h - prints the rows of a result in columns, for a person to read.
 */
#ifndef VOYGEN_TABLE_H
#define VOYGEN_TABLE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>

#include "memory/arena.h"

/* A line of column names, then one line per row; SQL's null is an empty place. */
void table_print(struct arena *arena, FILE *out, const PGresult *result);

#endif
