/*
 * page.h - a page of the browser that is made for one document and thrown away with it.
 *
 * It lives in a browser context of its own, so nothing of an earlier document is there. Scripts are off, and every
 * request stops at the door (Fetch.requestPaused) until it is answered by us; it looks as it will on paper.
 */
#ifndef VOYGEN_BROWSER_PAGE_H
#define VOYGEN_BROWSER_PAGE_H

#include "browser/devtools.h"

#define PAGE_NAME_BYTES 64

struct page
{
	bool open;
	char context[PAGE_NAME_BYTES];
	char target[PAGE_NAME_BYTES];
	char session[PAGE_NAME_BYTES];
};

/* Makes one; false when the browser does not (see the fault of devtools). */
bool page_open(struct page *page, struct devtools *devtools, struct arena *arena);

/* Throws it away, with the process that read it, without waiting; harmless for one that is not open. */
void page_discard(struct page *page, struct devtools *devtools, struct arena *arena);

#endif
