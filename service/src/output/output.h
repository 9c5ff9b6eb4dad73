/*
 * output.h - a text that is built in parts and read once, in pieces, as its reader can take them.
 *
 * Small parts are copied together; a large one is referred to where it lies (a result of the database), and one that
 * has to stand inside a JSON string is escaped while it is read. So a reply of megabytes is held once, as what the
 * database sent, however often it is said in it. The length is known before the first byte is read.
 */
#ifndef VOYGEN_OUTPUT_H
#define VOYGEN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/arena.h"
#include "text/slice.h"

struct output_part;

struct output
{
	struct arena *arena; /* holds the parts and what is copied */
	struct output_part *first;
	struct output_part *last;
	char *room; /* where the next copied bytes go, behind the last part */
	size_t room_left;
	size_t length; /* of the whole text as it is read */
	/* where the reader stands */
	const struct output_part *reading;
	size_t read_at; /* byte of that part */
	size_t unread;
};

void output_start(struct output *output, struct arena *arena);

/* Bytes as they are, copied. */
void output_add(struct output *output, struct slice bytes);
void output_word(struct output *output, const char *word);
void output_number(struct output *output, int64_t number);

/* A JSON string with its quotes, escaped, copied. The text must be UTF-8. */
void output_quoted(struct output *output, struct slice text);

/* Bytes as they are, or as a JSON string with quotes; not copied: they must live until the text has been read. */
void output_refer(struct output *output, struct slice bytes);
void output_refer_quoted(struct output *output, struct slice text);

/* Moves all parts of another text of the same arena to the end of this one. */
void output_join(struct output *output, struct output *other);

/* Begins to read anew. */
void output_rewind(struct output *output);

/* Writes the next bytes, at most `room` (no less than 16); 0 when all has been read. */
size_t output_read(struct output *output, char *into, size_t room);

#endif
