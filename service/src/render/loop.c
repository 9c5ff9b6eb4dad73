/*
 * loop.c - {% for %}.
 */
#include "render/runtime.h"

/* A loop that is running: one frame for all its iterations. */
struct iteration
{
	struct scope *scope;
	const struct statement *statement;
	struct frame *frame;
	struct loop *loop; /* in the heap: a call block may take the frame along */
};

static void
begin(struct iteration *iteration, struct scope *scope, const struct statement *statement, uint32_t length)
{
	static const char loop_name[] = "loop";
	struct value loop = {.kind = VALUE_LOOP};

	iteration->scope = scope;
	iteration->statement = statement;
	iteration->loop = render_alloc(scope->run, sizeof(struct loop));
	*iteration->loop = (struct loop){0, length};
	loop.loop = iteration->loop;
	frame_bind(scope->run, iteration->frame, key_of_word(loop_name), loop, true);
}

static void
bind(struct iteration *iteration, uint32_t number, struct value value)
{
	const struct statement *statement = iteration->statement;

	if (number < statement->loop.name_count)
		frame_bind(iteration->scope->run, iteration->frame, statement->loop.names[number], value, true);
}

static void
run_body(struct iteration *iteration)
{
	render_step(iteration->scope->run, 1);
	execute(iteration->scope, iteration->statement->loop.body);
	iteration->loop->index++;
}

/* An item of a list goes to the one name, or its items to the names. */
static void
bind_item(struct iteration *iteration, struct value item)
{
	uint32_t names = iteration->statement->loop.name_count;
	struct render *run = iteration->scope->run;

	if (names == 1)
	{
		bind(iteration, 0, item);
		return;
	}
	if (value_is_nothing(item))
		render_fail(run, "Cannot read properties of %s (reading '0')", item.kind == VALUE_NULL ? "null" : "undefined");
	for (uint32_t i = 0; i < names; i++)
		bind(iteration, i, get_item(run, item, value_number(i)));
}

static void
loop_list(struct iteration *iteration, struct list *list)
{
	/* asked for anew each time: the body may push */
	for (uint32_t i = 0; i < list->count; i++)
	{
		bind_item(iteration, list->items[i]);
		run_body(iteration);
	}
}

static void
loop_dict(struct iteration *iteration, struct dict *dict)
{
	for (uint32_t i = 0; i < dict->count; i++)
	{
		struct key key = dict->entries[i].key;

		bind(iteration, 0, value_string(key.bytes, key.length));
		bind(iteration, 1, dict->entries[i].value);
		run_body(iteration);
	}
}

/* Its characters; with two names, their numbers as strings, too. */
static void
loop_string(struct iteration *iteration, struct value string)
{
	struct slice rest = value_slice(string);
	bool pairs = iteration->statement->loop.name_count > 1;

	while (rest.length > 0)
	{
		size_t length = text_offset(rest, 1);

		if (pairs)
			bind(iteration, 0, value_to_string(iteration->scope->run, value_number(iteration->loop->index)));
		bind(iteration, pairs ? 1 : 0, value_string(rest.at, length));
		run_body(iteration);
		rest.at += length;
		rest.length -= length;
	}
}

/* How often the body runs. A dict is gone through with two names only, or by asyncEach. */
static uint32_t
count_items(struct render *run, const struct statement *statement, struct value value)
{
	switch (value.kind)
	{
		case VALUE_LIST:
			return value.list->count;
		case VALUE_STRING:
			render_step(run, value.length / 16);
			return (uint32_t) text_length(value_slice(value));
		case VALUE_DICT:
			return statement->loop.name_count > 1 || statement->asynchronous ? value.dict->count : 0;
		default:
			return 0;
	}
}

void
execute_loop(struct scope *scope, const struct statement *statement)
{
	struct value value = evaluate(scope, statement->loop.list);
	uint32_t length = count_items(scope->run, statement, value);
	struct frame *outer = scope->frame;
	struct iteration iteration = {.frame = frame_push(scope->run, outer, false)};

	scope->frame = iteration.frame;
	begin(&iteration, scope, statement, length);
	if (length == 0)
	{
		iteration.frame->count = 0;
		execute(scope, statement->loop.otherwise);
	}
	else if (value.kind == VALUE_LIST)
		loop_list(&iteration, value.list);
	else if (value.kind == VALUE_STRING)
		loop_string(&iteration, value);
	else
	{
		dict_order(scope->run, value.dict);
		loop_dict(&iteration, value.dict);
	}
	scope->frame = outer;
}
