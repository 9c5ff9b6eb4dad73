/*
 * make.h - the other side of the maker: takes orders one after the other and makes what they ask for.
 *
 * An order is a JSON object; its `kind` says what. The answer is a JSON object too, with the larger parts behind it,
 * which it names by their place from 1; or {"error": {code, message}}.
 */
#ifndef VOYGEN_MAKE_H
#define VOYGEN_MAKE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "failure/failure.h"
#include "job/message.h"
#include "memory/arena.h"

/* An order at work. What it needs lives in the arena, which is emptied behind it. */
struct making
{
	struct arena *arena;
	struct json_object *order;
	struct json_object *answer; /* an empty object at first */
	struct slice parts[MESSAGE_PIECES - 1];
	int count;
};

/* Adds a part, which has to live as long as the arena; its place. 0 when there are too many. */
int making_part(struct making *making, struct slice bytes);

/* Makes one thing; false with the failure filled. The owner is what is kept warm from one order to the next. */
typedef bool make_work(void *owner, struct making *making, struct failure *failure);

struct make_kind
{
	const char *name;
	make_work *work;
	void *owner;
};

/* Answers the orders that come in until there are no more. False when the line broke. The kinds end with one without a name. */
bool make_serve(struct arena *arena, int in, int out, const struct make_kind *kinds);

#endif
