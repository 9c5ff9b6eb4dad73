/*
 * content.h - contents of a message as any server takes them: seven bits, lines of 76 characters, CRLF.
 */
#ifndef VOYGEN_MAIL_CONTENT_H
#define VOYGEN_MAIL_CONTENT_H

#include "output/output.h"

/* Quoted-printable (RFC 2045). Line ends of the text, LF or CRLF, are line ends of the message; none is added. */
void content_text(struct output *out, struct slice text);

/* Base64 in lines; not copied, made as one block of the arena. */
void content_bytes(struct output *out, struct slice bytes);

#endif
