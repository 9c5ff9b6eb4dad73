/*
 * admission.h - how many requests a caller may send.
 */
#ifndef VOYGEN_MCP_ADMISSION_H
#define VOYGEN_MCP_ADMISSION_H

#include <stdbool.h>

struct mcp_request;

/* Counts a request, of those that are answered, against its caller's limit. Over it the request is ended and false comes
 * back: 429 with Retry-After where it has an answer of HTTP to itself, else a result or an error that says the same. */
bool admission_grant(struct mcp_request *request);

#endif
