/*
 * documents.h - the templates the program carries, kept compiled, and what they make of the payload of an order.
 */
#ifndef VOYGEN_DOCUMENTS_H
#define VOYGEN_DOCUMENTS_H

#include "job/make.h"

struct documents;

/* It lies in the arena. */
struct documents *documents_open(struct arena *arena);
void documents_close(struct documents *documents);

/* What a template ("standard.njk") makes of the order's `payload`, copied into the arena of the order; false with the failure filled. */
bool documents_render(struct documents *documents, struct making *making, const char *name, struct slice *output, struct failure *failure);

#endif
