/*
 * devtools.c - messages to and from a browser over its pipe.
 */
#include "browser/devtools.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "browser/deadline.h"
#include "json/reading.h"

#define PIECE_BYTES ((size_t) 65536)
/* The longest messages are pieces of a document, of which we ask for at most a megabyte. */
#define MESSAGE_MOST ((size_t) 64 * 1024 * 1024)

void
devtools_open(struct devtools *devtools, int to, int from, devtools_event *event, void *context)
{
	*devtools = (struct devtools){.to = to, .from = from, .event = event, .context = context};
}

void
devtools_close(struct devtools *devtools)
{
	bytes_free(&devtools->incoming);
}

void
devtools_halt(struct devtools *devtools)
{
	devtools->halted = true;
}

void
devtools_resume(struct devtools *devtools)
{
	devtools->halted = false;
	devtools->fault = DEVTOOLS_NONE;
}

static bool
failed(struct devtools *devtools, enum devtools_fault fault)
{
	devtools->fault = fault;
	return false;
}

/* Reads what is there; the end of the pipe is a fault. */
static bool
take_in(struct devtools *devtools)
{
	struct bytes *incoming = &devtools->incoming;
	ssize_t got;

	if (incoming->length > MESSAGE_MOST || !bytes_reserve(incoming, PIECE_BYTES))
		return failed(devtools, DEVTOOLS_GONE);
	got = read(devtools->from, incoming->at + incoming->length, incoming->room - incoming->length);
	if (got > 0)
		incoming->length += (size_t) got;
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		return failed(devtools, DEVTOOLS_GONE);
	return true;
}

/* Waits until something can be read, or, if wanted, written, and reads what is there: a browser that waits for us to
 * read takes nothing in. */
static bool
wait_for_pipe(struct devtools *devtools, bool writing)
{
	struct pollfd ends[2] = {{.fd = devtools->from, .events = POLLIN}, {.fd = writing ? devtools->to : -1, .events = POLLOUT}};
	int ready = poll(ends, 2, deadline_left(devtools->deadline));

	if (ready == 0)
		return failed(devtools, DEVTOOLS_LATE);
	if (ready < 0)
		return errno == EINTR || failed(devtools, DEVTOOLS_GONE);
	return ends[0].revents == 0 || take_in(devtools);
}

static bool
write_all(struct devtools *devtools, const char *at, size_t length)
{
	while (length > 0)
	{
		ssize_t written = write(devtools->to, at, length);

		if (written > 0)
		{
			at += written;
			length -= (size_t) written;
		}
		else if (written < 0 && errno != EAGAIN && errno != EINTR)
			return failed(devtools, DEVTOOLS_GONE);
		else if (!wait_for_pipe(devtools, true))
			return false;
	}
	return true;
}

int
devtools_send(struct devtools *devtools, struct arena *arena, const char *session, const char *method, struct output *params)
{
	struct output message;
	char piece[16384];
	size_t length;

	output_start(&message, arena);
	output_word(&message, "{\"id\":");
	output_number(&message, devtools->last + 1);
	output_word(&message, ",\"method\":");
	output_quoted(&message, slice_of(method));
	if (session[0] != '\0')
	{
		output_word(&message, ",\"sessionId\":");
		output_quoted(&message, slice_of(session));
	}
	if (params != NULL)
	{
		output_word(&message, ",\"params\":");
		output_join(&message, params);
	}
	output_add(&message, (struct slice){"}", 2});
	while ((length = output_read(&message, piece, sizeof(piece))) > 0)
	{
		if (!write_all(devtools, piece, length))
			return 0;
	}
	return ++devtools->last;
}

/* The next whole message, which the caller frees; NULL when it takes too long. */
static struct json_object *
next_message(struct devtools *devtools)
{
	struct bytes *incoming = &devtools->incoming;
	struct json_object *message;
	const char *end;

	while (incoming->length == devtools->looked ||
		   (end = memchr(incoming->at + devtools->looked, '\0', incoming->length - devtools->looked)) == NULL)
	{
		devtools->looked = incoming->length;
		if (!wait_for_pipe(devtools, false))
			return NULL;
	}
	message = json_read(incoming->at, (size_t) (end - incoming->at));
	bytes_drop(incoming, (size_t) (end - incoming->at) + 1);
	devtools->looked = 0;
	if (message == NULL)
		failed(devtools, DEVTOOLS_GONE);
	return message;
}

static const char *
member_text(struct json_object *object, const char *name)
{
	struct json_object *member = json_member(object, name);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member) : "";
}

static void
hand_out_event(struct devtools *devtools, struct json_object *message)
{
	const char *method = member_text(message, "method");

	if (method[0] != '\0')
		devtools->event(devtools->context, member_text(message, "sessionId"), method, json_member(message, "params"));
}

/* The result in an answer, or why there is none. Frees the message. */
static struct json_object *
take_result(struct devtools *devtools, struct json_object *message)
{
	struct json_object *error = json_member(message, "error");
	struct json_object *result = json_object_get(json_member(message, "result"));

	if (result == NULL)
	{
		snprintf(devtools->said, sizeof(devtools->said), "%s",
				 error != NULL ? member_text(error, "message") : "an answer without a result");
		failed(devtools, DEVTOOLS_REFUSED);
	}
	json_object_put(message);
	return result;
}

/* The next answer to a command from `first` to `last`, which the caller frees; hands out the events before it. */
static struct json_object *
next_answer(struct devtools *devtools, int first, int last)
{
	for (;;)
	{
		struct json_object *message;
		struct json_object *id;

		if (devtools->halted)
		{
			failed(devtools, DEVTOOLS_HALTED);
			return NULL;
		}
		message = next_message(devtools);
		if (message == NULL)
			return NULL;
		id = json_member(message, "id");
		if (id != NULL && json_object_get_int(id) >= first && json_object_get_int(id) <= last)
			return message;
		if (id == NULL)
			hand_out_event(devtools, message);
		json_object_put(message);
	}
}

struct json_object *
devtools_result(struct devtools *devtools, int number)
{
	struct json_object *answer = number != 0 ? next_answer(devtools, number, number) : NULL;

	return answer != NULL ? take_result(devtools, answer) : NULL;
}

bool
devtools_results(struct devtools *devtools, int first, int last)
{
	for (int left = last - first + 1; left > 0; left--)
	{
		struct json_object *answer = first != 0 ? next_answer(devtools, first, last) : NULL;
		struct json_object *result = answer != NULL ? take_result(devtools, answer) : NULL;

		json_object_put(result);
		if (result == NULL)
			return false;
	}
	return true;
}

struct json_object *
devtools_call(struct devtools *devtools, struct arena *arena, const char *session, const char *method, struct output *params)
{
	return devtools_result(devtools, devtools_send(devtools, arena, session, method, params));
}

bool
devtools_until(struct devtools *devtools, const bool *flag)
{
	while (!*flag)
	{
		struct json_object *message;

		if (devtools->halted)
			return failed(devtools, DEVTOOLS_HALTED);
		message = next_message(devtools);
		if (message == NULL)
			return false;
		if (json_member(message, "id") == NULL)
			hand_out_event(devtools, message);
		json_object_put(message);
	}
	return true;
}
