/*
 * stream.h - what DevTools gives as a stream, read to its end.
 */
#ifndef VOYGEN_BROWSER_STREAM_H
#define VOYGEN_BROWSER_STREAM_H

#include "browser/devtools.h"

/* Adds all of a stream to the bytes; stops when they are more than `most`. False with the fault of devtools. */
bool stream_read(struct devtools *devtools, struct arena *arena, const char *session, const char *handle, size_t most, struct bytes *bytes);

#endif
