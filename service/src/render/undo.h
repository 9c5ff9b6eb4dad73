/*
 * undo.h - what a template has changed in its context is put back when the render ends.
 */
#ifndef VOYGEN_RENDER_UNDO_H
#define VOYGEN_RENDER_UNDO_H

struct render;
struct dict;

/* Remembers a dict as it is. */
void undo_dict(struct render *run, struct dict *dict);

/* Puts everything back; called once, before the heap is emptied. */
void undo_all(struct render *run);

#endif
