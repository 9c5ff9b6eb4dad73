/*
 * origin.h - the only place a page can reach: a server that is none, answering out of memory.
 *
 * The document stands at ORIGIN_ADDRESS, what belongs to it below that, by its path. Every request of the page is
 * stopped before it leaves the browser and answered here; what is asked for elsewhere fails. file:// is never used: a
 * document that comes from a file may show other files.
 */
#ifndef VOYGEN_BROWSER_ORIGIN_H
#define VOYGEN_BROWSER_ORIGIN_H

#include "browser/devtools.h"
#include "browser/resource.h"

#define ORIGIN_ADDRESS "http://render.invalid/"

/* What a page wanted and did not get. */
struct origin_miss
{
	const char *address; /* as the page has it */
	const char *why;     /* static, in plain words */
};

/* Misses beyond so many are counted, not kept. */
#define ORIGIN_MISSES 100

/* One document and what is said about it. The caller fills the first part. */
struct origin
{
	struct devtools *devtools;
	struct arena *scratch; /* for messages */
	struct arena *arena;   /* lives as long as the document; holds the misses */
	const char *session;
	struct slice html;
	resource_find *find; /* NULL: nothing belongs to it */
	void *find_context;
	size_t most; /* bytes of all resources together, each time one is asked for */

	bool document_sent;
	size_t sent; /* bytes of resources */
	size_t resources;
	bool too_large; /* more than `most` was asked for; devtools has been halted */
	struct origin_miss misses[ORIGIN_MISSES];
	size_t missed;
	struct bytes encoded; /* room for the body of an answer; freed by origin_close */
};

/* Answers a Fetch.requestPaused. */
void origin_answer(struct origin *origin, struct json_object *params);

/* Notes what was missed; once for each address. */
void origin_note_miss(struct origin *origin, const char *address, const char *why);

void origin_close(struct origin *origin);

#endif
