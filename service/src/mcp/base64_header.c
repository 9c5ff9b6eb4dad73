/*
 * base64_header.c - the marks around base64 in a header.
 */
#include "mcp/base64_header.h"

#include "text/base64.h"

#define OPENING "=?base64?"
#define CLOSING "?="

bool
base64_header_decode(struct arena *arena, struct slice header, struct slice *text)
{
	const size_t opening = sizeof(OPENING) - 1;
	const size_t closing = sizeof(CLOSING) - 1;
	struct slice inside;

	*text = header;
	if (header.length < opening + closing || memcmp(header.at, OPENING, opening) != 0 ||
		memcmp(header.at + header.length - closing, CLOSING, closing) != 0)
		return true;
	inside = (struct slice){header.at + opening, header.length - opening - closing};
	return base64_decode(arena, inside, text);
}
