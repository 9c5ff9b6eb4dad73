/*
 * list.c - lists, and putting back those of the context that a template has changed.
 */
#include "render/run.h"

#include "render/undo.h"

struct undo
{
	struct undo *older;
	struct list *list; /* one of the two */
	struct dict *dict;
	struct list list_before;
	struct dict dict_before;
};

struct list *
list_new(struct render *run, uint32_t room)
{
	struct list *list = render_alloc(run, sizeof(*list));

	*list = (struct list){.room = room};
	if (room > 0)
		list->items = render_alloc(run, room * sizeof(struct value));
	return list;
}

void
list_add(struct render *run, struct list *list, struct value value)
{
	if (list->count == list->room)
	{
		uint32_t room = list->room < 4 ? 4 : list->room * 2;

		if (room > UINT32_MAX / 4)
			render_fail(run, "a list of %u items is too long", list->count);
		list->items = heap_grow(&run->heap, list->items, list->count * sizeof(struct value), list->room * sizeof(struct value),
								room * sizeof(struct value));
		list->room = room;
	}
	list->items[list->count++] = value;
}

static struct undo *
add_undo(struct render *run)
{
	struct undo *undo = render_alloc(run, sizeof(*undo));

	*undo = (struct undo){.older = run->undo};
	run->undo = undo;
	return undo;
}

void
undo_dict(struct render *run, struct dict *dict)
{
	struct undo *undo = add_undo(run);

	undo->dict = dict;
	undo->dict_before = *dict;
}

void
list_change(struct render *run, struct list *list)
{
	struct undo *undo;
	struct value *items;

	if (!list->shared)
		return;
	undo = add_undo(run);
	undo->list = list;
	undo->list_before = *list;
	items = render_alloc(run, (list->count + 1) * sizeof(*items));
	if (list->count > 0)
		memcpy(items, list->items, list->count * sizeof(*items));
	list->items = items;
	list->room = list->count + 1;
	list->shared = false;
}

void
undo_all(struct render *run)
{
	for (struct undo *undo = run->undo; undo != NULL; undo = undo->older)
	{
		if (undo->list != NULL)
			*undo->list = undo->list_before;
		else
			*undo->dict = undo->dict_before;
	}
	run->undo = NULL;
}
