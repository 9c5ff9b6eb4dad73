/*
 * decoder.h - a picture being decoded by a process of its own, so that whatever is wrong with it costs this one picture.
 */
#ifndef VOYGEN_IMAGE_DECODER_H
#define VOYGEN_IMAGE_DECODER_H

#include <stdbool.h>
#include <sys/types.h>

#include "image/exchange.h"
#include "memory/bytes.h"
#include "text/slice.h"

struct decoder
{
	pid_t process;
	int answer;   /* reading end of its pipe; to be watched */
	double until; /* when it is ended, by the monotonic clock, in seconds */
	int wall_ms;
	struct bytes reply; /* struct decode_reply and the bytes of the result */
	char why[DECODE_WHY_BYTES];
};

/* Starts it; NULL, or why not. The bytes are copied. */
const char *decoder_start(struct decoder *decoder, const struct decode_request *request, struct slice picture, int wall_ms);

/* Milliseconds until it has to be looked at even when it says nothing. */
int decoder_patience(const struct decoder *decoder);

/* Takes what it has said; true when it has ended, or was ended because its time is over. */
bool decoder_ended(struct decoder *decoder);

/* After that: its answer, or NULL and *why in words that follow "the picture could not be used:". */
const struct decode_reply *decoder_reply(struct decoder *decoder, struct slice *result, const char **why);

/* Ends it, if it runs, and gives back what it holds. */
void decoder_close(struct decoder *decoder);

#endif
