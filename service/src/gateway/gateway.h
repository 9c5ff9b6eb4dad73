/*
 * gateway.h - all parts of the running gateway, put together: who adds one opens it here and hands it to those who
 * need it.
 */
#ifndef VOYGEN_GATEWAY_H
#define VOYGEN_GATEWAY_H

#include <stdbool.h>

#include "config/gateway.h"
#include "failure/failure.h"
#include "identity/source.h"
#include "memory/arena.h"

struct gateway_task
{
	const char *address;              /* ADDR:PORT of HTTP; NULL: standard input and output */
	const char *database_url;         /* of the gateway's login */
	const char *token;                /* who asks on standard input */
	bool conformance;                 /* the fixtures of the conformance suite stand in the place of the database */
	struct gateway_settings settings; /* at the beginning */
	const char *const *given;         /* the options they were read from (config/gateway.h), for reading them anew */
};

/* Serves until SIGTERM or SIGINT, or until standard input ends. False with the failure filled when it cannot begin; the
 * words of the failure lie in the arena. */
bool gateway_run(const struct gateway_task *task, struct arena *arena, struct failure *failure);

#endif
