/*
 * stream.h - bytes to and from one client, without waiting: a socket, or standard input and output.
 *
 * Sending tries at once, which nearly always succeeds and costs one system call; what the client does not take stays
 * here (at most what one send was given) and `drained` tells when it has left. Whoever sends a long text hands over a
 * piece whenever the stream is clear, so a slow reader costs one piece, not the text.
 */
#ifndef VOYGEN_STREAM_H
#define VOYGEN_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "loop/loop.h"
#include "memory/bytes.h"
#include "text/slice.h"

struct event;

/* Called by the loop, never from inside a function of this header. Any of them may close the stream. */
struct stream_events
{
	void (*received)(void *owner, struct slice bytes); /* valid during the call */
	void (*drained)(void *owner);                      /* the stream is clear again */
	void (*gone)(void *owner);                         /* the other side has closed, or a write failed */
};

struct stream
{
	struct loop *loop;
	int in;
	int out; /* the same for a socket */
	struct event *reading;
	struct event *watching; /* notices that the other side closes while reading is paused; NULL where that cannot be */
	struct event *writing;
	const struct stream_events *events;
	void *owner;
	struct bytes unsent;
	size_t sent_total; /* bytes the other side's kernel has taken */
	bool failed;
	bool paused;
};

/* Takes over the file descriptors (not blocking). False when there is no memory; they stay the caller's then. */
bool stream_open(struct stream *stream, struct loop *loop, int in, int out, const struct stream_events *events,
				 void *owner);

/* Closes the descriptors. */
void stream_close(struct stream *stream);

void stream_send(struct stream *stream, struct slice bytes);

/* True when all that was handed over has left. */
static inline bool
stream_clear(const struct stream *stream)
{
	return stream->unsent.length == 0;
}

/* Reads no more until stream_resume; that the other side goes away is noticed nevertheless. */
void stream_pause(struct stream *stream);
void stream_resume(struct stream *stream);

/* Says the end of what is sent; what comes in is still read. */
void stream_finish(struct stream *stream);

#endif
