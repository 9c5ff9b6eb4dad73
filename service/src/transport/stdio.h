/*
 * stdio.h - the protocol on standard input and output: one message per line, for one client, who owns this process.
 */
#ifndef VOYGEN_STDIO_H
#define VOYGEN_STDIO_H

#include <stdbool.h>
#include <stddef.h>

#include "identity/source.h"
#include "loop/loop.h"
#include "mcp/exchange.h"

struct stdio;

struct stdio_settings
{
	size_t line_bytes; /* the longest message */
	struct identity identity;
	void (*receive)(void *owner, struct exchange *exchange);
	/* Input has ended and all has been answered, or nobody reads the output. */
	void (*ended)(void *owner);
	void *owner; /* of both */
	void *receiver;
};

/* It lies in the arena of the loop. */
struct stdio *stdio_open(struct loop *loop, const struct stdio_settings *settings);
/* Messages may be so long from now on. */
void stdio_change(struct stdio *stdio, size_t line_bytes);

void stdio_close(struct stdio *stdio);

/* For messages between answers; it is never to be answered, and lives as long as the transport. */
struct exchange *stdio_standing(struct stdio *stdio);

/* Reads no more and ends when all has been answered. */
void stdio_drain(struct stdio *stdio);

#endif
