/*
 * fixtures.h - what the conformance suite of the protocol wants a server to have: tools, resources and prompts with
 * given names and answers. They stand in the place of the database; everything below them is what serves in earnest.
 *
 *	fixtures.c        the lists of methods, and tools/list and tools/call
 *	fixture_plain.c   tools that answer at once
 *	fixture_slow.c    tools that tell something before they answer
 *	fixture_asking.c  tools that ask the client
 *	fixture_tasks.c   tools that are tasks, and where the tasks live
 *	fixture_rest.c    resources, prompts, completion
 */
#ifndef VOYGEN_CONFORMANCE_FIXTURES_H
#define VOYGEN_CONFORMANCE_FIXTURES_H

#include "mcp/request.h"
#include "mcp/tasks.h"

struct fixture_tool
{
	const char *name;
	const char *description;
	const char *schema; /* JSON: inputSchema; NULL: no arguments */
	/* Answers; `arguments` is an object or NULL. */
	void (*call)(struct mcp_request *request, const struct scan_node *arguments);
	const char *content; /* JSON: what it answers, when there is no `call` */
};

/* Each ends with an entry without a name. */
extern const struct fixture_tool fixture_plain[];
extern const struct fixture_tool fixture_slow[];
extern const struct fixture_tool fixture_asking[];
extern const struct fixture_tool fixture_task_tools[];

/* What the gateway serves with (mcp_settings). */
extern const struct mcp_method *const fixture_methods[];
extern const struct mcp_method fixture_rest_methods[];
extern const struct task_source fixture_task_source;

/* Frees the tasks. */
void fixture_tasks_close(void);

/* Ends a call with one text. */
void fixture_say(struct mcp_request *request, const char *text);

/* An argument's text, or `missing`. */
const char *fixture_text(struct mcp_request *request, const struct scan_node *arguments, const char *name, const char *missing);

#define FIXTURE_PNG \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
#define FIXTURE_WAV "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
#define FIXTURE_IMAGE "{\"type\":\"image\",\"data\":\"" FIXTURE_PNG "\",\"mimeType\":\"image/png\"}"

#endif
