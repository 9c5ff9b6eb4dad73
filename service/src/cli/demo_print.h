/*
 * demo_print.h - what an advisor wants to know of one trip, on a terminal.
 */
#ifndef VOYGEN_DEMO_PRINT_H
#define VOYGEN_DEMO_PRINT_H

#include <stdbool.h>

#include "cli/caller.h"
#include "cli/command.h"

/* The trip, its shortlist in three tiers, the best commission and what it gains, and where to look next. */
bool demo_print(struct session *session, struct caller *caller, const char *trip_id, struct failure *failure);

#endif
