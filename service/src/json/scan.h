/*
 * scan.h - checks a JSON text once and says where its outer values stand, without copying them.
 *
 * A gateway hands arguments, ids and results on as they are written; it reads only the envelope around them. So the
 * whole text is checked (syntax, UTF-8, depth), and nodes are made for the outer levels alone: what lies deeper is a
 * slice of the text, which may be scanned by itself when somebody asks for its inside.
 */
#ifndef VOYGEN_JSON_SCAN_H
#define VOYGEN_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/arena.h"
#include "text/slice.h"

enum scan_kind
{
	SCAN_NULL,
	SCAN_FALSE,
	SCAN_TRUE,
	SCAN_NUMBER,
	SCAN_STRING,
	SCAN_ARRAY,
	SCAN_OBJECT
};

struct scan_node
{
	enum scan_kind kind;
	struct slice raw;        /* the value as it stands in the text, a string with its quotes */
	struct slice name;       /* of a member, decoded */
	struct scan_node *first; /* members or items; NULL below the levels that were asked for */
	struct scan_node *next;  /* the member or item behind this one */
};

struct scan_limits
{
	unsigned levels; /* nodes are made down to this one; the outermost value is level 0 */
	unsigned nodes;  /* how many at most */
	unsigned depth;  /* nesting of arrays and objects, at most SCAN_DEPTH_MOST */
};

#define SCAN_DEPTH_MOST 512

struct scan_fault
{
	size_t offset;    /* byte of the text */
	const char *what; /* in plain words, static */
};

/*
 * Reads the whole text as one value; NULL with the fault filled when it is not JSON or passes a limit. A name that
 * stands twice in an object of the outer levels is a fault. The nodes live in the arena and point into the text.
 */
const struct scan_node *scan_text(struct arena *arena, struct slice text, const struct scan_limits *limits,
								  struct scan_fault *fault);

/* The member of that name; NULL when the node is NULL, no object, or has none. */
const struct scan_node *scan_member(const struct scan_node *object, const char *name);

/* The text of a string, decoded (into the arena when it has escapes). False when the node is NULL or no string, or
 * when it holds half a surrogate pair, which is no character. */
bool scan_string(struct arena *arena, const struct scan_node *node, struct slice *text);

#endif
