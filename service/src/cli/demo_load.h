/*
 * demo_load.h - loads the demo trips through the tools, as any caller would.
 */
#ifndef VOYGEN_DEMO_LOAD_H
#define VOYGEN_DEMO_LOAD_H

#include <stdbool.h>

#include "cli/caller.h"
#include "cli/command.h"

/*
 * Loads every carried trip. What is there already stays as it is: hotels are told apart by their site's id, the rest
 * by names, so a second load changes nothing. One line per trip goes to stdout.
 */
bool demo_load(struct session *session, struct caller *caller, struct failure *failure);

/* The slug of the carried trip of that file name ("cancun.json"), once it is loaded; NULL with the failure filled. */
const char *demo_trip(struct session *session, struct caller *caller, const char *file, struct failure *failure);

#endif
