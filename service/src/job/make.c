/*
 * make.c - orders in, answers out.
 */
#include "job/make.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "json/reading.h"

#define READ_BYTES ((size_t) 65536)

int
making_part(struct making *making, struct slice bytes)
{
	if (making->count == MESSAGE_PIECES - 1)
		return 0;
	making->parts[making->count++] = bytes;
	return making->count;
}

/* Reads on until the bytes hold a whole message; false at the end, or when the line broke. */
static bool
read_message(int in, struct bytes *bytes, struct message *message)
{
	char piece[READ_BYTES];
	enum message_reading reading = MESSAGE_UNFINISHED;

	while (reading == MESSAGE_UNFINISHED)
	{
		ssize_t got = read(in, piece, sizeof(piece));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || !bytes_add(bytes, piece, (size_t) got))
			return false;
		reading = message_read((struct slice){bytes->at, bytes->length}, message);
	}
	return reading == MESSAGE_WHOLE;
}

static bool
write_all(int out, struct slice bytes)
{
	while (bytes.length > 0)
	{
		ssize_t wrote = write(out, bytes.at, bytes.length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes.at += wrote;
		bytes.length -= (size_t) wrote;
	}
	return true;
}

/* {"error": {code, message}} in place of an answer. */
static void
refuse(struct making *making, const struct failure *failure)
{
	struct json_object *error = json_new(making->arena);

	json_set_text(making->arena, error, "code", failure->code);
	json_set_text(making->arena, error, "message", failure->message);
	json_object_put(making->answer);
	making->answer = json_new(making->arena);
	json_object_object_add(making->answer, "error", error);
	making->count = 0;
}

static bool
make(struct making *making, const struct make_kind *kinds, struct failure *failure)
{
	const char *kind = json_text(making->arena, making->order, "kind", "");

	for (const struct make_kind *one = kinds; one->name != NULL; one++)
	{
		if (strcmp(one->name, kind) == 0)
			return one->work(one->owner, making, failure);
	}
	return failure_set(failure, "unknown_name", arena_format(making->arena, "nothing of the kind \"%s\" is made here", kind), NULL);
}

static bool
answer(struct arena *arena, struct slice request, int out, const struct make_kind *kinds)
{
	struct making making = {.arena = arena, .order = json_read(request.at, request.length), .answer = json_new(arena)};
	struct slice pieces[MESSAGE_PIECES];
	struct failure failure = {0};
	struct bytes line = {0};
	bool written;

	if (!make(&making, kinds, &failure))
		refuse(&making, &failure);
	pieces[0] = slice_of(json_object_to_json_string_ext(making.answer, JSON_C_TO_STRING_PLAIN));
	memcpy(pieces + 1, making.parts, (size_t) making.count * sizeof(pieces[0]));
	written = message_write(&line, pieces, making.count + 1) && write_all(out, (struct slice){line.at, line.length});
	bytes_free(&line);
	json_object_put(making.answer);
	json_object_put(making.order);
	return written;
}

bool
make_serve(struct arena *arena, int in, int out, const struct make_kind *kinds)
{
	struct message message;
	bool sound = true;

	while (sound)
	{
		struct bytes bytes = {0};

		if (!read_message(in, &bytes, &message))
		{
			sound = bytes.length == 0;
			bytes_free(&bytes);
			break;
		}
		sound = answer(arena, message.pieces[0], out, kinds);
		bytes_free(&bytes);
		arena_reset(arena);
	}
	return sound;
}
