/*
 * stream.c - reads and writes of one client.
 */
#include "loop/stream.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;
	ssize_t got = read(socket, stream->loop->received, LOOP_SCRATCH_BYTES);

	(void) what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_look_at_clock(stream->loop);
	if (got <= 0)
	{
		event_del(stream->reading);
		stream->events->gone(stream->owner);
		return;
	}
	stream->events->received(stream->owner, (struct slice){stream->loop->received, (size_t) got});
}

static void
on_hangup(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(stream->loop);
	event_del(stream->watching);
	stream->events->gone(stream->owner);
}

/* Writes what it can; answers how much, 0 also when it failed for good. */
static size_t
write_some(struct stream *stream, const char *bytes, size_t length)
{
	ssize_t wrote;

	do
		wrote = write(stream->out, bytes, length);
	while (wrote < 0 && errno == EINTR);
	if (wrote < 0)
	{
		stream->failed = errno != EAGAIN;
		return 0;
	}
	stream->sent_total += (size_t) wrote;
	return (size_t) wrote;
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;

	(void) socket;
	(void) what;
	loop_look_at_clock(stream->loop);
	if (!stream->failed && stream->unsent.length > 0)
		bytes_drop(&stream->unsent, write_some(stream, stream->unsent.at, stream->unsent.length));
	if (stream->failed)
	{
		stream->events->gone(stream->owner);
		return;
	}
	if (!stream_clear(stream))
	{
		event_add(stream->writing, NULL);
		return;
	}
	bytes_free(&stream->unsent);
	stream->events->drained(stream->owner);
}

bool
stream_open(struct stream *stream, struct loop *loop, int in, int out, const struct stream_events *events, void *owner)
{
	*stream = (struct stream){.loop = loop, .in = in, .out = out, .events = events, .owner = owner};
	stream->reading = event_new(loop->base, in, EV_READ | EV_PERSIST, on_readable, stream);
	stream->writing = event_new(loop->base, out, EV_WRITE, on_writable, stream);
	if (event_base_get_features(loop->base) & EV_FEATURE_EARLY_CLOSE)
		stream->watching = event_new(loop->base, in, EV_CLOSED | EV_PERSIST, on_hangup, stream);
	if (stream->reading != NULL && stream->writing != NULL && event_add(stream->reading, NULL) == 0)
		return true;
	if (stream->reading != NULL)
		event_free(stream->reading);
	if (stream->writing != NULL)
		event_free(stream->writing);
	if (stream->watching != NULL)
		event_free(stream->watching);
	return false;
}

void
stream_close(struct stream *stream)
{
	event_free(stream->reading);
	event_free(stream->writing);
	if (stream->watching != NULL)
		event_free(stream->watching);
	close(stream->in);
	if (stream->out != stream->in)
		close(stream->out);
	bytes_free(&stream->unsent);
}

void
stream_send(struct stream *stream, struct slice bytes)
{
	if (stream->failed)
		return;
	if (stream_clear(stream))
	{
		size_t wrote = write_some(stream, bytes.at, bytes.length);

		bytes.at += wrote;
		bytes.length -= wrote;
	}
	if (!stream->failed && bytes.length > 0 && !bytes_add(&stream->unsent, bytes.at, bytes.length))
		stream->failed = true;
	/* A failure is told by the loop as well: the caller is in the middle of something. */
	if (stream->failed)
		event_active(stream->writing, EV_WRITE, 0);
	else if (!stream_clear(stream))
		event_add(stream->writing, NULL);
}

void
stream_pause(struct stream *stream)
{
	if (stream->paused)
		return;
	stream->paused = true;
	event_del(stream->reading);
	if (stream->watching != NULL)
		event_add(stream->watching, NULL);
}

void
stream_resume(struct stream *stream)
{
	if (!stream->paused)
		return;
	stream->paused = false;
	if (stream->watching != NULL)
		event_del(stream->watching);
	event_add(stream->reading, NULL);
}

void
stream_finish(struct stream *stream)
{
	shutdown(stream->out, SHUT_WR);
}
