/*
 * stdio.c - lines in, lines out.
 *
 * Answers leave as they are ready, whole: one that is being written keeps the next ones waiting in a row, so that a
 * large one need not be held in memory as bytes.
 */
#include "transport/stdio.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/stream.h"

/* Messages worked on at once; more stay unread. */
#define MOST_EXCHANGES 64
/* Notifications the client may leave unread. */
#define UNREAD_BYTES ((size_t) 4 * 1024 * 1024)

struct line
{
	struct exchange exchange; /* first: ops get this */
	struct line *next;        /* in the row of answers */
	struct line *newer;       /* among all that are under way */
	struct line *older;
	struct stdio *stdio;
	struct arena arena;
	struct bytes text;
	struct output answer;
};

struct stdio
{
	struct loop *loop;
	struct stdio_settings settings;
	struct stream stream;
	struct bytes partial; /* of a line whose end has not come */
	bool skipping;        /* the rest of a line that was too long */
	struct line *lines;   /* under way, newest first */
	int count;
	struct line *first; /* to be written next */
	struct line *last;
	struct bytes notices; /* messages that go before the next answer */
	struct line standing; /* for messages that belong to no answer; it is in no list */
	bool input_ended;
	bool inside;
	bool closed;
};

static void flush(struct stdio *stdio);

static void
free_line(struct line *line)
{
	struct stdio *stdio = line->stdio;

	exchange_end(&line->exchange);
	if (line->newer != NULL)
		line->newer->older = line->older;
	else
		stdio->lines = line->older;
	if (line->older != NULL)
		line->older->newer = line->newer;
	stdio->count--;
	bytes_free(&line->text);
	arena_close(&line->arena);
	free(line);
}

/* --- out ------------------------------------------------------------------------- */

/* JSON may have line ends between its tokens; here they would end the message. */
static void
join_lines(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '\n' || text[i] == '\r')
			text[i] = ' ';
	}
}

static void
answer(struct exchange *exchange, int status, struct output *body)
{
	struct line *line = (struct line *) exchange;
	struct stdio *stdio = line->stdio;

	(void) status;
	if (body->length == 0)
	{
		free_line(line);
		flush(stdio);
		return;
	}
	line->answer = *body;
	if (stdio->last != NULL)
		stdio->last->next = line;
	else
		stdio->first = line;
	stdio->last = line;
	flush(stdio);
}

static bool
notify(struct exchange *exchange, struct output *message)
{
	struct stdio *stdio = ((struct line *) exchange)->stdio;
	size_t room = message->length + 16;
	char *text;

	if (stdio->notices.length > UNREAD_BYTES || !bytes_reserve(&stdio->notices, room))
		return false;
	text = stdio->notices.at + stdio->notices.length;
	room = output_read(message, text, room);
	join_lines(text, room);
	text[room] = '\n';
	stdio->notices.length += room + 1;
	flush(stdio);
	return true;
}

/* It is there from the beginning. */
static bool
begin(struct exchange *exchange)
{
	(void) exchange;
	return true;
}

/* Its one client sees the end of the process. */
static void
starve(struct exchange *exchange)
{
	exchange->arena->fail(0);
}

static const struct exchange_ops ops = {answer, notify, begin, NULL, NULL, starve};

/* Notifications first, when no answer has begun; then the answers in their row. */
static size_t
fill(struct stdio *stdio, char *into, size_t room)
{
	struct line *line = stdio->first;
	bool begun = line != NULL && line->answer.unread < line->answer.length;
	size_t used = 0;

	if (!begun && stdio->notices.length > 0)
	{
		used = stdio->notices.length < room ? stdio->notices.length : room;
		memcpy(into, stdio->notices.at, used);
		bytes_drop(&stdio->notices, used);
		return used;
	}
	if (line == NULL)
		return 0;
	used = output_read(&line->answer, into, room - 1);
	join_lines(into, used);
	if (line->answer.unread > 0)
		return used;
	into[used++] = '\n';
	stdio->first = line->next;
	if (stdio->first == NULL)
		stdio->last = NULL;
	free_line(line);
	return used;
}

static bool
all_done(const struct stdio *stdio)
{
	return stdio->count == 0 && stdio->notices.length == 0 && stream_clear(&stdio->stream);
}

static void
flush(struct stdio *stdio)
{
	struct loop *loop = stdio->loop;

	if (stdio->inside || stdio->closed)
		return;
	stdio->inside = true;
	while (stream_clear(&stdio->stream) && !stdio->stream.failed)
	{
		size_t length = fill(stdio, loop->sending, LOOP_SCRATCH_BYTES);

		if (length == 0)
			break;
		stream_send(&stdio->stream, (struct slice){loop->sending, length});
	}
	stdio->inside = false;
	if (stdio->input_ended && all_done(stdio))
		stdio->settings.ended(stdio->settings.owner);
	else if (!stdio->input_ended && stdio->count < MOST_EXCHANGES)
		stream_resume(&stdio->stream);
}

/* --- in -------------------------------------------------------------------------- */

