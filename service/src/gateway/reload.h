/*
 * reload.h - the settings of a running gateway, read anew: those that are live (config/gateway.h) are taken over, of
 * others that differ the log says that they need a restart.
 */
#ifndef VOYGEN_GATEWAY_RELOAD_H
#define VOYGEN_GATEWAY_RELOAD_H

#include <stdbool.h>

#include "config/gateway.h"
#include "memory/arena.h"

/* False when they cannot be read or one of them is wrong: then nothing has changed, and the log says why. The texts of the
 * live settings lie in the arena afterwards, all of them. */
bool reload_settings(struct gateway_settings *settings, const char *const *given, struct arena *arena);

#endif
