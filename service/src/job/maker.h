/*
 * maker.h - a process beside this one that makes documents and mails them: `voygen make`. It is started when there is something to
 * make, kept while more may come, killed when what it makes is not wanted any more or takes too long, and started anew
 * after that. What templates and pictures of strangers can do to it, they do to it alone.
 */
#ifndef VOYGEN_MAKER_H
#define VOYGEN_MAKER_H

#include "failure/failure.h"
#include "job/message.h"
#include "loop/loop.h"

struct maker;
struct order;

/* What came of an order: the answer, or NULL and the failure. Both are valid during the call. */
typedef void maker_done(void *owner, const struct message *answer, const struct failure *failure);

/* An order; whoever gives it keeps it where it is until `done` is called or he takes it back. */
struct order
{
	struct order *next;
	struct slice request; /* JSON */
	maker_done *done;
	void *owner;
};

/* It lies in the arena of the loop. */
struct maker *maker_open(struct loop *loop);
void maker_close(struct maker *maker);

/* Orders are made one after the other. Calls back from the loop, never from inside. */
void maker_order(struct maker *maker, struct order *order, struct slice request, maker_done *done, void *owner);

/* Calls back no more for an order that was given and not answered. */
void maker_withdraw(struct maker *maker, struct order *order);

#endif
