/*
 * proposal.h - the document of a proposal: pictures fetched, HTML rendered, PDF printed.
 *
 * The order has `template` (standard …), `payload` (what the templates get), `pictures` [{slot, url, alt, width, height}]
 * with the path of each in the payload and the size it is cut to, and `pdf` (false: none). The answer has `html` and `pdf`
 * {part}, `pictures` in the order of the order, each {part, mime_type, width, height} or {error}, and `warnings` [text].
 */
#ifndef VOYGEN_PROPOSAL_H
#define VOYGEN_PROPOSAL_H

#include "job/documents.h"
#include "job/make.h"

struct proposal_maker;

/* Keeps a browser warm. It lies in the arena. Pictures may come from these ranges of addresses beside
 * public ones (image/address.h); NULL with the failure filled when they are none. */
struct proposal_maker *proposal_maker_open(struct arena *arena, struct documents *documents, const char *allowed, struct failure *failure);
void proposal_maker_close(struct proposal_maker *maker);

/* A make_work whose owner is a struct proposal_maker. */
bool proposal_make(void *owner, struct making *making, struct failure *failure);

#endif
