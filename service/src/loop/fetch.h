/*
 * fetch.h - a small document from the web, without waiting: http and https, within limits of size, time and redirects.
 */
#ifndef VOYGEN_FETCH_H
#define VOYGEN_FETCH_H

#include <stdbool.h>

#include "loop/loop.h"
#include "text/slice.h"

struct fetcher;

/* How it ended: the document, or *why in plain words. Both are valid during the call, which comes from the loop. */
typedef void fetch_done(void *owner, bool fetched, struct slice document, const char *why);

struct fetch_limits
{
	size_t bytes;
	int total_ms;
	int redirects; /* a document of https is not looked for elsewhere by http */
};

/* For one document at one address, any number of times. NULL when the library refuses. The address is kept. */
struct fetcher *fetcher_open(struct loop *loop, const char *url, const struct fetch_limits *limits, fetch_done *done, void *owner);
void fetcher_close(struct fetcher *fetcher);

/* Begins; false when it is under way already, or cannot begin. */
bool fetcher_start(struct fetcher *fetcher);
bool fetcher_busy(const struct fetcher *fetcher);

#endif
