/*
 * page.h - what people see under a link: the page around a proposal, and pages that say why there is none.
 */
#ifndef VOYGEN_SHARE_PAGE_H
#define VOYGEN_SHARE_PAGE_H

#include <stdbool.h>

#include "mcp/exchange.h"

struct share_pages;

/* It lies in the arena. */
struct share_pages *share_pages_open(struct arena *arena);
void share_pages_close(struct share_pages *pages);

/* Answers with the page. `facts` is the JSON of voygen.shared_page, `said` what has just been done, "" for nothing. False, with
 * nothing answered, when it cannot be made. */
bool share_pages_show(struct share_pages *pages, struct exchange *exchange, struct slice facts, struct slice key, const char *said);

/* Answers with a small page: its title and what there is to be said. */
void share_pages_explain(const struct share_pages *pages, struct exchange *exchange, int status, const char *title, const char *words);

/* The headers that everything under a link has: it is for its reader, no machine keeps or lists it, and its address, in which
 * the key stands, is told to nobody. */
void share_pages_guard(struct exchange *exchange, const char *policy, const char *kept);

#endif
