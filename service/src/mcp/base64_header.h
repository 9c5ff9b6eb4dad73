/*
 * base64_header.h - values of headers that are no plain ASCII: "=?base64?...?=".
 */
#ifndef VOYGEN_MCP_BASE64_HEADER_H
#define VOYGEN_MCP_BASE64_HEADER_H

#include "memory/arena.h"
#include "text/slice.h"

/* The text a header stands for: decoded when it is in that form, else as it is. False when what stands between the
 * marks is no base64 with its whole padding. */
bool base64_header_decode(struct arena *arena, struct slice header, struct slice *text);

#endif
