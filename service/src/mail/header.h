/*
 * header.h - lines of a message's head (RFC 5322) with words of any script in them: encoded words (RFC 2047), parameters
 * (RFC 2231), folded so that no line is longer than 78 characters. Whatever the text, one call adds one header: line ends and
 * other controls in it become blanks, bytes that are no UTF-8 become U+FFFD.
 */
#ifndef VOYGEN_MAIL_HEADER_H
#define VOYGEN_MAIL_HEADER_H

#include <stdbool.h>

#include "output/output.h"

/* A person's mailbox. */
struct mailbox
{
	const char *name;    /* in any script; NULL or "": none */
	const char *address; /* as mailbox_sound has it */
};

/* Whether an address is one that servers without extensions take: local@domain in ASCII, no quotes, no comments, no routes,
 * 254 bytes at most. */
bool mailbox_sound(const char *address);

/* A text for people: Subject. */
void header_text(struct output *out, const char *name, const char *text);

/* A list of mailboxes; nothing for none. */
void header_mailboxes(struct output *out, const char *name, const struct mailbox *boxes, int count);

/* Words of ours that need neither folding nor encoding. */
void header_plain(struct output *out, const char *name, const char *value);

/* "Content-Disposition: attachment" with the name of a file. */
void header_attachment(struct output *out, const char *file_name);

#endif