/* Hands in one line; its bytes are copied. */
static void
take_line(struct stdio *stdio, struct slice text)
{
	struct line *line;

	text = slice_trimmed(text);
	if (text.length > 0 && text.at[text.length - 1] == '\r')
		text.length--;
	if (text.length == 0)
		return;
	line = calloc(1, sizeof(*line));
	if (line == NULL || !bytes_add(&line->text, text.at, text.length))
	{
		stdio->loop->arena->fail(text.length);
		return;
	}
	arena_open(&line->arena, stdio->loop->arena->fail);
	line->stdio = stdio;
	line->older = stdio->lines;
	if (line->older != NULL)
		line->older->newer = line;
	stdio->lines = line;
	stdio->count++;
	line->exchange = (struct exchange){
		.ops = &ops,
		.arena = &line->arena,
		.body = {line->text.at, line->text.length},
		.identity = stdio->settings.identity,
		.takes_notices = true,
		.conversation = 1,
	};
	stdio->settings.receive(stdio->settings.receiver, &line->exchange);
}

/* A line that is too long is answered as something that cannot be read. */
static void
refuse_line(struct stdio *stdio)
{
	bytes_free(&stdio->partial);
	stdio->skipping = true;
	take_line(stdio, SLICE_OF("(a line that is too long)"));
}

static void
keep_partial(struct stdio *stdio, struct slice text)
{
	if (stdio->skipping)
		return;
	if (stdio->partial.length + text.length > stdio->settings.line_bytes)
		refuse_line(stdio);
	else if (!bytes_add(&stdio->partial, text.at, text.length))
		stdio->loop->arena->fail(text.length);
}

static void
end_line(struct stdio *stdio, struct slice text)
{
	if (stdio->skipping)
	{
		stdio->skipping = false;
		return;
	}
	if (stdio->partial.length == 0 && text.length <= stdio->settings.line_bytes)
	{
		take_line(stdio, text);
		return;
	}
	keep_partial(stdio, text);
	if (!stdio->skipping)
		take_line(stdio, (struct slice){stdio->partial.at, stdio->partial.length});
	stdio->skipping = false;
	bytes_free(&stdio->partial);
}

static void
on_received(void *owner, struct slice bytes)
{
	struct stdio *stdio = owner;

	if (stdio->input_ended)
		return;
	stdio->inside = true;
	while (bytes.length > 0)
	{
		const char *end = memchr(bytes.at, '\n', bytes.length);
		size_t length = end != NULL ? (size_t) (end - bytes.at) : bytes.length;

		if (end != NULL)
			end_line(stdio, (struct slice){bytes.at, length});
		else
			keep_partial(stdio, bytes);
		length += end != NULL;
		bytes.at += length;
		bytes.length -= length;
	}
	stdio->inside = false;
	if (stdio->count >= MOST_EXCHANGES)
		stream_pause(&stdio->stream);
	flush(stdio);
}

static void
on_drained(void *owner)
{
	flush(owner);
}

static void
on_gone(void *owner)
{
	struct stdio *stdio = owner;

	if (stdio->stream.failed)
	{
		stdio->settings.ended(stdio->settings.owner);
		return;
	}
	/* a last line without an end counts */
	if (!stdio->input_ended && stdio->partial.length > 0)
	{
		stdio->inside = true;
		end_line(stdio, SLICE_OF(""));
		stdio->inside = false;
	}
	stdio->input_ended = true;
	flush(stdio);
}

static const struct stream_events events = {on_received, on_drained, on_gone};

struct stdio *
stdio_open(struct loop *loop, const struct stdio_settings *settings)
{
	struct stdio *stdio = arena_alloc(loop->arena, sizeof(*stdio));

	stdio->loop = loop;
	stdio->settings = *settings;
	arena_open(&stdio->standing.arena, loop->arena->fail);
	stdio->standing.stdio = stdio;
	stdio->standing.exchange = (struct exchange){
		.ops = &ops,
		.arena = &stdio->standing.arena,
		.identity = settings->identity,
		.takes_notices = true,
		.conversation = 1,
	};
	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
	if (!stream_open(&stdio->stream, loop, STDIN_FILENO, STDOUT_FILENO, &events, stdio))
		loop->arena->fail(sizeof(*stdio));
	return stdio;
}

void
stdio_change(struct stdio *stdio, size_t line_bytes)
{
	stdio->settings.line_bytes = line_bytes;
}

void
stdio_close(struct stdio *stdio)
{
	stdio->closed = true;
	while (stdio->lines != NULL)
	{
		struct line *line = stdio->lines;

		exchange_abandon(&line->exchange);
		free_line(line);
	}
	bytes_free(&stdio->partial);
	bytes_free(&stdio->notices);
	arena_close(&stdio->standing.arena);
	stream_close(&stdio->stream);
}

struct exchange *
stdio_standing(struct stdio *stdio)
{
	return &stdio->standing.exchange;
}

void
stdio_drain(struct stdio *stdio)
{
	stdio->input_ended = true;
	stream_pause(&stdio->stream);
	flush(stdio);
}
