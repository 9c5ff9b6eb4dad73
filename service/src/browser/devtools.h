/*
 * devtools.h - a client of Chromium's DevTools over its pipe: JSON texts, each ended by a NUL.
 *
 * Commands are sent and answered by number; several may be under way. Whatever comes in while one waits for an answer
 * goes to the one function for events, which may send commands itself. Every wait has a deadline, for a page can hang
 * the process that reads it, and then nobody answers.
 */
#ifndef VOYGEN_BROWSER_DEVTOOLS_H
#define VOYGEN_BROWSER_DEVTOOLS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/bytes.h"
#include "output/output.h"

struct devtools;

/* `session` is that of the page it is about, "" for the browser itself. Must not wait for anything. */
typedef void devtools_event(void *context, const char *session, const char *method, struct json_object *params);

enum devtools_fault
{
	DEVTOOLS_NONE,
	DEVTOOLS_LATE,    /* no answer by the deadline */
	DEVTOOLS_GONE,    /* the pipe has ended, or what comes in is no message */
	DEVTOOLS_REFUSED, /* the browser's answer is an error: `said` */
	DEVTOOLS_HALTED   /* devtools_halt was called meanwhile */
};

#define DEVTOOLS_SAID 200

struct devtools
{
	int to; /* not owned, not blocking */
	int from;
	int64_t deadline; /* of everything sent and awaited; its user moves it */
	devtools_event *event;
	void *context;
	enum devtools_fault fault; /* why the last call failed */
	char said[DEVTOOLS_SAID];
	bool halted;
	int last; /* number of the last command */
	/* what has come in and was not read yet */
	struct bytes incoming;
	size_t looked; /* bytes of it that hold no NUL */
};

void devtools_open(struct devtools *devtools, int to, int from, devtools_event *event, void *context);
void devtools_close(struct devtools *devtools);

/*
 * Sends a command and answers its number, or 0. `session` "" addresses the browser; `params` is the JSON object of its
 * parameters (NULL: none), of which the arena of the output is used.
 */
int devtools_send(struct devtools *devtools, struct arena *arena, const char *session, const char *method, struct output *params);

/* Waits for the answer to a command (0 fails at once); its result, which the caller frees, or NULL. Commands whose answer
 * nobody waits for may have been sent before: theirs is passed over. */
struct json_object *devtools_result(struct devtools *devtools, int number);

/* Waits for the answers to all commands of these numbers, which come in any order; false when one is an error. */
bool devtools_results(struct devtools *devtools, int first, int last);

/* Sends a command and waits for its result. */
struct json_object *devtools_call(struct devtools *devtools, struct arena *arena, const char *session, const char *method,
								  struct output *params);

/* Takes in what comes until the flag, which an event sets, is true. */
bool devtools_until(struct devtools *devtools, const bool *flag);

/* Makes whatever waits now fail; for the function of events. Holds until devtools_resume. */
void devtools_halt(struct devtools *devtools);
void devtools_resume(struct devtools *devtools);

#endif
